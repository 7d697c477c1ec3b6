"""The S3 gateway as an ASGI application: authenticate, decide, forward, stream."""

from urllib.parse import unquote

import structlog
from starlette.types import Receive, Scope, Send

from ostiary.aws import edge
from ostiary.aws.errors import InternalFailureError, ServiceError
from ostiary.aws.wire import Request
from ostiary.config import Settings
from ostiary.context import Services
from ostiary.gateway import buckets, s3
from ostiary.gateway.callers import Caller, caller_of
from ostiary.gateway.errors import S3Error, as_s3
from ostiary.gateway.exchange import Exchange
from ostiary.gateway.handlers import handler_of
from ostiary.gateway.operations import features_of
from ostiary.gateway.s3 import Asked, is_bucket_name
from ostiary.gateway.upstream import Upstream
from ostiary.runtime.execution import CrowdedError, OverloadedError
from ostiary.runtime.observability import answered

log = structlog.get_logger()
_SCOPE = (b"/s3/aws4_request", b"%2Fs3%2Faws4_request", b"%2fs3%2faws4_request")
_OWN_NAMES = frozenset(
    {"console", "favicon.ico", "identitypools", "livez", "metrics", "oauth2", "readyz", "robots.txt"}
)
"""First segments of addresses that are ours and could be the name of a bucket."""
_LISTING = ("list-type", "prefix", "delimiter", "max-keys", "marker", "location", "acl", "policy")
_ANONYMOUS_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})


def is_s3_request(scope: Scope, settings: Settings) -> bool:
    """Whether a request is for the gateway.

    That is: signed for S3, in its header or its query; to the S3 domain; or unsigned and, by its path, about an object
    or a list of objects. Preflights are answered for all services alike, elsewhere.
    """
    if scope["method"] == "OPTIONS":
        return False
    headers: dict[bytes, bytes] = dict(scope["headers"])
    authorization = headers.get(b"authorization")
    if authorization is not None:
        return _SCOPE[0] in authorization
    query: bytes = scope["query_string"]
    if b"X-Amz-Credential=" in query:
        return any(scope_of_s3 in query for scope_of_s3 in _SCOPE)
    host = headers.get(b"host", b"").partition(b":")[0].decode("latin-1").lower()
    if host == settings.s3_domain or host.endswith(f".{settings.s3_domain}"):
        return True
    return bool(settings.s3_upstream) and _is_about_objects(scope, query)


def _is_about_objects(scope: Scope, query: bytes) -> bool:
    """Whether an unsigned request can be for S3; a user pool's id is never the name of a bucket, for its underscore."""
    bucket, _, key = str(scope["path"]).removeprefix("/").partition("/")
    if scope["method"] not in _ANONYMOUS_METHODS or bucket in _OWN_NAMES or not is_bucket_name(bucket):
        return False
    if key:
        return not key.startswith(".well-known/")
    names = {unquote(part.partition("=")[0]) for part in query.decode("latin-1").split("&")}
    return not names.isdisjoint(_LISTING) or "AWSAccessKeyId" in names


class Gateway:
    """The gateway. `start` and `stop` bracket its life."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._upstream = Upstream(services.settings)
        self._features = features_of(services.settings.s3_upstream_features)

    async def start(self) -> None:
        """Begin: connections to the server behind are opened as requests need them."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = self._services.clock.monotonic()
        exchange = Exchange(self._services, self._upstream, scope, receive, send)
        try:
            await self._serve(exchange)
        finally:
            seconds = self._services.clock.monotonic() - started
            exchange.told.status, exchange.told.seconds = exchange.status, seconds
            answered(exchange.told)

    async def _serve(self, exchange: Exchange) -> None:
        request: Request | None = None
        try:
            request = edge.request_of(exchange.scope)
            caller, asked = await self._services.tasks.run(self._admit, exchange, request)
            await handler_of(asked)(exchange, caller, asked)
        except edge.ClientGoneError:
            exchange.status = 499
        except ServiceError as error:
            await exchange.refuse(self._told(error, request))
        except (OverloadedError, CrowdedError):
            await exchange.refuse(S3Error("SlowDown", 503, "Please reduce your request rate."))
        except Exception as error:
            log.exception("request_failed", service="s3", request_id=exchange.request_id)
            if exchange.status:
                raise
            if getattr(error, "retryable", False):
                await exchange.refuse(S3Error("SlowDown", 503, "Please reduce your request rate."))
            else:
                await exchange.refuse(InternalFailureError("We encountered an internal error. Please try again."))

    def _admit(self, exchange: Exchange, request: Request) -> tuple[Caller, Asked]:
        """Return who is asking and for what, when all of it is allowed. Raises the errors of every step."""
        services, told = self._services, exchange.told
        peer = edge.peer_of(exchange.scope, request, exchange.request_id)
        told.client, told.path = peer.ip, request.raw_path
        caller = caller_of(services, request, peer)
        told.account, told.principal = caller.ctx.account, caller.ctx.principal.arn
        asked = s3.with_conditions(s3.read(request, services.settings.s3_domain, self._features), caller.conditions)
        told.operation, told.resource, told.path = asked.action, asked.wanted[0].resources[0], ""
        if caller.ctx.account == "" and any(name.startswith("response-") for name in asked.parameters):
            text = "Request specific response headers cannot be used for anonymous GET requests."
            raise S3Error("InvalidRequest", 400, text)
        if asked.facet == "delete":
            return caller, asked
        buckets.decide(caller.ctx, asked.wanted)
        if asked.target.bucket and asked.action != "CreateBucket":
            expected = asked.headers.get("x-amz-expected-bucket-owner", "")
            buckets.check_owner(caller.ctx, asked.target.bucket, expected)
        expected = asked.headers.get("x-amz-source-expected-bucket-owner", "")
        for item in asked.wanted[1:]:
            if item.action.startswith("GetObject"):
                buckets.check_owner(caller.ctx, item.bucket, expected)
        return caller, asked

    def _told(self, error: ServiceError, request: Request | None) -> ServiceError:
        query = request.query_string if request else ""
        named = request.named if request else {}
        presigned = "X-Amz-Signature=" in query
        return as_s3(
            error,
            presigned=presigned,
            with_token="x-amz-security-token" in named or "security-token=" in query.lower(),
            anonymous="authorization" not in named and not presigned and "AWSAccessKeyId=" not in query,
            region=self._services.settings.region,
        )
