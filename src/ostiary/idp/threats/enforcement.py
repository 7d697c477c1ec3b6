"""How far a pool's protection goes, and what is refused for it."""

from typing import Any

from ostiary.aws.types.cognito_idp import InvalidPasswordException, UserPoolAddOnNotEnabledException
from ostiary.context import Context
from ostiary.idp.threats import leaked_passwords
from ostiary.store.idp import pool_parts
from ostiary.store.idp.user_pools import UserPool

KIND = "risk_configuration"
ALL = "ALL"
_LEAKED = "Provided password cannot be used for security reasons."


def protection(pool: UserPool) -> str:
    """Return the pool's AdvancedSecurityMode: OFF, AUDIT or ENFORCED."""
    mode: str = pool.configuration.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
    return mode


def protection_of_custom(pool: UserPool) -> str:
    """Return how sign-ins are protected that the pool's own functions decide on: OFF, AUDIT or ENFORCED.

    That is AdvancedSecurityAdditionalFlows.CustomAuthMode, in a pool that is protected.
    """
    flows = pool.configuration.get("UserPoolAddOns", {}).get("AdvancedSecurityAdditionalFlows", {})
    mode: str = flows.get("CustomAuthMode", "OFF") if protection(pool) != "OFF" else "OFF"
    return mode


def check_protected(pool: UserPool) -> None:
    """Refuse operations of threat protection where the pool has none."""
    if protection(pool) == "OFF":
        raise UserPoolAddOnNotEnabledException("User pool add-ons are not enabled for the user pool.")


def effective(ctx: Context, pool_id: str, client_id: str) -> dict[str, Any]:
    """Return what applies to sign-ins through a client: its own configuration, or else the pool's."""
    own = pool_parts.cached(ctx.store, pool_id, KIND, client_id) or pool_parts.cached(ctx.store, pool_id, KIND, ALL)
    return {} if own is None else own.configuration


def refuse_leaked(ctx: Context, pool: UserPool, client_id: str, event: str, password: str) -> None:
    """Refuse a password that leaked, where the pool blocks such ones at this event: SIGN_UP or PASSWORD_CHANGE."""
    refuse_leaked_anywhere(ctx, password)
    if protection(pool) != "ENFORCED":
        return
    compromised = effective(ctx, pool.pool_id, client_id).get("CompromisedCredentialsRiskConfiguration", {})
    watched = event in compromised.get("EventFilter", ()) and compromised["Actions"]["EventAction"] == "BLOCK"
    if watched and leaked_passwords.is_breached(ctx, password):
        raise InvalidPasswordException(_LEAKED)


def refuse_leaked_anywhere(ctx: Context, password: str) -> None:
    """Refuse a password that leaked, whatever a pool says, where the server's defaults are the secure ones."""
    if ctx.settings.secure_defaults and leaked_passwords.is_breached(ctx, password):
        raise InvalidPasswordException(_LEAKED)
