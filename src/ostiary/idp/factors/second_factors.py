"""Second factors: which a pool offers, a user turned on, and are left to set up (behaviour/user-pools.md 11)."""

from collections.abc import Collection
from dataclasses import replace
from functools import reduce
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.store.idp.users import Factors, User

SMS, TOTP, EMAIL, PASSKEY = "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "WEB_AUTHN"
ORDER = (SMS, TOTP, EMAIL)
"""The challenges that can follow a password, in the order in which lists name them."""
_ADDRESSES = {SMS: "phone_number", EMAIL: "email"}
ONE_TIME_CODES = frozenset({"EMAIL_OTP", "SMS_OTP"})
"""First factors that prove only that somebody reads the user's messages."""
VERIFIED_FACTOR = "MULTI_FACTOR_WITH_USER_VERIFICATION"


def offered(configuration: PoolConfiguration) -> tuple[str, ...]:
    """Return the second factors that a pool of this configuration has."""
    has = {
        SMS: "SmsConfiguration" in configuration,
        TOTP: configuration.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
        EMAIL: "EmailMfaConfiguration" in configuration,
    }
    return tuple(name for name in ORDER if has[name])


def is_required(pool: UserPool) -> bool:
    """Whether nobody gets tokens without a second factor."""
    return bool(pool.configuration["MfaConfiguration"] == "ON")


def check(configuration: PoolConfiguration, refusal: str) -> None:
    """Refuse, with this text, a pool that asks for second factors and has none; or one that requires one after a code.

    Raises InvalidParameterException.
    """
    if configuration["MfaConfiguration"] != "OFF" and not offered(configuration):
        raise InvalidParameterException(refusal)
    first = configuration["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [])
    if configuration["MfaConfiguration"] == "ON" and not ONE_TIME_CODES.isdisjoint(first):
        raise InvalidParameterException("MFA cannot be required in a user pool that signs users in by one-time codes.")


def signs_in_without_password(pool: UserPool) -> bool:
    """Whether users of this pool may sign in by a code, so that they need no password."""
    first = pool.configuration["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [])
    return not ONE_TIME_CODES.isdisjoint(first)


def active(pool: UserPool, user: User) -> tuple[str, ...]:
    """Return the second factors that this user is asked for: turned on, still offered, and with somewhere to go."""
    available = offered(pool.configuration)
    return tuple(name for name in ORDER if name in user.factors.enabled and name in available and _reaches(user, name))


def proven(pool: UserPool, user: User) -> tuple[str, ...]:
    """Return the second factors that this user could be asked for, turned on or not: no code goes to a guess."""
    return tuple(name for name in offered(pool.configuration) if _reaches(user, name) and _is_verified(user, name))


def known(pool: UserPool, user: User) -> tuple[str, ...]:
    """Return the second factors whose codes can go to an address that this user has, turned on or proven or not."""
    return tuple(name for name in offered(pool.configuration) if name in _ADDRESSES and _reaches(user, name))


def has_none(pool: UserPool, user: User) -> bool:
    """Whether this user has no second factor: only then is one set up on the way (behaviour/user-pools.md 11.3)."""
    return not active(pool, user) and not known(pool, user)


def check_kept(pool: UserPool, before: User, after: User) -> None:
    """Refuse what takes a user's own last second factor away where the pool requires one (MFA-06).

    Raises InvalidParameterException.
    """
    lost = active(pool, before) and not active(pool, after)
    unreachable = not has_none(pool, before) and has_none(pool, after)
    if is_required(pool) and (lost or unreachable):
        raise InvalidParameterException("MFA cannot be turned off, because the user pool requires it.")


def beside(pool: UserPool, user: User, given: Collection[str]) -> Factors:
    """Return the factors of a user who gets these attributes from somebody who has proven a password only.

    Codes go on to where they went: an address that comes with an answer must not take that over.
    """
    asked = active(pool, user) or (known(pool, user)[:1] if is_required(pool) else ())
    new = [name for name, attribute in _ADDRESSES.items() if attribute in given]
    if not asked or not new:
        return user.factors
    kept = reduce(turned_off, new, user.factors)
    return reduce(turned_on, asked, kept)


def is_second_channel(pool: UserPool, user: User, attribute: str) -> bool:
    """Whether codes of the second factor go to this attribute: then it must not reset the password too (MFA-08)."""
    return any(_ADDRESSES.get(name) == attribute for name in active(pool, user))


def left_to_set_up(pool: UserPool) -> tuple[str, ...]:
    """Return the second factors that somebody can set up in the middle of a sign-in."""
    return tuple(name for name in offered(pool.configuration) if name != SMS)


def passkeys_count_as_two(pool: UserPool) -> bool:
    """Whether a passkey, with the user verified, is as good as a password and a second factor."""
    factor: str = pool.configuration.get("WebAuthnConfiguration", {}).get("FactorConfiguration", "")
    return factor == VERIFIED_FACTOR


def turned_on(factors: Factors, name: str) -> Factors:
    """Return the factors with one more turned on."""
    return replace(factors, enabled=tuple(each for each in (*ORDER, PASSKEY) if each in {*factors.enabled, name}))


def turned_off(factors: Factors, name: str) -> Factors:
    """Return the factors without one, which is then not preferred either."""
    return replace(
        factors,
        enabled=tuple(each for each in factors.enabled if each != name),
        preferred="" if factors.preferred == name else factors.preferred,
        sms_options=factors.sms_options and name != SMS,
    )


def shown(user: User) -> dict[str, Any]:
    """Return the members that tell of a user's second factors, where there are any."""
    found: dict[str, Any] = {}
    if user.factors.sms_options:
        found["MFAOptions"] = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    if user.factors.preferred:
        found["PreferredMfaSetting"] = user.factors.preferred
    listed = [name for name in ORDER if name in user.factors.enabled]
    if listed:
        found["UserMFASettingList"] = listed
    return found


def _reaches(user: User, name: str) -> bool:
    attribute = _ADDRESSES.get(name)
    return user.factors.software_token if attribute is None else attribute in user.attributes


def _is_verified(user: User, name: str) -> bool:
    attribute = _ADDRESSES.get(name)
    return attribute is None or user.attributes.get(f"{attribute}_verified") == "true"
