"""Whose data a caller reaches: a person only their own identity's, an operator what IAM says (behaviour/sync.md 1)."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_sync import NotAuthorizedException, ResourceNotFoundException
from ostiary.context import Context, Principal
from ostiary.federation.identity_pool import NAME
from ostiary.store.db import Tx
from ostiary.store.identity import identities, identity_pools
from ostiary.store.identity.identities import Identity

Missing = type[ServiceError]


def own_identity(principal: Principal) -> tuple[str, str] | None:
    """Return the pool and the identity whose credentials these are; None for an operator's."""
    claims = principal.session.claims if principal.session else {}
    pool, subject = claims.get(f"{NAME}:aud"), claims.get(f"{NAME}:sub")
    return (pool[0], subject[0]) if pool and subject else None


def dataset_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the resource of operations on datasets; raises NotAuthorizedException for another person's."""
    return f"{identity_arn(ctx, req)}/dataset/{req.get('DatasetName', '*')}"


def identity_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the resource of operations on identities; raises NotAuthorizedException for another person's."""
    pool_id, identity_id = req["IdentityPoolId"], req["IdentityId"]
    if own_identity(ctx.principal) not in {None, (pool_id, identity_id)}:
        raise forbidden(identity_id)
    return f"{_arn(ctx, pool_id)}/identity/{identity_id}"


def pool_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the resource of operations that only operators have; raises NotAuthorizedException for people."""
    if own_identity(ctx.principal) is not None:
        raise NotAuthorizedException("This API can only be called with developer credentials.")
    return _arn(ctx, req.get("IdentityPoolId", "*"))


def check_pool(ctx: Context, pool_id: str, missing: Missing = ResourceNotFoundException) -> None:
    """Raise `missing` unless the pool is of the caller's account and region."""
    pool = identity_pools.cached(ctx.store, pool_id)
    if pool is None or pool.account_id != ctx.account or not pool_id.startswith(f"{ctx.region}:"):
        raise missing(f"IdentityPool '{pool_id}' not found.")


def check_identity(found: Identity | None, pool_id: str, identity_id: str, missing: Missing) -> None:
    """Raise `missing` unless the identity is in the pool and lives: one that was merged lives on in another."""
    if found is None or found.pool_id != pool_id or found.merged_into:
        raise missing(f"Identity '{identity_id}' not found.")


def seen_identity(tx: Tx, req: Mapping[str, Any], missing: Missing = ResourceNotFoundException) -> None:
    """Raise `missing` unless the request's identity is there now."""
    check_identity(identities.find(tx, req["IdentityId"]), req["IdentityPoolId"], req["IdentityId"], missing)


def held_identity(tx: Tx, req: Mapping[str, Any]) -> None:
    """Have the request's identity stay until the transaction ends; raises ResourceNotFoundException."""
    found = identities.hold(tx, req["IdentityId"])
    check_identity(found, req["IdentityPoolId"], req["IdentityId"], ResourceNotFoundException)


def forbidden(identity_id: str) -> NotAuthorizedException:
    """Return the error for somebody else's identity."""
    return NotAuthorizedException(f"Access to Identity '{identity_id}' is forbidden.")


def _arn(ctx: Context, pool_id: str) -> str:
    return f"arn:aws:cognito-sync:{ctx.region}:{ctx.account}:identitypool/{pool_id}"
