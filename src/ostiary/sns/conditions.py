"""What one value of a filter policy asks for: an exact value, or an operator (`{"prefix": "a"}`)."""

import ipaddress
import json
import math
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from operator import eq, ge, gt, le, lt
from typing import Any

_ORDER: dict[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_LOWER, _UPPER = {">", ">="}, {"<", "<="}
_LARGEST = 10**9
_TEXTS = "Match value must be String, number, true, false, or null"


class FilterError(ValueError):
    """A filter policy cannot be one; the text says why."""


def check_condition(condition: dict[str, Any]) -> None:
    """Refuse an operator that is none; raises FilterError."""
    if len(condition) != 1:
        raise FilterError("Only one key allowed in match expression")
    name, wanted = next(iter(condition.items()))
    if name not in _CHECKS:
        raise FilterError(f"Unrecognized match type {name}")
    _CHECKS[name](wanted)


def holds(condition: Any, values: Sequence[Any], *, present: bool) -> bool:
    """Whether one of the values is what a condition wants; `present` is whether there is any."""
    if not isinstance(condition, dict):
        return any(_same(condition, value) for value in values)
    name, wanted = next(iter(condition.items()))
    if name == "exists":
        return bool(wanted) is present
    if name == "anything-but":
        return present and any(not _is_one_of(wanted, value) for value in values)
    return any(_MATCHES[name](wanted, value) for value in values)


def _same(wanted: Any, value: Any) -> bool:
    """Whether two JSON values are equal; `true` is not 1."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return bool(wanted == value)


def _is_one_of(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        name, inner = next(iter(wanted.items()))
        texts = inner if isinstance(inner, list) else [inner]
        return any(_MATCHES[name](text, value) for text in texts)  # more than prefixes in policies of versions before
    return any(_same(one, value) for one in (wanted if isinstance(wanted, list) else [wanted]))


def _prefix(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        inner = wanted["equals-ignore-case"]
        return isinstance(value, str) and value.casefold().startswith(inner.casefold())
    return isinstance(value, str) and value.startswith(wanted)


def _suffix(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        inner = wanted["equals-ignore-case"]
        return isinstance(value, str) and value.casefold().endswith(inner.casefold())
    return isinstance(value, str) and value.endswith(wanted)


def _ignoring_case(wanted: str, value: Any) -> bool:
    return isinstance(value, str) and value.casefold() == wanted.casefold()


def _wildcard(wanted: str, value: Any) -> bool:
    """Match `*` only: `?` and `[` stand for themselves."""
    pattern = "".join(f"[{char}]" if char in "?[" else char for char in wanted)
    return isinstance(value, str) and fnmatchcase(value, pattern)


def _numeric(wanted: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_ORDER[sign](value, bound) for sign, bound in zip(wanted[::2], wanted[1::2], strict=True))


def _cidr(wanted: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except (ValueError, TypeError):
        return False


_MATCHES: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
}


def _check_text(name: str) -> Callable[[Any], None]:
    def check(wanted: Any) -> None:
        if not isinstance(wanted, str) or not wanted:
            raise FilterError(f"{name} match pattern must be a string")

    return check


def _check_edge(name: str) -> Callable[[Any], None]:
    def check(wanted: Any) -> None:
        if isinstance(wanted, dict):
            if list(wanted) != ["equals-ignore-case"]:
                raise FilterError(f"Unsupported {name} pattern")
            wanted = wanted["equals-ignore-case"]
        _check_text(name)(wanted)

    return check


def _check_exists(wanted: Any) -> None:
    if not isinstance(wanted, bool):
        raise FilterError("exists match pattern must be either true or false.")


def _check_numeric(wanted: Any) -> None:
    """Refuse what is neither an operator and a number nor a range, at the first member that is wrong."""
    if not isinstance(wanted, list):
        raise FilterError("Value of numeric must be an array.")
    sign = wanted[0] if wanted else "]"
    if not wanted or not isinstance(sign, str):
        raise FilterError(f"Invalid member in numeric match: {json.dumps(sign) if wanted else sign}")
    if sign not in _ORDER:
        raise FilterError(f"Unrecognized numeric range operator: {sign}")
    lowest = _number(sign, wanted[1:2])
    if len(wanted) > 2:  # noqa: PLR2004
        _check_range(sign, lowest, wanted[2:])


def _check_range(sign: str, lowest: float, upper: list[Any]) -> None:
    if sign not in _LOWER:
        raise FilterError("Too many elements in numeric expression")
    if not isinstance(upper[0], str):
        raise FilterError(f"Bad value in numeric range: {json.dumps(upper[0])}")
    if upper[0] not in _UPPER:
        raise FilterError(f"Bad numeric range operator: {upper[0]}")
    if _number(upper[0], upper[1:2]) <= lowest:
        raise FilterError("Bottom must be less than top")
    if len(upper) > 2:  # noqa: PLR2004
        raise FilterError("Too many terms in numeric range expression")


def _number(sign: str, given: list[Any]) -> float:
    """Return the number behind an operator; raises FilterError."""
    bound = given[0] if given else None
    if isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound):
        raise FilterError(f"Value of {'equals' if sign == '=' else sign} must be numeric")
    if abs(bound) > _LARGEST:
        raise FilterError(f"Numeric values must be between -{_LARGEST} and {_LARGEST}")
    return bound


def _check_cidr(wanted: Any) -> None:
    if not isinstance(wanted, str):
        raise FilterError("prefix match pattern must be a string")
    address, *bits = wanted.split("/")
    if len(bits) != 1:
        raise FilterError("Malformed CIDR, one '/' required")
    if not re.fullmatch("[+-]?[0-9]{1,9}", bits[0]):
        raise FilterError("Malformed CIDR, mask bits must be an integer")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise FilterError(f"Nonstandard IP address: {address}") from None
    try:
        ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        raise FilterError("Malformed CIDR, mask bits are out of range") from None


def _check_anything_but(wanted: Any) -> None:
    if isinstance(wanted, dict):
        if list(wanted) != ["prefix"]:
            raise FilterError(f"Unsupported anything-but pattern: {next(iter(wanted), '')}")
        prefixes = wanted["prefix"]
        for text in prefixes if isinstance(prefixes, list) and prefixes else [prefixes]:
            _check_text("prefix")(text)
        return
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values:
        raise FilterError("Empty arrays are not allowed")
    if any(isinstance(value, list | dict) for value in values):
        raise FilterError(_TEXTS)


_CHECKS: dict[str, Callable[[Any], None]] = {
    "prefix": _check_edge("prefix"),
    "suffix": _check_edge("suffix"),
    "equals-ignore-case": _check_text("equals-ignore-case"),
    "wildcard": _check_text("wildcard"),
    "exists": _check_exists,
    "numeric": _check_numeric,
    "cidr": _check_cidr,
    "anything-but": _check_anything_but,
}
