"""User pools: create, describe, update, list, delete."""

from collections.abc import Iterable
from typing import cast

from ostiary.aws.operations import operation
from ostiary.aws.shapes import members
from ostiary.aws.types.cognito_idp import (
    CreateUserPoolRequest,
    CreateUserPoolResponse,
    DeleteUserPoolRequest,
    DescribeUserPoolRequest,
    DescribeUserPoolResponse,
    InvalidParameterException,
    ListUserPoolsRequest,
    ListUserPoolsResponse,
    UpdateUserPoolRequest,
    UpdateUserPoolResponse,
    UserPoolDescriptionType,
    UserPoolType,
)
from ostiary.config.secure_defaults import hardened
from ostiary.context import Context
from ostiary.idp import plans
from ostiary.idp.access import POOL_ARN, check_not_importing, fresh_pool, locked_pool, write_pool
from ostiary.idp.directory.schema import schema_of
from ostiary.idp.factors import second_factors
from ostiary.idp.list_pages import listed
from ostiary.idp.pools import lambda_triggers
from ostiary.idp.pools.pool_settings import FACTORS, HIDDEN, IMMUTABLE, KEPT_WHEN_OMITTED, check_aliases, settings_of
from ostiary.store.idp import domains, user_pools
from ostiary.store.idp.domains import Domain
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.tokens import keys as signing_keys

_ID_LENGTH = 9
_MFA_NEEDS_SMS = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"


@operation("cognito-idp")
def create_user_pool(ctx: Context, req: CreateUserPoolRequest) -> CreateUserPoolResponse:
    """Create a user pool with two signing keys of its own."""
    req = hardened(ctx.settings, "user pool", req)
    configuration = settings_of(req)
    lambda_triggers.check(ctx, configuration["LambdaConfig"])
    configuration["SchemaAttributes"] = schema_of(req.get("Schema", []))
    configuration.update(members(req, IMMUTABLE))
    check_aliases(configuration)
    second_factors.check(configuration, _MFA_NEEDS_SMS)
    now = ctx.clock.now_seconds()
    pool_id = f"{ctx.region}_{ctx.random.text(_ID_LENGTH)}"
    pool = UserPool(pool_id, ctx.account, req["PoolName"], configuration, now, now)
    keys = signing_keys.new_pool_keys(ctx.services)
    with ctx.store.write() as tx:
        user_pools.create(tx, pool)
        signing_keys.save(tx, ctx.services, pool_id, keys)
    return {"UserPool": _described(pool, users=0)}


def _described(pool: UserPool, users: int, own_domains: Iterable[Domain] = ()) -> UserPoolType:
    described: UserPoolType = {
        **{name: value for name, value in pool.configuration.items() if name not in HIDDEN},  # type: ignore[typeddict-item]
        "Id": pool.pool_id,
        "Name": pool.name,
        "Arn": pool.arn,
        "CreationDate": pool.created_at,
        "LastModifiedDate": pool.modified_at,
        "EstimatedNumberOfUsers": users,
        **{"CustomDomain" if domain.is_custom else "Domain": domain.domain for domain in own_domains},
    }
    return described


@operation("cognito-idp", resource=POOL_ARN)
def describe_user_pool(ctx: Context, req: DescribeUserPoolRequest) -> DescribeUserPoolResponse:
    """Return a pool's configuration."""
    with ctx.store.read() as tx:
        pool = fresh_pool(ctx, tx, req["UserPoolId"])
        own_domains = domains.of_pool(tx, pool.pool_id)
    users = ctx.store.scan(lambda tx: user_pools.number_of_users(tx, pool.pool_id))
    return {"UserPool": _described(pool, users, own_domains)}


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool(ctx: Context, req: UpdateUserPoolRequest) -> UpdateUserPoolResponse:
    """Replace a pool's configuration: what is omitted goes back to its default, except the plan."""
    req = hardened(ctx.settings, "user pool", req)
    settings = settings_of(req)
    lambda_triggers.check(ctx, settings["LambdaConfig"])
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        check_not_importing(tx, pool)
        omitted = (name for name in KEPT_WHEN_OMITTED if name not in req)
        kept = members(pool.configuration, (*IMMUTABLE, *FACTORS, *omitted))
        if plans.is_protected(req) and "UserPoolTier" not in req:
            kept.pop("UserPoolTier")
        configuration = cast("PoolConfiguration", {**settings, **kept})
        plans.check_kept(pool.configuration, configuration)
        second_factors.check(configuration, _MFA_NEEDS_SMS)
        write_pool(ctx, tx, pool, configuration, name=req.get("PoolName"))
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool(ctx: Context, req: DeleteUserPoolRequest) -> None:
    """Delete a pool and everything in it, unless it is protected from that (ATT-10)."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        check_not_importing(tx, pool)
        if pool.configuration["DeletionProtection"] == "ACTIVE":
            raise InvalidParameterException(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        if domains.of_pool(tx, pool.pool_id):
            raise InvalidParameterException(
                "User pool cannot be deleted. It has a domain configured that should be deleted first."
            )
        user_pools.delete(tx, pool.pool_id, ctx.clock.now_seconds())


@operation("cognito-idp")
def list_user_pools(ctx: Context, req: ListUserPoolsRequest) -> ListUserPoolsResponse:
    """List the account's pools in this region."""
    found, following = listed(
        ctx,
        req,
        f"ListUserPools {ctx.account} {ctx.region}",
        read=lambda tx, after, limit: user_pools.page(tx, ctx.account, ctx.region, after, limit),
        key=lambda pool: pool.pool_id,
    )
    return {"UserPools": [_listed(pool) for pool in found], **following}


def _listed(pool: UserPool) -> UserPoolDescriptionType:
    return {
        "Id": pool.pool_id,
        "Name": pool.name,
        "LambdaConfig": pool.configuration["LambdaConfig"],
        "CreationDate": pool.created_at,
        "LastModifiedDate": pool.modified_at,
    }
