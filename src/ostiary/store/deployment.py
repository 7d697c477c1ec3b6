"""Facts of the whole deployment, by name."""

from ostiary.store import schema
from ostiary.store.db import Tx

SEALED_WITH = "sealed_with"
"""Something sealed, which opens only under this deployment's master key."""
RETAINED_KEYS = "retained_keys"
"""Keys derived from master keys that are gone, sealed."""
RESEALING = "resealing"
"""How far `ostiary keys reseal` came."""


def fact(tx: Tx, name: str) -> str:
    """Return a fact, or nothing."""
    row = tx.get(schema.deployment, name=name)
    return "" if row is None else str(row.value)


def put(tx: Tx, name: str, value: str) -> None:
    """Write a fact."""
    tx.upsert(schema.deployment, name=name, value=value)


def forget(tx: Tx, name: str) -> None:
    """Delete a fact."""
    tx.delete(schema.deployment, {"name": name})
