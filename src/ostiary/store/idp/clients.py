"""App clients: one row each, with the configuration in its wire shape."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ostiary.aws.types.cognito_idp import UserPoolClientType
from ostiary.store import removals, schema
from ostiary.store.db import Store, Tx
from ostiary.store.idp import pool_parts


@dataclass(frozen=True, slots=True)
class AppClient:
    """An app client. `configuration` is a UserPoolClientType without ids, dates and secret, not to be changed."""

    pool_id: str
    client_id: str
    name: str
    configuration: UserPoolClientType = field(repr=False)
    sealed_secret: bytes | None = field(repr=False)
    created_at: int
    modified_at: int


def _client(row: Any) -> AppClient:
    return AppClient(
        pool_id=row.pool_id,
        client_id=row.client_id,
        name=row.name,
        configuration=json.loads(row.configuration),
        sealed_secret=None if row.sealed_secret is None else bytes(row.sealed_secret),
        created_at=row.created_at,
        modified_at=row.modified_at,
    )


def create(tx: Tx, client: AppClient) -> None:
    """Insert `client`; raises AlreadyExists when its id is taken."""
    tx.insert(
        schema.user_pool_clients,
        pool_id=client.pool_id,
        client_id=client.client_id,
        name=client.name,
        configuration=json.dumps(client.configuration),
        sealed_secret=client.sealed_secret,
        created_at=client.created_at,
        modified_at=client.modified_at,
    )


def find(tx: Tx, client_id: str) -> AppClient | None:
    """Return the client of this id, in whichever pool."""
    clients = schema.user_pool_clients
    row = tx.get(clients, client_id=client_id)
    return None if row is None else _client(row)


def cached(store: Store, client_id: str) -> AppClient | None:
    """Return the client of this id from the configuration cache."""
    return store.cached(("user_pool_client", client_id), lambda tx: find(tx, client_id))


def page(tx: Tx, pool_id: str, after: str | None, limit: int) -> list[AppClient]:
    """Return at most `limit` clients of the pool, by id, behind the id `after`."""
    clients = schema.user_pool_clients
    query = select(clients).where(clients.c.pool_id == pool_id).order_by(clients.c.client_id).limit(limit)
    if after is not None:
        query = query.where(clients.c.client_id > after)
    return [_client(row) for row in tx.all(query)]


def update_secret(tx: Tx, client: AppClient, sealed_secret: bytes) -> bool:
    """Replace the secrets if nobody changed them since `client` was read; whether that was so."""
    clients = schema.user_pool_clients
    same = (clients.c.pool_id == client.pool_id, clients.c.client_id == client.client_id)
    changed = tx.update(clients, *same, clients.c.sealed_secret == client.sealed_secret, sealed_secret=sealed_secret)
    tx.configuration_changed()
    return changed == 1


def update(tx: Tx, client: AppClient, *, name: str, configuration: UserPoolClientType, now: int) -> bool:
    """Replace name and configuration if nobody changed them since `client` was read; whether that was so."""
    clients = schema.user_pool_clients
    changed = tx.update(
        clients,
        clients.c.pool_id == client.pool_id,
        clients.c.client_id == client.client_id,
        clients.c.configuration == json.dumps(client.configuration),
        name=name,
        configuration=json.dumps(configuration),
        modified_at=now,
    )
    tx.configuration_changed()
    return changed == 1


def delete(tx: Tx, client: AppClient) -> bool:
    """Delete the client and what it was issued; whether it was there."""
    pool_parts.forget_client(tx, client.pool_id, client.client_id)
    clients = schema.user_pool_clients
    deleted = tx.delete(clients, clients.c.pool_id == client.pool_id, clients.c.client_id == client.client_id)
    removals.begin(tx, "client", client.pool_id, client_id=client.client_id)
    tx.configuration_changed()
    return deleted == 1
