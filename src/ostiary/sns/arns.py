"""ARNs of SNS, as callers write them (behaviour/sns.md 2, 3)."""

from ostiary.aws.types.sns import InvalidParameterException

_PARTS = 6
_APPLICATION, _ENDPOINT = 3, 4


def checked(arn: str, parameter: str) -> tuple[str, str, str]:
    """Return region, account and resource of an ARN of SNS; raises InvalidParameterException."""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        raise invalid(parameter, f"An ARN must have at least {_PARTS} elements, not {len(parts)}")
    if parts[0] != "arn" or parts[2] != "sns":
        raise invalid(parameter, "An ARN of SNS must begin with arn:aws:sns")
    return parts[3], parts[4], parts[5]


def region_of(arn: str) -> str:
    """Return the region of an ARN that was checked."""
    return arn.split(":")[3]


def application_account(arn: str, parameter: str = "PlatformApplicationArn") -> str:
    """Return the account of an application's ARN; raises InvalidParameterException."""
    return _account(arn, parameter, "app", _APPLICATION)


def endpoint_account(arn: str, parameter: str = "EndpointArn") -> str:
    """Return the account of an endpoint's ARN; raises InvalidParameterException."""
    return _account(arn, parameter, "endpoint", _ENDPOINT)


def invalid(parameter: str, reason: str) -> InvalidParameterException:
    """Return the error for a parameter, in SNS's words."""
    return InvalidParameterException(f"Invalid parameter: {parameter} Reason: {reason}")


def _account(arn: str, parameter: str, kind: str, slashed: int) -> str:
    _, account_id, resource = checked(arn, parameter)
    parts = resource.split("/")
    if len(parts) != slashed or parts[0] != kind:
        raise invalid(parameter, "Wrong number of slashes in relative portion of the ARN.")
    return account_id
