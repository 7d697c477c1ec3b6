"""Finding a pool's identity providers, and whom of theirs a user is."""

import json
from typing import Any

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.users import User

KIND = "identity_provider"
PURPOSE = "provider-secret"


def names_of(tx: Tx, pool_id: str) -> set[str]:
    """Return what clients of the pool may have as SupportedIdentityProviders."""
    return {"COGNITO"} | {provider.key for provider in pool_parts.page(tx, pool_id, KIND)}


def find_provider(tx: Tx, pool_id: str, name: str) -> Part | None:
    """Return the provider of this name; its secret details are sealed, see `details`."""
    return pool_parts.find(tx, pool_id, KIND, name)


def details(ctx: Context, provider: Part) -> dict[str, str]:
    """Return the whole ProviderDetails, with what is secret."""
    secret: dict[str, str] = {} if provider.sealed is None else json.loads(ctx.keyring.open(provider.sealed, PURPOSE))
    return {**provider.configuration["ProviderDetails"], **secret}


def identities_of(user: User) -> list[dict[str, Any]]:
    """Return the identities that a user has at providers, as the attribute `identities` tells them."""
    try:
        found = json.loads(user.attributes.get("identities", "[]"))
    except ValueError:
        return []
    return [each for each in found if {"providerName", "userId"} <= each.keys()]
