"""Synchronizing: people with their own credentials, each with a dataset of 100 records that nobody else writes."""

import hashlib
import hmac
import json
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import cycle
from typing import Any
from urllib.parse import quote

from bench.load import Conversation
from bench.world import RECORDS, World

HOST = "127.0.0.1"
PATCHES = 10
_REGION = "us-east-1"
_VALUE = "v" * 100


def list_records(world: World) -> Conversation:
    """List 100 records, from the beginning."""
    requests = [_request(device, "GET", "/records", "lastSyncCount=0") for device in _devices(world)]
    turns = cycle(requests)

    def conversation() -> Generator[bytes, bytes, None]:
        yield next(turns)

    return conversation


def update_records(world: World) -> Conversation:
    """Change 10 of a person's 100 records."""
    idle = _devices(world)

    def conversation() -> Generator[bytes, bytes, None]:
        device = idle.pop(0)
        if not device.token:
            _listed(device, (yield _request(device, "GET", "/records", "lastSyncCount=0")))
        answer = _body((yield _request(device, "POST", "", "", device.patches())))
        device.known |= {record["Key"]: record["SyncCount"] for record in answer["Records"]}
        idle.append(device)

    return conversation


@dataclass(slots=True)
class Device:
    """One person's device and what it knows."""

    keys: dict[str, str]
    path: str
    token: str = ""
    known: dict[str, int] = field(default_factory=dict)
    turn: int = 0

    def patches(self) -> dict[str, Any]:
        """Return an update of the next 10 records."""
        self.turn = (self.turn + PATCHES) % RECORDS
        patches = [
            {"Op": "replace", "Key": key, "Value": _VALUE, "SyncCount": self.known[key]}
            for key in (f"key-{number:03}" for number in range(self.turn, self.turn + PATCHES))
        ]
        return {"RecordPatches": patches, "SyncSessionToken": self.token}


def _devices(world: World) -> list[Device]:
    return [
        Device(
            person.credentials,
            f"/identitypools/{_quoted(world.identity_pool_id)}/identities/{_quoted(person.identity_id)}/datasets/notes",
        )
        for person in world.sessions
    ]


def _listed(device: Device, answer: bytes) -> None:
    listed = _body(answer)
    device.token = listed["SyncSessionToken"]
    device.known = {record["Key"]: record["SyncCount"] for record in listed["Records"]}


def _body(answer: bytes) -> Any:
    return json.loads(answer[answer.index(b"\r\n\r\n") :])


def _request(device: Device, method: str, below: str, query: str, body: Any = None) -> bytes:
    """Return a request signed with Signature Version 4."""
    content = b"" if body is None else json.dumps(body).encode()
    path, moment = device.path + below, datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {"host": HOST, "x-amz-date": moment, "x-amz-security-token": device.keys["SessionToken"]}
    names, lines = ";".join(signed), "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = f"{method}\n{quote(path)}\n{query}\n{lines}\n{names}\n{hashlib.sha256(content).hexdigest()}"
    scope = f"{moment[:8]}/{_REGION}/cognito-sync/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_signing_key(device.keys["SecretKey"], moment[:8]), text.encode(), "sha256").hex()
    credential = f"{device.keys['AccessKeyId']}/{scope}"
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    target = f"{path}?{query}" if query else path
    return (
        f"{method} {target} HTTP/1.1\r\n{headers}Content-Type: application/x-amz-json-1.1\r\n"
        f"Content-Length: {len(content)}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={credential}, "
        f"SignedHeaders={names}, Signature={signature}\r\n\r\n"
    ).encode() + content


@lru_cache(maxsize=10_000)
def _signing_key(secret: str, day: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, _REGION, "cognito-sync", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _quoted(identifier: str) -> str:
    return quote(identifier, safe="")
