"""Feature plans: which settings a UserPoolTier allows (behaviour/user-pools.md 19; behaviour/additions.md 1.3)."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.types.cognito_idp import (
    FeatureUnavailableInTierException,
    TierChangeNotAllowedException,
    UserPoolTierType,
)
from ostiary.idp.factors import assurance

_RANKS = ("LITE", "ESSENTIALS", "PLUS")


def is_protected(settings: Mapping[str, Any]) -> bool:
    """Whether the settings turn threat protection on, which is the plan PLUS."""
    return bool(settings.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF") != "OFF")


def _registers(settings: Mapping[str, Any]) -> bool:
    dcr = settings.get("DcrConfiguration")
    return dcr is not None and dcr.get("EnableStatus", "Enabled") == "Enabled"


def _tracks_sessions(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("SessionConfiguration", {}).get("UserSessionTracking") == "ENABLED")


def check_has_sessions(settings: Mapping[str, Any]) -> None:
    """Refuse to configure sessions in a plan that has none."""
    if settings["UserPoolTier"] == "LITE":
        raise FeatureUnavailableInTierException("User session tracking is not available in the LITE feature plan.")


def _needs(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the features that settings use, each with the least plan that has it."""
    policies = settings.get("Policies", {})
    factors = policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    trigger = settings.get("LambdaConfig", {}).get("PreTokenGenerationConfig", {}).get("LambdaVersion", "V1_0")
    used = {
        ("Threat Protection", "PLUS"): is_protected(settings),
        ("Password history", "ESSENTIALS"): policies.get("PasswordPolicy", {}).get("PasswordHistorySize", 0) > 0,
        ("Passwordless sign-in", "ESSENTIALS"): set(factors) - {"PASSWORD"} != set(),
        ("E-mail MFA", "ESSENTIALS"): "EmailMfaConfiguration" in settings,
        ("Access token customization", "ESSENTIALS"): trigger != "V1_0",
        ("ACR level names", "ESSENTIALS"): assurance.are_named(settings),
        ("User session tracking", "ESSENTIALS"): _tracks_sessions(settings),
        ("Dynamic client registration", "ESSENTIALS"): _registers(settings),
    }
    return {feature: plan for (feature, plan), is_used in used.items() if is_used}


def check_choice(tier: str) -> None:
    """Refuse USER_AUTH in a plan that does not have it; raises FeatureUnavailableInTierException."""
    if tier == "LITE":
        raise FeatureUnavailableInTierException("Choice-based sign-in is not available in the LITE feature plan.")


def tier_of(req: Mapping[str, Any]) -> UserPoolTierType:
    """Return the plan of a new configuration: the given one, or the least that is at least ESSENTIALS and enough.

    Raises FeatureUnavailableInTierException for a feature that the given plan does not have.
    """
    given: UserPoolTierType | None = req.get("UserPoolTier")
    if given is None:
        return "PLUS" if is_protected(req) else "ESSENTIALS"
    lacking = _lacking(req, given)
    if lacking:
        raise FeatureUnavailableInTierException(_to_disable(given, lacking))
    return given


def _lacking(settings: Mapping[str, Any], tier: str) -> list[str]:
    """Return the features that settings use and the plan does not have."""
    return [feature for feature, plan in _needs(settings).items() if _RANKS.index(plan) > _RANKS.index(tier)]


def _to_disable(tier: str, features: list[str]) -> str:
    return f"The following features need to be disabled for the {tier} pricing tier configured: {', '.join(features)}"


def check_kept(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Refuse an update that leaves features on which the plan after it does not have.

    Raises TierChangeNotAllowedException where the plan is what changes, and FeatureUnavailableInTierException where
    the feature is.
    """
    tier = after["UserPoolTier"]
    lacking = _lacking(after, tier)
    if lacking:
        error = TierChangeNotAllowedException if tier != before["UserPoolTier"] else FeatureUnavailableInTierException
        raise error(_to_disable(tier, lacking))
