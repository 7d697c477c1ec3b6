"""How sure a sign-in is of somebody: levels, methods, and what a pool calls the levels (behaviour/additions.md 4).

AWS does not say which factors make a level; this module holds all that is decided about it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.store.idp.user_pools import UserPool

LEVELS = {f"Level{number}": {"AcrValue": f"urn:cognito:loa:{number}"} for number in range(1, 5)}
"""The names of the assurance levels where a pool sets none."""

UNSURE, ONE_FACTOR, TWO_FACTORS, PHISHING_RESISTANT = 1, 2, 3, 4
"""What is no proof of ours (functions, providers); one factor; two of them; a passkey that verifies its user."""
USER_VERIFIED = "USER_VERIFICATION"
"""Stands beside a passkey among what was passed where the authenticator verified who uses it."""
_PASSKEY = "WEB_AUTHN"
_KNOWLEDGE = frozenset({"PASSWORD", "PASSWORD_VERIFIER"})
_CODES = frozenset({"EMAIL_OTP", "SMS_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "MFA_SETUP"})
_SECOND_ONLY = frozenset({"DEVICE_PASSWORD_VERIFIER"})
_METHODS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_KNOWLEDGE, ("pwd",)),
    **dict.fromkeys(_CODES, ("otp",)),
    **dict.fromkeys(("SMS_OTP", "SMS_MFA"), ("otp", "sms")),
    **dict.fromkeys(_SECOND_ONLY, ("swk",)),
    _PASSKEY: ("pop",),
    USER_VERIFIED: ("user",),
}
"""The methods (RFC 8176) of each challenge; others, such as a new password, prove nothing."""


def level_of(passed: Collection[str]) -> int:
    """Return the level of who passed these challenges."""
    challenges = set(passed)
    if challenges >= {_PASSKEY, USER_VERIFIED}:
        return PHISHING_RESISTANT
    has_first = bool(challenges & (_KNOWLEDGE | _CODES | {_PASSKEY}))
    if challenges & _KNOWLEDGE and challenges & (_CODES | _SECOND_ONLY | {_PASSKEY}):
        return TWO_FACTORS
    return ONE_FACTOR if has_first else UNSURE


def methods_of(passed: Sequence[str]) -> tuple[str, ...]:
    """Return the `amr` of who passed these challenges in this order."""
    found = [method for challenge in passed for method in _METHODS.get(challenge, ())]
    if level_of(passed) >= TWO_FACTORS:
        found.append("mfa")
    return tuple(dict.fromkeys(found))


def passed_by(amr: Collection[str]) -> tuple[str, ...]:
    """Return challenges that stand for the methods of an earlier sign-in; only what followed a password counts."""
    if "pwd" not in amr:
        return ()
    second = {"otp": "SOFTWARE_TOKEN_MFA", "swk": "DEVICE_PASSWORD_VERIFIER"}
    found = [challenge for method, challenge in second.items() if method in amr]
    return ("PASSWORD", *found, *([_PASSKEY, USER_VERIFIED] if {"pop", "user"} <= set(amr) else []))


def name_of(pool: UserPool, level: int) -> str:
    """Return what the pool calls a level in `acr`."""
    names = pool.configuration.get("AcrConfiguration", LEVELS)
    return str(names[f"Level{level}"]["AcrValue"])


def levels_named(pool: UserPool, names: str) -> list[int]:
    """Return the levels of TARGET_ACR_VALUES, in its order; raises InvalidParameterException where it names none."""
    known = {name_of(pool, level): level for level in range(UNSURE, PHISHING_RESISTANT + 1)}
    found = [known[name] for name in names.split() if name in known]
    if not found:
        raise InvalidParameterException("TARGET_ACR_VALUES must contain an ACR value of the user pool.")
    return found


def level_at_provider(mapping: Mapping[str, str], acr: object) -> int:
    """Return the level of a provider's `acr` by its AcrMapping: the lowest for a value that is not mapped."""
    return next((int(key[-1]) for key, value in mapping.items() if value == acr), UNSURE)


def are_named(settings: Mapping[str, Any]) -> bool:
    """Whether settings call a level something else than what it is called anyway."""
    given = settings.get("AcrConfiguration", {})
    return any(level != LEVELS[key] for key, level in given.items())
