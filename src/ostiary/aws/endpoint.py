"""The whole pipeline of an AWS request, as an ASGI application.

Order: route, parse, who signed it, is it valid, may they, the handler, the answer. The event loop only moves bytes;
everything else runs in one go on one thread of a pool.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import structlog

from ostiary.aws import cors, edge, sigv4, validate
from ostiary.aws.canonical import Signed
from ostiary.aws.errors import (
    InternalFailureError,
    InvalidSignatureError,
    MissingAuthenticationTokenError,
    NotYetImplementedError,
    OverloadError,
    ServiceError,
    UnrecognizedClientError,
    ValidationError,
)
from ostiary.aws.operations import Implementation, implementation
from ostiary.aws.protocols import WireProtocol, json
from ostiary.aws.route import PROTOCOLS, TARGETS, Call, RouteError, Router, router
from ostiary.aws.types import cognito_idp, cognito_sync
from ostiary.aws.wire import Peer, Request, Response
from ostiary.threads import MOST_QUEUED, CrowdedError, OverloadedError, Threads

WhoSigned = Callable[[str, str | None, Request], tuple[str, Any]]
"""(access key id, session token, request) → (secret, principal). Raises UnrecognizedClientError or ExpiredTokenError.

With an empty secret the signature is not checked: only `--dev` gives one, for key ids that nobody made.
"""
OpenContext = Callable[[Call, Any | None, Peer], Any]
"""(call, principal or None, peer) → what handlers get; it has `region` and `account`."""
Decide = Callable[[Any, str, str, Mapping[str, Any]], None]
"""(context, `cognito-idp:AdminGetUser`, resource ARN, request). Raises AccessDeniedError."""
Answered = Callable[[str, str, int, float, str], None]
"""(service, operation, HTTP status, seconds, request id), after each answer; no names when nothing was called."""

MAX_BODY = 1_048_576
MAX_SYNC_BODY = 8 * MAX_BODY
"""What Cognito Sync takes: a dataset may have 1 MB, to which JSON adds."""
MISSING = "Missing Authentication Token"
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
        threads: int = 40,
        queue: int = MOST_QUEUED,
        answered: Answered | None = None,
        routes: Router | None = None,
        implementations: Callable[[str, str], Implementation | None] = implementation,
    ) -> None:
        self._who_signed = who_signed
        self._open_context = open_context
        self._decide = decide
        self._now = now
        self._new_id = new_id
        self._region = region
        self._max_body = max_body
        self._answered = answered
        self._router = routes or router()
        self._implementations = implementations
        self._threads = Threads(threads, name="aws", most_queued=queue)

    async def __call__(self, scope: edge.Scope, receive: edge.Receive, send: edge.Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        request_id = self._new_id()
        service, operation = "", ""
        try:
            request = edge.request_of(scope)
            if request.method == "OPTIONS":
                response = cors.preflight(request.header("access-control-request-headers"))
                response.headers.append(("x-amzn-RequestId", request_id))
            else:
                request = replace(request, body=await edge.body_of(request, receive, self._limit(request)))
                peer = edge.peer_of(scope, request, request_id)
                try:
                    service, operation, response = await self._threads.run(self._serve, request, peer)
                except OverloadedError:
                    service, operation, response = self._shed(request, peer)
        except edge.ClientGoneError:
            return
        except ServiceError as error:
            response = json.error(None, error, request_id)
            response.headers.append(("connection", "close"))
        await edge.answer(send, response)
        if self._answered is not None:
            self._answered(service, operation, response.status, time.perf_counter() - started, request_id)

    def close(self) -> None:
        """Wait for the requests that are being served, and end the threads."""
        self._threads.close()

    def _limit(self, request: Request) -> int:
        target = request.header("x-amz-target")
        is_sync = request.raw_path.startswith("/identitypools/") or f"{TARGETS['cognito-sync'][0]}." in target
        return MAX_SYNC_BODY if is_sync else self._max_body

    def _shed(self, request: Request, peer: Peer) -> tuple[str, str, Response]:
        """Return what says, as the service says such things, that there is too much to do."""
        try:
            call = self._router.find(request)
        except RouteError as refused:
            return "", "", refused.protocol.error(refused.service, refused.error, peer.request_id)
        return call.service.name, call.operation.name, _crowded(call, peer)

    def _serve(self, request: Request, peer: Peer) -> tuple[str, str, Response]:
        """Return service, operation and answer; never raises."""
        try:
            call = self._router.find(request)
        except RouteError as refused:
            return "", "", refused.protocol.error(refused.service, refused.error, peer.request_id)
        except Exception:
            log.exception("request failed", request_id=peer.request_id)
            return "", "", json.error(None, InternalFailureError(FAILED), peer.request_id)
        name = call.operation.name
        try:
            output = self._call(call, request, peer)
            response = call.protocol.render(call.operation, output or {}, peer.request_id)
        except ServiceError as error:
            response = call.protocol.error(call.service, error, peer.request_id)
        except CrowdedError:
            response = _crowded(call, peer)
        except Exception:
            log.exception("operation failed", request_id=peer.request_id, service=call.service.name, operation=name)
            response = call.protocol.error(call.service, InternalFailureError(FAILED), peer.request_id)
        return call.service.name, name, response

    def _call(self, call: Call, request: Request, peer: Peer) -> Mapping[str, Any] | None:
        implemented = self._implementations(call.service.name, call.operation.name)
        if implemented is None:
            raise NotYetImplementedError(f"{call.operation.name} is not implemented by this server.")
        req = call.protocol.parse(call.operation, request)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(call, implemented, request, peer, req)
            except Exception as error:
                if attempt == ATTEMPTS or not getattr(error, "retryable", False):
                    raise
                time.sleep(_WAIT * attempt)
        raise AssertionError("unreachable")

    def _attempt(
        self, call: Call, implemented: Implementation, request: Request, peer: Peer, req: dict[str, Any]
    ) -> Mapping[str, Any] | None:
        principal = self._principal(call, implemented, request) if call.operation.signed else None
        ctx = self._open_context(call, principal, peer)
        req = {**implemented.absent, **req}
        if call.operation.input is not None:
            broken = validate.violations(call.operation.input, req)
            if broken:
                raise _INVALID.get(call.service.name, ValidationError)(validate.message(broken))
        if call.operation.signed and not implemented.authorized_by_handler:
            self._decide(ctx, call.operation.action, resource_of(implemented, ctx, req), req)
        return implemented.handler(ctx, req)

    def _principal(self, call: Call, implemented: Implementation, request: Request) -> Any:
        """Return who signed, or None where nobody did and nobody has to."""
        if implemented.signature == "ignored" or (implemented.signature == "optional" and _is_unsigned(request)):
            return None
        try:
            return self.authenticate(request, call.service.signing_name, _missing(call.protocol))
        except ServiceError:
            if implemented.signature == "help":
                return None
            raise

    def authenticate(self, request: Request, service: str, missing: str = MISSING) -> Any:
        """Return who signed a request for `service`; raises the error of the first thing that is wrong with it."""
        signed = sigv4.parse_authorization(request.method, request.raw_path, request.query_string, request.headers)
        if signed is None:
            raise MissingAuthenticationTokenError(missing)
        services = (service,)
        body_hash = sha256(request.body).hexdigest()
        try:
            secret, principal = self._who_signed(signed.access_key_id, signed.session_token, request)
        except UnrecognizedClientError:
            self._verify_nothing(signed, body_hash, services)
            raise
        if secret:
            sigv4.verify(signed, secret, body_hash, self._now(), self._region, services, s3=False)
        return principal

    def _verify_nothing(self, signed: Signed, body_hash: str, services: tuple[str, ...]) -> None:
        """Take the time that a known key takes, so that timing does not tell which keys exist (security.md SIG-12)."""
        try:
            sigv4.verify(signed, "unknown", body_hash, self._now(), self._region, services, s3=False)
        except InvalidSignatureError:
            return


def _crowded(call: Call, peer: Peer) -> Response:
    response = call.protocol.error(call.service, OverloadError("Rate exceeded"), peer.request_id)
    response.headers.append(("retry-after", "1"))
    return response


def _is_unsigned(request: Request) -> bool:
    found = sigv4.parse_authorization(request.method, request.raw_path, request.query_string, request.headers)
    return found is None


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
