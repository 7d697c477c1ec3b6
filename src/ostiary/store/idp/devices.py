"""Devices that users have confirmed: each proves itself by SRP with a secret of its own."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_TABLE = schema.devices
_PAGE = (
    select(_TABLE)
    .where(
        _TABLE.c.pool_id == bindparam("pool_id"),
        _TABLE.c.sub == bindparam("sub"),
        _TABLE.c.device_key > bindparam("after"),
    )
    .order_by(_TABLE.c.device_key)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Device:
    """A user's device. `sealed` holds its SRP salt and verifier; times are seconds since the epoch."""

    pool_id: str
    sub: str
    device_key: str
    name: str
    sealed: bytes = field(repr=False)
    remembered: bool
    last_ip: str
    created_at: int
    modified_at: int
    authenticated_at: int


def add(tx: Tx, device: Device) -> bool:
    """Insert a device; return whether the user had none of this key."""
    return tx.insert_if_absent(_TABLE, **{name: getattr(device, name) for name in Device.__slots__})


def find(tx: Tx, pool_id: str, sub: str, device_key: str) -> Device | None:
    """Return a device of a user."""
    row = tx.get(_TABLE, pool_id=pool_id, sub=sub, device_key=device_key)
    return None if row is None else _device(row)


def page(tx: Tx, pool_id: str, sub: str, after: str | None, limit: int) -> list[Device]:
    """Return at most `limit` devices of a user, by key, behind the key `after`."""
    rows = tx.all(_PAGE, pool_id=pool_id, sub=sub, after=after or "", limit=limit)
    return [_device(row) for row in rows]


def change(tx: Tx, pool_id: str, sub: str, device_key: str, **changes: Any) -> bool:
    """Change a device; return whether it is there."""
    return tx.update(_TABLE, {"pool_id": pool_id, "sub": sub, "device_key": device_key}, **changes) == 1


def delete(tx: Tx, pool_id: str, sub: str, device_key: str) -> bool:
    """Forget a device; return whether it was there."""
    return tx.delete(_TABLE, {"pool_id": pool_id, "sub": sub, "device_key": device_key}) == 1


def _device(row: Any) -> Device:
    members = {name: getattr(row, name) for name in Device.__slots__}
    return Device(**{**members, "sealed": bytes(row.sealed), "remembered": bool(row.remembered)})
