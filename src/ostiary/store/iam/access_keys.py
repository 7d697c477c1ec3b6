"""Long-term access keys of users and of accounts' roots; the secrets are sealed."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key. `user_name` is empty for the account's root; `status` is Active or Inactive."""

    access_key_id: str
    account_id: str
    user_name: str
    sealed: bytes = field(repr=False)
    status: str
    created_at: int


def create(tx: Tx, key: AccessKey) -> None:
    """Insert a key; raises AlreadyExists."""
    tx.insert(schema.access_keys, **{name: getattr(key, name) for name in AccessKey.__slots__})
    tx.configuration_changed()


def find(tx: Tx, access_key_id: str) -> AccessKey | None:
    """Return a key."""
    row = tx.get(schema.access_keys, access_key_id=access_key_id)
    return None if row is None else _key(row)


def of_user(tx: Tx, account_id: str, user_name: str) -> list[AccessKey]:
    """Return a user's keys, or the root's for an empty name, by id."""
    table = schema.access_keys
    query = select(table).where(table.c.account_id == account_id, table.c.user_name == user_name)
    return [_key(row) for row in tx.all(query.order_by(table.c.access_key_id))]


def set_status(tx: Tx, access_key_id: str, status: str) -> None:
    """Make a key Active or Inactive."""
    tx.update(schema.access_keys, schema.access_keys.c.access_key_id == access_key_id, status=status)
    tx.configuration_changed()


def move(tx: Tx, account_id: str, user_name: str, new_name: str) -> None:
    """Let a user's keys be those of the user's new name."""
    table = schema.access_keys
    tx.update(table, table.c.account_id == account_id, table.c.user_name == user_name, user_name=new_name)
    tx.configuration_changed()


def delete(tx: Tx, access_key_id: str) -> None:
    """Delete a key."""
    tx.delete(schema.access_keys, schema.access_keys.c.access_key_id == access_key_id)
    tx.configuration_changed()


def _key(row: Any) -> AccessKey:
    return AccessKey(row.access_key_id, row.account_id, row.user_name, bytes(row.sealed), row.status, row.created_at)
