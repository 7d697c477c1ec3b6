"""A place where functions run: a webhook that calls Python by the function's name, and refuses unsigned events."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Function = Callable[[dict[str, Any]], Any]


class FunctionError(Exception):
    """What a function raises; with a status, what the place itself answers."""

    def __init__(self, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Functions:
    """The functions by name; `seen` are the events of each, in the order of the calls."""

    url: str
    by_name: dict[str, Function] = field(default_factory=dict)
    seen: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def deploy(self, name: str, function: Function) -> str:
        """Have a name stand for a function, and return its ARN."""
        self.by_name[name], self.seen[name] = function, []
        return f"arn:aws:lambda:us-east-1:111111111111:function:{name}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    functions: Functions
    secret: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.headers["ostiary-function-arn"].split(":")[6]
        try:
            self._check(body)
            event = json.loads(body)
            self.functions.seen[name].append(json.loads(body))
            self._answer(200, self.functions.by_name[name](event))
        except FunctionError as error:
            raised = error.status == 200
            self._answer(error.status, {"errorMessage": str(error)} if raised else {}, failed=raised)

    def _check(self, body: bytes) -> None:
        signed = self.headers["ostiary-timestamp"].encode() + b"." + body
        made = f"v1={hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(made, self.headers["ostiary-signature"]):
            raise FunctionError("not signed", 403)

    def _answer(self, status: int, answer: Any, *, failed: bool = False) -> None:
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if failed:
            self.send_header("x-amz-function-error", "Unhandled")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def function_server(secret: str) -> Iterator[Functions]:
    """Run the place, without any function."""
    handler = type("Handler", (_Handler,), {"secret": secret})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads = True
        functions = Functions(f"http://127.0.0.1:{listening.server_port}/functions")
        handler.functions = functions  # type: ignore[attr-defined]
        thread = Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield functions
        finally:
            listening.shutdown()
            thread.join()
