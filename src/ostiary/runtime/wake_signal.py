"""Word from one thread of a process to another that there is something to do."""

from collections.abc import Callable


class WakeSignal:
    """Wakes those of this process who listen. Nothing may depend on being heard: it only makes things quicker."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[], None], ...] = ()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called by whoever sends, on the sending thread; it must not block or raise."""
        self._listeners = (*self._listeners, listener)

    def leave(self, listener: Callable[[], None]) -> None:
        """Stop calling a listener."""
        self._listeners = tuple(kept for kept in self._listeners if kept != listener)

    def send(self) -> None:
        """Call every listener."""
        for listener in self._listeners:
            listener()
