"""Refresh tokens: new tokens for old, rotation, and the operations that end sign-ins (behaviour/user-pools.md 14)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    GetTokensFromRefreshTokenRequest,
    GetTokensFromRefreshTokenResponse,
    InvalidParameterException,
    NotAuthorizedException,
    RefreshTokenReuseException,
)
from ostiary.context import Context
from ostiary.idp.access import client_of
from ostiary.idp.clients.client_secrets import check_secret, check_secret_hash
from ostiary.idp.clients.client_settings import rotates
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, new_device, tokens_of, tracks_devices
from ostiary.idp.tokens import session_tracking
from ostiary.store.idp import groups, token_families, users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.groups import Group
from ostiary.store.idp.token_families import TokenFamily
from ostiary.store.idp.users import User
from ostiary.tokens import issue
from ostiary.tokens.refresh import RefreshToken, opened


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """A good refresh token, and what new tokens need to know of its owner."""

    token: RefreshToken
    user: User
    family: TokenFamily
    groups: Sequence[Group]


def refresh_token_auth(ctx: Context, attempt: Attempt, parameters: Parameters) -> Answer:
    """Return new ID and access tokens for a refresh token. Writes nothing but where the pool tracks sessions."""
    text = parameters.get("REFRESH_TOKEN")
    if not text:
        raise InvalidParameterException("Missing required parameter REFRESH_TOKEN")
    if _rotation(attempt.client) is not None:
        raise InvalidParameterException("REFRESH_TOKEN_AUTH is not enabled for the client.")
    signed_in = _checked(ctx, attempt, text)
    _check_device(attempt, signed_in.token, parameters.get("DEVICE_KEY"))
    _check_secret_hash(ctx, attempt, signed_in.user, parameters.get("SECRET_HASH"))
    _refuse_rotated(signed_in)
    result = _tokens(ctx, attempt, signed_in)
    session_tracking.used(ctx, attempt.pool, signed_in.family)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


@operation("cognito-idp")
def get_tokens_from_refresh_token(
    ctx: Context, req: GetTokensFromRefreshTokenRequest
) -> GetTokensFromRefreshTokenResponse:
    """Return new tokens for a refresh token; where the client rotates them, with a new refresh token."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret(ctx, client, req.get("ClientSecret"))
    attempt = Attempt(pool, client, ctx.clock.now_seconds(), metadata=req.get("ClientMetadata"))
    signed_in = _checked(ctx, attempt, req["RefreshToken"])
    named = _device_named(ctx, attempt, signed_in.token, req.get("DeviceKey"))
    if named:
        signed_in = replace(signed_in, token=replace(signed_in.token, device_key=named["DeviceKey"]))
    new = {"NewDeviceMetadata": named} if named else {}
    grace_seconds = _rotation(client)
    if grace_seconds is None:
        _refuse_rotated(signed_in)
        result = _tokens(ctx, attempt, signed_in)
        session_tracking.used(ctx, pool, signed_in.family)
        return {"AuthenticationResult": {**result, **new}}  # type: ignore[typeddict-item]
    # A function that fails must not cost the user the refresh token.
    result = _tokens(ctx, attempt, signed_in)
    rotated = _rotated(ctx, signed_in.token, signed_in.family, grace_seconds)
    session_tracking.used(ctx, pool, signed_in.family)
    result["RefreshToken"] = issue.refresh_token(ctx, rotated)
    return {"AuthenticationResult": {**result, **new}}  # type: ignore[typeddict-item]


def _rotation(client: AppClient) -> int | None:
    """Return for how many seconds a rotated refresh token may be retried, or None where tokens are not rotated."""
    rotation = client.configuration.get("RefreshTokenRotation", {})
    grace_seconds: int = rotation.get("RetryGracePeriodSeconds", 0)
    return grace_seconds if rotates(client.configuration) else None


def _checked(ctx: Context, attempt: Attempt, text: str) -> _SignedIn:
    """Return what a refresh token says and whose it is; raises NotAuthorizedException where it is not good (TOK-15)."""
    token = opened(ctx.keyring, text)
    if token is None:
        raise NotAuthorizedException("Invalid Refresh Token")
    if (token.pool_id, token.client_id) != (attempt.pool.pool_id, attempt.client.client_id):
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
    return _SignedIn(token, user, family, memberships)


def _check_device(attempt: Attempt, token: RefreshToken, given: str | None) -> None:
    """Refuse a token that is tied to a device and comes from elsewhere."""
    if token.device_key and tracks_devices(attempt.pool) and given != token.device_key:
        raise NotAuthorizedException("Invalid Refresh Token.")


def _device_named(ctx: Context, attempt: Attempt, token: RefreshToken, given: str | None) -> dict[str, str]:
    """Return the names of a new device for a client that does not say which it is; none where it does, or need not."""
    if given is not None:
        _check_device(attempt, token, given)
        return {}
    return new_device(ctx, attempt) if token.device_key else {}


def _refuse_rotated(signed_in: _SignedIn) -> None:
    """Refuse a token that another one has followed, from when its client still rotated them (TOK-14)."""
    if signed_in.token.jti != signed_in.family.current_jti:
        raise NotAuthorizedException("Refresh Token has been revoked")


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


def _tokens(ctx: Context, attempt: Attempt, signed_in: _SignedIn) -> Answer:
    of = signed_in
    return tokens_of(ctx, attempt, of.token, of.user, of.groups, source="TokenGeneration_RefreshTokens")


def _check_secret_hash(ctx: Context, attempt: Attempt, user: User, secret_hash: str | None) -> None:
    """Without a user name in the request, clients hash the token owner's: the user name or the sub."""
    try:
        check_secret_hash(ctx, attempt.client, user.username, secret_hash)
    except NotAuthorizedException:
        if secret_hash is None:
            raise
        check_secret_hash(ctx, attempt.client, user.sub, secret_hash)
