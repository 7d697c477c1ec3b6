"""Private keys that sign tokens, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key. `token_use` says what it signs: `id`, `access`, or `identity` for identity pools (`pool_id` is `*`).

    Times are epoch seconds; it signs from `signs_at`, until the next one of its use does.
    """

    pool_id: str
    kid: str
    token_use: str
    sealed: bytes = field(repr=False)
    created_at: int
    signs_at: int


def of_pool(tx: Tx, pool_id: str) -> list[StoredKey]:
    """Return the pool's keys, in the order in which they begin to sign."""
    table = schema.signing_keys
    query = select(table).where(table.c.pool_id == pool_id).order_by(table.c.signs_at, table.c.created_at, table.c.kid)
    return [
        StoredKey(row.pool_id, row.kid, row.token_use, bytes(row.sealed), row.created_at, row.signs_at)
        for row in tx.all(query)
    ]


def owners(tx: Tx, after: str, limit: int) -> list[str]:
    """Return at most `limit` pools that have keys, by id, behind the id `after`."""
    column = schema.signing_keys.c.pool_id
    query = select(column).where(column > after).group_by(column).order_by(column).limit(limit)
    return [row.pool_id for row in tx.all(query)]


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
            signs_at=key.signs_at,
        )
    tx.configuration_changed()


def sign_from(tx: Tx, pool_id: str, kid: str, signs_at: int) -> None:
    """Have a key sign from another time on."""
    tx.update(schema.signing_keys, {"pool_id": pool_id, "kid": kid}, signs_at=signs_at)
    tx.configuration_changed()


def delete(tx: Tx, pool_id: str, kid: str) -> bool:
    """Delete a key; whether it was there."""
    deleted = tx.delete(schema.signing_keys, {"pool_id": pool_id, "kid": kid})
    tx.configuration_changed()
    return deleted == 1
