"""How many requests per second of a category an account may make, where that was changed."""

from ostiary.store import schema
from ostiary.store.db import Tx


def find(tx: Tx, account_id: str, category: str) -> int | None:
    """Return the limit in requests per second, or None where the default holds."""
    row = tx.get(schema.provisioned_limits, account_id=account_id, category=category)
    return None if row is None else int(row.per_second)


def put(tx: Tx, account_id: str, category: str, per_second: int) -> None:
    """Set the limit."""
    tx.upsert(schema.provisioned_limits, account_id=account_id, category=category, per_second=per_second)
    tx.configuration_changed()
