"""A small stand-in for Firebase Cloud Messaging: gives access tokens, takes messages, and shows what arrived.

`python -m ostiary.demo.push_service PORT`. `GET /arrived?token=…` answers `{"messages": […]}` of one device. For the
demo only: it gives a token to everybody.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ostiary.runtime.randomness import Random

TOKEN_SECONDS = 3600
_FOUND, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404


class PushService(ThreadingHTTPServer):
    """The service: the access tokens it gave, and the messages of each device."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.given: set[str] = set()
        self.messages: dict[str, list[dict[str, Any]]] = {}

    def give_token(self) -> dict[str, Any]:
        """Return a new access token as an OAuth server does."""
        token = Random.text(32)
        self.given.add(token)
        return {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}

    def take(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keep a message for its device."""
        arrived = self.messages.setdefault(message["token"], [])
        arrived.append(message)
        return {"name": f"projects/demo/messages/{len(arrived)}"}


class _Handler(BaseHTTPRequestHandler):
    server: PushService
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/arrived":
            self._answer(_NOT_FOUND, {})
            return
        token = parse_qs(url.query)["token"][0]
        self._answer(_FOUND, {"messages": self.server.messages.get(token, [])})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/token":
            self._answer(_FOUND, self.server.give_token())
        elif self.headers["authorization"].removeprefix("Bearer ") not in self.server.given:
            self._answer(_UNAUTHORIZED, {"error": {"status": "UNAUTHENTICATED"}})
        else:
            self._answer(_FOUND, self.server.take(json.loads(body)["message"]))

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent."""


if __name__ == "__main__":
    PushService(int(sys.argv[1])).serve_forever()
