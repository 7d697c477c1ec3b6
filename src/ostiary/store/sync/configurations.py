"""How identity pools push and stream their changes."""

import json
from typing import Any

from ostiary.store import schema
from ostiary.store.db import Store, Tx


def find(tx: Tx, pool_id: str) -> dict[str, Any]:
    """Return a pool's configuration; empty when it has none."""
    row = tx.get(schema.sync_configurations, pool_id=pool_id)
    return {} if row is None else json.loads(row.configuration)


def cached(store: Store, pool_id: str) -> dict[str, Any]:
    """Return a pool's configuration from the cache."""
    return store.cached(("sync_configuration", pool_id), lambda tx: find(tx, pool_id)) or {}


def pushes_through(store: Store, pool_id: str) -> list[str]:
    """Return the ARNs of the applications that a pool wakes devices through, from the cache."""
    found: list[str] = cached(store, pool_id).get("PushSync", {}).get("ApplicationArns", [])
    return found


def save(tx: Tx, pool_id: str, configuration: dict[str, Any]) -> None:
    """Store a pool's configuration; the transaction has locked the pool."""
    tx.upsert(schema.sync_configurations, pool_id=pool_id, configuration=json.dumps(configuration))
    tx.configuration_changed()
