"""What the members of a policy look like: texts, lists, objects. Nothing reads a policy that does not fit."""

from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any], bool]

PRINCIPALS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


def fits(policy: Any) -> bool:
    """Whether a JSON value is a policy as far as shapes go."""
    return _object(_POLICY)(policy) and "Statement" in policy


def _text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _scalar(value: Any) -> bool:
    return _text(value) or isinstance(value, int | float | bool)


def _one_or_list(shape: Shape) -> Shape:
    return lambda value: all(map(shape, value)) if isinstance(value, list) else shape(value)


def _object(members: Mapping[str, Shape]) -> Shape:
    """Return the shape of an object that has no other members than these."""
    return lambda value: (
        isinstance(value, dict) and all(name in members and members[name](item) for name, item in value.items())
    )


def _map(shape: Shape) -> Shape:
    """Return the shape of an object with whatever names."""
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


_texts = _one_or_list(_text)
_names = _one_or_list(lambda value: value is None or _text(value))


def _resources(value: Any) -> bool:
    return value is not None and _names(value)


def _principals(value: Any) -> bool:
    return _text(value) or _map(_texts)(value)


_STATEMENT: Mapping[str, Shape] = {
    "Sid": _text,
    "Effect": _text,
    "Principal": _principals,
    "NotPrincipal": _principals,
    "Action": _texts,
    "NotAction": _texts,
    "Resource": _resources,
    "NotResource": _resources,
    "Condition": _map(_map(_one_or_list(_scalar))),
}
_POLICY: Mapping[str, Shape] = {"Version": _text, "Id": _text, "Statement": _one_or_list(_object(_STATEMENT))}
