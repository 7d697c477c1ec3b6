"""One HTTP connection, held to limits that uvicorn's parser leaves open (ROB-02, ROB-05)."""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 20.0
"""How long a client may take from its first byte, or from connecting, to the end of its headers."""
BODY_SECONDS = 60.0
"""How long a client may send nothing while its body is awaited."""
MOST_HEADER_BYTES = 64 * 1024
"""Of a request's headers; and of what comes between two pieces of a body: extensions of chunks, trailers."""
MOST_HEADER_FIELDS = 256
"""Fields that a request may have, its trailers among them."""
LOOK_SECONDS = 5.0
"""How often a connection is looked at: one timer for each, whatever happens on it."""
_REFUSED = b"connection: close\r\ncontent-length: 0\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _REFUSED
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + _REFUSED


class _TooManyFieldsError(Exception):
    """The request has more fields than anybody needs."""


class Connection(HttpToolsProtocol):
    """Lets a client go whose headers do not end, by size or by time, or whose body stops coming."""

    _look: TimerHandle | None = None
    _heads_since: float | None = None
    """When the headers now awaited began; None between requests and after their end."""
    _head_bytes = 0
    _fields = 0
    _beside_body = 0
    """Bytes that came since the last piece of a body."""
    _heard_at = 0.0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to count."""
        super().connection_made(cast("Transport", transport))
        self._heads_since = self._heard_at = self.loop.time()
        self._look = self.loop.call_later(LOOK_SECONDS, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, unless they are more headers than anybody needs."""
        self._heard_at = self.loop.time()
        self._beside_body += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._heads_since is not None:
            self._head_bytes += len(data)
        if max(self._head_bytes, self._beside_body) > MOST_HEADER_BYTES:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        """Note when the headers began, and that none has been counted."""
        if self._heads_since is None:
            self._heads_since = self._heard_at
        self._head_bytes = self._fields = self._beside_body = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field. What comes behind the body is counted and dropped: it must not pass for a header."""
        self._fields += 1
        if self._fields > MOST_HEADER_FIELDS:
            raise _TooManyFieldsError
        if self._heads_since is not None:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._beside_body = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Say that the request cannot be read, or that it has too many fields."""
        if self._fields > MOST_HEADER_FIELDS:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def on_headers_complete(self) -> None:
        """Note that the headers have ended."""
        self._heads_since = None
        super().on_headers_complete()

    def shutdown(self) -> None:
        """Let an answer that has no end of its own know that the server stops: its application is woken."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.scope["state"]["stopping"] = True
            self.cycle.message_event.set()

    def _check(self) -> None:
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if self._heads_since is not None and now - self._heads_since > HEADER_SECONDS:
            self._refuse(TOO_SLOW)
        elif self._awaits_body() and now - self._heard_at > BODY_SECONDS:
            self.transport.close()
        else:
            self._look = self.loop.call_later(LOOK_SECONDS, self._check)

    def _awaits_body(self) -> bool:
        """Whether the client is the one who is slow: not the server behind, which stops the reading for a while."""
        cycle = self.cycle
        return (
            self._heads_since is None
            and cycle is not None
            and cycle.more_body
            and not cycle.response_complete
            and not self.flow.read_paused
        )

    def _refuse(self, answer: bytes) -> None:
        """Say why, unless an answer to an earlier request is still under way, and close."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(answer)
        self.transport.close()
