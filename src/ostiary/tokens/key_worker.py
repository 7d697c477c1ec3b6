"""The thread that rotates signing keys when their time has come, and forgets those that retired.

Any number of processes may run one: a lease says whose turn it is.
"""

import structlog

from ostiary.background import Worker
from ostiary.context import Services
from ostiary.store import leases
from ostiary.store.idp import signing_keys
from ostiary.tokens import rotation

POLL_SECONDS = 30.0
EVERY_SECONDS = 3_600
PAGE = 200
_LEASE = "signing-keys"

log = structlog.get_logger()


class KeyWorker(Worker):
    """Rotates until it is stopped."""

    def __init__(self, services: Services) -> None:
        super().__init__("signing-keys", POLL_SECONDS)
        self._services = services
        self._holder = services.random.uuid()

    def run_due(self) -> int:
        """Look after the keys of every pool, unless somebody did within the hour; return how many were rotated."""
        now = self._services.clock.now_seconds()
        with self._services.store.read() as tx:
            if not leases.is_free(tx, _LEASE, now):
                return 0
        with self._services.store.write() as tx:
            if not leases.take(tx, _LEASE, self._holder, now, now + EVERY_SECONDS):
                return 0
        return self._all()

    def _all(self) -> int:
        after, done = "", 0
        while not self.stopping:
            with self._services.store.read() as tx:
                owners = signing_keys.owners(tx, after, PAGE)
            done += sum(self._look_after(owner) for owner in owners if not self.stopping)
            if len(owners) < PAGE:
                break
            after = owners[-1]
        return done

    def _look_after(self, owner: str) -> bool:
        settings, now = self._services.settings, self._services.clock.now_seconds()
        shown = rotation.states(self._services, owner)
        if any(state.state == "retired" for state in shown):
            with self._services.store.write() as tx:
                rotation.forget_retired(tx, owner, now)
        if not settings.signing_keys_days or not rotation.is_due(shown, now, settings.signing_keys_days):
            return False
        rotation.rotate(self._services, owner, settings.signing_keys_lead)
        log.info("signing_keys_rotated", pool_id=owner)
        return True
