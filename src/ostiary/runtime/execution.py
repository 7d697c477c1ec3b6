"""How a request runs: a plain function on the event loop until it waits, and then the loop serves others.

`Tasks.run` runs a function in a *strand*, a greenlet that is used again and again. What waits for somebody outside
(`outside`), computes for long (`compute`), or waits for a turn or a moment (`Turn`, `Waiter`, `pause`) leaves the loop
there, and the function goes on where it was. The same calls, made on any other thread, just block that thread: who
calls them does not know where it runs.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock, get_ident
from typing import Any, TypeVar, cast

from greenlet import getcurrent, greenlet

MOST_OUTSIDE = 256
"""How many requests of a process may wait for somebody outside at a time, each on a thread of its own."""
MOST_RUNNING = 512
"""How many requests of a process may be under way at a time, not counting those that wait for somebody outside."""
COMPUTING = 2
"""Threads that compute for the requests of a process."""

T = TypeVar("T")
Resume = Callable[[Any, BaseException | None], None]
_PARKED, _WOKEN, _LATE = object(), object(), object()
_holding: ContextVar[bool] = ContextVar("holding", default=False)


class CrowdedError(Exception):
    """As many wait for somebody outside already as may."""


class OverloadedError(Exception):
    """More requests are under way than could be answered soon."""


class _Strand(greenlet):
    """A greenlet that runs one function after another, on the loop of its `Tasks`."""

    def __init__(self, tasks: "Tasks") -> None:
        super().__init__()
        self.tasks = tasks
        self.loop, self.thread = asyncio.get_running_loop(), get_ident()
        self.ended: asyncio.Future[tuple[Any, BaseException | None]] | None = None

    def run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        while True:
            result, error = None, None
            try:
                result = function(*arguments)
            except BaseException as raised:  # noqa: BLE001 - whoever awaits the function gets it
                error = raised
            function, arguments = self.tasks.ended(self, result, error)

    def resume(self, value: Any, error: BaseException | None) -> None:
        """Go on, on the loop, with what was waited for."""
        outcome = self.step(value, error)
        if outcome is not _PARKED:
            ended, self.ended = self.ended, None
            if ended is not None and not ended.cancelled():
                ended.set_result(outcome)

    def step(self, *passed: Any) -> Any:
        """Run until it waits or ends; the loop serves nobody else meanwhile."""
        return self.switch(*passed)

    def park(self) -> Any:
        """Let the loop serve others until `resume`; return its value, or raise its error."""
        value, error = cast("greenlet", self.parent).switch(_PARKED)
        if error is not None:
            raise error
        return value


class Tasks:
    """Runs functions on the event loop of whoever awaits them. `close` when done.

    At most `most_running` are under way: whoever comes beyond is refused at once, so that those who were let in are
    answered while somebody still wants the answer (ROB-07). A function goes on to its end also when nobody
    awaits it any more.
    """

    def __init__(
        self, *, computing: int = COMPUTING, most_running: int = MOST_RUNNING, most_outside: int = MOST_OUTSIDE
    ) -> None:
        self._most_running, self._most_outside = most_running, most_outside
        self._idle: list[_Strand] = []
        self._running = 0
        self._outside = 0
        self._computers = ThreadPoolExecutor(computing, thread_name_prefix="compute")
        self._callers = ThreadPoolExecutor(most_outside, thread_name_prefix="outside")
        self._loop: asyncio.AbstractEventLoop | None = None
        """The loop that the idle strands run on."""

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function and return what it returns; raises OverloadedError, and what the function raises."""
        if self._running >= self._most_running:
            raise OverloadedError
        return await self.go_on(function, *arguments)

    async def go_on(self, function: Callable[..., T], *arguments: Any) -> T:
        """The same for the rest of what was let in before, which is never refused."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._idle = loop, []
        self._running += 1
        strand = self._idle.pop() if self._idle else _Strand(self)
        outcome = strand.step(function, arguments)
        if outcome is _PARKED:
            strand.ended = loop.create_future()
            outcome = await strand.ended
        result, error = outcome
        if error is not None:
            raise error
        return cast("T", result)

    def close(self) -> None:
        """Wait for what runs on threads, and end them."""
        self._callers.shutdown()
        self._computers.shutdown()

    def ended(self, strand: _Strand, *outcome: Any) -> Any:
        """Hand a strand's outcome over, and return what it is to run next."""
        self._running -= 1
        if strand.loop is self._loop:
            self._idle.append(strand)
        return cast("greenlet", strand.parent).switch(outcome)

    def on_thread(self, strand: _Strand, threads: ThreadPoolExecutor, function: Callable[..., T], arguments: Any) -> T:
        """Return what a function returns that runs on a thread while the loop serves others."""

        def done(future: "Future[T]") -> None:
            error = future.exception()
            strand.loop.call_soon_threadsafe(strand.resume, None if error else future.result(), error)

        threads.submit(function, *arguments).add_done_callback(done)
        return cast("T", strand.park())

    def compute(self, strand: _Strand, function: Callable[..., T], arguments: Any) -> T:
        """Return what a function computes, on one of the few threads that compute."""
        return self.on_thread(strand, self._computers, function, arguments)

    def outside(self, strand: _Strand, function: Callable[..., T], arguments: Any) -> T:
        """Return what a function hears from outside; its request counts among those that wait there meanwhile."""
        if self._outside >= self._most_outside:
            raise CrowdedError
        self._outside += 1
        self._running -= 1
        try:
            return self.on_thread(strand, self._callers, function, arguments)
        finally:
            self._running += 1
            self._outside -= 1


def compute(function: Callable[..., T], *arguments: Any) -> T:
    """Return what `function` computes; it may take long and must not wait for anybody."""
    _check_holds_nothing()
    strand = on_loop()
    return function(*arguments) if strand is None else strand.tasks.compute(strand, function, arguments)


def compute_if(takes_long: bool, function: Callable[..., T], *arguments: Any) -> T:  # noqa: FBT001 - a condition
    """Return what `function` computes, beside the loop only when that takes long: to change threads costs something."""
    return compute(function, *arguments) if takes_long else function(*arguments)


def outside(function: Callable[..., T], *arguments: Any) -> T:
    """Return what `function` hears from somebody else, who may be slow; raises CrowdedError.

    Whom a request asks, and how many ask at a time, is decided in `runtime/outsiders.py`.
    """
    strand = on_loop()
    return function(*arguments) if strand is None else strand.tasks.outside(strand, function, arguments)


def pause(seconds: float) -> None:
    """Return after so many seconds."""
    _check_holds_nothing()
    strand = on_loop()
    if strand is None:
        time.sleep(seconds)
    else:
        strand.loop.call_later(seconds, strand.resume, None, None)
        strand.park()


def on_loop() -> _Strand | None:
    """Return the strand that calls this on the event loop, or None on any other thread."""
    current = getcurrent()
    return current if isinstance(current, _Strand) else None


@contextmanager
def holding() -> Iterator[None]:
    """Forbid whoever runs in the block to wait or to compute for long: others need what it holds."""
    outer = _holding.set(True)
    try:
        yield
    finally:
        _holding.reset(outer)


def is_holding() -> bool:
    """Whether the caller is in such a block."""
    return _holding.get()


def _check_holds_nothing() -> None:
    if _holding.get():
        raise RuntimeError("What takes long is done before a transaction or after it, never inside one.")


def until_ready(strand: _Strand, fileno: int, *, reads: bool, writes: bool) -> tuple[bool, bool]:
    """Return whether a file can be read, and written to, once it can be one of what is asked."""
    loop = strand.loop

    def ready(*found: bool) -> None:
        # The strand goes on in a callback of its own: it may close the file that the loop is looking at now.
        loop.remove_reader(fileno)
        loop.remove_writer(fileno)
        loop.call_soon(strand.resume, found, None)

    if reads:
        loop.add_reader(fileno, ready, True, False)  # noqa: FBT003 - a callback's arguments
    if writes:
        loop.add_writer(fileno, ready, False, True)  # noqa: FBT003 - the same
    return cast("tuple[bool, bool]", strand.park())


class Waiter:
    """Waits, once, until somebody calls `wake`, on any thread and also before `wait`."""

    def __init__(self) -> None:
        self._strand = on_loop()
        self._event = Event()
        self._over = False

    def wake(self) -> None:
        """End the waiting."""
        if self._strand is None:
            self._event.set()
        elif self._strand.thread == get_ident():
            self._strand.loop.call_soon(self._end, _WOKEN)
        else:
            self._strand.loop.call_soon_threadsafe(self._end, _WOKEN)

    def wait(self, seconds: float | None = None) -> bool:
        """Return True when woken, False after so many seconds."""
        if self._strand is None:
            return self._event.wait(seconds)
        timer = None if seconds is None else self._strand.loop.call_later(seconds, self._end, _LATE)
        ending = self._strand.park()
        if timer is not None:
            timer.cancel()
        return ending is _WOKEN

    def _end(self, ending: object) -> None:
        if not self._over:
            self._over = True
            cast("_Strand", self._strand).resume(ending, None)


class Places:
    """So many places, which strands and threads take in the order in which they came for them."""

    def __init__(self, count: int) -> None:
        self._lock = Lock()
        self._free = count
        self._waiters: deque[Waiter] = deque()

    @property
    def are_wanted(self) -> bool:
        """Whether somebody waits for one."""
        return bool(self._waiters)

    def take(self, given_up: Callable[[], None], seconds: float | None = None) -> bool:
        """Return True when the caller has a place, False when there was none for so many seconds.

        Where the waiting is broken off after a place was given, `given_up` must give it on.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            waiter = Waiter()
            self._waiters.append(waiter)
        try:
            if waiter.wait(seconds):
                return True
        except BaseException:
            if not self._left(waiter):
                given_up()
            raise
        return not self._left(waiter)

    def give(self) -> None:
        """Let the next one have a place."""
        with self._lock:
            if not self._waiters:
                self._free += 1
                return
            waiter = self._waiters.popleft()
        waiter.wake()

    def _left(self, waiter: Waiter) -> bool:
        """Stop waiting; return whether that came before a place was given."""
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                return True
        return False
