"""How AWS's samples call Cognito Sync: `POST /`, the operation in X-Amz-Target, the members in a JSON body.

The body holds the members, or an envelope `{"Operation": …, "Service": …, "Input": {…}}`; whoever sends one gets one.
Members that travel in the query string or a header of the REST address are in the body, under the model's names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.aws.errors import SerializationError, ServiceError
from ostiary.aws.model import Operation, Service, Shape
from ostiary.aws.protocols import WireProtocol, json_values, rest_json, scalars
from ostiary.aws.wire import Request, Response

NAMESPACE = "com.amazonaws.cognito.sync.model"
VERSION = "1.0"
_ENVELOPE = frozenset({"Operation", "Service", "Input"})


@dataclass(frozen=True, slots=True)
class _RpcJson:
    """One of the two forms of the body."""

    enveloped: bool

    def parse(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the members of the request's body. Raises SerializationError."""
        value = json_values.decode(request.body) if request.body else {}
        if self.enveloped:
            if value["Operation"] != f"{NAMESPACE}#{operation.name}":
                raise SerializationError("The body names another operation than X-Amz-Target.")
            value = value["Input"]
        if operation.input is None or value is None:
            return {}
        return dict(json_values.reader(operation.input)(_as_on_rest(operation.input, value)))

    def render(self, operation: Operation, output: Mapping[str, Any], request_id: str) -> Response:
        """Return the answer, in an envelope if the request was."""
        shape = operation.output
        body = json_values.writer(shape)(output) if shape else {}
        if self.enveloped:
            kind = {"__type": f"{NAMESPACE}#{shape.name}"} if shape else {}
            body = {"Output": {**kind, **body}, "Version": VERSION}
        headers = [("content-type", "application/json"), ("x-amzn-RequestId", request_id)]
        return Response(200, headers, json_values.encode(body))

    def error(self, service: Service | None, error: ServiceError, request_id: str) -> Response:
        """Return the answer that tells an error, as on REST."""
        return rest_json.error(service, error, request_id)


_BARE, _ENVELOPED = _RpcJson(enveloped=False), _RpcJson(enveloped=True)


def protocol_of(request: Request) -> WireProtocol:
    """Return what reads and answers a request: with or without an envelope."""
    try:
        value = json_values.decode(request.body) if b'"Input"' in request.body else None
    except SerializationError:
        return _BARE
    return _ENVELOPED if isinstance(value, dict) and value.keys() >= _ENVELOPE else _BARE


def _as_on_rest(shape: Shape, value: Any) -> Any:
    """Return a body whose members are called as they are on REST; texts stand for numbers as in a query string."""
    if not isinstance(value, dict):
        return value
    found = dict(value)
    for name, member in shape.members.items():
        if not member.location or name not in found:
            continue
        given = found.pop(name)
        is_text = isinstance(given, str) and member.location == "querystring"
        found[member.wire_name] = scalars.read(member.shape, given) if is_text else given
    return found
