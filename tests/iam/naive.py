"""The decision a second time, as the IAM user guide words it, straight from the JSON: slow, plain, and nothing shared.

It knows one account's resources and callers; what is not JSON, or not understood, is not its business.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

Keys = Mapping[str, Sequence[str]]
"""Condition keys in lower case. One that is absent is not there; one without values has an empty list."""


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def wildcards(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


def filled(text: str, keys: Keys, escape: Any = re.escape) -> str | None:
    """Return a regular expression for a text with variables; None when one of them has no single value."""
    made = ""
    for literal, variable in re.findall(r"([^$]+|\$(?!\{))|\$\{([^}]*)\}", text):
        if literal:
            made += escape(literal)
            continue
        if variable in {"*", "?", "$"}:
            made += re.escape(variable)
            continue
        name, _, default = variable.partition(",")
        values = keys.get(name.strip().lower(), [])
        if len(values) != 1 and not (default and not values):
            return None
        made += re.escape(values[0] if values else default.strip().strip("'"))
    return made


def arn_matches(pattern: str, arn: str, keys: Keys) -> bool:
    """Compare two ARNs part by part; the sixth part is the rest."""
    given = arn.split(":", 5)
    wanted = [filled(part, keys, wildcards) for part in re.split(r":(?![^{]*\})", pattern, maxsplit=5)]
    if pattern == "*":
        return True
    return len(given) == len(wanted) and all(
        part is not None and re.fullmatch(part, text, re.DOTALL) for part, text in zip(wanted, given, strict=True)
    )


def moment(text: str) -> float:
    if text.isdigit():
        return float(text)
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def compares(operator: str, wanted: str, given: str, keys: Keys) -> bool:
    """Whether a value of the request is what a value of the policy says, leaving out "Not"."""
    if operator.startswith("String"):
        pattern = filled(wanted, keys, wildcards if operator == "StringLike" else re.escape)
        flags = re.IGNORECASE if operator.endswith("Case") else 0
        return pattern is not None and re.fullmatch(pattern, given, flags | re.DOTALL) is not None
    if operator.startswith("Arn"):
        return arn_matches(wanted, given, keys)
    if operator == "Bool":
        return wanted.lower() == given.lower()
    try:
        return measures(operator, wanted, given)
    except ValueError:
        return False


def measures(operator: str, wanted: str, given: str) -> bool:
    """Whether an address, a number or a date is what a policy says; raises ValueError for one that is none."""
    if operator == "IpAddress":
        return ip_address(given) in ip_network(wanted, strict=False)
    read = moment if operator.startswith("Date") else float
    left, right = read(given), read(wanted)
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[re.sub("^(Numeric|Date)", "", operator)]


def condition_holds(name: str, key: str, wanted: list[str], keys: Keys) -> bool:
    quantifier, _, operator = name.rpartition(":")
    present = keys.get(key.lower(), [])
    if operator == "Null":
        return any((value == "true") == (not present) for value in wanted)
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    negated = "Not" in operator
    operator = operator.replace("Not", "")

    def value_holds(given: str) -> bool:
        one = any(compares(operator, value, given, keys) for value in wanted)
        return not one if negated else one

    if quantifier == "ForAllValues":
        return all(value_holds(given) for given in present)
    if quantifier == "ForAnyValue":
        return any(value_holds(given) for given in present)
    if not present:
        return if_exists or negated
    return value_holds(present[0])


def about(statement: Mapping[str, Any], action: str, resource: str, keys: Keys) -> bool:
    """Whether a statement's actions, resources and conditions are met."""
    actions = listed(statement.get("Action", statement.get("NotAction")))
    acts = any(re.fullmatch(wildcards(pattern), action, re.IGNORECASE) for pattern in actions)
    if acts == ("NotAction" in statement):
        return False
    resources = listed(statement.get("Resource", statement.get("NotResource", "*")))
    reaches = any(arn_matches(pattern, resource, keys) for pattern in resources)
    if reaches == ("NotResource" in statement):
        return False
    return all(
        condition_holds(name, key, [str(value) for value in listed(values)], keys)
        for name, wanted in statement.get("Condition", {}).items()
        for key, values in wanted.items()
    )


def naming(statement: Mapping[str, Any], caller: Mapping[str, str]) -> set[str]:
    """Return how a statement names a caller: "directly", by its "role", or only by its "account"."""
    principal = statement["Principal"]
    names = ["*"] if principal == "*" else listed(principal.get("AWS", []))
    found = set()
    for name in names:
        if name in {"*", caller["arn"]}:
            found.add("directly")
        if name == caller.get("role"):
            found.add("role")
        if name in {caller["account"], f"arn:aws:iam::{caller['account']}:root"}:
            found.add("account")
    return found


def decision(
    action: str,
    resource: str,
    keys: Keys,
    caller: Mapping[str, str],
    policies: Mapping[str, Any],
    *,
    same_account: bool,
) -> str:
    """Return "allowed", "explicitDeny" or "implicitDeny".

    `policies` holds lists of policies as "identity" and "session", one or None as "boundary" and "resource".
    """

    def matching(documents: Sequence[Any], effect: str) -> list[Any]:
        return [
            statement
            for document in documents
            for statement in listed(document["Statement"])
            if statement["Effect"] == effect and about(statement, action, resource, keys)
        ]

    own = [*policies["identity"], *policies["session"], *([policies["boundary"]] if policies["boundary"] else [])]
    shared = [policies["resource"]] if policies["resource"] else []
    if matching(own, "Deny") or any(naming(found, caller) for found in matching(shared, "Deny")):
        return "explicitDeny"
    named = {name for found in matching(shared, "Allow") for name in naming(found, caller)}
    if same_account and "directly" in named:
        return "allowed"
    granted = bool(matching(policies["identity"], "Allow")) or (same_account and "role" in named)
    if not same_account and not named:
        granted = False
    within = policies["boundary"] is None or matching([policies["boundary"]], "Allow")
    narrowed = not policies["session"] or matching(policies["session"], "Allow")
    return "allowed" if granted and within and narrowed else "implicitDeny"
