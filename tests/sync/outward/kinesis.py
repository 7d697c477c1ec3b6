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
class Stream:
    """A stream: what it has taken, and what it is to answer instead, once for each of `refusals`.

    With a `kill`, that is called instead of taking more than `taken_before_the_kill`.
    """

    name: str
    records: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)
    gone: bool = False
    kill: Callable[[], object] | None = None
    taken_before_the_kill: int = 0


@dataclass
class Kinesis:
    """The service; `complaints` are calls that no real client makes."""

    url: str
    streams: dict[str, Stream] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, name: str) -> Stream:
        """Make a stream."""
        return self.streams.setdefault(name, Stream(name))


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
        size = int(self.headers["content-length"])
        body = self.rfile.read(size)
        if len(body) < size:
            return  # the client was killed while it asked
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self._answer(200, self._put(headers, body))
        except RefusedError as error:
            self._answer(error.status, {"__type": error.kind, "message": error.kind})
        except OSError:
            return  # the client was killed before it had its answer
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
            stream = state.streams.get(named["StreamName"])
            if stream is None or stream.gone:
                raise RefusedError(400, "ResourceNotFoundException")
            if stream.refusals:
                raise RefusedError(*stream.refusals.pop(0))
            if stream.kill is not None and len(stream.records) >= stream.taken_before_the_kill:
                stream.kill()
                raise RefusedError(500, "InternalFailure")
            stream.signers.append(signer)
            stream.records.append({"partition": named["PartitionKey"], **json.loads(data)})
            return {"ShardId": "shardId-000000000000", "SequenceNumber": str(len(stream.records))}

    def _answer(self, status: int, told: dict[str, str]) -> None:
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that were killed."""


@contextmanager
def kinesis(secrets: Secrets) -> Iterator[Kinesis]:
    """Run the stand-in, without any stream."""
    handler: Any = type("Handler", (_Handler,), {"secrets": staticmethod(secrets)})
    listening = _Listening(("127.0.0.1", 0), handler)
    state = Kinesis(f"http://127.0.0.1:{listening.server_port}")
    handler.state = state
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield state
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
