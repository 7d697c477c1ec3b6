"""Devices of identities, and the datasets they are woken for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_DEVICES, _SUBSCRIPTIONS = schema.sync_devices, schema.sync_subscriptions
_SUBSCRIBED = (
    select(_DEVICES)
    .join(
        _SUBSCRIPTIONS,
        (_SUBSCRIPTIONS.c.pool_id == _DEVICES.c.pool_id)
        & (_SUBSCRIPTIONS.c.identity_id == _DEVICES.c.identity_id)
        & (_SUBSCRIPTIONS.c.device_id == _DEVICES.c.device_id),
    )
    .where(
        _SUBSCRIPTIONS.c.pool_id == bindparam("pool_id"),
        _SUBSCRIPTIONS.c.identity_id == bindparam("identity_id"),
        _SUBSCRIPTIONS.c.dataset_name == bindparam("dataset_name"),
    )
)
_OF_IDENTITY = select(_DEVICES.c.device_id, _DEVICES.c.created_at).where(
    _DEVICES.c.pool_id == bindparam("pool_id"), _DEVICES.c.identity_id == bindparam("identity_id")
)


@dataclass(frozen=True, slots=True)
class Device:
    """A device; `token_key` is a hash of its token, `endpoint_arn` the SNS endpoint that reaches it."""

    pool_id: str
    identity_id: str
    device_id: str
    platform: str
    token_key: str
    endpoint_arn: str
    created_at: int


def add(tx: Tx, device: Device) -> bool:
    """Insert a device; return whether this identity had none with this token."""
    return tx.insert_if_absent(_DEVICES, **{name: getattr(device, name) for name in Device.__slots__})


def keep_newest(tx: Tx, pool_id: str, identity_id: str, most: int) -> None:
    """Delete an identity's oldest devices beyond `most`, and what they are woken for."""
    mine = {"pool_id": pool_id, "identity_id": identity_id}
    rows = tx.all(_OF_IDENTITY, **mine)
    for row in sorted(rows, key=lambda row: (row.created_at, row.device_id))[: max(0, len(rows) - most)]:
        for table in (_SUBSCRIPTIONS, _DEVICES):
            tx.delete(table, {**mine, "device_id": row.device_id})


def find(tx: Tx, pool_id: str, identity_id: str, device_id: str) -> Device | None:
    """Return a device of an identity."""
    row = tx.get(_DEVICES, pool_id=pool_id, identity_id=identity_id, device_id=device_id)
    return None if row is None else _device(row)


def find_by_token(tx: Tx, pool_id: str, identity_id: str, platform: str, token_key: str) -> Device | None:
    """Return the device of an identity that has this token."""
    key = {"pool_id": pool_id, "identity_id": identity_id, "platform": platform, "token_key": token_key}
    row = tx.get(_DEVICES, **key)
    return None if row is None else _device(row)


def change_endpoint(tx: Tx, device: Device, endpoint_arn: str) -> None:
    """Reach a device through another endpoint."""
    key = {"pool_id": device.pool_id, "identity_id": device.identity_id, "device_id": device.device_id}
    tx.update(_DEVICES, key, endpoint_arn=endpoint_arn)


def subscribe(tx: Tx, device: Device, dataset_name: str, now: int) -> None:
    """Have a device woken for a dataset; doing it again changes nothing."""
    tx.insert_if_absent(_SUBSCRIPTIONS, **_subscription(device, dataset_name), created_at=now)


def unsubscribe(tx: Tx, device: Device, dataset_name: str) -> None:
    """Wake a device no more for a dataset."""
    tx.delete(_SUBSCRIPTIONS, _subscription(device, dataset_name))


def subscribed(tx: Tx, pool_id: str, identity_id: str, dataset_name: str) -> list[Device]:
    """Return the devices that are woken for a dataset."""
    rows = tx.all(_SUBSCRIBED, pool_id=pool_id, identity_id=identity_id, dataset_name=dataset_name)
    return [_device(row) for row in rows]


def _subscription(device: Device, dataset_name: str) -> dict[str, str]:
    return {
        "pool_id": device.pool_id,
        "identity_id": device.identity_id,
        "dataset_name": dataset_name,
        "device_id": device.device_id,
    }


def _device(row: Any) -> Device:
    return Device(*(getattr(row, name) for name in Device.__slots__))
