"""Drives a server over keep-alive connections, one request at a time on each, and measures."""

import asyncio
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

FAILURES = 100
"""How many failed answers end a run."""
Conversation = Callable[[], Generator[bytes, bytes, None]]
"""Makes one exchange: a generator that yields requests and is sent the answers."""


@dataclass(slots=True)
class Result:
    """What one run measured; latencies are seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Successful answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency that `share` of the answers stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Connection(asyncio.Protocol):
    """One client: sends what its conversation asks for, measures each whole conversation."""

    def __init__(self, conversation: Conversation, result: Result, until: float, done: asyncio.Future[None]) -> None:
        self._conversation, self._result, self._until, self._done = conversation, result, until, done
        self._buffer = b""
        self._missing = -1
        self._started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the first conversation."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        """Gather one whole answer."""
        self._buffer += data
        if self._missing < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._missing = end + 4 + _content_length(self._buffer[:end])
        if len(self._buffer) >= self._missing:
            answer, self._buffer, self._missing = self._buffer, b"", -1
            self._answered(answer)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        """Report the end."""
        if not self._done.done():
            self._done.set_result(None)

    def _begin(self) -> None:
        self._started = time.perf_counter()
        self._steps = self._conversation()
        self._transport.write(next(self._steps))

    def _answered(self, answer: bytes) -> None:
        if not answer.startswith(b"HTTP/1.1 2"):
            self._result.failures.append(answer)
        else:
            try:
                following = self._steps.send(answer)
            except StopIteration:
                self._result.latencies.append(time.perf_counter() - self._started)
            else:
                self._transport.write(following)
                return
        if time.perf_counter() < self._until and len(self._result.failures) < FAILURES:
            self._begin()
        else:
            self._transport.close()


def drive(host: str, port: int, conversation: Conversation, *, connections: int, seconds: float) -> Result:
    """Repeat `conversation` on every connection for `seconds` and return what was measured."""
    return uvloop.run(_drive(host, port, conversation, connections, seconds))


async def _drive(host: str, port: int, conversation: Conversation, connections: int, seconds: float) -> Result:
    loop = asyncio.get_running_loop()
    result = Result()
    started = time.perf_counter()
    endings: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    for done in endings:
        connection = partial(Connection, conversation, result, started + seconds, done)
        await loop.create_connection(connection, host, port)
    await asyncio.gather(*endings)
    result.seconds = time.perf_counter() - started
    return result


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0
