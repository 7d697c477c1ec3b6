"""What users' passwords are checked against until they are known here."""

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_TABLE = schema.foreign_passwords
_FIRST = select(_TABLE).where(_TABLE.c.pool_id == bindparam("pool_id")).order_by(_TABLE.c.sub).limit(1)
_FROM = _FIRST.where(_TABLE.c.sub >= bindparam("at"))


def put(tx: Tx, pool_id: str, sub: str, sealed: bytes) -> None:
    """Keep it for a user; it replaces another."""
    tx.upsert(schema.foreign_passwords, pool_id=pool_id, sub=sub, sealed=sealed)


def is_kept(tx: Tx, pool_id: str, sub: str) -> bool:
    """Whether there is one of this user."""
    return tx.get(schema.foreign_passwords, pool_id=pool_id, sub=sub) is not None


def nearest(tx: Tx, pool_id: str, at: str) -> tuple[str, bytes] | None:
    """Return the user of this sub and what they have; for another text somebody's, the same while nothing changes.

    Behind the last comes the first; it takes as many statements whoever is meant.
    """
    first = tx.one(_FIRST, pool_id=pool_id)
    if first is None:
        return None
    found = tx.one(_FROM, pool_id=pool_id, at=at) or first
    return found.sub, bytes(found.sealed)


def forget(tx: Tx, pool_id: str, sub: str) -> None:
    """Forget it: the user's password is known here."""
    tx.delete(schema.foreign_passwords, {"pool_id": pool_id, "sub": sub})
