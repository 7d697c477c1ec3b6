"""Bytes in, bytes out: an ASGI request within its limits, and an answer sent."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from ostiary.aws import cors
from ostiary.aws.errors import RequestTooLargeError
from ostiary.aws.wire import Headers, Peer, Request, Response, text, wire

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LONGEST_URL = 16_384
LONGEST_HEADERS = 65_536
_DRAINED = 16 * 1_048_576
"""A body that is too large is read to its end up to here, so that the client sees the answer and not a reset."""
_TRACE = re.compile(r"[A-Za-z0-9=;:._-]{1,512}")
"""What a trace header looks like; another one is as none."""
_CORS = [(name.encode(), value.encode()) for name, value in cors.ANSWER_HEADERS]


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


def request_of(scope: Scope) -> Request:
    """Return the request without its body. Raises RequestTooLargeError for an address or headers beyond the limits."""
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(raw_path) + len(query) > LONGEST_URL:
        raise RequestTooLargeError("The request's address is too long.")
    if sum(len(name) + len(value) for name, value in headers) > LONGEST_HEADERS:
        raise RequestTooLargeError("The request's headers are too large.")
    return Request(
        method=scope["method"],
        raw_path=text(raw_path),
        query_string=text(query),
        headers=[(text(name).lower(), text(value)) for name, value in headers],
    )


def peer_of(scope: Scope, request: Request | None, request_id: str) -> Peer:
    """Return where the request came from, as the server in front of us says."""
    client = scope.get("client")
    agent, trace = (request.header(name) if request else "" for name in ("user-agent", "x-amzn-trace-id"))
    ip = client[0] if client else ""
    return Peer(ip, agent, scope.get("scheme") == "https", request_id, trace if _TRACE.fullmatch(trace) else "")


async def body_of(request: Request, receive: Receive, limit: int) -> bytes:
    """Return the body.

    Raises RequestTooLargeError when it is larger than `limit` bytes, ClientGoneError when it breaks off.
    """
    announced = request.header("content-length")
    size = int(announced) if announced.isascii() and announced.isdigit() else 0
    if size > limit and (size > _DRAINED or request.header("expect")):
        raise RequestTooLargeError(f"The request's body is larger than {limit} bytes.")
    parts: list[bytes] = []
    received, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGoneError
        part: bytes = event.get("body", b"")
        received += len(part)
        more = bool(event.get("more_body"))
        if received <= limit:
            parts.append(part)
        elif received > _DRAINED:
            break
    if received > limit:
        raise RequestTooLargeError(f"The request's body is larger than {limit} bytes.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def answer(send: Send, response: Response) -> None:
    """Send an answer, with the headers that let web pages read it."""
    await send({"type": "http.response.start", "status": response.status, "headers": _headers(response)})
    await send({"type": "http.response.body", "body": response.body})


def _headers(response: Response) -> list[tuple[bytes, bytes]]:
    own: Headers = response.headers
    made = [(name.lower().encode("latin-1"), wire(value)) for name, value in own]
    if not any(name == b"access-control-allow-origin" for name, _ in made):
        made += _CORS
    made.append((b"content-length", str(len(response.body)).encode()))
    return made
