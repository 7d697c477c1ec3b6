"""Which messages a subscription wants: SNS filter policies (developer guide, "Subscription filter policies").

`check` refuses a policy in SNS's words; `wants` decides. Pure functions.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ostiary.aws.types.sns import FilterPolicyLimitExceededException
from ostiary.sns.conditions import FilterError, check_condition, holds

MOST_KEYS, MOST_COMBINATIONS, MOST_BYTES = 5, 150, 256 * 1024
SCOPES = ("MessageAttributes", "MessageBody")
OR = "$or"
_ABSENT: list[Any] = []
Policy = Mapping[str, Any]

__all__ = ["SCOPES", "FilterError", "ScopeError", "check", "wants"]


class ScopeError(FilterError):
    """A filter policy cannot be one of this scope: AWS says so without naming the attribute."""


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
    if len(policy) > MOST_KEYS:
        raise FilterError(f"Filter policy can not have more than {MOST_KEYS} keys")
    if _combinations(policy, 1) > MOST_COMBINATIONS:
        raise FilterError("Filter policy is too complex")
    if scope == SCOPES[0] and _is_nested(policy):
        raise ScopeError("Filter policy scope MessageAttributes does not support nested filter policy")


def wants(text: str, scope: str, body: str, attributes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a message passes a policy; `attributes` are `{"name": {"DataType": …, "StringValue": …}}`.

    With the scope MessageBody a message that is no JSON object passes an empty policy only.
    """
    policy = json.loads(text)
    if scope == "MessageAttributes":
        return _matches(policy, {name: _values(attribute) for name, attribute in attributes.items()})
    try:
        found = json.loads(body)
        return _matches(policy, found) if isinstance(found, dict) else not policy
    except (ValueError, RecursionError):
        return not policy


def _combinations(policy: Policy, depth: int) -> int:
    """Return how many combinations of values a policy has, each counted by how deep it is; raises FilterError."""
    combinations = 1
    if depth > MOST_COMBINATIONS:
        raise FilterError("Filter policy is too complex")
    for name, rule in policy.items():
        if name == OR and isinstance(rule, list):
            combinations *= sum(_combinations(branch, depth) for branch in _branches(rule))
        elif isinstance(rule, dict):
            combinations *= _combinations(rule, depth + 1)
        elif isinstance(rule, list):
            combinations *= len(rule) * depth
            _check_rules(rule)
        else:
            raise FilterError(f'"{name}" must be an object or an array')
    return combinations


def _branches(rule: list[Any]) -> list[Policy]:
    if len(rule) < 2 or not all(isinstance(branch, dict) and branch for branch in rule):  # noqa: PLR2004
        raise FilterError('"$or" must be an array of at least two objects')
    return rule


def _is_nested(policy: Policy) -> bool:
    branches = [branch for name, rule in policy.items() if name == OR and isinstance(rule, list) for branch in rule]
    return any(isinstance(rule, dict) for rule in policy.values()) or any(map(_is_nested, branches))


def _check_rules(rules: list[Any]) -> None:
    if not rules:
        raise FilterError("Empty arrays are not allowed")
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
    values = list(_flat(_under(name, found)))
    if isinstance(rule, dict):
        dotted = {key.removeprefix(f"{name}."): value for key, value in found.items() if key.startswith(f"{name}.")}
        objects = [value for value in values if isinstance(value, dict)] + ([dotted] if dotted else [])
        return any(_matches(rule, part) for part in objects or ([] if values else [{}]))
    leaves = [value for value in values if not isinstance(value, dict)]
    return any(holds(condition, leaves, present=bool(leaves)) for condition in rule)


def _under(name: str, found: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a message has under a name; a dot in it may stand for a step inside, too."""
    if name in found:
        yield found[name]
    for end in (place for place, char in enumerate(name) if char == "."):
        for inside in _flat([found.get(name[:end])]):
            if isinstance(inside, dict):
                yield from _under(name[end + 1 :], inside)


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
