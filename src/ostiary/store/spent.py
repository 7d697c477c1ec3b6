"""Sealed things that can be used once, and have been."""

from ostiary.store import schema
from ostiary.store.db import Tx


def spend(tx: Tx, pool_id: str, thing: str, expires_at: int) -> bool:
    """Mark `thing` as used; return whether it was not. It is remembered until it would have expired."""
    return tx.insert_if_absent(schema.spent, pool_id=pool_id, id=thing, expires_at=expires_at)


def spend_again(tx: Tx, pool_id: str, thing: str, now: int, expires_at: int) -> bool:
    """Mark `thing` as used; return whether it was not, or was used so long ago that it may be again."""
    if spend(tx, pool_id, thing, expires_at):
        return True
    table = schema.spent
    old = (table.c.pool_id == pool_id, table.c.id == thing, table.c.expires_at <= now)
    return tx.update(table, *old, expires_at=expires_at) == 1
