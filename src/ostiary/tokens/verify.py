"""Verifying a pool's own tokens (behaviour/user-pools.md 14: the checks and their order)."""

from typing import Literal

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.crypto import jws
from ostiary.crypto.jws import Claims
from ostiary.store.db import Tx
from ostiary.store.idp import token_families, user_pools, users
from ostiary.store.idp.users import User
from ostiary.tokens import keys
from ostiary.tokens.claims import API_SCOPE
from ostiary.tokens.issuer import issuer, pool_of_provider

_TEXT_CLAIMS = ("sub", "iss", "client_id", "scope", "username")


def access_token(ctx: Context, token: str) -> Claims:
    """Return the claims of an access token of ours that is good now; raises NotAuthorizedException."""
    return access_token_and_user(ctx, token)[0]


def access_token_and_user(ctx: Context, token: str) -> tuple[Claims, User | None]:
    """Return the claims of an access token of ours that is good now, and the user, or None when they were deleted.

    Raises NotAuthorizedException. Whether the user may still do anything is the caller's to check.
    """
    try:
        found = jws.read(token)
        if found.claims.get("token_use") != "access":
            raise jws.MalformedError("not an access token")
        pool_id = _pool_of(ctx.services, found.claims)
        claims = found.verified(keys.finder(ctx.services, pool_id, "access"), ["RS256"])
        expires_at = jws.seconds(claims, "exp") or 0
    except jws.SignatureError:
        raise NotAuthorizedException("Could not verify signature for Access Token") from None
    except jws.JwsError:
        raise NotAuthorizedException("Invalid Access Token") from None
    texts = {"scope": "", **claims}  # what was derived from a token without scopes has none
    if any(not isinstance(texts.get(name), str) for name in _TEXT_CLAIMS):
        raise NotAuthorizedException("Invalid Access Token")
    if expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Access Token has expired")
    with ctx.store.read() as tx:
        user = users.find(tx, pool_id, claims["sub"])
        if user is not None and _is_dead(tx, user, claims):
            raise NotAuthorizedException("Access Token has been revoked")
    if API_SCOPE not in scopes_of(claims):
        raise NotAuthorizedException("Access Token does not have required scopes")
    return claims, user


def scopes_of(claims: Claims) -> tuple[str, ...]:
    """Return the scopes of a verified access token; none where it has no `scope`."""
    scope = claims.get("scope")
    return tuple(scope.split()) if isinstance(scope, str) else ()


def id_token(services: Services, pool_id: str, token: str) -> Claims:
    """Return the claims of an ID token of this pool whatever its `exp`; raises jws.JwsError."""
    return pool_token(services, pool_id, "id", token)


def pool_token(services: Services, pool_id: str, use: Literal["id", "access"], token: str) -> Claims:
    """Return the claims of a token of this pool and this use (TOK-08) whatever its `exp`; raises jws.JwsError."""
    claims = jws.verify(token, keys.finder(services, pool_id, use), ["RS256"])
    if claims.get("token_use") != use or claims.get("iss") != issuer(services.settings, pool_id):
        raise jws.MalformedError(f"not an {use} token of this pool")
    return claims


def is_revoked(services: Services, pool_id: str, claims: Claims) -> bool:
    """Whether the sign-in behind a verified token was ended: revoked, signed out, disabled. A deleted user is not."""
    with services.store.read() as tx:
        user = users.find(tx, pool_id, claims["sub"])
        return user is not None and _is_dead(tx, user, claims)


def _is_dead(tx: Tx, user: User, claims: Claims) -> bool:
    if int(claims.get("auth_time", 0)) <= user.tokens_valid_after:
        return True
    origin_jti = claims.get("origin_jti")
    return origin_jti is not None and token_families.find(tx, user.pool_id, str(origin_jti)) is None


def _pool_of(services: Services, claims: Claims) -> str:
    iss = claims.get("iss")
    pool_id = pool_of_provider(services.settings, iss.partition("://")[2]) if isinstance(iss, str) else None
    if pool_id is None or iss != issuer(services.settings, pool_id):
        raise jws.MalformedError("not an issuer of ours")
    if user_pools.cached(services.store, pool_id) is None:
        raise jws.MalformedError("no such pool")
    return pool_id
