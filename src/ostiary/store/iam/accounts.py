"""Accounts."""

from dataclasses import dataclass

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class Account:
    """An account: 12 digits and a name for people."""

    account_id: str
    name: str
    created_at: int


def create(tx: Tx, account: Account) -> None:
    """Insert an account; raises AlreadyExists."""
    tx.insert(schema.accounts, account_id=account.account_id, name=account.name, created_at=account.created_at)


def ensure(tx: Tx, account: Account) -> bool:
    """Insert an account unless it is there; return whether it was not."""
    values = {"account_id": account.account_id, "name": account.name, "created_at": account.created_at}
    return tx.insert_if_absent(schema.accounts, **values)


def find(tx: Tx, account_id: str) -> Account | None:
    """Return an account."""
    row = tx.one(select(schema.accounts).where(schema.accounts.c.account_id == account_id))
    return None if row is None else Account(row.account_id, row.name, row.created_at)


def all_accounts(tx: Tx) -> list[Account]:
    """Return every account, by id."""
    rows = tx.all(select(schema.accounts).order_by(schema.accounts.c.account_id))
    return [Account(row.account_id, row.name, row.created_at) for row in rows]
