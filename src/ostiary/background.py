"""Work that no request asked for: threads that look for it again and again. Any number of processes may run them.

What takes long is done in bites, each a short transaction, with a rest after each: whoever waits for an answer is not
held up by much, and what is there to do, in whatever number, is done in the end.
"""

from abc import ABC, abstractmethod
from threading import Event, Thread

import structlog

from ostiary.runtime.clock import Clock
from ostiary.store.errors import StoreError

log = structlog.get_logger()


class Worker(ABC):
    """Looks for work every so many seconds, and at once when woken, in a thread of its own until it is stopped.

    After each piece it rests for `rest` times as long as that took.
    """

    def __init__(self, name: str, every: float, *, rest: float = 0) -> None:
        self._name, self._every, self._rest = name, every, rest
        self._stopped, self._woken = Event(), Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def run_due(self) -> object:
        """Do some of what is due now; return something true when there may be more. Work is tried again if it fails."""

    @property
    def stopping(self) -> bool:
        """Whether the worker should leave what it can leave."""
        return self._stopped.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look for work now. It does not block."""
        self._woken.set()

    def stop(self) -> None:
        """Finish what is at hand and end."""
        self._stopped.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def pause(self, began: float) -> float:
        """Rest after a piece of work that began at this monotonic time, unless stopped; return the time then."""
        self._stopped.wait((Clock.monotonic() - began) * self._rest)
        return Clock.monotonic()

    def _run(self) -> None:
        while not self.stopping:
            self._woken.wait(self._every)
            self._woken.clear()
            try:
                began = Clock.monotonic()
                while not self.stopping and self.run_due():
                    began = self.pause(began)
            except StoreError as error:
                log.warning("work_waits", worker=self._name, reason=str(error))
                self._stopped.wait(self._every)
            except Exception:
                log.exception("work_failed", worker=self._name)
                self._stopped.wait(self._every)
