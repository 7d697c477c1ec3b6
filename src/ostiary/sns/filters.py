"""Which messages a subscription wants: SNS filter policies (developer guide, "Subscription filter policies").

`check` refuses a policy in SNS's words; `wants` decides. Pure functions.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ostiary.aws.types.sns import FilterPolicyLimitExceededException
from ostiary.sns.conditions import FilterError, check_condition, holds

MOST_KEYS, MOST_COMBINATIONS, MOST_BYTES = 5, 150, 256 * 1024
SCOPES = ("MessageAttributes", "MessageBody")
OR = "$or"
_ABSENT: list[Any] = []
Policy = Mapping[str, Any]

__all__ = ["SCOPES", "FilterError", "check", "wants"]


def check(text: str, scope: str) -> None:
    """Refuse a policy that cannot be one; raises FilterError and FilterPolicyLimitExceededException."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise FilterError("failed to parse JSON. Unrecognized token") from None
    if not isinstance(policy, dict):
        raise FilterError("failed to parse JSON. Expected a JSON object")
    if len(text.encode()) > MOST_BYTES:
        raise FilterPolicyLimitExceededException(f"Filter policy can not exceed {MOST_BYTES} bytes")
    keys, combinations = _checked(policy, scope, 1)
    if keys > MOST_KEYS:
        raise FilterError(f"Filter policy can not have more than {MOST_KEYS} keys")
    if combinations > MOST_COMBINATIONS:
        raise FilterError("Filter policy is too complex")


def wants(text: str, scope: str, body: str, attributes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a message passes a policy; `attributes` are `{"name": {"DataType": …, "StringValue": …}}`.

    With the scope MessageBody a message that is no JSON object passes an empty policy only.
    """
    policy = json.loads(text)
    if scope == "MessageAttributes":
        return _matches(policy, {name: _values(attribute) for name, attribute in attributes.items()})
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return not policy
    return _matches(policy, found) if isinstance(found, dict) else not policy


def _checked(policy: Policy, scope: str, depth: int) -> tuple[int, int]:
    """Return how many keys a policy has and how many combinations of values; raises FilterError."""
    keys, combinations = 0, 1
    for name, rule in policy.items():
        if name == OR and isinstance(rule, list):
            count, ways = _checked_or(rule, scope, depth)
        elif isinstance(rule, dict):
            if scope == "MessageAttributes":
                raise FilterError("Filter policy scope MessageAttributes does not support nested filter policy")
            count, ways = _checked(rule, scope, depth + 1)
        elif isinstance(rule, list):
            count, ways = 1, len(rule) * depth
            _check_rules(name, rule)
        else:
            raise FilterError(f'"{name}" must be an object or an array')
        keys, combinations = keys + count, combinations * ways
    return keys, combinations


def _checked_or(branches: list[Any], scope: str, depth: int) -> tuple[int, int]:
    if len(branches) < 2 or not all(isinstance(branch, dict) and branch for branch in branches):  # noqa: PLR2004
        raise FilterError('"$or" must be an array of at least two objects')
    counted = [_checked(branch, scope, depth) for branch in branches]
    return max(count for count, _ in counted), sum(ways for _, ways in counted)


def _check_rules(name: str, rules: list[Any]) -> None:
    if not rules:
        raise FilterError(f'"{name}": Empty arrays are not allowed')
    for rule in rules:
        if isinstance(rule, list):
            raise FilterError("Match value must be String, number, true, false, or null")
        if isinstance(rule, dict):
            check_condition(rule)


def _matches(policy: Policy, found: Mapping[str, Any]) -> bool:
    return all(_holds(name, rule, found) for name, rule in policy.items())


def _holds(name: str, rule: Any, found: Mapping[str, Any]) -> bool:
    if name == OR and all(isinstance(branch, dict) for branch in rule):
        return any(_matches(branch, found) for branch in rule)
    if isinstance(rule, dict):
        inside = found.get(name)
        parts = inside if isinstance(inside, list) else [inside]
        objects = [part for part in _flat(parts) if isinstance(part, dict)]
        return any(_matches(rule, part) for part in objects or ([{}] if name not in found else []))
    values = list(_flat([found[name]])) if name in found else _ABSENT
    leaves = [value for value in values if not isinstance(value, dict)]
    return any(holds(condition, leaves, present=name in found and bool(leaves)) for condition in rule)


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _values(attribute: Mapping[str, Any]) -> Any:
    """Return what an attribute is compared as: a text, a number, or the members of an array."""
    kind, text = attribute["DataType"].partition(".")[0], attribute.get("StringValue", "")
    if attribute["DataType"] == "String.Array":
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, list) else text
    if kind == "Number":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text if kind == "String" else _ABSENT
