"""How sure a sign-in is of somebody: its levels, and what a pool calls them (behaviour/additions.md 4).

AWS does not say which factors make a level; each challenge of a sign-in says what it proves.
"""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.store.idp.user_pools import UserPool

LEVELS = {f"Level{number}": {"AcrValue": f"urn:cognito:loa:{number}"} for number in range(1, 5)}
"""The names of the assurance levels where a pool sets none."""

UNSURE, ONE_FACTOR, TWO_FACTORS, PHISHING_RESISTANT = 1, 2, 3, 4
"""What is no proof of ours (functions, providers); one factor; two of them; a passkey that verifies its user."""
USER_VERIFIED = "USER_VERIFICATION"
"""Stands beside a passkey among what was passed where the authenticator verified who uses it."""


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
