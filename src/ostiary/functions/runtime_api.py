"""The Lambda runtime API for one process, on loopback: it polls for events and posts what came of them.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from ostiary.functions.peers import is_same_user
from ostiary.functions.runner import MOST_BYTES, Invocation, TriggerError, document, function_error

_PATH = "/2018-06-01/runtime/"


@dataclass(eq=False)
class Pending:
    """A call under way: what the function answers, or why it does not, once `done` is set."""

    invocation: Invocation
    deadline: float
    """Epoch seconds by the system's clock."""
    done: Event = field(default_factory=Event)
    answer: bytes = b""
    error: TriggerError | None = None

    def finish(self, answer: bytes = b"", error: TriggerError | None = None) -> None:
        """Set what came of the call, unless that is known already."""
        if not self.done.is_set():
            self.answer, self.error = answer, error
            self.done.set()


class RuntimeApi(ThreadingHTTPServer):
    """Hands events to the process that polls, one at a time; `polled` hears of each poll, `failed` of a bad start."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, polled: Callable[[], None], failed: Callable[[TriggerError], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.polled, self.failed = polled, failed
        self.events: SimpleQueue[Pending | None] = SimpleQueue()
        self.current: Pending | None = None
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.5}, name="runtime-api", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the process finds it, as `AWS_LAMBDA_RUNTIME_API` is written."""
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop answering; who polls hears nothing more."""
        self.events.put(None)
        self.shutdown()
        self.server_close()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as the base class has it
        """Whether the process is of our own user: events hold passwords."""
        return is_same_user(client_address[1], self.server_port)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a process that went away while it was answered."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        if self.path != f"{_PATH}invocation/next":
            self._answer(404)
            return
        self.server.polled()
        pending = self.server.events.get()
        if pending is None:
            self.close_connection = True
            return
        self.server.current = pending
        call = pending.invocation
        headers = {
            "Lambda-Runtime-Aws-Request-Id": call.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(pending.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": call.arn,
            "Content-Type": "application/json",
        }
        self._answer(200, call.payload, headers)

    def do_POST(self) -> None:
        size = self.headers.get("content-length")
        body = self._chunks() if size is None else self.rfile.read(min(int(size), MOST_BYTES))
        if self.path == f"{_PATH}init/error":
            self.server.failed(function_error(document(body)))
            self._answer(202)
            return
        pending = self.server.current
        path = "" if pending is None else f"{_PATH}invocation/{pending.invocation.request_id}/"
        if pending is None or self.path not in {f"{path}response", f"{path}error"}:
            self._answer(403)
            return
        self.server.current = None
        if self.path.endswith("/error"):
            pending.finish(error=function_error(document(body)))
        else:
            pending.finish(body)
        self._answer(202)

    def _chunks(self) -> bytes:
        """Read a body in chunks, as streamed answers come."""
        body = bytearray()
        while (size := int(self.rfile.readline().split(b";")[0] or b"0", 16)) and len(body) <= MOST_BYTES:
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return bytes(body)

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: requests are counted where they are made."""
