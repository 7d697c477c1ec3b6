"""The whole pipeline of an AWS request, as an ASGI application.

Order: route, parse, who signed it, is it valid, may they, the handler, the answer: one plain function that runs on the
event loop until it waits (`runtime/execution.py`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from ostiary.aws import cors, edge, validate
from ostiary.aws.authenticate import LARGE, MISSING, Authenticator, WhoSigned, signature_of
from ostiary.aws.errors import (
    InternalFailureError,
    NotYetImplementedError,
    OverloadError,
    ServiceError,
    ValidationError,
)
from ostiary.aws.model import Service
from ostiary.aws.operations import Implementation, implementation
from ostiary.aws.protocols import WireProtocol, json
from ostiary.aws.route import PROTOCOLS, TARGETS, Call, RouteError, Router, router
from ostiary.aws.types import cognito_idp, cognito_sync
from ostiary.aws.wire import Peer, Request, Response
from ostiary.runtime.execution import CrowdedError, OverloadedError, Tasks, compute_if, pause

OpenContext = Callable[[Call, Any | None, Peer], Any]
"""(call, principal or None, peer) → what handlers get; it has `region` and `account`."""
Decide = Callable[[Any, str, str, Mapping[str, Any]], None]
"""(context, `cognito-idp:AdminGetUser`, resource ARN, request). Raises AccessDeniedError."""
Answered = Callable[["Outcome"], None]
"""(outcome), after each answer."""
Subject = Callable[[Any, Mapping[str, Any]], tuple[str, str]]
"""(context or None, request) → (account, resource): what a request is about, for its line in the log.

Without a context it is nobody's yet, and nothing may be looked up for it.
"""

MAX_BODY = 1_048_576
MAX_SYNC_BODY = 8 * MAX_BODY
"""What Cognito Sync takes: a dataset may have 1 MB, to which JSON adds."""
ATTEMPTS = 3
"""How often a handler runs when the database asks to try again."""
FAILED = "An internal error occurred. The server's log tells more under this request id."
_WAIT = 0.01
_INVALID: dict[str, type[ServiceError]] = {
    "cognito-idp": cognito_idp.InvalidParameterException,
    "cognito-sync": cognito_sync.InvalidParameterException,
}
"""What a broken constraint is called, by service; ValidationException (ValidationError on Query) elsewhere."""

log = structlog.get_logger("ostiary.aws")


@dataclass(slots=True)
class Outcome:
    """What became of a request; names are empty when nothing was called, `ctx` is None before somebody was let in."""

    peer: Peer
    path: str
    service: str = ""
    operation: str = ""
    status: int = 0
    seconds: float = 0.0
    error: str = ""
    """The code that the client was told."""
    ctx: Any = None
    account: str = ""
    resource: str = ""

    def tell(self, protocol: WireProtocol, service: Service | None, error: ServiceError) -> Response:
        """Note an error, and return the answer that tells it."""
        is_query = protocol is PROTOCOLS["query"]
        self.error = (error.query_code if is_query else "") or error.code
        return protocol.error(service, error, self.peer.request_id)


class Endpoint:
    """An ASGI application that answers every operation of every service.

    `now` gives seconds since the epoch, `new_id` request ids, `region` is the one that signatures must be of.
    """

    def __init__(
        self,
        who_signed: WhoSigned,
        open_context: OpenContext,
        decide: Decide,
        *,
        now: Callable[[], float],
        new_id: Callable[[], str],
        region: str,
        max_body: int = MAX_BODY,
        tasks: Tasks | None = None,
        answered: Answered | None = None,
        subject: Subject = lambda _ctx, _req: ("", ""),
        routes: Router | None = None,
        implementations: Callable[[str, str], Implementation | None] = implementation,
    ) -> None:
        self._authenticator = Authenticator(who_signed, now, region)
        self._open_context = open_context
        self._decide = decide
        self._new_id = new_id
        self._max_body = max_body
        self._answered = answered
        self._subject = subject
        self._router = routes or router()
        self._implementations = implementations
        self._tasks = tasks or Tasks()

    async def __call__(self, scope: edge.Scope, receive: edge.Receive, send: edge.Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        outcome = Outcome(edge.peer_of(scope, None, self._new_id()), scope["path"])
        try:
            request = edge.request_of(scope)
            if request.method == "OPTIONS":
                response = cors.preflight(request.header("access-control-request-headers"))
                response.headers.append(("x-amzn-RequestId", outcome.peer.request_id))
            else:
                request = replace(request, body=await edge.body_of(request, receive, self._limit(request)))
                outcome.peer = edge.peer_of(scope, request, outcome.peer.request_id)
                try:
                    response = await self._tasks.run(self._serve, request, outcome)
                except OverloadedError:
                    response = self._shed(request, outcome)
        except edge.ClientGoneError:
            return
        except ServiceError as error:
            response = outcome.tell(json, None, error)
            response.headers.append(("connection", "close"))
        await edge.answer(send, response)
        if self._answered is not None:
            outcome.status, outcome.seconds = response.status, time.perf_counter() - started
            self._answered(outcome)

    def close(self) -> None:
        """Wait for what requests compute or ask, and end the threads that do it."""
        self._tasks.close()

    def _limit(self, request: Request) -> int:
        target = request.header("x-amz-target")
        is_sync = request.raw_path.startswith("/identitypools/") or f"{TARGETS['cognito-sync'][0]}." in target
        return MAX_SYNC_BODY if is_sync else self._max_body

    def _shed(self, request: Request, outcome: Outcome) -> Response:
        """Return what says, as the service says such things, that there is too much to do."""
        try:
            call = self._router.find(request)
        except RouteError as refused:
            return outcome.tell(refused.protocol, refused.service, refused.error)
        outcome.service, outcome.operation = call.service.name, call.operation.name
        return _crowded(call, outcome)

    def _serve(self, request: Request, outcome: Outcome) -> Response:
        """Return the answer; never raises."""
        request_id = outcome.peer.request_id
        try:
            call = self._router.find(request)
        except RouteError as refused:
            return outcome.tell(refused.protocol, refused.service, refused.error)
        except Exception:
            log.exception("request failed", request_id=request_id)
            return outcome.tell(json, None, InternalFailureError(FAILED))
        outcome.service, outcome.operation = call.service.name, call.operation.name
        try:
            output = self._call(call, request, outcome)
            return call.protocol.render(call.operation, output or {}, request_id)
        except ServiceError as error:
            return outcome.tell(call.protocol, call.service, error)
        except CrowdedError:
            return _crowded(call, outcome)
        except Exception:
            log.exception(
                "operation failed", request_id=request_id, service=outcome.service, operation=outcome.operation
            )
            return outcome.tell(call.protocol, call.service, InternalFailureError(FAILED))

    def _call(self, call: Call, request: Request, outcome: Outcome) -> Mapping[str, Any] | None:
        implemented = self._implementations(call.service.name, call.operation.name)
        if implemented is None:
            raise NotYetImplementedError(f"{call.operation.name} is not implemented by this server.")
        req = compute_if(len(request.body) > LARGE, call.protocol.parse, call.operation, request)
        outcome.account, outcome.resource = self._subject(None, req)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(call, implemented, request, outcome, req)
            except Exception as error:
                if attempt == ATTEMPTS or not getattr(error, "retryable", False):
                    raise
                pause(_WAIT * attempt)
        raise AssertionError("unreachable")

    def _attempt(
        self, call: Call, implemented: Implementation, request: Request, outcome: Outcome, req: dict[str, Any]
    ) -> Mapping[str, Any] | None:
        principal = self._principal(call, implemented, request) if call.operation.signed else None
        ctx = outcome.ctx = self._open_context(call, principal, outcome.peer)
        req = {**implemented.absent, **req}
        if call.operation.input is not None:
            is_large = len(request.body) > LARGE
            broken = compute_if(is_large, validate.violations, call.operation.input, req)
            if broken:
                raise _INVALID.get(call.service.name, ValidationError)(validate.message(broken))
        outcome.account, outcome.resource = self._subject(ctx, req)
        if call.operation.signed and not implemented.authorized_by_handler:
            resource = resource_of(implemented, ctx, req)
            outcome.resource = resource if resource != "*" else outcome.resource
            self._decide(ctx, call.operation.action, resource, req)
        return implemented.handler(ctx, req)

    def _principal(self, call: Call, implemented: Implementation, request: Request) -> Any:
        """Return who signed, or None where nobody did and nobody has to."""
        if implemented.signature == "ignored" or (
            implemented.signature == "optional" and signature_of(request) is None
        ):
            return None
        try:
            missing = _missing(call.protocol)
            return self._authenticator.authenticate(request, call.service.signing_name, missing).principal
        except ServiceError:
            if implemented.signature == "help":
                return None
            raise


def _crowded(call: Call, outcome: Outcome) -> Response:
    response = outcome.tell(call.protocol, call.service, OverloadError("Rate exceeded"))
    response.headers.append(("retry-after", "1"))
    return response


class _Members(dict[str, Any]):
    """What a resource template is filled with; a member that the request leaves out is any."""

    def __missing__(self, key: str) -> str:
        return "*"


def resource_of(implemented: Implementation, ctx: Any, req: Mapping[str, Any]) -> str:
    """Return the ARN that IAM decides on."""
    resource = implemented.resource
    if callable(resource):
        return resource(ctx, req)
    if "{" not in resource:
        return resource
    return resource.format_map(_Members(req, region=ctx.region, account=ctx.account))


def _missing(protocol: WireProtocol) -> str:
    query = protocol is PROTOCOLS["query"]
    return "Request is missing Authentication Token" if query else MISSING
