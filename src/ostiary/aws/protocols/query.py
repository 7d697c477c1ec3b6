"""AWS Query: the operation in `Action`, members as dotted form fields, XML back. STS, IAM and SNS speak it."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import SerializationError, ServiceError
from ostiary.aws.model import Operation, Service, Shape
from ostiary.aws.protocols import scalars, xml_values
from ostiary.aws.wire import Request, Response

_DEEPEST = 32
_SERVER_ERRORS = 500
Tree = dict[str, Any]
"""Fields by the parts of their dotted names; a field that has a value of its own keeps it under the empty name."""


def parse(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members in the request's form. Raises SerializationError."""
    if operation.input is None:
        return {}
    tree: Tree = {}
    for name, value in request.form.items():
        _plant(tree, name, value)
    return _structure(operation.input, tree)


def render(operation: Operation, output: Mapping[str, Any], request_id: str) -> Response:
    """Return the answer: the result in `<Operation>Result`, the request id beside it."""
    result = ""
    if operation.output is not None:
        inside = xml_values.content(operation.output, {}, output)
        result = f"<{operation.result_wrapper}>{inside}</{operation.result_wrapper}>"
    body = (
        f"<{operation.name}Response{_xmlns(operation.service)}>{result}"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
    )
    return _answer(200, body, request_id)


def error(service: Service | None, error: ServiceError, request_id: str) -> Response:
    """Return the answer that tells an error: `<ErrorResponse>` with type, code and message."""
    status = error.query_status or error.status
    who = "Receiver" if status >= _SERVER_ERRORS else "Sender"
    members = "".join(
        f"<{name}>{xml_values.escaped(str(value))}</{name}>"
        for name, value in error.members.items()
        if value is not None
    )
    body = (
        f"<ErrorResponse{_xmlns(service)}><Error><Type>{who}</Type><Code>{error.query_code or error.code}</Code>"
        f"<Message>{xml_values.escaped(error.message)}</Message>{members}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _answer(status, body, request_id)


def _answer(status: int, body: str, request_id: str) -> Response:
    return Response(status, [("content-type", "text/xml"), ("x-amzn-RequestId", request_id)], body.encode())


def _xmlns(service: Service | None) -> str:
    return f' xmlns="{service.xml_namespace}"' if service and service.xml_namespace else ""


def _plant(tree: Tree, name: str, value: str) -> None:
    parts = name.split(".", _DEEPEST)
    if len(parts) > _DEEPEST:
        raise SerializationError("The request is nested too deep.")
    node = tree
    for part in parts:
        node = node.setdefault(part, {})
    node[""] = value


def _structure(shape: Shape, tree: Tree) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        branch = tree.get(member.wire_name)
        if branch is not None:
            found[name] = _value(member.shape, branch, flattened=member.flattened)
    return found


def _value(shape: Shape, tree: Tree, *, flattened: bool = False) -> Any:
    match shape.type:
        case "structure":
            return _structure(shape, tree)
        case "list":
            return _list(shape, tree, flattened=flattened)
        case "map":
            return _map(shape, tree, flattened=flattened)
        case _:
            if "" not in tree:
                raise SerializationError(f"Unexpected structure where {shape.name} was expected")
            return scalars.read(shape, tree[""])


def _list(shape: Shape, tree: Tree, *, flattened: bool) -> list[Any]:
    item = shape.item
    if item is None:
        raise TypeError(f"{shape.name} has no items")
    branch = tree if flattened else tree.get(item.traits.get("locationName", "member"), {})
    return [_value(item.shape, inner) for inner in _numbered(branch)]


def _map(shape: Shape, tree: Tree, *, flattened: bool) -> dict[str, Any]:
    key, item = shape.key, shape.item
    if key is None or item is None:
        raise TypeError(f"{shape.name} has no keys")
    found = {}
    for entry in _numbered(tree if flattened else tree.get("entry", {})):
        name = entry.get(key.wire_name, {}).get("")
        if name is None:
            raise SerializationError("An entry of a map has no key")
        if item.wire_name in entry:
            found[name] = _value(item.shape, entry[item.wire_name])
    return found


def _numbered(tree: Tree) -> list[Tree]:
    """Return what stands under the numbers 1, 2, 3 …, in order."""
    numbers = [name for name in tree if name.isascii() and name.isdigit()]
    return [tree[name] for name in sorted(numbers, key=int)]
