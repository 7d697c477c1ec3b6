"""The threads that run requests: so many at once, not counting those that wait for somebody outside.

A request that waits for a trigger lends its turn to another one (`with waiting():`), so that a function which is slow,
or dead, delays only who called it. The number of those that wait is bounded too.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Lock, Semaphore, Thread, local
from typing import Any, TypeVar

MOST_WAITING = 256
"""How many requests of a process may wait at a time, each in a thread of its own."""

MOST_QUEUED = 512
"""How many requests of a process may wait for their turn, unless told otherwise."""

T = TypeVar("T")
_mine = local()


class CrowdedError(Exception):
    """As many wait already as may."""


class OverloadedError(Exception):
    """More requests wait for their turn than could be served soon."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A function to run, and the future of an event loop that wants to know."""

    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def run(self) -> None:
        try:
            result, error = self.function(*self.arguments), None
        except BaseException as raised:  # noqa: BLE001 - whoever waits for the future gets it
            result, error = None, raised
        self.loop.call_soon_threadsafe(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:
        if self.future.cancelled():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class Threads:
    """Runs functions for event loops, `at_once` of them at a time. `close` when done.

    At most `most_queued` wait for their turn: whoever comes beyond is refused at once, so that those who were let in
    are served while somebody still wants the answer (security.md ROB-07).
    """

    def __init__(
        self, at_once: int, *, name: str, most_waiting: int = MOST_WAITING, most_queued: int = MOST_QUEUED
    ) -> None:
        self._at_once, self._most_waiting, self._name = at_once, most_waiting, name
        self._most_queued = most_queued
        self._tasks: SimpleQueue[_Task | Event | None] = SimpleQueue()
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._turns = 0
        self._waiting = 0
        self._parked = 0
        self._spare = Semaphore(0)
        self._closing = False

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function on a thread when it is its turn, and return what it returns; raises OverloadedError."""
        if self._tasks.qsize() >= self._most_queued:
            raise OverloadedError
        if self._turns < self._at_once:
            with self._lock:
                self._turns += 1
                self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._tasks.put(_Task(loop, future, function, arguments))
        return await future

    def close(self) -> None:
        """Wait for what runs, and end the threads."""
        with self._lock:
            self._closing = True
            threads = list(self._threads)
            for _ in threads:
                self._tasks.put(None)
            for _ in range(self._parked):
                self._spare.release()
        for thread in threads:
            thread.join()

    def lend(self) -> None:
        """Let another thread take the caller's turn; raises CrowdedError."""
        with self._lock:
            if self._waiting >= self._most_waiting or self._closing:
                raise CrowdedError
            self._waiting += 1
            if self._parked:
                self._parked -= 1
                self._spare.release()
            else:
                self._start()

    def take_back(self) -> None:
        """Wait for a turn, behind the requests that came before."""
        given = Event()
        with self._lock:
            self._waiting -= 1
            if self._closing:
                return
            self._tasks.put(given)
        given.wait()

    def _start(self) -> None:
        thread = Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        _mine.threads = self
        while (task := self._tasks.get()) is not None:
            if isinstance(task, _Task):
                task.run()
            else:
                self._park(task)

    def _park(self, wanted: Event) -> None:
        """Give this thread's turn to one that came back, and rest until another lends its own."""
        with self._lock:
            self._parked += 1
            if self._closing:
                self._spare.release()
        wanted.set()
        self._spare.acquire()


@contextmanager
def waiting() -> Iterator[None]:
    """Lend this request's turn to others while the block waits for somebody outside; raises CrowdedError.

    Outside of requests, and inside another such block, it does nothing.
    """
    threads: Threads | None = getattr(_mine, "threads", None)
    if threads is None:
        yield
        return
    threads.lend()
    _mine.threads = None
    try:
        yield
    finally:
        threads.take_back()
        _mine.threads = threads
