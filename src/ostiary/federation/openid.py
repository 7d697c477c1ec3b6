"""Providers with an issuer and a fixed address of keys: Google, Apple, and Facebook's limited login."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.keys import audience_of, identity_of, key_finder, verified
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity


def verify_openid(
    ctx: Context,
    token: str,
    *,
    provider: str,
    issuers: Collection[str],
    keys_url: str,
    audiences: Collection[str] | None,
) -> WebIdentity:
    """Return the identity in an ID token of a provider; raises InvalidTokenError."""
    claims = verified(token, key_finder(ctx.http, keys_url), ctx.clock.now())
    if claims.get("iss") not in issuers:
        raise InvalidTokenError("issuer")
    check_audience(audience_of(claims), audiences)
    return identity_of(claims, provider, provider)


def check_audience(found: tuple[str, tuple[str, ...]], wanted: Collection[str] | None) -> None:
    """Refuse a token that was made for somebody else (OpenID Connect Core 3.1.3.7)."""
    if wanted is not None and not {found[0], *found[1]} & set(wanted):
        raise InvalidTokenError("audience")
