"""Lanes of work: what is in one lane is done one after the other, and holds up no other lane."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from ostiary.runtime.clock import Clock

STUCK_SECONDS = 1.0
"""How long one piece of work may take before its lane counts as stuck."""


class Lanes:
    """Lanes that share some threads; `ended` is called whenever one of them is free again."""

    def __init__(self, threads: int, name: str, ended: Callable[[], None]) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._ended = ended
        self._lock = Lock()
        self._began: dict[Hashable, float] = {}
        self._running: set[Future[None]] = set()

    def begin(self, lane: Hashable, work: Callable[[Callable[[], None]], None]) -> bool:
        """Have work done in a lane, unless it has some; return whether that was so.

        `work` gets what it calls before each of its pieces.
        """
        with self._lock:
            if lane in self._began:
                return False
            self._began[lane] = Clock.monotonic()
            running = self._threads.submit(self._run, lane, work)
            self._running.add(running)
        running.add_done_callback(self._running.discard)
        return True

    def is_stuck(self, lane: Hashable) -> bool:
        """Whether a lane has been busy with one piece of work for long."""
        began = self._began.get(lane)
        return began is not None and Clock.monotonic() - began > STUCK_SECONDS

    def settle(self) -> None:
        """Wait until nothing is under way; raises what a piece of work raised."""
        running = list(self._running)
        wait(running)
        for each in running:
            each.result()

    def close(self) -> None:
        """Finish what is under way."""
        self._threads.shutdown()

    def _run(self, lane: Hashable, work: Callable[[Callable[[], None]], None]) -> None:
        def next_piece() -> None:
            self._began[lane] = Clock.monotonic()

        try:
            work(next_piece)
        finally:
            with self._lock:
                del self._began[lane]
            self._ended()
