"""What REST-JSON and REST-XML share: members in the path, the query string and headers."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from ostiary.aws.errors import SerializationError
from ostiary.aws.model import Member, Operation, Shape
from ostiary.aws.protocols import json_values, scalars
from ostiary.aws.wire import Headers, Request, wire

_LABEL = re.compile(r"\{(\w+)(\+?)\}")
_LIST_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')
_HTTP_DATES = re.compile(r"\s*([^,]*,[^,]*)(?:,|$)")


@lru_cache(maxsize=1024)
def pattern(uri: str) -> re.Pattern[str]:
    """Return what matches the raw path of an operation's address; labels are its groups."""
    path, at, made = uri.partition("?")[0], 0, ""
    for label in _LABEL.finditer(path):
        made += re.escape(path[at : label.start()]) + f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})"
        at = label.end()
    return re.compile(made + re.escape(path[at:]) + "/?")


def located(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members that travel outside the body. Raises SerializationError."""
    if operation.input is None:
        return {}
    matched = pattern(operation.uri).fullmatch(request.raw_path)
    labels = matched.groupdict() if matched else {}
    readers: dict[str, Callable[[Member], Any]] = {
        "uri": lambda member: _of_label(member, labels),
        "querystring": lambda member: _of_query(member, request),
        "header": lambda member: _of_header(member, request),
        "headers": lambda member: _of_headers(member, request),
    }
    found = {}
    for name, member in operation.input.members.items():
        read = readers.get(member.location)
        value = read(member) if read else None
        if value is not None:
            found[name] = value
    return found


def headers_of(shape: Shape, output: Mapping[str, Any]) -> Headers:
    """Return the members of an answer that travel as headers."""
    made: Headers = []
    for name, member in shape.members.items():
        value = output.get(name)
        if value is None:
            continue
        if member.location == "header":
            made.append((member.wire_name.lower(), _header_text(member, value)))
        elif member.location == "headers":
            made += [
                (f"{member.traits.get('locationName', '')}{key}".lower(), str(inner)) for key, inner in value.items()
            ]
    return made


def status_of(operation: Operation, output: Mapping[str, Any]) -> int:
    """Return the answer's status: the model's, or what the member for it says."""
    members = operation.output.members.items() if operation.output else ()
    named = [output[name] for name, member in members if member.location == "statusCode" and output.get(name)]
    return int(named[0]) if named else operation.status


def utf8(raw: bytes) -> str:
    """Return bytes as text. Raises SerializationError for what is not UTF-8, and for U+0000."""
    try:
        decoded = raw.decode()
    except UnicodeDecodeError as error:
        raise SerializationError("The request is not valid UTF-8.") from error
    if "\0" in decoded:
        raise SerializationError("The request has a character that is not allowed: U+0000.")
    return decoded


def _of_label(member: Member, labels: Mapping[str, str]) -> Any:
    value = labels.get(member.wire_name)
    if value is None:
        return None
    return scalars.read(member.shape, utf8(unquote_to_bytes(wire(value))))


def _of_query(member: Member, request: Request) -> Any:
    if member.shape.type == "map":
        return _query_map(member.shape, request)
    values = [value for name, value in request.query if name == member.wire_name]
    if not values:
        return None
    if member.shape.type == "list" and member.shape.item:
        item = member.shape.item.shape
        return [scalars.read(item, value) for value in values]
    return scalars.read(member.shape, values[0])


def _query_map(shape: Shape, request: Request) -> dict[str, Any] | None:
    """Return all parameters, those too that have members of their own."""
    many = shape.item is not None and shape.item.shape.type == "list"
    found: dict[str, Any] = {}
    for name, value in request.query:
        if many:
            found.setdefault(name, []).append(value)
        else:
            found.setdefault(name, value)
    return found or None


def _of_header(member: Member, request: Request) -> Any:
    value = request.named.get(member.wire_name.lower())
    if value is None:
        return None
    if member.traits.get("jsonvalue"):
        try:
            return json_values.decode(base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError) as error:
            raise SerializationError(f"The header {member.wire_name} is not base64") from error
    if member.shape.type == "list" and member.shape.item:
        item = member.shape.item.shape
        return [scalars.read(item, part) for part in _header_items(item, value)]
    return scalars.read(member.shape, value)


def _header_items(item: Shape, value: str) -> list[str]:
    if item.type == "timestamp" and item.traits.get("timestampFormat", "rfc822") == "rfc822":
        return [found.strip() for found in _HTTP_DATES.findall(value) if found.strip()]
    parts = [
        (quoted.replace('\\"', '"').replace("\\\\", "\\") or plain.strip())
        for quoted, plain in _LIST_ITEM.findall(value)
    ]
    return [part for part in parts if part]


def _of_headers(member: Member, request: Request) -> dict[str, str] | None:
    prefix = str(member.traits.get("locationName", "")).lower()
    found = {name[len(prefix) :]: value for name, value in request.named.items() if name.startswith(prefix)}
    return found or None


def _header_text(member: Member, value: Any) -> str:
    if member.traits.get("jsonvalue"):
        return base64.b64encode(json_values.encode(value)).decode()
    if member.shape.type == "list" and member.shape.item:
        item = member.shape.item
        return ", ".join(
            _listed(scalars.write(item.shape, item.traits, inner, "rfc822"), item.shape) for inner in value
        )
    return scalars.write(member.shape, member.traits, value, "rfc822")


def _listed(value: str, shape: Shape) -> str:
    if shape.type == "string" and ("," in value or '"' in value):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value
