"""Which operation of which service a request calls, when all services share one address.

User pools and identity pools name it in `X-Amz-Target`, STS, IAM and SNS in `Action` (form or query), Sync by method
and path. An `Action` is looked for in the service that `Version` says, then in the one of the credential scope. The
targets of AWS's older samples are taken too: with the name of a Java package before them, and those of Sync.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from ostiary.aws import model
from ostiary.aws.errors import MissingActionError, SerializationError, ServiceError, UnknownOperationError
from ostiary.aws.model import Operation, Service
from ostiary.aws.protocols import WireProtocol, json, query, rest, rest_json, rpc_json
from ostiary.aws.wire import FORM, Request

PROTOCOLS: dict[str, WireProtocol] = {"json": json, "query": query, "rest-json": rest_json}
TARGETS = {
    "cognito-idp": ("AWSCognitoIdentityProviderService", "com.amazonaws.cognito.identity.idp.model"),
    "cognito-identity": ("AWSCognitoIdentityService", "com.amazonaws.cognito.identity.model"),
    "cognito-sync": ("AWSCognitoSyncService", rpc_json.NAMESPACE),
}
"""What stands before an operation's name in `X-Amz-Target`, and what AWS's samples put before that, by service."""
_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/,\s]+/([a-z0-9-]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Call:
    """What a request calls, and the protocol that reads and answers it."""

    service: Service
    operation: Operation
    protocol: WireProtocol


class RouteError(Exception):
    """The request calls nothing. `error` says why, `protocol` is the one to say it in."""

    def __init__(self, error: ServiceError, protocol: WireProtocol, service: Service | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.protocol = protocol
        self.service = service


class Router:
    """Finds the operation that a request calls, among the services it is made for."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._targets: dict[str, Call] = {}
        self._actions: dict[tuple[str, str], Call] = {}
        self._versions: dict[str, Service] = {}
        self._scopes: dict[str, Service] = {}
        self._paths: list[tuple[str, re.Pattern[str], Call]] = []
        for service in services:
            self._add(service)

    def find(self, request: Request) -> Call:
        """Return what the request calls. Raises RouteError."""
        target = request.header("x-amz-target")
        if target:
            return self._by_target(target, request)
        if request.raw_path.strip("/"):
            return self._by_path(request)
        return self._by_action(request)

    def _add(self, service: Service) -> None:
        protocol = PROTOCOLS[service.protocol]
        for operation in service.operations.values():
            call = Call(service, operation, protocol)
            prefix, namespace = TARGETS.get(service.name, ("", ""))
            if prefix:
                self._targets[f"{prefix}.{operation.name}"] = call
                self._targets[f"{namespace}.{prefix}.{operation.name}"] = call
            if service.protocol == "json":
                continue
            if service.protocol == "query":
                self._actions[service.name, operation.name] = call
            else:
                self._paths.append((operation.method, rest.pattern(operation.uri), call))
        if service.protocol == "query":
            self._versions[service.api_version] = service
            self._scopes[service.signing_name] = service

    def _by_target(self, target: str, request: Request) -> Call:
        call = self._targets.get(target)
        if call is None or request.method != "POST" or request.media_type not in json.CONTENT_TYPES:
            raise RouteError(UnknownOperationError(), json, call.service if call else None)
        if call.protocol is rest_json:
            return replace(call, protocol=rpc_json.protocol_of(request))
        return call

    def _by_path(self, request: Request) -> Call:
        for method, pattern, call in self._paths:
            if method == request.method and pattern.fullmatch(request.raw_path):
                return call
        raise RouteError(UnknownOperationError(f"{request.method} {unquote(request.raw_path)}"), rest_json)

    def _by_action(self, request: Request) -> Call:
        try:
            form = request.form
        except SerializationError as error:
            raise RouteError(error, query) from error
        action, version = form.get("Action", ""), form.get("Version", "")
        if not action:
            protocol: WireProtocol = query if request.media_type == FORM or request.method == "GET" else json
            raise RouteError(MissingActionError(), protocol)
        named = self._versions.get(version) if version else self._of_scope(request)
        services = [named] if named else [] if version else list(self._versions.values())
        for service in services:
            if (service.name, action) in self._actions:
                return self._actions[service.name, action]
        service_named = named or next(iter(self._versions.values()), None)
        shown = version or (service_named.api_version if service_named else "")
        unknown = UnknownOperationError(f"Could not find operation {action} for version {shown}")
        raise RouteError(unknown, query, service_named)

    def _of_scope(self, request: Request) -> Service | None:
        text = request.header("authorization") or "Credential=" + request.form.get("X-Amz-Credential", "")
        scope = _SCOPE.search(text)
        return self._scopes.get(scope[1]) if scope else None


def router() -> Router:
    """Return a router for all services of the package."""
    return Router(map(model.service, model.SERVICES))
