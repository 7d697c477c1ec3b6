"""Rates that all processes of a deployment share: how much of each has been granted in the current second."""

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_LOCKED = select(schema.rate_windows).where(schema.rate_windows.c.name == bindparam("name")).with_for_update()


def take(tx: Tx, name: str, second: int, wanted: int, most: int) -> int:
    """Grant up to `wanted` of what is left of `most` in a second (of the epoch); return how much was granted.

    A process whose clock is behind takes from the second in which the others are.
    """
    at_first = min(wanted, most)
    if tx.insert_if_absent(schema.rate_windows, name=name, second=second, used=at_first):
        return at_first
    row = tx.one(_LOCKED, name=name)
    if row is None:
        return 0  # it was swept away just now
    used = row.used if row.second >= second else 0
    granted = max(0, min(wanted, most - used))
    if granted:
        tx.update(schema.rate_windows, {"name": name}, second=max(row.second, second), used=used + granted)
    return granted
