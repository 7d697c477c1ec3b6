"""What a topic's attributes may be."""

import json
from collections.abc import Callable, Mapping

from ostiary.aws.types.iam import MalformedPolicyDocumentException
from ostiary.aws.types.sns import InvalidParameterException
from ostiary.iam import grammar
from ostiary.sns import retries
from ostiary.sns.signing import HASHES

_FEEDBACK = {
    f"{kind}{suffix}"
    for kind in ("HTTP", "Firehose", "Lambda", "Application", "SQS")
    for suffix in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
}
_ANY_TOPIC = {
    *("DeliveryPolicy", "DisplayName", "Policy", "TracingConfig", "KmsMasterKeyId", "SignatureVersion"),
    *("MaximumMessageSize", *_FEEDBACK),
}
_FIFO_ONLY = {"ContentBasedDeduplication", "FifoThroughputScope"}
_LEAST_SIZE, MOST_SIZE, DEFAULT_SIZE = 1024, 1_048_576, 262_144
_MOST_DISPLAY_NAME = 100
MOST_RATE = 100


def checked_all(given: Mapping[str, str], *, fifo: bool) -> dict[str, str]:
    """Return the attributes that a new topic is given; raises InvalidParameterException."""
    if given.get("FifoTopic", "false") not in {"true", "false"}:
        raise _bad("FifoTopic")
    for name, value in given.items():
        if name != "FifoTopic":
            check_settable(name, value, fifo=fifo, new=True)
    return {name: value for name, value in given.items() if value and (name != "FifoTopic" or fifo)}


def check_settable(name: str, value: str, *, fifo: bool, new: bool = False) -> None:
    """Refuse an attribute or value that cannot be; raises InvalidParameterException."""
    if name not in _ANY_TOPIC and not (fifo and name in _FIFO_ONLY):
        raise InvalidParameterException(
            f"Invalid parameter: Attributes Reason: Unknown attribute {name}"
            if new
            else "Invalid parameter: AttributeName"
        )
    if value and name in _CHECKS:
        _CHECKS[name](value)
    elif value and name.endswith("SampleRate"):
        _check_number(name, value, 0, MOST_RATE)


def check_policy(text: str) -> None:
    """Refuse a policy that no topic can have; raises InvalidParameterException."""
    try:
        grammar.check(text, "resource")
    except MalformedPolicyDocumentException as error:
        raise InvalidParameterException(f"Invalid parameter: Policy Error: {error.message}") from None
    statements = json.loads(text)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        named = statement.get("Action", statement.get("NotAction"))
        for action in named if isinstance(named, list) else [named]:
            if action != "*" and not action.lower().startswith("sns:"):
                raise InvalidParameterException("Invalid parameter: Policy statement action out of service scope!")


def _bad(name: str, reason: str = "") -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter: {name}" + (f" Reason: {reason}" if reason else ""))


def _check_number(name: str, value: str, least: int, most: int) -> None:
    if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
        raise _bad(name, f"must be a number from {least} to {most}")


def _check_delivery(value: str) -> None:
    try:
        retries.check(value, of_topic=True)
    except retries.PolicyError as error:
        raise InvalidParameterException(f"Invalid parameter: DeliveryPolicy: {error}") from None


def _one_of(name: str, values: set[str]) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in values:
            raise _bad(name)

    return check


def _check_display_name(value: str) -> None:
    if len(value) > _MOST_DISPLAY_NAME or not value.isprintable():
        raise _bad("DisplayName")


_CHECKS: dict[str, Callable[[str], None]] = {
    "Policy": check_policy,
    "DeliveryPolicy": _check_delivery,
    "DisplayName": _check_display_name,
    "SignatureVersion": _one_of("SignatureVersion", set(HASHES)),
    "TracingConfig": _one_of("TracingConfig", {"PassThrough", "Active"}),
    "ContentBasedDeduplication": _one_of("ContentBasedDeduplication", {"true", "false"}),
    "FifoThroughputScope": _one_of("FifoThroughputScope", {"Topic", "MessageGroup"}),
    "MaximumMessageSize": lambda value: _check_number("MaximumMessageSize", value, _LEAST_SIZE, MOST_SIZE),
}
