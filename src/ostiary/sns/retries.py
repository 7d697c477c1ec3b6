"""How long SNS waits before each new try: delivery policies (developer guide, "Creating an HTTP/S delivery policy")."""

import json
import re
from collections.abc import Mapping
from typing import Any

DEFAULT: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
DEFAULT_CONTENT_TYPE = "text/plain; charset=UTF-8"
MOST_RETRIES, LONGEST = 100, 3600
_CONTENT_TYPE = re.compile(r"(text|application)/[a-z0-9.+-]{1,64}(; ?charset=[A-Za-z0-9-]{1,32})?", re.IGNORECASE)
_FUNCTIONS = ("linear", "arithmetic", "geometric", "exponential")
_NUMBERS = tuple(name for name, value in DEFAULT.items() if isinstance(value, int))
_PARTS = {"healthyRetryPolicy", "throttlePolicy", "sicklyRetryPolicy", "requestPolicy", "guaranteed"}
_TOPIC_PARTS = {"defaultHealthyRetryPolicy", "defaultThrottlePolicy", "defaultRequestPolicy"}


class PolicyError(ValueError):
    """A delivery policy cannot be one; the text says why."""


def check(text: str, *, of_topic: bool) -> None:
    """Refuse a delivery policy that cannot be one; raises PolicyError."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise PolicyError("failed to parse JSON.") from None
    if not isinstance(policy, dict):
        raise PolicyError("failed to parse JSON.")
    if of_topic:
        policy = policy.get("http", {})
        if not isinstance(policy, dict) or policy.keys() - _TOPIC_PARTS - {"disableSubscriptionOverrides"}:
            raise PolicyError("Unexpected JSON member")
    elif policy.keys() - _PARTS:
        raise PolicyError("Unexpected JSON member")
    retry = policy.get("defaultHealthyRetryPolicy" if of_topic else "healthyRetryPolicy") or {}
    request = policy.get("defaultRequestPolicy" if of_topic else "requestPolicy") or {}
    if not isinstance(retry, dict) or not isinstance(request, dict) or request.keys() - {"headerContentType"}:
        raise PolicyError("Unexpected JSON member")
    if not _is_content_type(request.get("headerContentType", DEFAULT_CONTENT_TYPE)):
        raise PolicyError("headerContentType is not supported")
    _check_retry(retry)


def effective(topic: str | None, subscription: str | None) -> dict[str, Any]:
    """Return the retry policy that is in force, and the content type as `headerContentType`."""
    of_topic = json.loads(topic).get("http", {}) if topic else {}
    own = json.loads(subscription) if subscription and not of_topic.get("disableSubscriptionOverrides") else {}
    retry = own.get("healthyRetryPolicy") or of_topic.get("defaultHealthyRetryPolicy") or {}
    request = own.get("requestPolicy") or of_topic.get("defaultRequestPolicy") or {}
    return {**DEFAULT, **retry, "headerContentType": request.get("headerContentType", DEFAULT_CONTENT_TYPE)}


def effective_topic_policy(text: str | None) -> str:
    """Return the `EffectiveDeliveryPolicy` of a topic whose `DeliveryPolicy` is `text`."""
    given = json.loads(text).get("http", {}) if text else {}
    return json.dumps(
        {
            "http": {
                "defaultHealthyRetryPolicy": {**DEFAULT, **(given.get("defaultHealthyRetryPolicy") or {})},
                "disableSubscriptionOverrides": given.get("disableSubscriptionOverrides", False),
                "defaultRequestPolicy": {
                    "headerContentType": DEFAULT_CONTENT_TYPE,
                    **(given.get("defaultRequestPolicy") or {}),
                },
            }
        },
        separators=(",", ":"),
    )


def effective_subscription_policy(topic: str | None, subscription: str | None) -> str:
    """Return the `EffectiveDeliveryPolicy` of a subscription."""
    policy = effective(topic, subscription)
    request = {"headerContentType": policy.pop("headerContentType")}
    shown = {
        "healthyRetryPolicy": policy,
        "sicklyRetryPolicy": None,
        "throttlePolicy": None,
        "requestPolicy": request,
        "guaranteed": False,
    }
    return json.dumps(shown, separators=(",", ":"))


def delays(policy: Mapping[str, Any]) -> list[int]:
    """Return the seconds before each retry: at once, at the least delay, backing off, at the longest."""
    least, longest = policy["minDelayTarget"], policy["maxDelayTarget"]
    fixed = policy["numNoDelayRetries"] + policy["numMinDelayRetries"] + policy["numMaxDelayRetries"]
    between = max(0, policy["numRetries"] - fixed)
    waits = [0] * policy["numNoDelayRetries"] + [least] * policy["numMinDelayRetries"]
    waits += [_backing_off(policy["backoffFunction"], least, longest, step, between) for step in range(between)]
    return (waits + [longest] * policy["numMaxDelayRetries"])[: policy["numRetries"]]


def _backing_off(function: str, least: int, longest: int, step: int, steps: int) -> int:
    share = step / (steps - 1) if steps > 1 else 0.0
    match function:
        case "arithmetic":
            share = share * (share * steps + 1) / (steps + 1)
        case "geometric":
            return round(float(least * (longest / least) ** share))
        case "exponential":
            share = (2 ** (share * 8) - 1) / (2**8 - 1)
    return round(least + (longest - least) * share)


def _is_content_type(value: object) -> bool:
    return isinstance(value, str) and _CONTENT_TYPE.fullmatch(value) is not None


def _check_retry(retry: Mapping[str, Any]) -> None:
    if retry.keys() - DEFAULT.keys():
        raise PolicyError("Unexpected JSON member")
    policy = {**DEFAULT, **retry}
    for name in _NUMBERS:
        if not isinstance(policy[name], int) or isinstance(policy[name], bool) or policy[name] < 0:
            raise PolicyError(f"{name} must be a number that is not negative")
    if policy["numRetries"] > MOST_RETRIES:
        raise PolicyError(f"numRetries must be less than or equal to {MOST_RETRIES}")
    if not 0 < policy["minDelayTarget"] <= policy["maxDelayTarget"] <= LONGEST:
        raise PolicyError("maxDelayTarget must be greater than or equal to minDelayTarget, up to 3600")
    if policy["backoffFunction"] not in _FUNCTIONS:
        raise PolicyError(f"backoffFunction must be one of {', '.join(_FUNCTIONS)}")
