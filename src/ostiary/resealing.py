"""Sealing everything anew after the master key was replaced, so that the key before can be thrown away.

It runs beside the servers, in small transactions, each row only if nobody changed it meanwhile; how far it came is
kept, so one that was interrupted goes on. What is out in the world under the key before, refresh tokens and temporary
credentials, goes on to open by keys of those purposes, which are derived from it and kept sealed.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ostiary.context import Services
from ostiary.crypto.seal import Keyring, SealBrokenError
from ostiary.runtime.clock import Clock
from ostiary.store import deployment, sealed
from ostiary.store.db import Store, Tx
from ostiary.store.sealed import SealedRow

PAGE = 200
PASSES = 3
"""How often what was changed under the key before, while it ran, is looked for."""
OUTSIDE = ("seal:refresh-token", "seal:session-token", "mac:temporary-secret-key")
"""What must still open that is not in the database."""
PROOF = "sealed_with"
_RETAINED = "retained-keys"
OnProgress = Callable[[str, int], None]
"""Hears which table is at hand, and how many rows were sealed anew so far."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many values were sealed anew, and how many open under no key that is here: those stay as they are.

    `settled` is false where somebody sealed under another key all the while.
    """

    done: int
    lost: int
    settled: bool = True


def reseal(services: Services, told: OnProgress, *, end_sessions: bool = False) -> Outcome:
    """Seal everything in the database under the first master key.

    With `end_sessions` no key of the ones before is kept: refresh tokens and temporary credentials under them end.
    Raises SealBrokenError when the database was sealed with none of the master keys.
    """
    with services.store.read() as tx:
        _proof(tx, services.keyring)
    retain(services, end_sessions=end_sessions)
    done = 0
    for _ in range(PASSES):
        outcome = _Pass(services, told, done).run()
        done += outcome.done
        if not outcome.done:
            break
    with services.store.write() as tx:
        _reseal_proof(tx, services.keyring)
        tx.configuration_changed()
    return Outcome(done, outcome.lost, settled=not outcome.done)


def retain(services: Services, *, end_sessions: bool) -> None:
    """Keep of the master keys before what opens what is outside; or forget all of it."""
    keyring = services.keyring
    kept = {} if end_sessions else {**retained_keys(services.store, keyring), **keyring.older_keys(OUTSIDE)}
    text = json.dumps({name: b64encode(key).decode() for name, key in kept.items()})
    with services.store.write() as tx:
        deployment.put(tx, deployment.RETAINED_KEYS, keyring.seal_token(text.encode(), _RETAINED))
        tx.configuration_changed()


def retained_keys(store: Store, keyring: Keyring) -> Mapping[str, bytes]:
    """Return what `retain` kept, from the configuration cache; nothing when it opens under no key of `keyring`."""
    text = store.cached((deployment.RETAINED_KEYS,), lambda tx: deployment.fact(tx, deployment.RETAINED_KEYS))
    if not text:
        return {}
    try:
        found = json.loads(keyring.open_token(text, _RETAINED))
    except SealBrokenError:
        return {}
    return {name: b64decode(key) for name, key in found.items()}


def _reseal_proof(tx: Tx, keyring: Keyring) -> None:
    proof = _proof(tx, keyring)
    if proof:
        deployment.put(tx, deployment.SEALED_WITH, keyring.seal_token(proof, PROOF))


def _proof(tx: Tx, keyring: Keyring) -> bytes:
    text = deployment.fact(tx, deployment.SEALED_WITH)
    return keyring.open_token(text, PROOF) if text else b""


class _Pass:
    """One way through all tables."""

    def __init__(self, services: Services, told: OnProgress, done: int) -> None:
        self._store, self._keyring = services.store, services.keyring
        self._told, self._before = told, done
        self._done = self._lost = 0

    def run(self) -> Outcome:
        """Seal what is under another key, from where an interrupted pass left off."""
        tables = list(dict.fromkeys(table for table, _ in sealed.PURPOSES))
        begun, after = self._place()
        for table in tables[tables.index(begun) if begun in tables else 0 :]:
            self._table(table, after if table == begun else None)
        with self._store.write() as tx:
            deployment.forget(tx, deployment.RESEALING)
        return Outcome(self._done, self._lost)

    def _place(self) -> tuple[str, tuple[str | int, ...] | None]:
        with self._store.read() as tx:
            text = deployment.fact(tx, deployment.RESEALING)
        place = json.loads(text) if text else {}
        # A place that was reached under another first key says nothing.
        current = place.get("sealed") and self._keyring.is_current(b64decode(place["sealed"]))
        return (place["table"], tuple(place["after"])) if current else ("", None)

    def _table(self, table: str, after: tuple[str | int, ...] | None) -> None:
        while True:
            with self._store.read() as tx:
                rows = sealed.page(tx, table, after, PAGE)
            stale = [(row, column) for row in rows for column, value in row.sealed.items() if self._is_stale(value)]
            began = Clock.monotonic()
            opened = [(row, column, self._opened(table, column, row.sealed[column])) for row, column in stale]
            with self._store.write() as tx:
                written = sum(self._write(tx, table, row, column, value) for row, column, value in opened if value)
                if rows:
                    after = rows[-1].key
                    marked = b64encode(self._keyring.seal(b"", deployment.RESEALING)).decode()
                    place = json.dumps({"table": table, "after": after, "sealed": marked})
                    deployment.put(tx, deployment.RESEALING, place)
            self._done += written
            self._lost += sum(value is None for *_, value in opened)
            self._told(table, self._before + self._done)
            if len(rows) < PAGE:
                return
            Clock.rest(Clock.monotonic() - began)  # the servers' turn

    def _is_stale(self, value: bytes) -> bool:
        return not self._keyring.is_current(value)

    def _opened(self, table: str, column: str, value: bytes) -> tuple[str, bytes] | None:
        for purpose in sealed.PURPOSES[table, column]:
            try:
                return purpose, self._keyring.open(value, purpose)
            except SealBrokenError:
                continue
        return None

    def _write(self, tx: Tx, table: str, row: SealedRow, column: str, opened: tuple[str, bytes]) -> int:
        purpose, secret = opened
        return int(sealed.replace(tx, table, row, column, self._keyring.seal(secret, purpose)))
