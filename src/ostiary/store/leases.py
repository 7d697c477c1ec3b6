"""Leases: rows that say which process does a piece of work, until when."""

from sqlalchemy import or_

from ostiary.store import schema
from ostiary.store.db import Tx


def take(tx: Tx, name: str, holder: str, now: int, until: int) -> bool:
    """Take or keep a lease until `until`; return whether nobody else holds it. Times are epoch seconds."""
    if tx.insert_if_absent(schema.leases, name=name, holder=holder, expires_at=until):
        return True
    table = schema.leases
    free = or_(table.c.expires_at <= now, table.c.holder == holder)
    return tx.update(table, table.c.name == name, free, holder=holder, expires_at=until) == 1


def is_free(tx: Tx, name: str, now: int) -> bool:
    """Whether nobody holds a lease."""
    row = tx.get(schema.leases, name=name)
    return row is None or row.expires_at <= now


def release(tx: Tx, name: str, holder: str) -> None:
    """Give a lease back, if it is still the holder's."""
    tx.delete(schema.leases, {"name": name, "holder": holder})


def close(tx: Tx, name: str, holder: str, until: int) -> None:
    """Give a lease back so that nobody takes it before `until`."""
    tx.update(schema.leases, {"name": name, "holder": holder}, holder="", expires_at=until)
