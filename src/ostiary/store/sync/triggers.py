"""The sync trigger of a pool."""

from ostiary.store import schema
from ostiary.store.db import Store, Tx


def find(tx: Tx, pool_id: str) -> str:
    """Return the ARN of a pool's function; empty when it has none."""
    row = tx.get(schema.sync_triggers, pool_id=pool_id)
    return "" if row is None else str(row.arn)


def cached(store: Store, pool_id: str) -> str:
    """Return the same from the cache."""
    return store.cached(("sync_trigger", pool_id), lambda tx: find(tx, pool_id)) or ""


def put(tx: Tx, pool_id: str, arn: str) -> None:
    """Set a pool's function, or take it away with an empty ARN."""
    if arn:
        tx.upsert(schema.sync_triggers, pool_id=pool_id, arn=arn)
    else:
        tx.delete(schema.sync_triggers, {"pool_id": pool_id})
    tx.configuration_changed()
