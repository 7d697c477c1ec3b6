"""Hints: what others may want to look at now, told when a transaction has committed.

This process hears of its own at once, other nodes where the database carries them. A hint may be lost, and may come
twice: nothing depends on one, and whoever listens also looks now and then.
"""

from collections.abc import Sequence
from threading import Lock

from ostiary.store.engines.engine import Carrier, Engine, Heard


class Hints:
    """The hints of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listeners: tuple[Heard, ...] = ()
        self._carrier: Carrier | None = None
        self._changing = Lock()

    def listen(self, heard: Heard) -> None:
        """Have `heard` told from now on."""
        with self._changing:
            if not self._listeners:
                self._carrier = self._engine.carrier(self._hear)
            self._listeners = (*self._listeners, heard)

    def tell(self, hints: Sequence[str]) -> None:
        """Tell everybody."""
        self._hear(hints)
        carrier = self._carrier
        if carrier is not None:
            carrier.tell(hints)

    def close(self) -> None:
        """Tell nobody any more."""
        with self._changing:
            carrier, self._carrier, self._listeners = self._carrier, None, ()
        if carrier is not None:
            carrier.close()

    def _hear(self, hints: Sequence[str]) -> None:
        for heard in self._listeners:
            heard(hints)
