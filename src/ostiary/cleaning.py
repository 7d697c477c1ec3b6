"""The thread that removes what was deleted and what has expired. Any number of processes may run one."""

from ostiary.background import Worker
from ostiary.context import Services
from ostiary.store import expired, leases, removals
from ostiary.store.errors import Retry
from ostiary.store.expired import Heap
from ostiary.store.removals import Removal

POLL_SECONDS = 1.0
REST = 3
"""How many times as long as a bite took the next one waits: most of the time the database is others'."""
SWEEP_SECONDS = 60
"""How long after a sweep began the next one does; the first one does when a server starts."""
_LEASE = "sweep"


class Cleaner(Worker):
    """Removes until it is stopped, a bite at a time."""

    def __init__(self, services: Services) -> None:
        super().__init__("cleaning", POLL_SECONDS, rest=REST)
        self._services = services
        self._holder = services.random.uuid()
        self._removal: Removal | None = None
        self._heaps: list[Heap] = []
        self._removed_last = False

    def stop(self) -> None:
        """Finish the bite at hand and end; somebody else may go on at once."""
        super().stop()
        if self._removal is not None:
            removals.release(self._services.store, self._removal)
            self._removal = None

    def run_due(self) -> bool:
        """Remove one bite of what was deleted, or of what has expired, in turns; return whether there may be more."""
        first, second = (self._sweep, self._remove) if self._removed_last else (self._remove, self._sweep)
        self._removed_last = not self._removed_last
        return first() or second()

    def _remove(self) -> bool:
        store, now = self._services.store, self._services.clock.now_seconds()
        removal, self._removal = self._removal, None
        if removal is None:
            with store.read() as tx:
                removal = removals.waiting(tx, now)
        if removal is None:
            return False
        try:
            self._removal = removals.step(store, removal, now)
        except Retry:
            return False  # somebody else has it
        return True

    def _sweep(self) -> bool:
        """Delete a bite of what has expired: looked for before the transaction, which leaves what is in use again."""
        services, now = self._services, self._services.clock.now_seconds()
        if not self._heaps:
            with services.store.read() as tx:
                if not leases.is_free(tx, _LEASE, now):
                    return False
            # In development messages stay to be looked at.
            self._heaps = expired.heaps(now, messages=not services.settings.dev)
        table, condition = self._heaps[0]
        with services.store.read() as tx:
            keys = removals.find_keys(tx, table, condition)
        with services.store.write() as tx:
            if not leases.take(tx, _LEASE, self._holder, now, now + SWEEP_SECONDS):
                self._heaps = []
                return False
            removals.delete_keys(tx, table, keys, condition)
        if len(keys) < removals.BITE:
            del self._heaps[0]
        return bool(self._heaps)
