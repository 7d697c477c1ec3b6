"""Scalars as text: in forms, paths, query strings, headers and XML."""

import base64
import binascii
import math
import re
from typing import Any

from ostiary.aws.errors import SerializationError
from ostiary.aws.model import Json, Shape
from ostiary.aws.protocols import timestamps

_INT_LIMITS = {"integer": 2**31, "long": 2**63}
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
_FLOAT_TEXTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read(shape: Shape, value: str) -> Any:
    """Return a text as a value of `shape`. Raises SerializationError where it is none."""
    match shape.type:
        case "string" | "character":
            return value
        case "boolean":
            return _boolean(value)
        case "integer" | "long":
            return _whole(value.strip(), _INT_LIMITS[shape.type])
        case "float" | "double":
            return _float(value.strip())
        case "blob":
            return _blob(value)
        case "timestamp":
            return timestamps.parsed(value)
        case _:
            raise SerializationError(f"{shape.name} can not be a text")


def write(shape: Shape, traits: Json, value: Any, default: timestamps.Form) -> str:
    """Return a value of `shape` as text; `default` is the form of timestamps that no trait asks for."""
    match shape.type:
        case "boolean":
            return "true" if value else "false"
        case "float" | "double":
            return _write_float(value)
        case "blob":
            return base64.b64encode(value).decode()
        case "timestamp":
            return str(timestamps.rendered(value, timestamps.form_of({**shape.traits, **traits}, default)))
        case _:
            return str(value)


def _boolean(value: str) -> bool:
    match value.strip().lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise SerializationError(f"'{value}' can not be converted to a Boolean")


def _whole(value: str, limit: int) -> int:
    if not _WHOLE.fullmatch(value) or not -limit <= int(value) < limit:
        raise SerializationError(f"'{value}' can not be converted to {'an Integer' if limit == 2**31 else 'a Long'}")
    return int(value)


def _float(value: str) -> float:
    if value in _FLOAT_TEXTS:
        return _FLOAT_TEXTS[value]
    if not _FLOAT.fullmatch(value):
        raise SerializationError(f"'{value}' can not be converted to a Double")
    return float(value)


def _blob(value: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SerializationError("The value can not be converted to a Blob: it is not base64") from error


def _write_float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
