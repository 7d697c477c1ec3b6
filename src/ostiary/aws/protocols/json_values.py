"""JSON values by shape: functions that read and write them, compiled once per shape."""

import base64
import binascii
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from ostiary.aws.errors import SerializationError
from ostiary.aws.model import OUTSIDE, Json, Member, Shape
from ostiary.aws.protocols import timestamps

Convert = Callable[[Any], Any]
Building = dict[Shape, list[Convert]]
DEEPEST = 100
"""Levels of nesting that a body may have."""
_INT_LIMITS = {"integer": 2**31, "long": 2**63}
_FLOAT_TEXTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def decode(body: bytes) -> Any:
    """Return the JSON value of a body. Raises SerializationError for what is not JSON, is too deep, or holds U+0000."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SerializationError("The request body is not valid JSON.") from error
    if body.count(b"{") + body.count(b"[") > DEEPEST or b"\\u0000" in body:
        _check(value)
    return value


def encode(value: Any) -> bytes:
    """Return a value as JSON; halves of surrogate pairs, which UTF-8 cannot hold, become question marks."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_sound(value))


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_sound(key): _sound(inner) for key, inner in value.items()}
    return [_sound(inner) for inner in value] if isinstance(value, list) else value


def _check(value: Any) -> None:
    """Refuse what is nested too deep, and U+0000, which not every database holds."""
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > DEEPEST:
            raise SerializationError("The request body is nested too deep.")
        if isinstance(node, dict):
            pending += [(inner, depth + 1) for pair in node.items() for inner in pair]
        elif isinstance(node, list):
            pending += [(inner, depth + 1) for inner in node]
        elif isinstance(node, str) and "\0" in node:
            raise SerializationError("The request body has a character that is not allowed: U+0000.")


@lru_cache(maxsize=4096)
def reader(shape: Shape, *, body_only: bool = False) -> Convert:
    """Return what makes a handler's value of a JSON value: blobs are bytes, timestamps seconds, null is absent.

    With `body_only`, members that travel in the path, the query or headers are left out. The function raises
    SerializationError where types do not fit.
    """
    return _reads(shape, {}, {}, body_only=body_only)


@lru_cache(maxsize=4096)
def writer(shape: Shape, *, body_only: bool = False) -> Convert:
    """Return what makes a value for `msgspec.json.encode` of a handler's; None and unknown members are left out."""
    return _writes(shape, {}, {}, body_only=body_only) or _as_is


def _reads(shape: Shape, traits: Json, building: Building, *, body_only: bool = False) -> Convert:
    if traits.get("jsonvalue"):
        return _json_text
    if shape.document:
        return _as_is
    match shape.type:
        case "structure":
            return _recursive(shape, building, lambda: _reads_structure(shape, building, body_only=body_only))
        case "list":
            return _reads_list(_reads(_item(shape).shape, _item(shape).traits, building))
        case "map":
            return _reads_map(_reads(_item(shape).shape, _item(shape).traits, building))
        case _:
            return _reads_scalar(shape)


def _recursive(shape: Shape, building: Building, build: Callable[[], Convert]) -> Convert:
    """Build a structure's function; inside itself it stands for a call of the one that is being built."""
    if shape in building:
        cell = building[shape]
        return lambda value: cell[0](value)  # noqa: PLW0108 - the cell is empty until the structure is built
    building[shape] = cell = []
    cell.append(build())
    return cell[0]


def _reads_structure(shape: Shape, building: Building, *, body_only: bool) -> Convert:
    plan = {
        member.wire_name: (name, _reads(member.shape, member.traits, building))
        for name, member in shape.members.items()
        if not (body_only and member.location)
    }

    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _unexpected(value, "a structure")
        found = {}
        for name, inner in value.items():
            if inner is not None and name in plan:
                member, read = plan[name]
                found[member] = read(inner)
        return found

    return convert


def _reads_list(read: Convert) -> Convert:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _unexpected(value, "a list")
        return [read(inner) for inner in value if inner is not None]

    return convert


def _reads_map(read: Convert) -> Convert:
    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _unexpected(value, "a map")
        return {key: read(inner) for key, inner in value.items() if inner is not None}

    return convert


def _reads_scalar(shape: Shape) -> Convert:
    return {
        "boolean": _read_boolean,
        "integer": _read_integer,
        "long": _read_long,
        "float": _read_float,
        "double": _read_float,
        "blob": _read_blob,
        "timestamp": timestamps.parsed,
    }.get(shape.type, _read_string)


def _as_is(value: Any) -> Any:
    return value


def _json_text(value: Any) -> Any:
    return decode(_read_string(value).encode())


def _read_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _unexpected(value, "a String")


def _read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _unexpected(value, "a Boolean")


def _read_integer(value: Any) -> int:
    return _whole(value, _INT_LIMITS["integer"], "an Integer")


def _read_long(value: Any) -> int:
    return _whole(value, _INT_LIMITS["long"], "a Long")


def _whole(value: Any, limit: int, wanted: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unexpected(value, wanted)
    if not -limit <= value < limit:
        raise _unexpected(value, wanted)
    return int(value)


def _read_float(value: Any) -> float:
    if isinstance(value, str) and value in _FLOAT_TEXTS:
        return _FLOAT_TEXTS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unexpected(value, "a Double")
    try:
        return float(value)
    except OverflowError as error:
        raise _unexpected(value, "a Double") from error


def _read_blob(value: Any) -> bytes:
    try:
        return base64.b64decode(_read_string(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unexpected(value, "a Blob") from error


def _unexpected(value: Any, wanted: str) -> SerializationError:
    kind = {bool: str(value).upper() + "_VALUE", str: "STRING_VALUE", dict: "STRUCTURE_VALUE", list: "LIST_VALUE"}
    return SerializationError(f"{kind.get(type(value), 'NUMBER_VALUE')} can not be converted to {wanted}")


def _writes(  # noqa: PLR0911 - one for each type
    shape: Shape, traits: Json, building: Building, *, body_only: bool = False
) -> Convert | None:
    """Return the function that writes a shape, or None where a value goes out as it is."""
    if traits.get("jsonvalue"):
        return lambda value: msgspec.json.encode(value).decode()
    if shape.document:
        return None
    match shape.type:
        case "structure":
            return _recursive(shape, building, lambda: _writes_structure(shape, building, body_only=body_only))
        case "list":
            item = _writes(_item(shape).shape, _item(shape).traits, building) or _as_is
            return lambda value: [item(inner) for inner in value if inner is not None]
        case "map":
            inner_writer = _writes(_item(shape).shape, _item(shape).traits, building) or _as_is
            return lambda value: {key: inner_writer(inner) for key, inner in value.items() if inner is not None}
        case "float" | "double":
            return _write_float
        case "timestamp":
            form = timestamps.form_of({**shape.traits, **traits}, "unixTimestamp")
            return timestamps.as_number if form == "unixTimestamp" else lambda value: timestamps.rendered(value, form)
        case _:
            return None


def _writes_structure(shape: Shape, building: Building, *, body_only: bool) -> Convert:
    plan = {
        name: (member.wire_name, _writes(member.shape, member.traits, building))
        for name, member in shape.members.items()
        if not (body_only and member.location in OUTSIDE)
    }

    known = plan.keys() if all(name == wire_name for name, (wire_name, _) in plan.items()) else set()
    changing = [(name, write) for name, (_, write) in plan.items() if write is not None]

    def convert(value: Any) -> dict[str, Any]:
        if known >= value.keys() and None not in value.values():
            made = dict(value)
            for member, change in changing:
                if member in made:
                    made[member] = change(made[member])
            return made
        made = {}
        for member, inner in value.items():
            if inner is not None and member in plan:
                name, write = plan[member]
                made[name] = inner if write is None else write(inner)
        return made

    return convert


def _write_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _item(shape: Shape) -> Member:
    if shape.item is None:
        raise TypeError(f"{shape.name} has no items")
    return shape.item
