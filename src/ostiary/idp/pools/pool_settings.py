"""What a user pool is configured to do: defaults, and which combinations are refused."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.shapes import members
from ostiary.aws.types.cognito_idp import AdminCreateUserConfigType, InvalidParameterException, PasswordPolicyType
from ostiary.idp import plans, switches
from ostiary.idp.pools import acr_keys_registration, lambda_triggers
from ostiary.store.idp.user_pools import PoolConfiguration

PASSWORD_POLICY: PasswordPolicyType = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
TEMPORARY_PASSWORD_DAYS = 7
RECOVERY = [{"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"}]
MAXIMUM_TAGS = 50
ECHOED = (
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "SmsAuthenticationMessage",
    "SmsConfiguration",
    "DeviceConfiguration",
    "UserPoolAddOns",
    "UserAttributeUpdateSettings",
    "IssuerConfiguration",
    "KeyConfiguration",
)
"""Members that a pool shows only when they were given."""
FACTORS = ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration")
"""Members that only SetUserPoolMfaConfig sets."""
IMMUTABLE = ("SchemaAttributes", "AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
"""Members that only CreateUserPool sets."""
HIDDEN = (*FACTORS, "LogConfigurations", "SessionConfiguration")
"""Members that are kept with the pool and have operations of their own."""
KEPT_WHEN_OMITTED = (
    "UserPoolTier",
    "UserPoolTags",
    "IssuerConfiguration",
    "KeyConfiguration",
    "DcrConfiguration",
    *HIDDEN,
)
"""Members that UpdateUserPool does not set back when they are omitted."""
_MIRRORED = (
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
    ("SmsVerificationMessage", "SmsMessage"),
)


def settings_of(req: Mapping[str, Any]) -> PoolConfiguration:
    """Return the mutable part of a pool's configuration: what `req` sets, and the defaults of what it omits."""
    _check(req)
    policies = req.get("Policies", {})
    configuration: PoolConfiguration = members(req, ECHOED)
    configuration["Policies"] = {
        "PasswordPolicy": _password_policy(req),
        "SignInPolicy": {
            "AllowedFirstAuthFactors": policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors") or ["PASSWORD"]
        },
    }
    configuration["DeletionProtection"] = req.get("DeletionProtection", "INACTIVE")
    tier = req.get("UserPoolTier", "ESSENTIALS")
    configuration["LambdaConfig"] = lambda_triggers.stored(req.get("LambdaConfig", {}), tier)
    configuration["MfaConfiguration"] = req.get("MfaConfiguration", "OFF")
    configuration["EmailConfiguration"] = {"EmailSendingAccount": "COGNITO_DEFAULT"} | req.get("EmailConfiguration", {})
    configuration["UserPoolTags"] = req.get("UserPoolTags", {})
    invitations: AdminCreateUserConfigType = req.get("AdminCreateUserConfig", {})
    configuration["AdminCreateUserConfig"] = {
        "AllowAdminCreateUserOnly": False,
        **invitations,
        "UnusedAccountValidityDays": configuration["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"],
    }
    configuration["AccountRecoverySetting"] = req.get("AccountRecoverySetting", {"RecoveryMechanisms": RECOVERY})
    configuration["UserPoolTier"] = plans.tier_of(req)
    configuration.update(acr_keys_registration.settings_of(req))
    configuration.update(_messages(req))
    return configuration


def _password_policy(req: Mapping[str, Any]) -> PasswordPolicyType:
    given = req.get("Policies", {}).get("PasswordPolicy")
    days = req.get("AdminCreateUserConfig", {}).get("UnusedAccountValidityDays")
    if given is None:
        return {**PASSWORD_POLICY, "TemporaryPasswordValidityDays": days or TEMPORARY_PASSWORD_DAYS}
    none_required: PasswordPolicyType = {
        "RequireUppercase": False,
        "RequireLowercase": False,
        "RequireNumbers": False,
        "RequireSymbols": False,
    }
    return {
        **PASSWORD_POLICY,
        **none_required,
        **given,
        "TemporaryPasswordValidityDays": given.get("TemporaryPasswordValidityDays") or days or TEMPORARY_PASSWORD_DAYS,
    }


def _messages(req: Mapping[str, Any]) -> Any:
    """Return the texts of messages, which stand in two places: in the template, and beside it."""
    beside = {}
    template = {"DefaultEmailOption": "CONFIRM_WITH_CODE", **req.get("VerificationMessageTemplate", {})}
    for member, in_template in _MIRRORED:
        text = template.get(in_template, req.get(member))
        if text is not None:
            template[in_template] = beside[member] = text
    return {**beside, "VerificationMessageTemplate": template}


def check_aliases(configuration: PoolConfiguration) -> None:
    """Refuse to require at sign-up an alias that only a confirmed user may have (behaviour/user-pools.md 6)."""
    required = {attribute["Name"] for attribute in configuration["SchemaAttributes"] if attribute["Required"]}
    if "preferred_username" in required and "preferred_username" in configuration.get("AliasAttributes", []):
        raise InvalidParameterException("preferred_username cannot be both an alias and a required attribute.")


def _check(req: Mapping[str, Any]) -> None:
    if req.get("AliasAttributes") and req.get("UsernameAttributes"):
        raise InvalidParameterException(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
        )
    policy = req.get("Policies", {}).get("PasswordPolicy", {})
    if (
        "UnusedAccountValidityDays" in req.get("AdminCreateUserConfig", {})
        and "TemporaryPasswordValidityDays" in policy
    ):
        raise InvalidParameterException(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
        )
    pending = req.get("UserAttributeUpdateSettings", {}).get("AttributesRequireVerificationBeforeUpdate", [])
    if not set(pending) <= set(req.get("AutoVerifiedAttributes", [])):
        raise InvalidParameterException(
            "AttributesRequireVerificationBeforeUpdate should be a subset of AutoVerifiedAttributes."
        )
    _check_sms(req.get("SmsConfiguration"))
    email = req.get("EmailConfiguration", {})
    if email.get("EmailSendingAccount") == "DEVELOPER" and "SourceArn" not in email:
        raise InvalidParameterException("SourceArn is required when EmailSendingAccount is DEVELOPER.")
    if len(req.get("UserPoolTags", {})) > MAXIMUM_TAGS:
        raise InvalidParameterException(f"A user pool cannot have more than {MAXIMUM_TAGS} tags.")
    switches.check(req.get("UserPoolTags", {}))
    first = req.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [])
    if "SOFTWARE_TOKEN" in first:
        raise InvalidParameterException("SOFTWARE_TOKEN is not supported as a first authentication factor.")
    recovery = [option["Name"] for option in req.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", [])]
    if "admin_only" in recovery and len(recovery) > 1:
        raise InvalidParameterException("The recovery mechanism admin_only cannot be combined with others.")


def _check_sms(sms: Mapping[str, Any] | None) -> None:
    if sms is not None and bool(sms.get("SnsCallerArn")) == ("EumsSms" in sms):
        raise InvalidParameterException("Exactly one of SnsCallerArn and EumsSms must be given.")
