"""What the setting `secure_defaults` turns on: every hardening that Cognito's compatibility leaves off, in one table.

docs/reference/secure-defaults.md is made from it. A row about a setting gives its default; one about a pool or client
fills in what a request that creates or changes it leaves out, so whoever writes a value gets that value; and some
refuse a value.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from ostiary.config.settings import Settings

Kind = Literal["setting", "server", "user pool", "app client", "identity pool"]
Given = dict[str, Any]
Fill = Callable[[Given], None]
Req = TypeVar("Req", bound=Mapping[str, Any])
ROTATION = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
LENGTH_ONLY = {
    "MinimumLength": 15,
    "RequireUppercase": False,
    "RequireLowercase": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
}
"""NIST SP 800-63B-4, 3.1.1.2: length instead of composition."""
_OLD_FLOWS = frozenset({"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CLIENT_TOKEN_AUTH"})


@dataclass(frozen=True, slots=True)
class Hardening:
    """One row: what of, its name, what it is without and with the switch, and what changes for people."""

    of: Kind
    name: str
    without: str
    becomes: str
    changes: str
    default: Any = None
    """The setting's default; for rows about settings."""
    fill: Fill | None = None
    refuses: Callable[[Mapping[str, Any]], bool] | None = None


def _fill_password_policy(given: Given) -> None:
    given.setdefault("Policies", {}).setdefault("PasswordPolicy", dict(LENGTH_ONLY))


def _fill_sign_up(given: Given) -> None:
    given.setdefault("AdminCreateUserConfig", {}).setdefault("AllowAdminCreateUserOnly", True)


def _fill_updates(given: Given) -> None:
    verified = given.get("AutoVerifiedAttributes")
    if verified:
        updates = {"AttributesRequireVerificationBeforeUpdate": list(verified)}
        given.setdefault("UserAttributeUpdateSettings", updates)


def _fill_protection(given: Given) -> None:
    given.setdefault("DeletionProtection", "ACTIVE")


def _fill_existence(given: Given) -> None:
    given.setdefault("PreventUserExistenceErrors", "ENABLED")


def _fill_rotation(given: Given) -> None:
    flows = set(given.get("ExplicitAuthFlows", ()))
    if not flows & _OLD_FLOWS and all(flow.startswith("ALLOW_") for flow in flows):
        given.setdefault("RefreshTokenRotation", dict(ROTATION))


def _fill_token_check(given: Given) -> None:
    for provider in given.get("CognitoIdentityProviders", ()):
        provider.setdefault("ServerSideTokenCheck", True)


SECURE_DEFAULTS = (
    Hardening(
        "setting",
        "rate_limits",
        "false",
        "true",
        "Requests beyond an account's limits, and beyond `rate_limit_per_user`, `rate_limit_per_client` and "
        "`rate_limit_per_address` a second, are refused (`TooManyRequestsException`, `Throttling`, HTTP 429 on pages).",
        default=True,
    ),
    Hardening(
        "setting",
        "allow_private_addresses_of_tenants",
        "false, and may be true",
        "false",
        "The server does not start with it on: no account has the server call private networks.",
        default=False,
        refuses=lambda settings: bool(settings["allow_private_addresses_of_tenants"]),
    ),
    Hardening(
        "server",
        "`public_url`",
        "any address",
        "`https://`",
        "The server does not start with another one, except on loopback: tokens name an issuer that nobody can feign.",
    ),
    Hardening(
        "server",
        "leaked passwords",
        "refused where a pool has threat protection that blocks them",
        "refused in every pool",
        "A password of the file `breached_passwords` is never chosen, by users or administrators "
        "(`InvalidPasswordException`). Without that file nothing is known to have leaked, and the start says so.",
    ),
    Hardening(
        "server",
        "tag `ostiary:end-sessions-on-password-change`",
        "off",
        "on",
        "A new password ends every sign-in of its user, in pools whose tag does not say `off`.",
    ),
    Hardening(
        "user pool",
        "`Policies.PasswordPolicy`",
        "8 characters of four kinds",
        "15 characters of any kind",
        "Passwords are long instead of mixed.",
        fill=_fill_password_policy,
    ),
    Hardening(
        "user pool",
        "`AdminCreateUserConfig.AllowAdminCreateUserOnly`",
        "false",
        "true",
        "Nobody signs up by themselves: `SignUp` answers `NotAuthorizedException`.",
        fill=_fill_sign_up,
    ),
    Hardening(
        "user pool",
        "`UserAttributeUpdateSettings`",
        "none",
        "the attributes of `AutoVerifiedAttributes`",
        "A changed address counts when it is proven; until then the old one stays.",
        fill=_fill_updates,
    ),
    Hardening(
        "user pool",
        "`WebAuthnConfiguration.UserVerification`",
        "preferred",
        "required",
        "A passkey asks for its user's finger, face or PIN, also in pools that were there before.",
    ),
    Hardening(
        "user pool",
        "`DeletionProtection`",
        "INACTIVE",
        "ACTIVE",
        "A pool is deleted only after an update that sets it `INACTIVE`.",
        fill=_fill_protection,
    ),
    Hardening(
        "app client",
        "`PreventUserExistenceErrors`",
        "LEGACY",
        "ENABLED",
        "Nobody learns who is in the pool by signing in, resetting passwords or confirming.",
        fill=_fill_existence,
    ),
    Hardening(
        "app client",
        "`RefreshTokenRotation`",
        "off",
        "on, 10 seconds of grace",
        "A refresh token is good once; used twice, it ends the sign-in. Apps refresh by `GetTokensFromRefreshToken`, "
        "not by `REFRESH_TOKEN_AUTH`: a client whose `ExplicitAuthFlows` name that, or flows of the old kind, is left.",
        fill=_fill_rotation,
    ),
    Hardening(
        "app client",
        "`AllowedOAuthFlows`",
        "any",
        "not `implicit`",
        "The flow that shows tokens in addresses is refused (`InvalidOAuthFlowException`).",
        refuses=lambda given: "implicit" in given.get("AllowedOAuthFlows", ()),
    ),
    Hardening(
        "identity pool",
        "`AllowUnauthenticatedIdentities`",
        "any",
        "false",
        "Guests are refused when a pool is made or changed (`InvalidParameterException`).",
        refuses=lambda given: bool(given.get("AllowUnauthenticatedIdentities")),
    ),
    Hardening(
        "identity pool",
        "`CognitoIdentityProviders[].ServerSideTokenCheck`",
        "false",
        "true",
        "Who signed out, or was disabled, gets no more credentials by a token that has not expired.",
        fill=_fill_token_check,
    ),
)


def defaults() -> dict[str, Any]:
    """Return the defaults of settings."""
    return {row.name: row.default for row in SECURE_DEFAULTS if row.of == "setting"}


def hardened(settings: Settings, of: Kind, req: Req) -> Req:
    """Return a request that creates or changes something, with what it leaves out filled in; the given one stays."""
    if not settings.secure_defaults:
        return req
    given: Any = deepcopy(req)
    for row in SECURE_DEFAULTS:
        if row.of == of and row.fill is not None:
            row.fill(given)
    return cast("Req", given)


def refusal(settings: Settings, of: Kind, given: Mapping[str, Any]) -> str:
    """Return what says why values are refused; empty when none is."""
    rows = [row for row in SECURE_DEFAULTS if row.of == of and row.refuses is not None and row.refuses(given)]
    if not rows or not settings.secure_defaults:
        return ""
    return f"{rows[0].name.strip('`')}: with the setting secure_defaults it must be {rows[0].becomes.replace('`', '')}."
