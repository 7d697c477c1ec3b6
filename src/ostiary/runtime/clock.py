"""The server's time: the only module that reads the system's clock."""

import time
from threading import Lock


class Clock:
    """Wall-clock time that `--dev` and tests may move; monotonic time cannot be moved."""

    def __init__(self, offset: float = 0.0) -> None:
        self._lock = Lock()
        self._offset = offset

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time() + self._offset

    @staticmethod
    def system_now() -> float:
        """Return seconds since the epoch as the system has them: other machines' clocks are not moved with ours."""
        return time.time()

    def now_seconds(self) -> int:
        """Return whole seconds since the epoch, as token claims and wire timestamps use them."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Move the time by `seconds` (development only)."""
        with self._lock:
            self._offset += seconds

    def set(self, epoch_seconds: float | None) -> None:
        """Make it `epoch_seconds` now, or give the system's time back with None (development only)."""
        with self._lock:
            self._offset = 0.0 if epoch_seconds is None else epoch_seconds - time.time()

    @staticmethod
    def rest(seconds: float) -> None:
        """Let others have the machine and the database for a while (work beside a server)."""
        time.sleep(seconds)

    @staticmethod
    def monotonic() -> float:
        """Return seconds that only ever go forward, for time-outs and caches."""
        return time.monotonic()
