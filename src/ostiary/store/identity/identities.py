"""Identities of identity pools, and which provider's user each is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx
from ostiary.store.sync import datasets

_LOGINS_OF = (
    select(schema.logins)
    .where(schema.logins.c.pool_id == bindparam("pool_id"), schema.logins.c.identity_id == bindparam("identity_id"))
    .order_by(schema.logins.c.provider, schema.logins.c.subject)
)

_HELD = (
    select(schema.identities)
    .where(schema.identities.c.identity_id == bindparam("identity_id"))
    .with_for_update(read=True)
)
_MERGED = (
    select(schema.identities.c.identity_id)
    .where(
        schema.identities.c.pool_id == bindparam("pool_id"),
        schema.identities.c.merged_into == bindparam("identity_id"),
        schema.identities.c.merged_into != "",
    )
    .order_by(schema.identities.c.identity_id)
)


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity; `merged_into` is empty, the identity that survived a merge, or itself when nothing opens it."""

    pool_id: str
    identity_id: str
    merged_into: str
    created_at: int
    modified_at: int


@dataclass(frozen=True, slots=True)
class Login:
    """A user of a provider, as the provider calls them."""

    provider: str
    subject: str


def create(tx: Tx, identity: Identity) -> None:
    """Insert an identity."""
    tx.insert(schema.identities, **{name: getattr(identity, name) for name in Identity.__slots__})


def find(tx: Tx, identity_id: str) -> Identity | None:
    """Return an identity."""
    row = tx.get(schema.identities, identity_id=identity_id)
    return None if row is None else _identity(row)


def hold(tx: Tx, identity_id: str) -> Identity | None:
    """Return an identity, which nobody merges or deletes until this transaction ends."""
    row = tx.one(_HELD, identity_id=identity_id)
    return None if row is None else _identity(row)


def page(tx: Tx, pool_id: str, after: str | None, limit: int, *, hide_merged: bool) -> list[Identity]:
    """Return at most `limit` identities of a pool, by id, behind `after`."""
    table = schema.identities
    query = select(table).where(table.c.pool_id == pool_id, table.c.identity_id > (after or ""))
    if hide_merged:
        query = query.where(table.c.merged_into == "")
    return [_identity(row) for row in tx.all(query.order_by(table.c.identity_id).limit(limit))]


def change(tx: Tx, pool_id: str, identity_id: str, now: int, *, merged_into: str = "") -> bool:
    """Note that an identity's logins change, or that it is merged; return whether it is there and was not merged.

    Nobody else changes the identity until this transaction ends.
    """
    enabled = {"pool_id": pool_id, "identity_id": identity_id, "merged_into": ""}
    return tx.update(schema.identities, enabled, modified_at=now, merged_into=merged_into) == 1


def close(tx: Tx, pool_id: str, identity_id: str, now: int) -> None:
    """Have nobody open an identity any more: its last login was taken from it."""
    change(tx, pool_id, identity_id, now, merged_into=identity_id)


def survivor(tx: Tx, identity: Identity) -> Identity | None:
    """Return the identity that this one lives on in, itself unless it was merged; None when nothing opens it."""
    seen = {identity.identity_id}
    while identity.merged_into:
        found = None if identity.merged_into in seen else find(tx, identity.merged_into)
        if found is None:
            return None
        identity = found
        seen.add(identity.identity_id)
    return identity


def merged(tx: Tx, pool_id: str, identity_id: str) -> list[str]:
    """Return the identities that live on in this one, directly or through others that were merged."""
    found: list[str] = []
    waiting = [identity_id]
    while waiting:
        rows = tx.all(_MERGED, pool_id=pool_id, identity_id=waiting.pop())
        new = [row.identity_id for row in rows if row.identity_id not in {identity_id, *found}]
        found += new
        waiting += new
    return found


def delete(tx: Tx, identity: Identity, now: float) -> None:
    """Delete an identity, its logins, its devices and its data, also what came to it by a merge."""
    everybody = [identity.identity_id, *merged(tx, identity.pool_id, identity.identity_id)]
    for table in schema.deleted_with("identity"):
        tx.delete(table, table.c.pool_id == identity.pool_id, table.c.identity_id == identity.identity_id)
    datasets.delete_all(tx, identity.pool_id, everybody, int(now * 1000))


def owner(tx: Tx, pool_id: str, login: Login) -> str | None:
    """Return the id of the identity a login belongs to."""
    row = tx.get(schema.logins, pool_id=pool_id, provider=login.provider, subject=login.subject)
    return None if row is None else str(row.identity_id)


def logins_of(tx: Tx, pool_id: str, identity_id: str) -> list[Login]:
    """Return the logins of an identity, by provider."""
    rows = tx.all(_LOGINS_OF, pool_id=pool_id, identity_id=identity_id)
    return [Login(row.provider, row.subject) for row in rows]


def providers_of(tx: Tx, pool_id: str, identity_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the providers of the logins of each of these identities that has any."""
    table = schema.logins
    query = select(table).where(table.c.pool_id == pool_id, table.c.identity_id.in_(identity_ids))
    found: dict[str, list[str]] = {}
    for row in tx.all(query.order_by(table.c.provider)):
        found.setdefault(row.identity_id, []).append(row.provider)
    return found


def link(tx: Tx, pool_id: str, login: Login, identity_id: str, now: int) -> bool:
    """Give a login to an identity; return whether it belonged to nobody."""
    return tx.insert_if_absent(
        schema.logins,
        pool_id=pool_id,
        provider=login.provider,
        subject=login.subject,
        identity_id=identity_id,
        created_at=now,
    )


def move_logins(tx: Tx, pool_id: str, source: str, destination: str) -> None:
    """Give all logins of one identity to another."""
    table = schema.logins
    tx.update(table, table.c.pool_id == pool_id, table.c.identity_id == source, identity_id=destination)


def unlink(tx: Tx, pool_id: str, identity_id: str, providers: Iterable[str]) -> None:
    """Take the logins of these providers from an identity."""
    table = schema.logins
    for provider in providers:
        tx.delete(table, table.c.pool_id == pool_id, table.c.identity_id == identity_id, table.c.provider == provider)


def _identity(row: Any) -> Identity:
    return Identity(*(getattr(row, name) for name in Identity.__slots__))
