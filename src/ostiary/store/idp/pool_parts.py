"""What a user pool is configured with beside itself and its clients: one row for each thing, in its wire shape."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select

from ostiary.store import schema
from ostiary.store.db import Store, Tx


@dataclass(frozen=True, slots=True)
class Part:
    """One identity provider, resource server, … of a pool.

    `key` names it among its kind, and so does `alias` when it has one. `configuration` is not to be changed in place;
    `sealed` is its secret part. Times are seconds since the epoch.
    """

    pool_id: str
    kind: str
    key: str
    configuration: dict[str, Any] = field(repr=False)
    created_at: int
    modified_at: int
    alias: str | None = None
    sealed: bytes | None = field(default=None, repr=False)


def _part(row: Any) -> Part:
    return Part(
        pool_id=row.pool_id,
        kind=row.kind,
        key=row.key,
        configuration=json.loads(row.configuration),
        created_at=row.created_at,
        modified_at=row.modified_at,
        alias=row.alias,
        sealed=None if row.sealed is None else bytes(row.sealed),
    )


def _columns(part: Part) -> dict[str, Any]:
    return {
        "pool_id": part.pool_id,
        "kind": part.kind,
        "key": part.key,
        "alias": part.alias,
        "configuration": json.dumps(part.configuration),
        "sealed": part.sealed,
        "created_at": part.created_at,
        "modified_at": part.modified_at,
    }


def create(tx: Tx, part: Part) -> None:
    """Insert `part`; raises AlreadyExists when its key or its alias is taken."""
    tx.insert(schema.pool_parts, **_columns(part))
    tx.configuration_changed()


def put(tx: Tx, part: Part) -> None:
    """Insert `part`, or replace the one of its key."""
    tx.upsert(schema.pool_parts, **_columns(part))
    tx.configuration_changed()


def find(tx: Tx, pool_id: str, kind: str, key: str) -> Part | None:
    """Return the part of this key."""
    row = tx.get(schema.pool_parts, pool_id=pool_id, kind=kind, key=key)
    return None if row is None else _part(row)


def cached(store: Store, pool_id: str, kind: str, key: str) -> Part | None:
    """Return the part of this key from the configuration cache."""
    return store.cached(("pool_part", pool_id, kind, key), lambda tx: find(tx, pool_id, kind, key))


def find_by_alias(tx: Tx, pool_id: str, kind: str, alias: str) -> Part | None:
    """Return the part of this alias."""
    row = tx.get(schema.pool_parts, pool_id=pool_id, kind=kind, alias=alias)
    return None if row is None else _part(row)


def page(tx: Tx, pool_id: str, kind: str, after: str | None = None, limit: int = 1000) -> list[Part]:
    """Return at most `limit` parts of a kind, by key, behind the key `after`."""
    parts = schema.pool_parts
    query = select(parts).where(parts.c.pool_id == pool_id, parts.c.kind == kind).order_by(parts.c.key).limit(limit)
    if after is not None:
        query = query.where(parts.c.key > after)
    return [_part(row) for row in tx.all(query)]


def count(tx: Tx, pool_id: str, kind: str) -> int:
    """Return how many parts of a kind the pool has."""
    parts = schema.pool_parts
    row = tx.one(select(func.count()).select_from(parts).where(parts.c.pool_id == pool_id, parts.c.kind == kind))
    return 0 if row is None else int(row[0])


def delete(tx: Tx, pool_id: str, kind: str, key: str) -> bool:
    """Delete the part; whether it was there."""
    deleted = tx.delete(schema.pool_parts, {"pool_id": pool_id, "kind": kind, "key": key})
    tx.configuration_changed()
    return deleted == 1


def forget_client(tx: Tx, pool_id: str, client_id: str) -> None:
    """Delete what belongs to one app client: keyed by its id, or with an alias that begins with it."""
    parts = schema.pool_parts
    by_alias = (parts.c.alias == client_id) | parts.c.alias.startswith(f"{client_id}/", autoescape=True)
    tx.delete(parts, parts.c.pool_id == pool_id, or_(parts.c.key == client_id, by_alias))
