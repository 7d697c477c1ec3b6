"""What users' passwords are checked against until they are known here."""

from ostiary.store import schema
from ostiary.store.db import Tx


def put(tx: Tx, pool_id: str, sub: str, sealed: bytes) -> None:
    """Keep it for a user; it replaces another."""
    tx.upsert(schema.foreign_passwords, pool_id=pool_id, sub=sub, sealed=sealed)


def find(tx: Tx, pool_id: str, sub: str) -> bytes | None:
    """Return what the user has."""
    row = tx.get(schema.foreign_passwords, pool_id=pool_id, sub=sub)
    return None if row is None else bytes(row.sealed)


def forget(tx: Tx, pool_id: str, sub: str) -> None:
    """Forget it: the user's password is known here."""
    tx.delete(schema.foreign_passwords, {"pool_id": pool_id, "sub": sub})
