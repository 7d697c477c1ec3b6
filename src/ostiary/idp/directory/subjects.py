"""Which user pool a request is about, before anything of it is proven: for limits, and for its line in the log."""

from collections.abc import Mapping
from typing import Any

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.store.idp import clients, user_pools


def pool_id_of(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the id of the pool that a request names: itself, by an app client, or by a token; empty for none."""
    if "UserPoolId" in req:
        return str(req["UserPoolId"])
    if "ClientId" in req:
        client = clients.cached(ctx.store, req["ClientId"])
        return client.pool_id if client is not None else ""
    return _pool_id_of_token(req.get("AccessToken", ""))


def account_of(ctx: Context, pool_id: str) -> str:
    """Return the account that a pool belongs to; empty when there is none of this id."""
    pool = user_pools.cached(ctx.store, pool_id) if pool_id else None
    return "" if pool is None else pool.account_id


def _pool_id_of_token(token: str) -> str:
    try:
        return str(jws.unverified(token)[1].get("iss", "")).rpartition("/")[2] if token else ""
    except jws.JwsError:
        return ""
