"""Which second factors a user has turned on, and which is preferred (behaviour/user-pools.md 11.2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminSetUserMFAPreferenceRequest,
    AdminSetUserMFAPreferenceResponse,
    AdminSetUserSettingsRequest,
    AdminSetUserSettingsResponse,
    InvalidParameterException,
    MFAOptionType,
    SetUserMFAPreferenceRequest,
    SetUserMFAPreferenceResponse,
    SetUserSettingsRequest,
    SetUserSettingsResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, locked_again, own_pool, signed_in
from ostiary.idp.directory.lookup import locked_user
from ostiary.idp.factors.second_factors import (
    EMAIL,
    ORDER,
    PASSKEY,
    SMS,
    TOTP,
    check_kept,
    passkeys_count_as_two,
    turned_off,
    turned_on,
)
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import Factors, User

_SETTINGS = {
    "SMSMfaSettings": SMS,
    "SoftwareTokenMfaSettings": TOTP,
    "EmailMfaSettings": EMAIL,
    "WebAuthnMfaSettings": PASSKEY,
}
_ADDRESSES = {SMS: "phone_number", EMAIL: "email"}


@operation("cognito-idp")
def set_user_mfa_preference(ctx: Context, req: SetUserMFAPreferenceRequest) -> SetUserMFAPreferenceResponse:
    """Turn one's own second factors on and off; in a pool that requires one, one stays on."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        chosen = _chosen(pool, user, req)
        check_kept(pool, user, replace(user, factors=chosen))
        _write(tx, ctx, user, chosen)
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_set_user_mfa_preference(
    ctx: Context, req: AdminSetUserMFAPreferenceRequest
) -> AdminSetUserMFAPreferenceResponse:
    """Turn a user's second factors on and off."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        _write(tx, ctx, user, _chosen(pool, user, req))
    return {}


@operation("cognito-idp")
def set_user_settings(ctx: Context, req: SetUserSettingsRequest) -> SetUserSettingsResponse:
    """Turn one's own SMS codes on or off, in the way that came before SetUserMFAPreference; refused like there."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        chosen = _by_options(user, req["MFAOptions"])
        check_kept(pool, user, replace(user, factors=chosen))
        _write(tx, ctx, user, chosen)
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_set_user_settings(ctx: Context, req: AdminSetUserSettingsRequest) -> AdminSetUserSettingsResponse:
    """Turn a user's SMS codes on or off, in the way that came before AdminSetUserMFAPreference."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        _write(tx, ctx, user, _by_options(user, req["MFAOptions"]))
    return {}


def _write(tx: Tx, ctx: Context, user: User, factors: Factors) -> None:
    if factors != user.factors:
        users.update(tx, user, factors=factors, modified_at=ctx.clock.now_seconds())


def _chosen(pool: UserPool, user: User, req: Mapping[str, Any]) -> Factors:
    """Return the user's factors after the request; raises InvalidParameterException and changes nothing."""
    settings = {factor: req[member] for member, factor in _SETTINGS.items() if member in req}
    preferred = [factor for factor, setting in settings.items() if setting.get("PreferredMfa")]
    if len(preferred) > 1:
        raise InvalidParameterException("Only one MFA method can be preferred.")
    chosen = user.factors
    for factor, setting in settings.items():
        if setting.get("Enabled"):
            _check_ready(pool, user, factor)
            chosen = turned_on(chosen, factor)
        elif setting.get("PreferredMfa"):
            raise InvalidParameterException(f"{factor} must be enabled to be the preferred MFA method.")
        else:
            chosen = turned_off(chosen, factor)
        if not setting.get("PreferredMfa") and chosen.preferred == factor:
            chosen = replace(chosen, preferred="")
    chosen = replace(chosen, preferred=preferred[0]) if preferred else chosen
    if PASSKEY in chosen.enabled and set(ORDER).isdisjoint(chosen.enabled):
        raise InvalidParameterException("A passkey can only be an MFA method beside another one.")
    return chosen


def _check_ready(pool: UserPool, user: User, factor: str) -> None:
    if factor == TOTP and not user.factors.software_token:
        raise InvalidParameterException("User has not verified software token mfa")
    if factor == PASSKEY and not passkeys_count_as_two(pool):
        raise InvalidParameterException("The user pool does not accept passkeys as MFA.")
    if factor in _ADDRESSES and _ADDRESSES[factor] not in user.attributes:
        raise InvalidParameterException(f"User does not have delivery config set to turn on {factor}")


def _by_options(user: User, options: list[MFAOptionType]) -> Factors:
    for option in options:
        if (option.get("DeliveryMedium"), option.get("AttributeName")) != ("SMS", "phone_number"):
            raise InvalidParameterException("MFAOptions can only name SMS and phone_number.")
    if not options:
        return turned_off(user.factors, SMS)
    if "phone_number" not in user.attributes:
        raise InvalidParameterException("User does not have delivery config set to turn on SMS_MFA")
    return replace(turned_on(user.factors, SMS), sms_options=True)
