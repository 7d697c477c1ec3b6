"""Private keys that sign tokens, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key. `token_use` says what it signs: `id`, `access`, or `identity` for identity pools (`pool_id` is `*`)."""

    pool_id: str
    kid: str
    token_use: str
    sealed: bytes = field(repr=False)
    created_at: int


def of_pool(tx: Tx, pool_id: str) -> list[StoredKey]:
    """Return the pool's keys, the oldest first."""
    table = schema.signing_keys
    query = select(table).where(table.c.pool_id == pool_id).order_by(table.c.created_at, table.c.kid)
    return [StoredKey(row.pool_id, row.kid, row.token_use, bytes(row.sealed), row.created_at) for row in tx.all(query)]


def add(tx: Tx, keys: Iterable[StoredKey]) -> None:
    """Insert keys."""
    for key in keys:
        tx.insert(
            schema.signing_keys,
            pool_id=key.pool_id,
            kid=key.kid,
            token_use=key.token_use,
            sealed=key.sealed,
            created_at=key.created_at,
        )
    tx.configuration_changed()
