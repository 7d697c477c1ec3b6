"""A pool's LambdaConfig: which combinations are refused, and how it is kept (behaviour/triggers.md 1)."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ostiary.aws.types.cognito_idp import FeatureUnavailableInTierException, InvalidParameterException, LambdaConfigType
from ostiary.context import Context

_SENDERS = ("CustomSMSSender", "CustomEmailSender")
_OLD, _NEW = "PreTokenGeneration", "PreTokenGenerationConfig"


def stored(given: Mapping[str, Any], tier: str) -> LambdaConfigType:
    """Return a LambdaConfig as it is kept: the two members of pre-token generation mirror each other."""
    config = dict(given)
    for arn in _functions(config):
        if ":function:" not in arn:
            raise InvalidParameterException(f"Invalid Lambda function ARN: {arn}")
    if any(sender in config for sender in _SENDERS) and not config.get("KMSKeyID"):
        raise InvalidParameterException("KMSKeyID is required for custom SMS and e-mail senders.")
    if _NEW in config:
        if config.get(_OLD, config[_NEW]["LambdaArn"]) != config[_NEW]["LambdaArn"]:
            raise InvalidParameterException(f"{_OLD} and {_NEW} must name the same function.")
        if config[_NEW]["LambdaVersion"] != "V1_0" and tier == "LITE":
            raise FeatureUnavailableInTierException("This feature is not available in the user pool's feature plan.")
        config[_OLD] = config[_NEW]["LambdaArn"]
    elif _OLD in config:
        config[_NEW] = {"LambdaVersion": "V1_0", "LambdaArn": config[_OLD]}
    return cast("LambdaConfigType", config)


def check(ctx: Context, config: Mapping[str, Any]) -> None:
    """Refuse a key that is not known, and functions of another account, unless the caller's is the operator's own.

    Functions run with the operator's key and secrets, so that one account could otherwise call another's with events of
    its own making; AWS asks the function's resource policy.
    """
    for arn in _functions(config):
        if arn.split(":")[4] != ctx.account != ctx.settings.root_account:
            raise InvalidParameterException(f"The function {arn} is of another account.")
    key = config.get("KMSKeyID")
    if key and key not in ctx.settings.functions_keys and not ctx.settings.kms_endpoint:
        raise InvalidParameterException(
            f"The key {key} is not known to this server; see its settings functions_keys and kms_endpoint."
        )


def _functions(config: Mapping[str, Any]) -> Iterator[str]:
    for name, value in config.items():
        if name != "KMSKeyID":
            yield value if isinstance(value, str) else value["LambdaArn"]
