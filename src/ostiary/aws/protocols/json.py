"""AWS JSON 1.1: the operation in X-Amz-Target, a JSON object each way. User pools and identity pools speak it."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import ServiceError
from ostiary.aws.model import Operation, Service
from ostiary.aws.protocols import json_values
from ostiary.aws.wire import Headers, Request, Response

CONTENT_TYPES = frozenset({"application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json"})


def parse(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members of the request's body. Raises SerializationError."""
    value = json_values.decode(request.body) if request.body else {}
    if operation.input is None:
        return {}
    found: dict[str, Any] = json_values.reader(operation.input)(value)
    return found


def render(operation: Operation, output: Mapping[str, Any], request_id: str) -> Response:
    """Return the answer; the body is empty when the model gives the operation no output."""
    headers = _headers(operation.service, request_id)
    if operation.output is None:
        return Response(200, headers)
    return Response(200, headers, json_values.encode(json_values.writer(operation.output)(output)))


def error(service: Service | None, error: ServiceError, request_id: str) -> Response:
    """Return the answer that tells an error: its name in the body and in a header, its text beside it."""
    headers = [
        *_headers(service, request_id),
        ("x-amzn-ErrorType", f"{error.code}:"),
        ("x-amzn-ErrorMessage", header_text(error.message)),
    ]
    members = {name: value for name, value in error.members.items() if value is not None}
    return Response(
        error.status, headers, json_values.encode({"__type": error.code, "message": error.message, **members})
    )


def header_text(message: str) -> str:
    """Return an error's text as a header can carry it: printable ASCII, one line, at most 1 KiB."""
    return "".join(c if " " <= c <= "~" else "?" for c in message[:1024])


def _headers(service: Service | None, request_id: str) -> Headers:
    version = service.json_version if service else "1.1"
    return [("content-type", f"application/x-amz-json-{version}"), ("x-amzn-RequestId", request_id)]
