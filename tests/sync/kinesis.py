"""A stand-in for Kinesis that is as strict as the real one: signature, target, content type, shape, sizes, streams."""

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

Secrets = Callable[[str, str | None], str]
"""(access key id, session token) → secret; raises when they are nobody's."""
MOST_BYTES = 1_048_576


@dataclass
class Kinesis:
    """What it was given, and how it is to behave. `refusals` are answered, one a call, instead of taking the record."""

    url: str
    streams: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self, stream: str = "changes") -> list[dict[str, Any]]:
        """Return the records of a stream, in the order in which they came."""
        return list(self.streams[stream])


class RefusedError(Exception):
    """What it answers instead of taking a record."""

    def __init__(self, status: int, kind: str) -> None:
        super().__init__(kind)
        self.status, self.kind = status, kind


def _verify(method: str, url: str, headers: dict[str, str], body: bytes, secrets: Secrets) -> str:
    """Sign the same request with botocore, and compare; return the access key id."""
    authorization = headers.get("authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        raise RefusedError(400, "MissingAuthenticationTokenException")
    parts = dict(part.strip().split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
    access_key_id, date, region, service, _ = parts["Credential"].split("/")
    token = headers.get("x-amz-security-token")
    signer = SigV4Auth(Credentials(access_key_id, secrets(access_key_id, token), token), service, region)
    signed = {name: headers[name] for name in parts["SignedHeaders"].split(";")}
    request = AWSRequest(method, url, data=body, headers=signed)
    request.context["timestamp"] = headers["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    if service != "kinesis" or date != headers["x-amz-date"][:8] or "x-amz-target" not in signed:
        raise RefusedError(400, "InvalidSignatureException")
    if signer.signature(text, request) != parts["Signature"]:
        raise RefusedError(400, "InvalidSignatureException")
    return access_key_id


def _checked(named: Any) -> bytes:
    if set(named) != {"StreamName", "PartitionKey", "Data"} or not 1 <= len(named["PartitionKey"]) <= 256:
        raise RefusedError(400, "ValidationException")
    data = b64decode(named["Data"], validate=True)
    if len(data) + len(named["PartitionKey"].encode()) > MOST_BYTES:
        raise RefusedError(400, "ValidationException")
    return data


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Kinesis
    secrets: Secrets

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self._answer(200, self._put(headers, body))
        except RefusedError as error:
            self._answer(error.status, {"__type": error.kind, "message": error.kind})
        except Exception as error:  # noqa: BLE001 - whatever the client did wrong, the test hears of it
            self.state.complaints.append(f"{type(error).__name__}: {error}")
            self._answer(500, {"__type": "InternalFailure"})

    def _put(self, headers: dict[str, str], body: bytes) -> dict[str, str]:
        state = self.state
        if headers.get("x-amz-target") != "Kinesis_20131202.PutRecord":
            raise RefusedError(400, "UnknownOperationException")
        if headers.get("content-type") != "application/x-amz-json-1.1":
            raise RefusedError(400, "SerializationException")
        signer = _verify("POST", f"{state.url}{self.path}", headers, body, type(self).secrets)
        named = json.loads(body)
        data = _checked(named)
        with state.lock:
            if state.refusals:
                raise RefusedError(*state.refusals.pop(0))
            if named["StreamName"] not in state.streams:
                raise RefusedError(400, "ResourceNotFoundException")
            state.signers.append(signer)
            taken = state.streams[named["StreamName"]]
            taken.append({"partition": named["PartitionKey"], **json.loads(data)})
            return {"ShardId": "shardId-000000000000", "SequenceNumber": str(len(taken))}

    def _answer(self, status: int, told: dict[str, str]) -> None:
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def kinesis(secrets: Secrets, *streams: str) -> Iterator[Kinesis]:
    """Run the stand-in with these streams."""
    handler = type("Handler", (_Handler,), {"secrets": staticmethod(secrets)})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    state = handler.state = Kinesis(  # type: ignore[attr-defined]
        f"http://127.0.0.1:{listening.server_port}", {name: [] for name in streams}
    )
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield state
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
