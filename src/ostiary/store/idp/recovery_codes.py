"""One-time codes that stand for a lost authenticator app: hashes, sealed, a row for each that is left."""

from collections.abc import Sequence

from sqlalchemy import func, select

from ostiary.store import schema
from ostiary.store.db import Tx

_TABLE = schema.recovery_codes


def replace(tx: Tx, pool_id: str, sub: str, sealed: Sequence[bytes], now: int) -> None:
    """Keep these codes of a user instead of all older ones."""
    delete(tx, pool_id, sub)
    for number, each in enumerate(sealed):
        tx.insert(_TABLE, pool_id=pool_id, sub=sub, number=number, sealed=each, created_at=now)


def of_user(tx: Tx, pool_id: str, sub: str) -> list[bytes]:
    """Return the codes that a user has left."""
    query = select(_TABLE.c.sealed).where(_TABLE.c.pool_id == pool_id, _TABLE.c.sub == sub)
    return [bytes(row.sealed) for row in tx.all(query)]


def left(tx: Tx, pool_id: str, sub: str) -> int:
    """Return how many a user has left."""
    query = select(func.count().label("found")).where(_TABLE.c.pool_id == pool_id, _TABLE.c.sub == sub)
    row = tx.one(query)
    return 0 if row is None else int(row.found)


def use(tx: Tx, pool_id: str, sub: str, sealed: bytes) -> bool:
    """Use a code up; return whether nobody else did."""
    return tx.delete(_TABLE, _TABLE.c.pool_id == pool_id, _TABLE.c.sub == sub, _TABLE.c.sealed == sealed) == 1


def delete(tx: Tx, pool_id: str, sub: str) -> None:
    """Forget a user's codes."""
    tx.delete(_TABLE, _TABLE.c.pool_id == pool_id, _TABLE.c.sub == sub)
