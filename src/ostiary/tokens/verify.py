"""Verifying a pool's own tokens (reference user-pools-api.md 14: the checks and their order)."""

from typing import Any

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.crypto import jws
from ostiary.store import token_families, user_pools, users
from ostiary.tokens import keys
from ostiary.tokens.claims import API_SCOPE
from ostiary.tokens.issuer import issuer, pool_of_provider

_TEXT_CLAIMS = ("sub", "iss", "client_id", "scope", "username")


def access_token(ctx: Context, token: str) -> dict[str, Any]:
    """Return the claims of an access token of ours that is good now; raises NotAuthorizedException."""
    try:
        _, unverified = jws.unverified(token)
        pool_id = _pool_of(ctx.services, unverified)
        claims = jws.verify(token, _finder(ctx.services, pool_id, "access"), ["RS256"])
        expires_at = jws.seconds(claims, "exp") or 0
    except jws.SignatureError:
        raise NotAuthorizedException("Could not verify signature for Access Token") from None
    except jws.JwsError:
        raise NotAuthorizedException("Invalid Access Token") from None
    if claims.get("token_use") != "access" or any(not isinstance(claims.get(name), str) for name in _TEXT_CLAIMS):
        raise NotAuthorizedException("Invalid Access Token")
    if expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Access Token has expired")
    if is_revoked(ctx.services, pool_id, claims):
        raise NotAuthorizedException("Access Token has been revoked")
    if API_SCOPE not in claims["scope"].split():
        raise NotAuthorizedException("Access Token does not have required scopes")
    return claims


def id_token(services: Services, pool_id: str, token: str) -> dict[str, Any]:
    """Return the claims of an ID token of this pool whatever its `exp`; raises jws.JwsError."""
    claims = jws.verify(token, _finder(services, pool_id, "id"), ["RS256"])
    if claims.get("token_use") != "id" or claims.get("iss") != issuer(services.settings, pool_id):
        raise jws.MalformedError("not an ID token of this pool")
    return claims


def is_revoked(services: Services, pool_id: str, claims: dict[str, Any]) -> bool:
    """Whether the sign-in behind a verified token was ended: revoked, signed out, disabled. A deleted user is not."""
    origin_jti, sub = claims.get("origin_jti"), claims["sub"]
    with services.store.read() as tx:
        user = users.find(tx, pool_id, sub)
        if user is None:
            return False
        if origin_jti is not None and token_families.find(tx, pool_id, str(origin_jti)) is None:
            return True
    return int(claims.get("auth_time", 0)) < user.tokens_valid_after


def _pool_of(services: Services, claims: dict[str, Any]) -> str:
    name = str(claims.get("iss", "")).partition("://")[2]
    pool_id = pool_of_provider(services.settings, name)
    if pool_id is None or claims.get("iss") != issuer(services.settings, pool_id):
        raise jws.MalformedError("not an issuer of ours")
    if user_pools.cached(services.store, pool_id) is None:
        raise jws.MalformedError("no such pool")
    return pool_id


def _finder(services: Services, pool_id: str, use: keys.TokenUse) -> Any:
    found = keys.pool_keys(services, pool_id)
    return lambda kid: next((key.key for key in found if key.kid == kid and key.token_use == use), None)
