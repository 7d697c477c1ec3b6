"""Whether a value is what a shape of a service's model says, as botocore has the model."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "blob": (bytes,),
    "timestamp": (dt.datetime,),
}
_SENT: dict[str, tuple[type, ...]] = {**_TYPES, "blob": (str,), "timestamp": (int, float)}


def misfits(shape: Shape, value: Any, *, sent: bool = False, path: str = "answer") -> Iterator[str]:
    """Yield what of a value is not as its shape: members missing or unknown, types, values of no enumeration.

    `sent` values are as they stand in the JSON of an answer, others as botocore parsed them.
    """
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, (_SENT if sent else _TYPES)[shape.type_name]):
        yield f"{path} is {value!r}, no {shape.type_name}"
        return
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value!r}, none of {shape.enum}"
    if isinstance(value, dict) and shape.type_name == "structure":
        yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
        yield from (f"{path}.{name} is unknown" for name in value if name not in shape.members)
    for part, inner, where in _parts(shape, value):
        yield from misfits(part, inner, sent=sent, path=path + where)


def _parts(shape: Shape, value: Any) -> Iterator[tuple[Shape, Any, str]]:
    """Yield the parts of a value, each with its shape and where it is."""
    if shape.type_name == "structure":
        yield from ((part, value[name], f".{name}") for name, part in shape.members.items() if name in value)
    if shape.type_name == "list":
        yield from ((shape.member, item, f"[{number}]") for number, item in enumerate(value))
    if shape.type_name == "map":
        yield from ((shape.key, key, " key") for key in value)
        yield from ((shape.value, item, f"[{key}]") for key, item in value.items())
