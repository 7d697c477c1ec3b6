"""Identity pools: configuration and roles."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import removals, schema
from ostiary.store.db import Store, Tx


@dataclass(frozen=True, slots=True)
class IdentityPool:
    """An identity pool: `configuration` without id and name; `roles` holds Roles, RoleMappings, PrincipalTags."""

    pool_id: str
    account_id: str
    name: str
    configuration: dict[str, Any]
    roles: dict[str, Any]
    created_at: int


def create(tx: Tx, pool: IdentityPool) -> None:
    """Insert a pool."""
    tx.insert(
        schema.identity_pools,
        pool_id=pool.pool_id,
        account_id=pool.account_id,
        name=pool.name,
        configuration=json.dumps(pool.configuration),
        roles=json.dumps(pool.roles),
        created_at=pool.created_at,
    )
    tx.configuration_changed()


def find(tx: Tx, pool_id: str) -> IdentityPool | None:
    """Return a pool."""
    row = tx.one(select(schema.identity_pools).where(schema.identity_pools.c.pool_id == pool_id))
    return None if row is None else _pool(row)


def lock(tx: Tx, pool_id: str) -> IdentityPool | None:
    """Return a pool, which nobody else changes until this transaction ends."""
    row = tx.one(_LOCKED, pool_id=pool_id)
    return None if row is None else _pool(row)


_LOCKED = select(schema.identity_pools).where(schema.identity_pools.c.pool_id == bindparam("pool_id")).with_for_update()


def cached(store: Store, pool_id: str) -> IdentityPool | None:
    """Return a pool from the cache."""
    return store.cached(("identity_pool", pool_id), lambda tx: find(tx, pool_id))


def page(tx: Tx, account_id: str, after: str | None, limit: int) -> list[IdentityPool]:
    """Return at most `limit` pools of an account, by id, behind `after`."""
    table = schema.identity_pools
    query = select(table).where(table.c.account_id == account_id, table.c.pool_id > (after or ""))
    return [_pool(row) for row in tx.all(query.order_by(table.c.pool_id).limit(limit))]


def update(tx: Tx, pool: IdentityPool) -> None:
    """Store a pool that this transaction has locked, as it is now."""
    changes = {
        "name": pool.name,
        "configuration": json.dumps(pool.configuration),
        "roles": json.dumps(pool.roles),
    }
    tx.update(schema.identity_pools, {"pool_id": pool.pool_id}, **changes)
    tx.configuration_changed()


def delete(tx: Tx, pool_id: str, now: int) -> None:
    """Delete a pool; everybody in it is nowhere to be seen from then on, and is removed in bites."""
    for table in schema.deleted_with("identity_pool"):
        tx.delete(table, {"pool_id": pool_id})
    removals.begin(tx, "identity_pool", pool_id, now=now)
    tx.configuration_changed()


def _pool(row: Any) -> IdentityPool:
    configuration, roles = json.loads(row.configuration), json.loads(row.roles)
    return IdentityPool(row.pool_id, row.account_id, row.name, configuration, roles, row.created_at)
