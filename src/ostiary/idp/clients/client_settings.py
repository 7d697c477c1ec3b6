"""What an app client is configured to do: defaults, and which combinations are refused."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ostiary.aws.shapes import members
from ostiary.aws.types.cognito_idp import (
    InvalidOAuthFlowException,
    InvalidParameterException,
    ScopeDoesNotExistException,
    UserPoolClientType,
)
from ostiary.idp import plans
from ostiary.idp.directory.attributes import NEVER_WRITABLE
from ostiary.idp.directory.schema import spelled
from ostiary.store.idp.user_pools import UserPool

REFRESH_TOKEN_DAYS = 30
AUTH_SESSION_MINUTES = 3
ECHOED = (
    "AccessTokenValidity",
    "IdTokenValidity",
    "ReadAttributes",
    "WriteAttributes",
    "ExplicitAuthFlows",
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "DefaultRedirectURI",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AnalyticsConfiguration",
    "PreventUserExistenceErrors",
    "RefreshTokenRotation",
)
"""Members that a client shows only when they were given."""
LEGACY_FLOWS = frozenset({"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"})
CLIENT_TOKEN_FLOW = "ALLOW_CLIENT_TOKEN_AUTH"  # noqa: S105 - a flow
CHOICE_FLOW = "ALLOW_USER_AUTH"
SCOPES = frozenset({"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"})
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_SHORTHAND = "oidc:profile"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES_OF_BROWSERS = frozenset({"javascript", "data", "vbscript", "blob", "file", "about"})
_TOKENS = {
    "AccessToken": ("AccessTokenValidity", 1, "hours", 300, SECONDS["days"]),
    "IdToken": ("IdTokenValidity", 1, "hours", 300, SECONDS["days"]),
    "RefreshToken": ("RefreshTokenValidity", REFRESH_TOKEN_DAYS, "days", 3600, 3650 * SECONDS["days"]),
}


@dataclass(frozen=True, slots=True)
class Offers:
    """What of the pool's other parts a client may use: scopes of resource servers, names of identity providers."""

    scopes: AbstractSet[str]
    providers: AbstractSet[str]


def settings_of(pool: UserPool, req: Mapping[str, Any], offers: Offers, *, has_secret: bool) -> UserPoolClientType:
    """Return a client's configuration: what `req` sets, and the defaults of what it omits."""
    configuration: UserPoolClientType = members(req, ECHOED)
    configuration["RefreshTokenValidity"] = req.get("RefreshTokenValidity") or REFRESH_TOKEN_DAYS
    configuration["TokenValidityUnits"] = req.get("TokenValidityUnits", {})
    configuration["AllowedOAuthFlowsUserPoolClient"] = req.get("AllowedOAuthFlowsUserPoolClient", False)
    configuration["EnableTokenRevocation"] = req.get("EnableTokenRevocation", True)
    propagate = req.get("EnablePropagateAdditionalUserContextData", False)
    configuration["EnablePropagateAdditionalUserContextData"] = propagate
    configuration["AuthSessionValidity"] = req.get("AuthSessionValidity", AUTH_SESSION_MINUTES)
    if propagate and not has_secret:
        raise InvalidParameterException("EnablePropagateAdditionalUserContextData requires a client secret.")
    _check_flows(configuration, pool.configuration["UserPoolTier"], has_secret=has_secret)
    _check_oauth(configuration, offers, has_secret=has_secret)
    _check_urls(configuration)
    _check_validity(configuration)
    _check_attributes(pool, configuration)
    _check_providers(pool, configuration, offers)
    return configuration


def validity(configuration: Mapping[str, Any], token: str) -> int:
    """Return how many seconds a token of this client lives; `token` is `AccessToken`, `IdToken` or `RefreshToken`."""
    member, default, unit, _, _ = _TOKENS[token]
    amount: int = configuration.get(member) or default
    return amount * SECONDS[configuration.get("TokenValidityUnits", {}).get(token, unit)]


def rotates(configuration: UserPoolClientType) -> bool:
    """Whether the client's refresh tokens are replaced at each use."""
    feature: str = configuration.get("RefreshTokenRotation", {}).get("Feature", "")
    return feature == "ENABLED"


def _check_flows(configuration: UserPoolClientType, tier: str, *, has_secret: bool) -> None:
    flows = set(configuration.get("ExplicitAuthFlows", []))
    legacy = flows & LEGACY_FLOWS
    if legacy and flows - LEGACY_FLOWS:
        raise InvalidParameterException(
            f"Cannot use legacy ExplicitAuthFlows values ({', '.join(sorted(legacy))}) with new values"
        )
    if CHOICE_FLOW in flows:
        plans.check_choice(tier)
    if CLIENT_TOKEN_FLOW in flows:
        _check_client_token_flow(flows, has_secret=has_secret)
    if rotates(configuration) and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
        raise InvalidParameterException(
            "ALLOW_REFRESH_TOKEN_AUTH cannot be enabled when refresh token rotation is enabled."
        )


def _check_client_token_flow(flows: AbstractSet[str], *, has_secret: bool) -> None:
    """Refuse a client that would get tokens of its own and sign users in (behaviour/additions.md 6)."""
    if len(flows) > 1:
        raise InvalidParameterException(f"{CLIENT_TOKEN_FLOW} cannot be combined with other ExplicitAuthFlows.")
    if not has_secret:
        raise InvalidParameterException(f"{CLIENT_TOKEN_FLOW} requires a client secret.")


def _check_oauth(configuration: UserPoolClientType, offers: Offers, *, has_secret: bool) -> None:
    flows = configuration.get("AllowedOAuthFlows", [])
    scopes = configuration.get("AllowedOAuthScopes", [])
    if "client_credentials" in flows:
        if len(flows) > 1:
            raise InvalidOAuthFlowException(
                "client_credentials flow can not be selected along with code flow or implicit flow."
            )
        if not has_secret:
            raise InvalidOAuthFlowException(
                "client_credentials flow can not be selected if client does not have a client secret."
            )
        for scope in scopes:
            if scope in SCOPES:
                raise InvalidOAuthFlowException(f"{scope} is not supported with client_credentials flow")
    for scope in scopes:
        if scope not in SCOPES and scope not in offers.scopes:
            raise ScopeDoesNotExistException(f"Invalid scope requested: {scope}")
    if configuration["AllowedOAuthFlowsUserPoolClient"] and not (flows and scopes):
        raise InvalidOAuthFlowException(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )


def _check_urls(configuration: UserPoolClientType) -> None:
    callbacks = configuration.get("CallbackURLs", [])
    for url in (*callbacks, *configuration.get("LogoutURLs", [])):
        if not _is_redirect(url):
            raise InvalidParameterException(f"{url} is not a valid redirect uri")
    default = configuration.get("DefaultRedirectURI")
    if default is not None and default not in callbacks:
        raise InvalidParameterException("DefaultRedirectURI must be one of CallbackURLs.")


def _is_redirect(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.scheme or parts.fragment or url.endswith("#"):
        return False
    if parts.scheme == "http":
        return parts.hostname in _LOOPBACK
    return bool(parts.hostname) if parts.scheme == "https" else parts.scheme not in _SCHEMES_OF_BROWSERS


def _check_validity(configuration: UserPoolClientType) -> None:
    for token, (_, _, _, least, most) in _TOKENS.items():
        if not least <= validity(configuration, token) <= most:
            raise InvalidParameterException("Invalid range for token validity.")
    shorter = max(validity(configuration, "AccessToken"), validity(configuration, "IdToken"))
    if shorter > validity(configuration, "RefreshToken"):
        raise InvalidParameterException("Invalid range for token validity.")


def _check_attributes(pool: UserPool, configuration: UserPoolClientType) -> None:
    schema = {attribute["Name"]: attribute for attribute in pool.configuration["SchemaAttributes"]}
    if "ReadAttributes" in configuration:
        configuration["ReadAttributes"] = [spelled(name, schema) for name in configuration["ReadAttributes"]]
    readable = set(configuration.get("ReadAttributes", [])) - {_SHORTHAND}
    if not readable <= schema.keys():
        raise InvalidParameterException("Invalid read attributes specified while creating a client")
    writable = configuration.get("WriteAttributes")
    if not writable:
        return
    required = {name for name, attribute in schema.items() if attribute.get("Required")} - NEVER_WRITABLE
    names = set(writable) - {_SHORTHAND}
    developers = {name for name in names if name.startswith("dev:")}
    if not names <= schema.keys() or names & NEVER_WRITABLE or developers or not required <= set(writable):
        raise InvalidParameterException("Invalid write attributes specified while creating a client")


def _check_providers(pool: UserPool, configuration: UserPoolClientType, offers: Offers) -> None:
    for name in configuration.get("SupportedIdentityProviders", []):
        if name not in offers.providers:
            raise InvalidParameterException(f"The provider {name} does not exist for User Pool {pool.pool_id}.")
