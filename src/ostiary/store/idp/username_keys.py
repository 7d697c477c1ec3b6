"""The names of a pool's users as they are compared, all of them: for a change of how they are compared."""

from dataclasses import dataclass

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

_USERS, _ALIASES = schema.users, schema.aliases


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the user `sub`: the user name, or an alias as `email:ada@example.com`; `key` is how it is kept."""

    key: str
    sub: str
    shown: str
    is_alias: bool


def usernames(tx: Tx, pool_id: str, after: str, limit: int) -> list[Name]:
    """Return at most `limit` user names, by key, behind the key `after`."""
    query = select(_USERS.c.username_key, _USERS.c.sub, _USERS.c.username)
    query = query.where(_USERS.c.pool_id == pool_id, _USERS.c.username_key > after).order_by(_USERS.c.username_key)
    return [Name(row.username_key, row.sub, row.username, False) for row in tx.all(query.limit(limit))]  # noqa: FBT003


def aliases(tx: Tx, pool_id: str, after: str, limit: int) -> list[Name]:
    """Return at most `limit` aliases, by key, behind the key `after`."""
    query = select(_ALIASES.c.alias_key, _ALIASES.c.sub)
    query = query.where(_ALIASES.c.pool_id == pool_id, _ALIASES.c.alias_key > after).order_by(_ALIASES.c.alias_key)
    return [Name(row.alias_key, row.sub, row.alias_key, True) for row in tx.all(query.limit(limit))]  # noqa: FBT003


def changed_since(tx: Tx, pool_id: str, since: int) -> bool:
    """Whether a user is new or other than before this time (epoch seconds), and so may have other names."""
    query = select(_USERS.c.sub).where(_USERS.c.pool_id == pool_id, _USERS.c.modified_at >= since).limit(1)
    return tx.one(query) is not None


def change(tx: Tx, pool_id: str, name: Name, key: str) -> None:
    """Keep a name by another key; raises AlreadyExists when somebody has that."""
    if name.is_alias:
        tx.update(_ALIASES, _ALIASES.c.pool_id == pool_id, _ALIASES.c.alias_key == name.key, alias_key=key)
    else:
        mine = (_USERS.c.pool_id == pool_id, _USERS.c.sub == name.sub, _USERS.c.username_key == name.key)
        tx.update(_USERS, *mine, username_key=key)
