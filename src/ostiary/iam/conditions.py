"""Conditions and policy variables (reference identity-pools-sts.md C3)."""

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from ostiary.iam.matching import arn_like, escaped, like

Context = Mapping[str, tuple[str, ...]]
Conditions = Mapping[str, Mapping[str, Sequence[str]]]
Test = Callable[[str, str], bool]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'([^']*)'\s*")
_LITERALS = {"*": "*", "?": "?", "$": "$"}


class UnknownOperatorError(ValueError):
    """A condition operator that is not known here."""


class UnresolvedVariableError(ValueError):
    """A policy variable that the request has no single value for."""


def holds(conditions: Conditions, context: Context, variables: bool = True) -> bool:  # noqa: FBT001, FBT002
    """Whether every condition is met; raises UnknownOperatorError and UnresolvedVariableError."""
    return all(
        _condition(operator, context.get(key.lower()), values, context, variables=variables)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def substituted(text: str, context: Context) -> list[str]:
    """Return a text with its policy variables replaced: values mean themselves, wildcards of the policy stay."""
    return [_VARIABLE.sub(lambda match: _value(match.group(1), context), text)]


def _value(name: str, context: Context) -> str:
    if name in _LITERALS:
        return escaped(_LITERALS[name])
    with_default = _DEFAULT.fullmatch(name)
    key, default = with_default.groups() if with_default else (name.strip(), None)
    values = context.get(key.lower(), ())
    if len(values) == 1:
        return escaped(values[0])
    if not values and default is not None:
        return escaped(default)
    raise UnresolvedVariableError(name)


def _condition(
    operator: str, present: tuple[str, ...] | None, wanted: Sequence[str], context: Context, *, variables: bool
) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists") and name != "NullIfExists"
    name = name.removesuffix("IfExists") if if_exists else name
    if name == "Null":
        return (not present) == (_first(wanted).lower() == "true")
    if name not in OPERATORS or quantifier not in {"", "ForAllValues", "ForAnyValue"}:
        raise UnknownOperatorError(operator)
    test, negated = OPERATORS[name]
    if not present:
        return if_exists or quantifier == "ForAllValues" or (negated and quantifier != "ForAnyValue")
    values = [item for value in wanted for item in (_resolved(value, context, name) if variables else [value])]

    def one(value: str) -> bool:
        return any(_safe(test, item, value) for item in values) != negated

    if quantifier == "ForAllValues" or (negated and not quantifier):
        return all(map(one, present))
    return any(map(one, present))


def _resolved(value: str, context: Context, name: str) -> list[str]:
    if not name.startswith(("String", "Arn")) or "${" not in value:
        return [value]
    replaced = substituted(value, context)
    return replaced if "Like" in name or name.startswith("Arn") else [_plain(text) for text in replaced]


def _plain(text: str) -> str:
    return re.sub("\0(.)", r"\1", text, flags=re.DOTALL)


def _first(values: Sequence[str]) -> str:
    return values[0] if values else ""


def _safe(test: Test, wanted: str, value: str) -> bool:
    """A value that is not a number, a date or an address matches nothing."""
    try:
        return test(wanted, value)
    except (ValueError, OverflowError):
        return False


def _moment(text: str) -> float:
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return float(text)
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _in_network(network: str, address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def _same_bytes(wanted: str, value: str) -> bool:
    return base64.b64decode(wanted, validate=True) == base64.b64decode(value, validate=True)


def _numbers(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, value: compare(float(value), float(wanted))


def _dates(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, value: compare(_moment(value), _moment(wanted))


def _orders(prefix: str, of: Callable[[Callable[[float, float], bool]], Test]) -> dict[str, tuple[Test, bool]]:
    equal = of(lambda value, wanted: value == wanted)
    return {
        f"{prefix}Equals": (equal, False),
        f"{prefix}NotEquals": (equal, True),
        f"{prefix}LessThan": (of(lambda value, wanted: value < wanted), False),
        f"{prefix}LessThanEquals": (of(lambda value, wanted: value <= wanted), False),
        f"{prefix}GreaterThan": (of(lambda value, wanted: value > wanted), False),
        f"{prefix}GreaterThanEquals": (of(lambda value, wanted: value >= wanted), False),
    }


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_ignoring_case(wanted: str, value: str) -> bool:
    return wanted.casefold() == value.casefold()


OPERATORS: dict[str, tuple[Test, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (like, False),
    "StringNotLike": (like, True),
    **_orders("Numeric", _numbers),
    **_orders("Date", _dates),
    "Bool": (_equal_ignoring_case, False),
    "BinaryEquals": (_same_bytes, False),
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
    "ArnEquals": (arn_like, False),
    "ArnLike": (arn_like, False),
    "ArnNotEquals": (arn_like, True),
    "ArnNotLike": (arn_like, True),
}
"""Operator → how one wanted value is compared with one of the request, and whether it is a negation."""
