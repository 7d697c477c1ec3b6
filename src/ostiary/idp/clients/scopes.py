"""The scopes that a pool's resource servers offer."""

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.idp import pool_parts

KIND = "resource_server"


def scopes_of(tx: Tx, pool_id: str) -> set[str]:
    """Return every scope that the pool's resource servers define, as clients name it: `identifier/scope`."""
    return {
        f"{server.key}/{scope['ScopeName']}"
        for server in pool_parts.page(tx, pool_id, KIND)
        for scope in server.configuration["Scopes"]
    }


def cached_scopes(ctx: Context, pool_id: str) -> frozenset[str]:
    """Return `scopes_of` the pool from the configuration cache."""
    found = ctx.store.cached(("pool_scopes", pool_id), lambda tx: frozenset(scopes_of(tx, pool_id)))
    return found or frozenset()
