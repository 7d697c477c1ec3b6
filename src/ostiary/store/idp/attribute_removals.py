"""Attributes that left a pool's schema and whose values are still being removed from its users."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

_TABLE = schema.attribute_removals


@dataclass(frozen=True, slots=True)
class AttributeRemoval:
    """One attribute. Users up to the sub `position` are done: `seen` of them, of whom `changed` had a value."""

    pool_id: str
    name: str
    position: str
    seen: int
    changed: int
    worker: str
    leased_until: int
    created_at: int


def create(tx: Tx, removal: AttributeRemoval) -> bool:
    """Insert a removal; whether none of this attribute was under way."""
    return tx.insert_if_absent(_TABLE, **{name: getattr(removal, name) for name in AttributeRemoval.__slots__})


def of_pool(tx: Tx, pool_id: str) -> list[AttributeRemoval]:
    """Return the pool's removals that are under way."""
    return [_removal(row) for row in tx.all(select(_TABLE).where(_TABLE.c.pool_id == pool_id))]


def waiting(tx: Tx, now: int) -> AttributeRemoval | None:
    """Return a removal that nobody works on."""
    query = select(_TABLE).where(_TABLE.c.leased_until <= now).order_by(_TABLE.c.leased_until).limit(1)
    row = tx.one(query)
    return None if row is None else _removal(row)


def advance(tx: Tx, removal: AttributeRemoval, after: AttributeRemoval) -> bool:
    """Write how far a removal is; whether nobody else took it meanwhile."""
    same = (_TABLE.c.worker == removal.worker, _TABLE.c.leased_until == removal.leased_until)
    key = (_TABLE.c.pool_id == removal.pool_id, _TABLE.c.name == removal.name, _TABLE.c.position == removal.position)
    names = ("position", "seen", "changed", "worker", "leased_until")
    return tx.update(_TABLE, *key, *same, **{name: getattr(after, name) for name in names}) == 1


def delete(tx: Tx, pool_id: str, name: str) -> None:
    """Forget a removal: it is done."""
    tx.delete(_TABLE, {"pool_id": pool_id, "name": name})


def _removal(row: Any) -> AttributeRemoval:
    return AttributeRemoval(*(getattr(row, name) for name in AttributeRemoval.__slots__))
