"""XML elements by shape, as the Query and REST-XML protocols answer them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ostiary.aws.model import OUTSIDE, Json, Member, Shape
from ostiary.aws.protocols import scalars

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_IN_TEXT = {"\r": "&#xD;", "\u0085": "&#x85;", "\u2028": "&#x2028;"}
_IN_ATTRIBUTE = {**_IN_TEXT, '"': "&quot;", "\n": "&#xA;", "\t": "&#x9;"}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escaped(value: str) -> str:
    """Return a text as element content; what XML cannot hold becomes the replacement character."""
    return escape(_NOT_XML.sub("\ufffd", value), _IN_TEXT)


def element(name: str, shape: Shape, traits: Json, value: Any) -> str:
    """Return `<name>…</name>` for a value of `shape`; `traits` are those of its use."""
    attributes = _namespace({**shape.traits, **traits}.get("xmlNamespace"))
    if shape.type == "structure":
        attributes += "".join(_attributes(shape, value))
    return f"<{name}{attributes}>{content(shape, traits, value)}</{name.partition(' ')[0]}>"


def content(shape: Shape, traits: Json, value: Any) -> str:
    """Return what stands between the tags of a value of `shape`."""
    match shape.type:
        case "structure":
            return "".join(_members(shape, value))
        case "list":
            item = _item(shape)
            name = item.traits.get("locationName", "member")
            return "".join(element(name, item.shape, item.traits, inner) for inner in value if inner is not None)
        case "map":
            return "".join(f"<entry>{entry}</entry>" for entry in _entries(shape, value))
        case _:
            return escaped(scalars.write(shape, traits, value, "iso8601"))


def _members(shape: Shape, value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in shape.members.items():
        inner = value.get(name)
        if inner is None or member.location in OUTSIDE or member.traits.get("xmlAttribute"):
            continue
        if member.flattened and member.shape.type in {"list", "map"}:
            yield from _flattened(member, inner)
        else:
            yield element(member.wire_name, member.shape, member.traits, inner)


def _flattened(member: Member, value: Any) -> Iterator[str]:
    item = _item(member.shape)
    if member.shape.type == "list":
        yield from (element(member.wire_name, item.shape, item.traits, inner) for inner in value if inner is not None)
        return
    attributes = _namespace(member.trait("xmlNamespace"))
    for entry in _entries(member.shape, value):
        yield f"<{member.wire_name}{attributes}>{entry}</{member.wire_name}>"


def _entries(shape: Shape, value: Mapping[str, Any]) -> Iterator[str]:
    key, item = shape.key, _item(shape)
    if key is None:
        raise TypeError(f"{shape.name} has no keys")
    for name, inner in value.items():
        if inner is not None:
            yield element(key.wire_name, key.shape, key.traits, name) + element(
                item.wire_name, item.shape, item.traits, inner
            )


def _attributes(shape: Shape, value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in shape.members.items():
        if member.traits.get("xmlAttribute") and value.get(name) is not None:
            text = scalars.write(member.shape, member.traits, value[name], "iso8601")
            yield f' {member.wire_name}="{escape(_NOT_XML.sub(chr(0xFFFD), text), _IN_ATTRIBUTE)}"'


def _namespace(namespace: Any) -> str:
    if not namespace:
        return ""
    if isinstance(namespace, str):
        return f' xmlns="{escape(namespace, _IN_ATTRIBUTE)}"'
    prefix = f":{namespace['prefix']}" if namespace.get("prefix") else ""
    return f' xmlns{prefix}="{escape(namespace["uri"], _IN_ATTRIBUTE)}"'


def _item(shape: Shape) -> Member:
    if shape.item is None:
        raise TypeError(f"{shape.name} has no items")
    return shape.item
