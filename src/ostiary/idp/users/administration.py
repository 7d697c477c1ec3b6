"""Users: looking one up, and what administrators do with one."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminDeleteUserAttributesRequest,
    AdminDeleteUserAttributesResponse,
    AdminDeleteUserRequest,
    AdminDisableUserRequest,
    AdminDisableUserResponse,
    AdminEnableUserRequest,
    AdminEnableUserResponse,
    AdminGetUserRequest,
    AdminGetUserResponse,
    AdminUpdateUserAttributesRequest,
    AdminUpdateUserAttributesResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool
from ostiary.idp.directory import attributes
from ostiary.idp.directory.attribute_changes import change, worded_change
from ostiary.idp.directory.attributes import described
from ostiary.idp.directory.lookup import find_user, known_user, locked_user, no_such_user
from ostiary.idp.directory.names import user_key
from ostiary.idp.factors import second_factors
from ostiary.store.idp import users
from ostiary.tokens import revoke
from ostiary.triggers.event import occasion_of

__all__ = ["described", "find_user", "known_user", "locked_user", "user_key"]


@operation("cognito-idp", resource=POOL_ARN)
def admin_get_user(ctx: Context, req: AdminGetUserRequest) -> AdminGetUserResponse:
    """Return a user with all attributes."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        user = known_user(tx, pool, req["Username"])
    return {
        "Username": user.username,
        "UserAttributes": attributes.listed(user),
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": user.enabled,
        "UserStatus": user.status,
        **second_factors.shown(user),  # type: ignore[typeddict-item]
    }


@operation("cognito-idp", resource=POOL_ARN)
def admin_delete_user(ctx: Context, req: AdminDeleteUserRequest) -> None:
    """Delete a user; the name may be taken again, by a user with another sub (TOK-12)."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        if not users.delete(tx, pool.pool_id, locked_user(tx, pool, req["Username"]).sub):
            no_such_user()


@operation("cognito-idp", resource=POOL_ARN)
def admin_enable_user(ctx: Context, req: AdminEnableUserRequest) -> AdminEnableUserResponse:
    """Let a disabled user sign in again; tokens from before stay dead."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        if not user.enabled:
            users.update(tx, user, enabled=True, modified_at=ctx.clock.now_seconds())
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_disable_user(ctx: Context, req: AdminDisableUserRequest) -> AdminDisableUserResponse:
    """Keep a user from signing in and make every token of theirs dead (TOK-12)."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        revoke.sign_out_everywhere(tx, ctx, user)
        users.update(tx, user, enabled=False, modified_at=ctx.clock.now_seconds())
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_update_user_attributes(
    ctx: Context, req: AdminUpdateUserAttributesRequest
) -> AdminUpdateUserAttributesResponse:
    """Set attributes of a user, the verified flags too; an empty value deletes."""
    pool = own_pool(ctx, req["UserPoolId"])
    written = attributes.parsed(pool, req["UserAttributes"])
    with ctx.store.read() as tx:
        user = known_user(tx, pool, req["Username"])
    worded = worded_change(ctx, occasion_of(pool, user, metadata=req.get("ClientMetadata")), user, written)
    with ctx.store.write() as tx:
        change(tx, ctx, pool, locked_user(tx, pool, req["Username"]), written, worded=worded)
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_delete_user_attributes(
    ctx: Context, req: AdminDeleteUserAttributesRequest
) -> AdminDeleteUserAttributesResponse:
    """Delete attributes of a user."""
    pool = own_pool(ctx, req["UserPoolId"])
    deleted = attributes.parsed(pool, [{"Name": name} for name in req["UserAttributeNames"]])
    with ctx.store.write() as tx:
        change(tx, ctx, pool, locked_user(tx, pool, req["Username"]), deleted)
    return {}
