"""AWS REST-JSON: the operation by method and path, JSON bodies. Cognito Sync speaks it."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import ServiceError
from ostiary.aws.model import Operation, Service, Shape
from ostiary.aws.protocols import json_values, rest
from ostiary.aws.protocols.json import header_text
from ostiary.aws.wire import Headers, Request, Response

_TEXTS = frozenset({"string", "character"})


def parse(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members in path, query string, headers and body. Raises SerializationError."""
    shape = operation.input
    if shape is None:
        return {}
    found = rest.located(operation, request)
    if shape.payload:
        value = _payload(shape.members[shape.payload].shape, request.body)
        return found if value is None else {**found, shape.payload: value}
    if request.body:
        found |= json_values.reader(shape, body_only=True)(json_values.decode(request.body))
    return found


def render(operation: Operation, output: Mapping[str, Any], request_id: str) -> Response:
    """Return the answer; members that the model puts into headers or the status go there."""
    shape = operation.output
    headers: Headers = [("x-amzn-RequestId", request_id)]
    if shape is None:
        return Response(operation.status, headers)
    headers += rest.headers_of(shape, output)
    status = rest.status_of(operation, output)
    if shape.payload:
        return _with_payload(shape, output, status, headers)
    body = json_values.encode(json_values.writer(shape, body_only=True)(output))
    return Response(status, [("content-type", _content_type(operation.service)), *headers], body)


def error(service: Service | None, error: ServiceError, request_id: str) -> Response:
    """Return the answer that tells an error: its name in a header, its text in the body."""
    members = {name: value for name, value in error.members.items() if value is not None}
    headers = [
        ("content-type", _content_type(service)),
        ("x-amzn-RequestId", request_id),
        ("x-amzn-ErrorType", f"{error.code}:"),
        ("x-amzn-ErrorMessage", header_text(error.message)),
    ]
    body = json_values.encode({"__type": error.code, "message": error.message, **members})
    return Response(error.query_status or error.status, headers, body)


def _payload(shape: Shape, body: bytes) -> Any:
    if shape.document:
        return json_values.decode(body) if body else None
    if shape.type == "blob":
        return body or None
    if shape.type in _TEXTS:
        return rest.utf8(body) if body else None
    return json_values.reader(shape)(json_values.decode(body)) if body else None


def _with_payload(shape: Shape, output: Mapping[str, Any], status: int, headers: Headers) -> Response:
    member = shape.members[shape.payload]
    value = output.get(shape.payload)
    if member.shape.type == "blob":
        return Response(status, [*_typed(headers, "application/octet-stream"), *headers], value or b"")
    if member.shape.type in _TEXTS:
        return Response(status, [*_typed(headers, "text/plain"), *headers], (value or "").encode())
    body = b"" if value is None else json_values.encode(json_values.writer(member.shape)(value))
    return Response(status, [("content-type", "application/json"), *headers], body)


def _typed(headers: Headers, media_type: str) -> Headers:
    return [] if any(name == "content-type" for name, _ in headers) else [("content-type", media_type)]


def _content_type(service: Service | None) -> str:
    return f"application/x-amz-json-{service.json_version}" if service and service.json_version else "application/json"
