"""Providers with an issuer and a fixed address of keys: Google, Apple, and Facebook's limited login."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.claims import check_audience, identity_of, verified
from ostiary.federation.keys import key_finder
from ostiary.federation.web_identity import WebIdentity


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
    claims = verified(token, issuers, key_finder(ctx.http, keys_url), ctx.clock.now())
    check_audience(claims, audiences)
    return identity_of(claims, provider, provider)
