"""The S3 gateway as an ASGI application: authenticate, decide, forward, stream."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from ostiary.aws import cors, edge, sigv4
from ostiary.aws.errors import InternalFailureError, ServiceError
from ostiary.aws.protocols import rest_xml, xml_parse
from ostiary.aws.protocols.xml_values import escaped
from ostiary.aws.wire import Request, Response
from ostiary.config import Settings
from ostiary.context import ANONYMOUS, Client, Context, Services
from ostiary.gateway import buckets
from ostiary.gateway.body import SIGNED_CHUNKS, UNSIGNED_CHUNKS, ChunkSigner, hashed, incomplete, unwrapped
from ostiary.gateway.errors import S3Error, as_s3
from ostiary.gateway.s3 import (
    Target,
    Wanted,
    checked_key,
    copy_source,
    forwarded_query,
    parameters_of,
    target_of,
    wanted_by,
)
from ostiary.gateway.upstream import PIECE_BYTES, Upstream, passed_back
from ostiary.observability import REQUESTS, SECONDS
from ostiary.sts.callers import who_signed

log = structlog.get_logger()
MOST_READ_BYTES = 1024 * 1024
"""Bodies that the gateway reads itself: policies, lists of keys to delete."""
DRAINED_BYTES = 16 * 1024 * 1024
CREATED = range(200, 300)
_OWN_PATHS = ("_ostiary", ".well-known", "livez", "readyz", "metrics", "identitypools", "favicon.ico")


def is_s3_request(scope: Scope, settings: Settings) -> bool:
    """Whether a request is for the gateway: signed for S3, to a bucket's host, or a plain path to an object."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"")
    if authorization:
        return bool(b"/s3/aws4_request" in authorization)
    query: bytes = scope["query_string"]
    if b"X-Amz-Credential=" in query:
        return b"%2Fs3%2Faws4_request" in query or b"/s3/aws4_request" in query
    host = headers.get(b"host", b"").partition(b":")[0].decode("latin-1").lower()
    if host == settings.s3_domain or host.endswith(f".{settings.s3_domain}"):
        return True
    return bool(settings.s3_upstream) and _is_plain_object(scope)


def _is_plain_object(scope: Scope) -> bool:
    bucket, _, key = str(scope["path"]).lstrip("/").partition("/")
    plain = bool(key) and bucket not in _OWN_PATHS and not key.startswith(".well-known/")
    return plain and scope["method"] in {"GET", "HEAD", "PUT", "DELETE"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, and what streamed bodies are verified with; `signed` is None for nobody."""

    ctx: Context
    signed: sigv4.Signed | None
    secret: str


class Gateway:
    """The gateway. `start` and `stop` bracket its life."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._upstream: Upstream | None = None

    async def start(self) -> None:
        """Open the connections to the server behind."""
        self._upstream = Upstream(self._services.settings)

    async def stop(self) -> None:
        """Close them."""
        if self._upstream is not None:
            await self._upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request_id = self._services.random.uuid()
        started = self._services.clock.monotonic()
        exchange = _Exchange(self._services, self._opened(), request_id, receive, send)
        status = await exchange.serve(scope)
        seconds = self._services.clock.monotonic() - started
        REQUESTS.labels("s3", scope["method"], str(status)).inc()
        SECONDS.labels("s3").observe(seconds)
        log.info("request", service="s3", operation=scope["method"], status=status, ms=round(seconds * 1000, 1))

    def _opened(self) -> Upstream:
        if self._upstream is None:
            self._upstream = Upstream(self._services.settings)
        return self._upstream


class _Exchange:
    """One request and its answer."""

    def __init__(self, services: Services, upstream: Upstream, request_id: str, receive: Receive, send: Send) -> None:
        self._services, self._upstream, self._id = services, upstream, request_id
        self._receive, self._send = receive, send
        self._body_done = False
        self._answering = False

    async def serve(self, scope: Scope) -> int:
        """Answer the request and return the status."""
        with_token = False
        try:
            request = edge.request_of(scope)
            with_token = "x-amz-security-token" in request.named or "X-Amz-Security-Token=" in request.query_string
            return await self._handle(scope, request)
        except edge.ClientGoneError:
            return 499
        except ServiceError as error:
            return await self._refuse(as_s3(error, with_token=with_token), head=scope["method"] == "HEAD")
        except Exception:
            log.exception("request_failed", service="s3", request_id=self._id)
            if self._answering:
                raise
            return await self._refuse(InternalFailureError("We encountered an internal error."), head=False)

    async def _handle(self, scope: Scope, request: Request) -> int:
        settings = self._services.settings
        target = target_of(request.header("host"), request.raw_path, settings.s3_domain)
        query = parameters_of(request.query_string)
        caller = await run_in_threadpool(self._caller, scope, request)
        if request.method == "POST" and "delete" in query and not target.key:
            return await self._delete_objects(caller, request, target)
        wanted = wanted_by(request.method, target, query, request.headers)
        await run_in_threadpool(buckets.decide, caller.ctx, wanted)
        action = wanted[0].action
        if action in {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}:
            return await self._policy(caller, request, target, action)
        if action == "s3:CreateBucket":
            return await self._create_bucket(caller, request, target)
        answer = await self._forward(caller, request, target)
        if action == "s3:ListAllMyBuckets" and answer.status_code in CREATED:
            body = await run_in_threadpool(buckets.visible, caller.ctx, await answer.aread())
            return await self._answer(Response(200, [("content-type", "application/xml")], body))
        if action == "s3:DeleteBucket" and answer.status_code in CREATED:
            await run_in_threadpool(buckets.release, caller.ctx, target.bucket)
        return await self._stream_back(answer, head=request.method == "HEAD")

    def _caller(self, scope: Scope, request: Request) -> Caller:
        """Return who signed the request; nobody for one without a signature, whom only bucket policies let in."""
        services, settings = self._services, self._services.settings
        peer = edge.peer_of(scope, request, self._id)
        client = Client(peer.ip, peer.user_agent, peer.secure, self._id)
        signed = sigv4.parse_authorization(request.method, request.raw_path, request.query_string, request.headers)
        if signed is None:
            return Caller(Context(services, "", settings.region, ANONYMOUS, client), None, "")
        secret, principal = who_signed(services, signed.access_key_id, signed.session_token)
        declared = request.header("x-amz-content-sha256")
        payload_hash = declared or (sigv4.UNSIGNED_PAYLOAD if signed.expires is not None else "")
        if not payload_hash:
            raise S3Error("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256")
        if secret:
            now = services.clock.now()
            sigv4.verify(signed, secret, payload_hash, now, settings.region, ("s3",), s3=True)
        return Caller(Context(services, principal.account, settings.region, principal, client), signed, secret)

    # -- forwarding --------------------------------------------------------------------------------------------------
    async def _forward(self, caller: Caller, request: Request, target: Target) -> httpx.Response:
        query = forwarded_query(request.query_string)
        path = f"{target.path}?{query}" if query else target.path
        headers = [(name, value) for name, value in request.headers if name != "x-amz-copy-source"]
        source = request.header("x-amz-copy-source")
        if source:
            bucket, key = copy_source(source)
            version = source.partition("?")[2]
            encoded = Target(bucket, key).path + (f"?{version}" if version else "")
            headers.append(("x-amz-copy-source", encoded))
        if "aws-chunked" in request.header("content-encoding"):
            rest = [part.strip() for part in request.header("content-encoding").split(",")]
            kept = ",".join(part for part in rest if part and part != "aws-chunked")
            headers = [(name, value) for name, value in headers if name != "content-encoding"]
            headers += [("content-encoding", kept)] if kept else []
        body, length = self._body(caller, request)
        return await self._upstream.send(request.method, path, headers, body, length)

    def _body(self, caller: Caller, request: Request) -> tuple[AsyncIterator[bytes] | None, int]:
        """Return the body as it is to be sent on, held to what was signed, and its length."""
        declared = request.header("x-amz-content-sha256")
        if declared in SIGNED_CHUNKS or declared == UNSIGNED_CHUNKS:
            length = _length(request.header("x-amz-decoded-content-length"))
            names = {name.strip().lower() for name in request.header("x-amz-trailer").split(",") if name.strip()}
            signed = declared in SIGNED_CHUNKS and caller.signed is not None
            signer = ChunkSigner(caller.signed, caller.secret) if signed and caller.signed else None
            return unwrapped(self._pieces(), length, names, signer), length
        if request.method not in {"PUT", "POST"} and not request.header("content-length"):
            return None, 0
        length = _length(request.header("content-length"))
        unsigned = declared in {"", sigv4.UNSIGNED_PAYLOAD}
        return (self._pieces() if unsigned else hashed(self._pieces(), declared)), length

    async def _pieces(self) -> AsyncIterator[bytes]:
        """Yield the request's body as it arrives."""
        while not self._body_done:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise edge.ClientGoneError
            self._body_done = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def _stream_back(self, answer: httpx.Response, *, head: bool) -> int:
        try:
            headers = passed_back(answer.headers.raw)
            headers += [(b"x-amzn-requestid", self._id.encode()), *_cors()]
            self._answering = True
            await self._send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            if not head:
                async for piece in answer.aiter_raw(PIECE_BYTES):
                    await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await self._send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()
        return answer.status_code

    # -- what the gateway answers itself -----------------------------------------------------------------------------
    async def _create_bucket(self, caller: Caller, request: Request, target: Target) -> int:
        made = await run_in_threadpool(buckets.claim, caller.ctx, target.bucket)
        answer = await self._forward(caller, request, target)
        if made and answer.status_code not in CREATED:
            await run_in_threadpool(buckets.release, caller.ctx, target.bucket)
        return await self._stream_back(answer, head=False)

    async def _policy(self, caller: Caller, request: Request, target: Target, action: str) -> int:
        if action == "s3:GetBucketPolicy":
            text = await run_in_threadpool(buckets.policy_of, caller.ctx, target.bucket)
            return await self._answer(Response(200, [("content-type", "application/json")], text.encode()))
        text = ""
        if action == "s3:PutBucketPolicy":
            body = await self._read(caller, request)
            if len(body) > buckets.MOST_POLICY_BYTES:
                raise S3Error("InvalidArgument", 400, "Policies must be at most 20 KiB.")
            text = body.decode("utf-8", "replace")
        await run_in_threadpool(buckets.set_policy, caller.ctx, target.bucket, text)
        return await self._answer(Response(204))

    async def _delete_objects(self, caller: Caller, request: Request, target: Target) -> int:
        """Decide each key, send on those that are allowed, and report the others as S3 does."""
        root = xml_parse.parse(await self._read(caller, request))
        items = [_object(element) for element in root.all("Object")]
        if root.name != "Delete" or not items or len(items) > 1000:  # noqa: PLR2004 - S3's limit
            raise S3Error("MalformedXML", 400, "The XML you provided was not well-formed.")
        allowed = await run_in_threadpool(self._allowed_deletions, caller.ctx, target.bucket, items)
        denied = [item for item in items if item not in allowed]
        errors = "".join(
            f"<Error>{_xml(Key=key, VersionId=version, Code='AccessDenied', Message='Access Denied')}</Error>"
            for key, version in denied
        )
        quiet = root.find("Quiet")
        result = b'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult></DeleteResult>'
        if allowed:
            answer = await self._send_deletion(target, allowed, quiet.text if quiet else "false")
            if answer.status_code not in CREATED:
                return await self._stream_back(answer, head=False)
            result = await answer.aread()
            await answer.aclose()
        merged = result.replace(b"</DeleteResult>", errors.encode() + b"</DeleteResult>")
        return await self._answer(Response(200, [("content-type", "application/xml")], merged))

    def _allowed_deletions(self, ctx: Context, bucket: str, items: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (key, version)
            for key, version in items
            if buckets.is_allowed(
                ctx, Wanted("s3:DeleteObjectVersion" if version else "s3:DeleteObject", bucket, checked_key(key))
            )
        ]

    async def _send_deletion(self, target: Target, items: list[tuple[str, str]], quiet: str) -> httpx.Response:
        objects = "".join(f"<Object>{_xml(Key=key, VersionId=version)}</Object>" for key, version in items)
        body = f"<Delete><Quiet>{escaped(quiet)}</Quiet>{objects}</Delete>".encode()
        digest = _md5(body)
        headers = [("content-type", "application/xml"), ("content-md5", digest)]
        return await self._upstream.send("POST", f"{target.path}?delete=", headers, body, len(body))

    async def _read(self, caller: Caller, request: Request) -> bytes:
        pieces, _ = self._body(caller, request)
        body = bytearray()
        if pieces is not None:
            async for piece in pieces:
                body += piece
                if len(body) > MOST_READ_BYTES:
                    raise S3Error("MaxMessageLengthExceeded", 400, "Your request was too big.")
        return bytes(body)

    async def _refuse(self, error: ServiceError, *, head: bool) -> int:
        await self._drain()
        response = rest_xml.error(None, error, self._id)
        if head:
            response = Response(response.status, response.headers)
        if not self._body_done:
            response.headers.append(("connection", "close"))
        return await self._answer(response)

    async def _drain(self) -> None:
        """Read what is left of a small body, so that the client sees the answer and not a reset."""
        seen = 0
        try:
            async for piece in self._pieces():
                seen += len(piece)
                if seen > DRAINED_BYTES:
                    return
        except edge.ClientGoneError:
            return

    async def _answer(self, response: Response) -> int:
        self._answering = True
        await edge.answer(self._send, response)
        return response.status


def _md5(body: bytes) -> str:
    """Return the Content-MD5 of a body, which S3 asks of DeleteObjects."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _object(element: Any) -> tuple[str, str]:
    key, version = element.find("Key"), element.find("VersionId")
    if key is None:
        raise S3Error("MalformedXML", 400, "The XML you provided was not well-formed.")
    return key.text, version.text if version is not None else ""


def _xml(**members: str) -> str:
    return "".join(f"<{name}>{escaped(text)}</{name}>" for name, text in members.items() if text)


def _length(header: str) -> int:
    if not header:
        raise S3Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
    if not (header.isascii() and header.isdigit()):
        raise incomplete()
    return int(header)


def _cors() -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in cors.ANSWER_HEADERS]
