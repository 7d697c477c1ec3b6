"""Which account owns a bucket behind the gateway, and the bucket's policy."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Store, Tx


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; `policy` is empty when it has none."""

    bucket: str
    account_id: str
    policy: str
    created_at: int


def claim(tx: Tx, bucket: Bucket) -> bool:
    """Make a bucket an account's; return whether it was nobody's."""
    claimed = tx.insert_if_absent(schema.buckets, **{name: getattr(bucket, name) for name in Bucket.__slots__})
    tx.configuration_changed()
    return claimed


def find(tx: Tx, name: str) -> Bucket | None:
    """Return a bucket."""
    row = tx.one(select(schema.buckets).where(schema.buckets.c.bucket == name))
    return None if row is None else _bucket(row)


def cached(store: Store, name: str, unclaimed_account: str) -> Bucket:
    """Return a bucket from the cache; one that nobody claimed belongs to `unclaimed_account`."""
    unclaimed = Bucket(name, unclaimed_account, "", 0)
    return store.cached(("bucket", name), lambda tx: find(tx, name) or unclaimed) or unclaimed


def owners(tx: Tx) -> dict[str, str]:
    """Return the account of every bucket that was made through the gateway."""
    return {row.bucket: row.account_id for row in tx.all(select(schema.buckets))}


def set_policy(tx: Tx, bucket: Bucket) -> None:
    """Set a bucket's policy; the bucket may be one that was never claimed."""
    tx.upsert(schema.buckets, **{name: getattr(bucket, name) for name in Bucket.__slots__})
    tx.configuration_changed()


def release(tx: Tx, name: str) -> None:
    """Forget a bucket that is gone."""
    tx.delete(schema.buckets, schema.buckets.c.bucket == name)
    tx.configuration_changed()


def _bucket(row: Any) -> Bucket:
    return Bucket(row.bucket, row.account_id, row.policy, row.created_at)
