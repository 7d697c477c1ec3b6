"""XML bodies: read into elements without doctypes or entities of their own, and by shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ostiary.aws.errors import SerializationError
from ostiary.aws.model import Member, Shape
from ostiary.aws.protocols import scalars

DEEPEST = 100
"""Levels of nesting that a body may have."""


@dataclass(slots=True)
class Element:
    """An XML element; namespace prefixes are left out of its name, not of its attributes' names."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def find(self, name: str) -> "Element | None":
        """Return the first child of a name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list["Element"]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]


def parse(body: bytes) -> Element:
    """Return the root element. Raises SerializationError for what is not XML, is too deep, or has a doctype."""
    root = Element("")
    path = [root]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if len(path) > DEEPEST:
            raise SerializationError("The request body is nested too deep.")
        element = Element(name.rpartition(":")[2], dict(attributes))
        path[-1].children.append(element)
        path.append(element)

    def end(_name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        path[-1].text += data

    def doctype(*_: Any) -> None:
        raise SerializationError("The request body has a document type, which is not allowed.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)  # noqa: FBT003 - takes no keywords
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SerializationError("The XML you provided was not well-formed.") from error
    return root.children[0]


def value_of(shape: Shape, element: Element) -> Any:
    """Return an element as a value of `shape`. Raises SerializationError."""
    match shape.type:
        case "structure":
            return structure(shape, element)
        case "list":
            item = _item(shape)
            return [value_of(item.shape, child) for child in element.all(item.traits.get("locationName", "member"))]
        case "map":
            return _map(shape, element.all("entry"))
        case _:
            return scalars.read(shape, element.text)


def structure(shape: Shape, element: Element) -> dict[str, Any]:
    """Return the members of a structure that stand in the body. Raises SerializationError."""
    found = {}
    for name, member in shape.members.items():
        value = None if member.location else _member(member, element)
        if value is not None:
            found[name] = value
    return found


def _member(member: Member, element: Element) -> Any:
    if member.traits.get("xmlAttribute"):
        text = element.attributes.get(member.wire_name)
        return None if text is None else scalars.read(member.shape, text)
    shape = member.shape
    if member.flattened and shape.type == "list":
        item = _item(shape)
        many = element.all(member.wire_name)
        return [value_of(item.shape, child) for child in many] if many else None
    if member.flattened and shape.type == "map":
        many = element.all(member.wire_name)
        return _map(shape, many) if many else None
    child = element.find(member.wire_name)
    return None if child is None else value_of(shape, child)


def _map(shape: Shape, entries: list[Element]) -> dict[str, Any]:
    key, item = shape.key, _item(shape)
    found = {}
    for entry in entries:
        name, value = entry.find(key.wire_name if key else "key"), entry.find(item.wire_name)
        if name is None or value is None:
            raise SerializationError("An entry of a map lacks its key or its value")
        found[name.text] = value_of(item.shape, value)
    return found


def _item(shape: Shape) -> Member:
    if shape.item is None:
        raise TypeError(f"{shape.name} has no items")
    return shape.item
