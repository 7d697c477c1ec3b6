"""Identity pools: create, describe, update, delete, list."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_identity import (
    CreateIdentityPoolInput,
    DeleteIdentityPoolInput,
    DescribeIdentityPoolInput,
    InvalidParameterException,
    ListIdentityPoolsInput,
    ListIdentityPoolsResponse,
    ResourceNotFoundException,
)
from ostiary.aws.types.cognito_identity import (
    IdentityPool as IdentityPoolType,
)
from ostiary.config import secure_defaults
from ostiary.context import Context
from ostiary.store.identity import identity_pools
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.store.paging import next_token, start_after

POOL_ARN = "arn:aws:cognito-identity:{region}:{account}:identitypool/{IdentityPoolId}"
_SETTINGS = (
    "AllowUnauthenticatedIdentities",
    "AllowClassicFlow",
    "SupportedLoginProviders",
    "DeveloperProviderName",
    "OpenIdConnectProviderARNs",
    "CognitoIdentityProviders",
    "SamlProviderARNs",
    "IdentityPoolTags",
)
_OIDC_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:oidc-provider/.+")
_SAML_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:saml-provider/.+")


def pool_of(ctx: Context, pool_id: str) -> IdentityPool:
    """Return a pool, whoever's, from the cache; raises ResourceNotFoundException."""
    pool = identity_pools.cached(ctx.store, pool_id)
    if pool is None:
        raise ResourceNotFoundException(f"IdentityPool '{pool_id}' not found.")
    return pool


def own_pool(ctx: Context, pool_id: str) -> IdentityPool:
    """Return a pool of the caller's account as it is now; raises ResourceNotFoundException."""
    with ctx.store.read() as tx:
        return _own(ctx, pool_id, identity_pools.find(tx, pool_id))


def _own(ctx: Context, pool_id: str, pool: IdentityPool | None) -> IdentityPool:
    if pool is None or pool.account_id != ctx.account or not pool_id.startswith(f"{ctx.region}:"):
        raise ResourceNotFoundException(f"IdentityPool '{pool_id}' not found.")
    return pool


def change(ctx: Context, pool_id: str, changed: Callable[[IdentityPool], IdentityPool]) -> IdentityPool:
    """Store what `changed` makes of one of the caller's pools, and return it; raises ResourceNotFoundException.

    Of changes at the same time none is lost: each sees what the one before it stored.
    """
    with ctx.store.write() as tx:
        pool = changed(_own(ctx, pool_id, identity_pools.lock(tx, pool_id)))
        identity_pools.update(tx, pool)
    return pool


@operation("cognito-identity")
def create_identity_pool(ctx: Context, req: CreateIdentityPoolInput) -> IdentityPoolType:
    """Create an identity pool."""
    configuration = _settings(ctx, req)
    pool_id = f"{ctx.region}:{ctx.random.uuid()}"
    name, now = req["IdentityPoolName"], ctx.clock.now_seconds()
    pool = IdentityPool(pool_id, ctx.account, name, configuration, {}, now)
    with ctx.store.write() as tx:
        identity_pools.create(tx, pool)
    return _described(pool)


@operation("cognito-identity", resource=POOL_ARN)
def describe_identity_pool(ctx: Context, req: DescribeIdentityPoolInput) -> IdentityPoolType:
    """Return a pool's configuration."""
    return _described(own_pool(ctx, req["IdentityPoolId"]))


@operation("cognito-identity", resource=POOL_ARN)
def update_identity_pool(ctx: Context, req: IdentityPoolType) -> IdentityPoolType:
    """Replace a pool's configuration: what is left out falls to its default."""
    given = _settings(ctx, req)

    def changed(pool: IdentityPool) -> IdentityPool:
        configuration, before = dict(given), pool.configuration.get("DeveloperProviderName")
        if before is not None and configuration.setdefault("DeveloperProviderName", before) != before:
            raise InvalidParameterException("The developer provider name of an identity pool cannot be changed.")
        if "IdentityPoolTags" not in req:
            configuration["IdentityPoolTags"] = pool.configuration.get("IdentityPoolTags", {})
        return replace(pool, name=req["IdentityPoolName"], configuration=configuration)

    return _described(change(ctx, req["IdentityPoolId"], changed))


@operation("cognito-identity", resource=POOL_ARN)
def delete_identity_pool(ctx: Context, req: DeleteIdentityPoolInput) -> None:
    """Delete a pool and everybody in it."""
    with ctx.store.write() as tx:
        pool = _own(ctx, req["IdentityPoolId"], identity_pools.lock(tx, req["IdentityPoolId"]))
        identity_pools.delete(tx, pool.pool_id, ctx.clock.now_seconds())


@operation("cognito-identity")
def list_identity_pools(ctx: Context, req: ListIdentityPoolsInput) -> ListIdentityPoolsResponse:
    """Return the account's pools, a page at a time."""
    scope = f"identity-pools:{ctx.account}"
    after = page_start(ctx, scope, req.get("NextToken"))
    with ctx.store.read() as tx:
        found = identity_pools.page(tx, ctx.account, after, req["MaxResults"] + 1)
    shown = found[: req["MaxResults"]]
    answer: ListIdentityPoolsResponse = {
        "IdentityPools": [{"IdentityPoolId": pool.pool_id, "IdentityPoolName": pool.name} for pool in shown]
    }
    if len(found) > len(shown):
        answer["NextToken"] = next_token(ctx.keyring, scope, shown[-1].pool_id)
    return answer


def page_start(ctx: Context, scope: str, token: str | None) -> str | None:
    """Return where a page begins; raises InvalidParameterException for a token of another list (ATT-11)."""
    try:
        return start_after(ctx.keyring, scope, token)
    except ValueError:
        raise InvalidParameterException("Invalid NextToken.") from None


def _settings(ctx: Context, req: Mapping[str, Any]) -> dict[str, Any]:
    refused = secure_defaults.refusal(ctx.settings, "identity pool", req)
    if refused:
        raise InvalidParameterException(refused)
    req = secure_defaults.hardened(ctx.settings, "identity pool", req)
    for name, pattern in (("OpenIdConnectProviderARNs", _OIDC_ARN), ("SamlProviderARNs", _SAML_ARN)):
        for arn in req.get(name, []):
            if not pattern.fullmatch(arn):
                raise InvalidParameterException(f"{arn} is not a valid provider ARN.")
    given = {name: req[name] for name in _SETTINGS if req.get(name) not in (None, [], {})}
    if "CognitoIdentityProviders" in given:
        given["CognitoIdentityProviders"] = [
            {"ServerSideTokenCheck": False, **item} for item in given["CognitoIdentityProviders"]
        ]
    return {"AllowClassicFlow": False, "IdentityPoolTags": {}, **given}


def _described(pool: IdentityPool) -> IdentityPoolType:
    described: IdentityPoolType = {
        "IdentityPoolId": pool.pool_id,
        "IdentityPoolName": pool.name,
        **pool.configuration,  # type: ignore[typeddict-item]
    }
    return described
