"""OpenID Connect providers that an account trusts."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A provider. `url` is without scheme; `issuer` is the whole URL; the rest is as the request gave it."""

    account_id: str
    url: str
    issuer: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]
    tags: tuple[Any, ...]
    created_at: int

    @property
    def arn(self) -> str:
        """The provider's ARN."""
        return f"arn:aws:iam::{self.account_id}:oidc-provider/{self.url}"


def create(tx: Tx, provider: OidcProvider) -> None:
    """Insert a provider; raises AlreadyExists."""
    tx.insert(
        schema.iam_oidc_providers,
        account_id=provider.account_id,
        url=provider.url,
        configuration=_configuration(provider),
        created_at=provider.created_at,
    )
    tx.configuration_changed()


def find(tx: Tx, account_id: str, url: str) -> OidcProvider | None:
    """Return the account's provider at a URL without scheme."""
    table = schema.iam_oidc_providers
    row = tx.one(select(table).where(table.c.account_id == account_id, table.c.url == url))
    return None if row is None else _provider(row)


def of_account(tx: Tx, account_id: str) -> list[OidcProvider]:
    """Return the account's providers, by URL."""
    table = schema.iam_oidc_providers
    return [
        _provider(row) for row in tx.all(select(table).where(table.c.account_id == account_id).order_by(table.c.url))
    ]


def replace(tx: Tx, provider: OidcProvider) -> None:
    """Write a provider again."""
    table = schema.iam_oidc_providers
    where = (table.c.account_id == provider.account_id, table.c.url == provider.url)
    tx.update(table, *where, configuration=_configuration(provider))
    tx.configuration_changed()


def delete(tx: Tx, account_id: str, url: str) -> bool:
    """Delete a provider; return whether it was there."""
    table = schema.iam_oidc_providers
    tx.configuration_changed()
    return tx.delete(table, table.c.account_id == account_id, table.c.url == url) == 1


def _configuration(provider: OidcProvider) -> str:
    return json.dumps(
        {
            "issuer": provider.issuer,
            "client_ids": provider.client_ids,
            "thumbprints": provider.thumbprints,
            "tags": provider.tags,
        }
    )


def _provider(row: Any) -> OidcProvider:
    members = json.loads(row.configuration)
    return OidcProvider(
        row.account_id,
        row.url,
        members["issuer"],
        tuple(members["client_ids"]),
        tuple(members["thumbprints"]),
        tuple(members["tags"]),
        row.created_at,
    )
