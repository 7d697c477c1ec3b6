"""Links: which user somebody is who signs in through an identity provider."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class Link:
    """Who comes with `value` in the claim `attribute` of the provider is the user `sub`."""

    pool_id: str
    provider: str
    attribute: str
    value: str
    sub: str
    created_at: int


def create(tx: Tx, link: Link) -> bool:
    """Insert `link`; False when the same identity is linked already."""
    return tx.insert_if_absent(
        schema.linked_users,
        pool_id=link.pool_id,
        provider=link.provider,
        attribute=link.attribute,
        value=link.value,
        sub=link.sub,
        created_at=link.created_at,
    )


def find(tx: Tx, pool_id: str, provider: str, attribute: str, value: str) -> Link | None:
    """Return the link of this identity."""
    row = tx.get(schema.linked_users, pool_id=pool_id, provider=provider, attribute=attribute, value=value)
    return None if row is None else Link(*tuple(row))


def of_claims(tx: Tx, pool_id: str, provider: str, claims: Collection[tuple[str, str]]) -> list[Link]:
    """Return the links of whoever comes with these claims, (attribute, value)."""
    links = schema.linked_users
    # With all columns of the key for each: for tuples SQLite would go through all links of the provider.
    key = (links.c.pool_id == pool_id, links.c.provider == provider)
    each = [and_(*key, links.c.attribute == attribute, links.c.value == value) for attribute, value in claims]
    return [Link(*tuple(row)) for row in tx.all(select(links).where(or_(*each)))]


def of_user(tx: Tx, pool_id: str, sub: str) -> list[Link]:
    """Return the user's links."""
    links = schema.linked_users
    return [Link(*tuple(row)) for row in tx.all(select(links).where(links.c.pool_id == pool_id, links.c.sub == sub))]


def delete(tx: Tx, link: Link) -> bool:
    """Delete the link; whether it was there."""
    key = {"pool_id": link.pool_id, "provider": link.provider, "attribute": link.attribute, "value": link.value}
    return tx.delete(schema.linked_users, key) == 1
