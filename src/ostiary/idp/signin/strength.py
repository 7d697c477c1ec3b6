"""How strong a sign-in is: the level and the methods that the challenges behind it make (behaviour/additions.md 4)."""

from collections.abc import Collection, Sequence

from ostiary.idp.factors.assurance import ONE_FACTOR, PHISHING_RESISTANT, TWO_FACTORS, UNSURE, USER_VERIFIED
from ostiary.idp.signin.challenges import CHALLENGES

_FIRST = {"knowledge", "code", "passkey"}
_BEHIND_KNOWLEDGE = {"code", "device", "passkey"}


def level_of(passed: Collection[str]) -> int:
    """Return the level of who passed these challenges."""
    kinds = {CHALLENGES[name].kind for name in passed if name in CHALLENGES}
    if "passkey" in kinds and USER_VERIFIED in passed:
        return PHISHING_RESISTANT
    if "knowledge" in kinds and kinds & _BEHIND_KNOWLEDGE:
        return TWO_FACTORS
    return ONE_FACTOR if kinds & _FIRST else UNSURE


def methods_of(passed: Sequence[str]) -> tuple[str, ...]:
    """Return the `amr` of who passed these challenges in this order."""
    found = [method for name in passed for method in _methods(name)]
    if level_of(passed) >= TWO_FACTORS:
        found.append("mfa")
    return tuple(dict.fromkeys(found))


def _methods(name: str) -> tuple[str, ...]:
    if name == USER_VERIFIED:
        return ("user",)
    return CHALLENGES[name].amr if name in CHALLENGES else ()


def passed_by(amr: Collection[str]) -> tuple[str, ...]:
    """Return challenges that stand for the methods of an earlier sign-in; only what followed a password counts."""
    if "pwd" not in amr:
        return ()
    told = frozenset(amr)
    found = [name for name, challenge in CHALLENGES.items() if challenge.credited_by and challenge.credited_by <= told]
    is_verified = any(CHALLENGES[name].kind == "passkey" for name in found)
    return (*found, *([USER_VERIFIED] if is_verified else ()))
