"""New tokens for a refresh token, which is rotated where the client has that (behaviour/user-pools.md 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NewDeviceMetadataType,
    NotAuthorizedException,
    RefreshTokenReuseException,
)
from ostiary.context import Context
from ostiary.idp.access import pool_of
from ostiary.idp.clients.client_settings import rotates
from ostiary.idp.factors.devices import new_device, tracks_devices
from ostiary.idp.tokens import session_tracking
from ostiary.idp.tokens.grants.grant import Parameters, metadata_of
from ostiary.idp.tokens.user_tokens import tokens_of
from ostiary.store.idp import groups, token_families, users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.groups import Group
from ostiary.store.idp.token_families import TokenFamily
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import issue
from ostiary.tokens.issue import Issued
from ostiary.tokens.refresh import RefreshToken, opened
from ostiary.triggers.event import occasion_of

NAME = "refresh_token"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A good refresh token, and what new tokens need to know of its owner."""

    token: RefreshToken
    user: User
    family: TokenFamily
    groups: Sequence[Group]


def grant(ctx: Context, client: AppClient, parameters: Parameters) -> Issued:
    """Return new ID and access tokens for a `refresh_token`; with a new one where the client rotates them.

    `device_key` says which device the client is on; without it, one that is tied to a device gets a new one's names.
    """
    if "refresh_token" not in parameters:
        raise InvalidParameterException("Missing required parameter refresh_token")
    pool = pool_of(ctx, client.pool_id)
    signed_in = checked(ctx, client, parameters["refresh_token"])
    named: NewDeviceMetadataType = {}
    if "device_key" in parameters:
        check_device(pool, signed_in.token, parameters["device_key"])
    elif signed_in.token.device_key:
        named = new_device(ctx, pool)
    if named:
        signed_in = replace(signed_in, token=replace(signed_in.token, device_key=named["DeviceKey"]))
    issued = renewed(ctx, pool, client, signed_in, metadata_of(parameters))
    return replace(issued, new_device=named) if named else issued


def checked(ctx: Context, client: AppClient, text: str) -> SignedIn:
    """Return what a refresh token says and whose it is; raises NotAuthorizedException where it is not good (TOK-15)."""
    token = opened(ctx.keyring, text)
    if token is None:
        raise NotAuthorizedException("Invalid Refresh Token")
    if (token.pool_id, token.client_id) != (client.pool_id, client.client_id):
        raise NotAuthorizedException("Refresh Token has different Client")
    if token.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Refresh Token has expired")
    with ctx.store.read() as tx:
        user = users.find(tx, token.pool_id, token.sub)
        family = token_families.find(tx, token.pool_id, token.origin_jti)
        memberships = groups.groups_of(tx, token.pool_id, token.sub)
    if user is None:
        raise NotAuthorizedException("The user has been deleted for the associated refresh token")
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if family is None or not family.current_jti or token.auth_time <= user.tokens_valid_after:
        raise NotAuthorizedException("Refresh Token has been revoked")
    return SignedIn(token, user, family, memberships)


def check_device(pool: UserPool, token: RefreshToken, given: str) -> None:
    """Refuse a token that is tied to a device and comes from elsewhere; raises NotAuthorizedException."""
    if token.device_key and tracks_devices(pool) and given != token.device_key:
        raise NotAuthorizedException("Invalid Refresh Token.")


def renewed(
    ctx: Context, pool: UserPool, client: AppClient, signed_in: SignedIn, metadata: Mapping[str, str] | None
) -> Issued:
    """Return new tokens of a sign-in. Writes nothing but where tokens are rotated or sessions tracked."""
    token, user, family = signed_in.token, signed_in.user, signed_in.family
    grace_seconds = _rotation(client)
    if grace_seconds is None and token.jti != family.current_jti:
        # It is from when the client still rotated them, and another one has followed it (TOK-14).
        raise NotAuthorizedException("Refresh Token has been revoked")
    occasion = occasion_of(pool, user, client.client_id, metadata)
    # Before the rotation: a function that fails must not cost the user the refresh token.
    issued = tokens_of(
        ctx, client, occasion, token, user=user, groups=signed_in.groups, source="TokenGeneration_RefreshTokens"
    )
    if grace_seconds is not None:
        following = _rotated(ctx, token, family, grace_seconds)
        issued = replace(issued, refresh_token=issue.refresh_token(ctx, following))
    session_tracking.used(ctx, pool, family)
    return issued


def _rotation(client: AppClient) -> int | None:
    """Return for how many seconds a rotated refresh token may be retried, or None where tokens are not rotated."""
    rotation = client.configuration.get("RefreshTokenRotation", {})
    grace_seconds: int = rotation.get("RetryGracePeriodSeconds", 0)
    return grace_seconds if rotates(client.configuration) else None


def _rotated(ctx: Context, token: RefreshToken, family: TokenFamily, grace_seconds: int) -> RefreshToken:
    """Return the token that follows `token`; using one that was followed before ends the sign-in (TOK-14)."""
    now = ctx.clock.now_seconds()
    following = replace(token, jti=ctx.random.uuid())
    if token.jti == family.current_jti:
        with ctx.store.write() as tx:
            won = token_families.rotate(tx, family, following.jti, now)
        if won:
            return following
        with ctx.store.read() as tx:
            found = token_families.find(tx, token.pool_id, token.origin_jti)
        if found is None:
            raise NotAuthorizedException("Refresh Token has been revoked")
        family = found
    if token.jti == family.previous_jti and now < family.rotated_at + grace_seconds:
        # A lost answer is asked for again: the token that it carried stays the good one.
        return replace(token, jti=family.current_jti)
    with ctx.store.write() as tx:
        token_families.revoke(tx, token.pool_id, token.origin_jti)
    raise RefreshTokenReuseException("Refresh token has been used already.")
