"""The threads that run requests: so many at once, not counting those that wait for somebody outside.

A request that waits for a trigger lends its turn to another one (`with waiting():`), so that a function which is slow,
or dead, delays only who called it. The number of those that wait is bounded too.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, local
from typing import Any, TypeVar

MOST_WAITING = 256
"""How many requests of a process may wait at a time, each in a thread of its own."""

T = TypeVar("T")
_mine = local()


class CrowdedError(Exception):
    """As many wait already as may."""


class Threads:
    """Runs functions for an event loop, `at_once` of them at a time. `close` when done."""

    def __init__(self, at_once: int, *, name: str, most_waiting: int = MOST_WAITING) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(at_once + most_waiting, thread_name_prefix=name)
        self._most_waiting = most_waiting
        self._waiting = 0
        self._lock = Lock()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function on a thread when it is its turn, and return what it returns."""
        loop = asyncio.get_running_loop()
        async with self._turns:
            return await loop.run_in_executor(self._pool, self._run, loop, function, *arguments)

    def close(self) -> None:
        """Wait for what runs, and end the threads."""
        self._pool.shutdown()

    def _run(self, loop: asyncio.AbstractEventLoop, function: Callable[..., T], *arguments: Any) -> T:
        _mine.turn = _Turn(self, loop)
        try:
            return function(*arguments)
        finally:
            _mine.turn = None

    def lend(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let another one run in the caller's place; raises CrowdedError."""
        with self._lock:
            if self._waiting >= self._most_waiting:
                raise CrowdedError
            self._waiting += 1
        loop.call_soon_threadsafe(self._turns.release)

    def take_back(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for a turn, behind those who waited before."""
        asyncio.run_coroutine_threadsafe(self._turns.acquire(), loop).result()
        with self._lock:
            self._waiting -= 1


@dataclass(frozen=True, slots=True)
class _Turn:
    threads: Threads
    loop: asyncio.AbstractEventLoop


@contextmanager
def waiting() -> Iterator[None]:
    """Lend this request's turn to others while the block waits for somebody outside; raises CrowdedError.

    Outside of requests, and inside another such block, it does nothing.
    """
    turn: _Turn | None = getattr(_mine, "turn", None)
    if turn is None:
        yield
        return
    turn.threads.lend(turn.loop)
    _mine.turn = None
    try:
        yield
    finally:
        turn.threads.take_back(turn.loop)
        _mine.turn = turn
