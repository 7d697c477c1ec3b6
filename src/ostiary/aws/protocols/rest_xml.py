"""AWS REST-XML: the operation by method and path, XML bodies. S3 speaks it; the gateway answers its errors with it."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import ServiceError
from ostiary.aws.model import OUTSIDE, Operation, Service, Shape
from ostiary.aws.protocols import rest, xml_parse, xml_values
from ostiary.aws.wire import Headers, Request, Response

_TEXTS = frozenset({"string", "character"})
_XML = ("content-type", "application/xml")


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
        found |= xml_parse.structure(shape, xml_parse.parse(request.body))
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
    if all(member.location in OUTSIDE for member in shape.members.values()):
        return Response(status, headers)
    name = shape.traits.get("locationName", f"{operation.name}Response")
    body = xml_values.DECLARATION + xml_values.element(name, shape, {}, output)
    return Response(status, [_XML, *headers], body.encode())


def error(service: Service | None, error: ServiceError, request_id: str) -> Response:
    """Return the answer that tells an error: a bare `<Error>`, as S3 sends it.

    Members (`BucketName`, `Key` …) stand beside code and message; the status is the one of Query services.
    """
    xmlns = f' xmlns="{service.xml_namespace}"' if service and service.xml_namespace else ""
    members = "".join(
        f"<{name}>{xml_values.escaped(str(value))}</{name}>"
        for name, value in error.members.items()
        if value is not None
    )
    body = (
        f"{xml_values.DECLARATION}<Error{xmlns}><Code>{error.query_code or error.code}</Code>"
        f"<Message>{xml_values.escaped(error.message)}</Message>{members}<RequestId>{request_id}</RequestId></Error>"
    )
    headers = [_XML, ("x-amzn-RequestId", request_id), ("x-amz-request-id", request_id)]
    return Response(error.query_status or error.status, headers, body.encode())


def _payload(shape: Shape, body: bytes) -> Any:
    if not body:
        return None
    if shape.type == "blob":
        return body
    if shape.type in _TEXTS:
        return rest.utf8(body)
    return xml_parse.value_of(shape, xml_parse.parse(body))


def _with_payload(shape: Shape, output: Mapping[str, Any], status: int, headers: Headers) -> Response:
    member = shape.members[shape.payload]
    value = output.get(shape.payload)
    if value is None:
        return Response(status, headers)
    if member.shape.type == "blob":
        return Response(status, headers, value)
    if member.shape.type in _TEXTS:
        return Response(status, headers, value.encode())
    name = member.traits.get("locationName") or member.shape.traits.get("locationName", member.shape.name)
    body = xml_values.DECLARATION + xml_values.element(name, member.shape, member.traits, value)
    return Response(status, [_XML, *headers], body.encode())
