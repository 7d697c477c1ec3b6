"""Constraints of the model, checked with the texts AWS services answer: `1 validation error detected: Value …`.

Wording and paths: behaviour/user-pools.md 1.3. Paths are lower camel case (`userPoolId`, `schema.1.member.name`), every
violation is counted, and a sensitive value is left out of the text.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

import regex

from ostiary.aws.model import Json, Member, Shape

Violations = list[str]
Walk = Callable[[Any, str, Violations], None]
Constraint = tuple[Callable[[Any], bool], str]
Building = dict[Shape, list[Walk]]

_NESTED = frozenset({"structure", "list", "map"})
_MEASURED = frozenset({"string", "list", "map", "blob"})
_REGEX_SECONDS = 0.25
"""What a hostile text may cost; one that takes longer does not match."""
_PRINTED_PATTERNS = {
    "PasswordType": r"^[\S]+.*[\S]+$",
    "DomainType": r"^[a-z0-9](?:[a-z0-9\-\.]{0,61}[a-z0-9])?$",
}
"""What the service prints and applies against its model (behaviour/user-pools.md 1.3): custom domains have dots."""

QUICK = {
    r"^[\S]+.*[\S]+$": r"\S.*\S",
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+": r"(?s:(?=.+@.)[\p{L}\p{M}\p{S}\p{N}\p{P}]+)",
}
"""Patterns that match the same texts, where the model's own takes the square of a text's length to find out."""
MOST_TOLD = 100
"""A request of a megabyte may break 200,000, which nobody reads and an answer need not repeat."""
_LONGEST = {"markerType": 4096}
"""Characters of what this server may make longer than its model says: markers of IAM are sealed, with a whole name."""


def violations(shape: Shape, value: Mapping[str, Any]) -> Violations:
    """Return the text of every constraint of the model that the members of a request break."""
    found: Violations = []
    _walker(shape)(value, "", found)
    return found


def message(found: Violations) -> str:
    """Return the one text that tells how many violations there are, and of each, up to MOST_TOLD."""
    plural = "s" if len(found) > 1 else ""
    return f"{len(found)} validation error{plural} detected: {'; '.join(found[:MOST_TOLD])}"


@lru_cache(maxsize=4096)
def _walker(shape: Shape) -> Walk:
    return _structure(shape, {})


def _structure(shape: Shape, building: Building) -> Walk:
    if shape in building:
        cell = building[shape]
        return lambda value, path, found: cell[0](value, path, found)  # noqa: PLW0108 - the cell is empty until then
    building[shape] = cell = []
    required = [(name, _lower(name)) for name in shape.required]
    walks = {
        name: (_lower(name), walk)
        for name, member in shape.members.items()
        if (walk := _of_member(member, building)) is not None
    }

    def check(value: Any, path: str, found: Violations) -> None:
        for name, lowered in required:
            if name not in value:
                found.append(f"Value null at '{path}{lowered}' failed to satisfy constraint: Member must not be null")
        for name, inner in value.items():
            if name in walks:
                lowered, walk = walks[name]
                walk(inner, path + lowered, found)

    cell.append(check)
    return check


def _of_member(member: Member, building: Building) -> Walk | None:
    """Return what checks a member, or None when nothing about it is constrained."""
    shape = member.shape
    if shape.document:
        return None
    if shape.type == "structure":
        inside = _structure(shape, building)
        return lambda value, path, found: inside(value, f"{path}.", found)
    walks = [walk for walk in (_of_value(shape, member.traits), _of_items(shape, building)) if walk is not None]
    if len(walks) < 2:  # noqa: PLR2004 - nothing to join
        return walks[0] if walks else None
    first, second = walks

    def both(value: Any, path: str, found: Violations) -> None:
        first(value, path, found)
        second(value, path, found)

    return both


def _of_value(shape: Shape, traits: Json) -> Walk | None:
    """Return what checks a value by the constraints of its own shape: a violation for each that it breaks."""
    constraints = _constraints(shape)
    if not constraints:
        return None
    masked = bool(traits.get("sensitive")) or _has_secret(shape, set())

    def check(value: Any, path: str, found: Violations) -> None:
        for holds, text in constraints:
            if not holds(value):
                found.append(_violation(value, path, text, masked=masked))

    return check


def _of_items(shape: Shape, building: Building) -> Walk | None:
    """Return what checks the items of a list or the keys and values of a map."""
    if shape.item is None:
        return None
    keys = _each(shape.key.shape, "Map keys must satisfy constraint", shape, dict.keys) if shape.key else None
    if shape.item.shape.type in _NESTED:
        items = _nested(shape.item, building)
    elif shape.type == "map":
        items = _each(shape.item.shape, "Map value must satisfy constraint", shape, dict.values)
    else:
        items = _each(shape.item.shape, "Member must satisfy constraint", shape, _same)
    if keys is None or items is None:
        return keys or items
    first, second = keys, items

    def both(value: Any, path: str, found: Violations) -> None:
        first(value, path, found)
        second(value, path, found)

    return both


def _nested(item: Member, building: Building) -> Walk | None:
    inside = _of_member(item, building)
    if inside is None:
        return None

    def check(value: Any, path: str, found: Violations) -> None:
        named = value.items() if isinstance(value, dict) else enumerate(value, 1)
        for name, inner in named:
            inside(inner, f"{path}.{name}.member", found)

    return check


def _each(inner: Shape, words: str, outer: Shape, scalars: Callable[[Any], Collection[Any]]) -> Walk | None:
    """Return what checks plain items: one violation for all of them, which lists every constraint they are under."""
    constraints = _constraints(inner)
    if not constraints:
        return None
    listed = ", ".join(text for _, text in constraints)
    masked = _has_secret(outer, set())

    def check(value: Any, path: str, found: Violations) -> None:
        if not all(holds(scalar) for scalar in scalars(value) for holds, _ in constraints):
            found.append(_violation(value, path, f"{words}: [{listed}]", masked=masked))

    return check


def _same(value: Any) -> Any:
    return value


def _violation(value: Any, path: str, text: str, *, masked: bool) -> str:
    shown = "Value" if masked else f"Value '{_shown(value)}'"
    return f"{shown} at '{path}' failed to satisfy constraint: {text}"


def _constraints(shape: Shape) -> list[Constraint]:
    traits, found = shape.traits, list[Constraint]()
    least, most = traits.get("min"), _LONGEST.get(shape.name, traits.get("max"))
    measured = shape.type in _MEASURED
    measure, word = (len, "length") if measured else (_same, "value")
    if most is not None:
        found.append((lambda v: measure(v) <= most, f"Member must have {word} less than or equal to {most}"))
    if least is not None and not (measured and least == 0):
        found.append((lambda v: measure(v) >= least, f"Member must have {word} greater than or equal to {least}"))
    pattern = _PRINTED_PATTERNS.get(shape.name, traits.get("pattern"))
    if pattern is not None:
        found.append((matcher(pattern), f"Member must satisfy regular expression pattern: {pattern}"))
    if shape.enum:
        allowed = frozenset(shape.enum)
        found.append((allowed.__contains__, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"))
    return found


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Callable[[str], bool]:
    r"""Return whether a text matches a Java regular expression as a whole; `\w`, `\s` and `\d` are ASCII there."""
    pattern = QUICK.get(pattern, pattern)
    if r"\p{" not in pattern:
        plain = re.compile(pattern, re.ASCII)
        return lambda value: plain.fullmatch(value) is not None
    unicode = regex.compile(pattern.replace(r"\s", r" \t\n\x0b\f\r"))

    def matches(value: str) -> bool:
        try:
            return unicode.fullmatch(value, timeout=_REGEX_SECONDS) is not None
        except TimeoutError:
            return False

    return matches


def _has_secret(shape: Shape, seen: set[Shape]) -> bool:
    """Whether a value of this shape may hold something that must not be repeated."""
    if shape.sensitive:
        return True
    if shape in seen:
        return False
    seen.add(shape)
    inside = [*shape.members.values(), *filter(None, (shape.item, shape.key))]
    return any(bool(member.traits.get("sensitive")) or _has_secret(member.shape, seen) for member in inside)


def _shown(value: Any) -> str:
    """Return a value as Java prints it."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}={_shown(inner)}" for key, inner in value.items()) + "}"
        case bytes():
            return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
        case _:
            return str(value)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
