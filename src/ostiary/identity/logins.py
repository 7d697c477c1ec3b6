"""`Logins`: verifying what somebody presents to an identity pool (behaviour/identity-pools.md 2, 3)."""

from collections.abc import Collection, Mapping

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_identity import ExternalServiceException, NotAuthorizedException
from ostiary.context import Context
from ostiary.federation.provider import Provider
from ostiary.federation.providers import registered_provider, social
from ostiary.federation.user_pool import UserPool
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.store.identity.identities import Login
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.tokens.issuer import pool_of_provider, provider_names

_UNSUPPORTED = "Token is not from a supported provider of this identity pool."


def verified(ctx: Context, pool: IdentityPool, logins: Mapping[str, str]) -> list[WebIdentity]:
    """Return who each login says somebody is; raises NotAuthorizedException and ExternalServiceException."""
    named = {name: _provider(ctx, pool, name) for name in logins}
    # Those of our own pools first: nobody outside is asked when one of them is wrong.
    in_order = sorted(named, key=lambda name: not isinstance(named[name][0], UserPool))
    found = {name: accepted(ctx, named[name][0], logins[name], named[name][1]) for name in in_order}
    return [found[name] for name in logins]


def accepted(ctx: Context, provider: Provider, token: str, audiences: Collection[str] | None) -> WebIdentity:
    """Return what a provider verifies; raises NotAuthorizedException and ExternalServiceException in AWS's words."""
    try:
        return provider.verify(ctx, token, audiences)
    except InvalidTokenError as error:
        raise _refusal(error, provider) from None


def login_of(identity: WebIdentity) -> Login:
    """Return the login as it is stored: a user pool has one name there, whichever was used."""
    return Login(identity.login, identity.subject)


def canonical(ctx: Context, provider: str) -> str:
    """Return the one name of a provider under which logins are stored."""
    pool_id = pool_of_provider(ctx.settings, provider)
    return provider if pool_id is None else provider_names(ctx.settings, pool_id)[1]


def _provider(ctx: Context, pool: IdentityPool, name: str) -> tuple[Provider, list[str] | None]:
    """Return the provider a login names and whom its tokens must be made for; the name must match exactly (IDP-12)."""
    settings = pool.configuration
    app_id = settings.get("SupportedLoginProviders", {}).get(name)
    if app_id is not None:
        try:
            return social(name), [app_id]
        except InvalidTokenError:
            raise NotAuthorizedException(_UNSUPPORTED) from None
    user_pool_id = pool_of_provider(ctx.settings, name)
    clients = [
        item
        for item in settings.get("CognitoIdentityProviders", [])
        if user_pool_id
        and "ClientId" in item
        and pool_of_provider(ctx.settings, item.get("ProviderName", "")) == user_pool_id
    ]
    if user_pool_id and clients:
        checked = [item["ClientId"] for item in clients if item.get("ServerSideTokenCheck")]
        return UserPool(name, user_pool_id, checked=checked), [item["ClientId"] for item in clients]
    arn = f"arn:aws:iam::{pool.account_id}:oidc-provider/{name}"
    registered = registered_provider(ctx, pool.account_id, name)
    if registered is not None and arn in settings.get("OpenIdConnectProviderARNs", []):
        return registered, None
    raise NotAuthorizedException(_UNSUPPORTED)


_REFUSALS = {
    "signature": "Token signature invalid.",
    "issuer": "Issuer doesn't match providerName",
    "audience": "Incorrect token audience.",
    "revoked": "Token has been revoked",
}


def _refusal(error: InvalidTokenError, provider: Provider) -> ServiceError:
    if error.reason == "audience" and isinstance(provider, UserPool):
        return NotAuthorizedException(_UNSUPPORTED)  # a client of the user pool that the identity pool does not list
    if error.reason == "unreachable":
        return ExternalServiceException("The identity provider could not be reached.")
    text = _REFUSALS.get(error.reason, "Not a valid OpenId Connect identity token.")
    if error.reason == "expired":
        text = f"Token expired: {int(error.details['now'])} >= {int(error.details['expires_at'])}"
    return NotAuthorizedException(f"Invalid login token. {text}")
