"""User pools: create, describe, update, list, delete."""

from collections.abc import Iterable
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateUserPoolRequest,
    CreateUserPoolResponse,
    DeleteUserPoolRequest,
    DescribeUserPoolRequest,
    DescribeUserPoolResponse,
    InvalidParameterException,
    ListUserPoolsRequest,
    ListUserPoolsResponse,
    ResourceNotFoundException,
    UpdateUserPoolRequest,
    UpdateUserPoolResponse,
    UserImportInProgressException,
    UserPoolDescriptionType,
    UserPoolType,
)
from ostiary.config.secure_defaults import hardened
from ostiary.context import Context
from ostiary.idp import factors, lambda_config, plans
from ostiary.idp.pages import listed
from ostiary.idp.pool_settings import FACTORS, HIDDEN, IMMUTABLE, KEPT_WHEN_OMITTED, check_aliases, settings_of
from ostiary.idp.schema import schema_of
from ostiary.store import domains, import_jobs, user_pools
from ostiary.store.db import Tx
from ostiary.store.domains import Domain
from ostiary.store.user_pools import UserPool
from ostiary.tokens import keys as signing_keys

POOL_ARN = "arn:aws:cognito-idp:{region}:{account}:userpool/{UserPoolId}"
"""What IAM decides on for operations of one pool."""
_ID_LENGTH = 9
_MFA_NEEDS_SMS = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"


def pool_of(ctx: Context, pool_id: str) -> UserPool:
    """Return the pool of this id, whosever it is; raises ResourceNotFoundException."""
    pool = user_pools.cached(ctx.store, pool_id)
    if pool is None:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return pool


def own_pool(ctx: Context, pool_id: str) -> UserPool:
    """Return the pool of this id if it is of the caller's account; another account's pool does not exist."""
    return _of_caller(ctx, pool_id, user_pools.cached(ctx.store, pool_id))


def fresh_pool(ctx: Context, tx: Tx, pool_id: str) -> UserPool:
    """Return the caller's pool as this transaction sees it, not as the cache does."""
    return _of_caller(ctx, pool_id, user_pools.find(tx, pool_id))


def locked_pool(ctx: Context, tx: Tx, pool_id: str) -> UserPool:
    """Return the caller's pool, to be changed in this transaction."""
    return _of_caller(ctx, pool_id, user_pools.lock(tx, pool_id))


def _of_caller(ctx: Context, pool_id: str, pool: UserPool | None) -> UserPool:
    if pool is None or pool.account_id != ctx.account:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return pool


def check_not_importing(tx: Tx, pool: UserPool) -> None:
    """Refuse while users are imported into the pool."""
    if import_jobs.is_running(tx, pool.pool_id):
        raise UserImportInProgressException("A user import job is in progress for the user pool.")


def write_pool(ctx: Context, tx: Tx, pool: UserPool, configuration: dict[str, Any], *, name: str | None = None) -> None:
    """Replace the configuration of a locked pool."""
    now = ctx.clock.now_seconds()
    user_pools.update(tx, pool.pool_id, name=name or pool.name, configuration=configuration, now=now)


@operation("cognito-idp")
def create_user_pool(ctx: Context, req: CreateUserPoolRequest) -> CreateUserPoolResponse:
    """Create a user pool with two signing keys of its own."""
    req = hardened(ctx.settings, "user pool", req)
    configuration = settings_of(req)
    lambda_config.check(ctx, configuration["LambdaConfig"])
    configuration["SchemaAttributes"] = schema_of(req.get("Schema", []))
    configuration.update({name: req[name] for name in IMMUTABLE if name in req})  # type: ignore[literal-required]
    check_aliases(configuration)
    factors.check(configuration, _MFA_NEEDS_SMS)
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
        users, own_domains = user_pools.number_of_users(tx, pool.pool_id), domains.of_pool(tx, pool.pool_id)
    return {"UserPool": _described(pool, users, own_domains)}


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool(ctx: Context, req: UpdateUserPoolRequest) -> UpdateUserPoolResponse:
    """Replace a pool's configuration: what is omitted goes back to its default, except the plan."""
    req = hardened(ctx.settings, "user pool", req)
    settings = settings_of(req)
    lambda_config.check(ctx, settings["LambdaConfig"])
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        check_not_importing(tx, pool)
        kept = {
            name: pool.configuration[name]
            for name in (*IMMUTABLE, *FACTORS, *(name for name in KEPT_WHEN_OMITTED if name not in req))
            if name in pool.configuration
        }
        if plans.is_protected(req) and "UserPoolTier" not in req:
            kept.pop("UserPoolTier")
        configuration = {**settings, **kept}
        plans.check_kept(pool.configuration, configuration)
        factors.check(configuration, _MFA_NEEDS_SMS)
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
