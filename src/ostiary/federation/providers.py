"""The two doors to providers: for STS, and for `Logins` of identity pools."""

from collections.abc import Callable

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation import BUILT_IN, SOCIAL
from ostiary.federation.oidc import Oidc
from ostiary.federation.provider import Provider
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.store.iam import oidc_providers

__all__ = ["BUILT_IN", "registered_provider", "social", "verify_web_identity"]


def verify_web_identity(
    ctx: Context,
    account_id: str,
    token: str,
    provider_id: str | None,
    before_asking: Callable[[str], None] = lambda _: None,
) -> WebIdentity:
    """Return who presents a token to STS, for a role of this account; raises InvalidTokenError (STS-05).

    `before_asking` hears the name that trust policies have for the provider before its server is asked, and may refuse
    by an exception of its own.
    """
    provider = _provider_of(ctx, account_id, token, provider_id)
    return provider.verify(ctx, token, None, before_asking=lambda: before_asking(provider.federated))


def _provider_of(ctx: Context, account_id: str, token: str, provider_id: str | None) -> Provider:
    if provider_id is not None:
        named = social(provider_id)
        if not named.gives_access_tokens:
            raise InvalidTokenError("unknown_provider", issuer=provider_id)
        return named
    try:
        _, claims = jws.unverified(token)
    except jws.JwsError as error:
        raise InvalidTokenError("malformed", str(error)) from None
    issuer = str(claims.get("iss", ""))
    registered = registered_provider(ctx, account_id, issuer.partition("://")[2] or issuer)
    if registered is not None and registered.issued(ctx, issuer):
        return registered
    built_in = next((provider for provider in BUILT_IN if provider.issued(ctx, issuer)), None)
    if built_in is None:
        raise InvalidTokenError("unknown_provider", issuer=issuer)
    return built_in


def social(name: str) -> Provider:
    """Return a social provider by its key in `Logins`; raises InvalidTokenError."""
    found = next((provider for provider in SOCIAL if provider.name == name), None)
    if found is None:
        raise InvalidTokenError("unknown_provider", issuer=name)
    return found


def registered_provider(ctx: Context, account_id: str, url: str) -> Oidc | None:
    """Return the provider that an account registered at a URL without scheme, from the cache."""
    found = ctx.store.cached(("oidc_provider", account_id, url), lambda tx: oidc_providers.find(tx, account_id, url))
    return None if found is None else Oidc(found)
