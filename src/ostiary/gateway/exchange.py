"""One request and its answer: the request's body streamed on, the answer's streamed back."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from starlette.types import Receive, Scope, Send

from ostiary.aws import cors, edge
from ostiary.aws.errors import ServiceError
from ostiary.aws.protocols import rest_xml
from ostiary.aws.sigv4 import UNSIGNED_PAYLOAD
from ostiary.aws.wire import Response
from ostiary.context import Services
from ostiary.gateway import body as bodies
from ostiary.gateway import chunked, s3
from ostiary.gateway.body import Body, incomplete
from ostiary.gateway.callers import Caller
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Asked
from ostiary.gateway.upstream import PIECE_BYTES, Upstream, passed_back, sent_on
from ostiary.runtime.observability import Answered

MOST_READ_BYTES = 2 * 1024 * 1024
"""Of bodies that the gateway reads itself: policies, lists of keys to delete, lists of buckets."""
DRAINED_BYTES = 16 * 1024 * 1024
IDLE_SECONDS = 60.0
"""How long a client may pause within a body."""
_EXPOSED = frozenset(name.strip().lower().encode() for name in cors.EXPOSED.split(","))


class Exchange:
    """One request and its answer."""

    def __init__(self, services: Services, upstream: Upstream, scope: Scope, receive: Receive, send: Send) -> None:
        self.services, self.upstream, self.scope = services, upstream, scope
        self._receive, self._send = receive, send
        self._body_done = False
        self.request_id = services.random.uuid()
        self.told = Answered(service="s3", request_id=self.request_id)
        """What the log is told of it."""
        self.status = 0
        """What was answered; 0 before that, 499 when the client had gone."""

    async def forwarded(self, caller: Caller, asked: Asked) -> aiohttp.ClientResponse:
        """Send the request on and return the answer, unread. Raises S3Error."""
        body = await self._body(caller, asked)
        return await self.upstream.send(asked.method, asked.address, sent_on(asked.headers), body)

    async def _body(self, caller: Caller, asked: Asked) -> Body:
        """Return the body as it is to be sent on, held to what was signed. Raises S3Error."""
        headers = asked.headers
        declared = headers.get("x-amz-content-sha256", "")
        if declared in chunked.KINDS:
            length = _length(headers.get("x-amz-decoded-content-length", ""))
            trailers = {name.strip().lower() for name in headers.get("x-amz-trailer", "").split(",")} - {""}
            signer = None
            if declared != chunked.UNSIGNED_TRAILER and caller.signed is not None and caller.secret:
                signer = chunked.ChunkSigner(caller.signed, caller.secret)
            pieces = chunked.unwrapped(self._pieces(), length, frozenset(trailers), signer)
        elif "content-length" in headers or "transfer-encoding" in headers:
            length, pieces = _length(headers.get("content-length", "")), self._pieces()
            if declared not in {"", UNSIGNED_PAYLOAD}:
                bodies.check_hash_form(declared)
                pieces = bodies.hashed(pieces, declared)
        elif asked.method == "PUT" and not asked.facet and "x-amz-copy-source" not in headers and asked.target.key:
            raise S3Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
        else:
            bodies.check_empty(declared)
            return Body()
        # Of a completed upload the checksum in the header is the object's, not this body's.
        about_object = (asked.method, asked.facet) == ("POST", "uploadId")
        promised = {} if about_object else {name: headers[name] for name in bodies.CHECKSUMS if name in headers}
        return await bodies.ready(bodies.checked(pieces, promised) if promised else pieces, length)

    async def _pieces(self) -> AsyncIterator[bytes]:
        """Yield the request's body as it arrives."""
        while not self._body_done:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    message = await self._receive()
            except TimeoutError:
                text = "Your socket connection to the server was not read from or written to within the timeout period."
                raise S3Error("RequestTimeout", 400, text) from None
            if message["type"] == "http.disconnect":
                raise edge.ClientGoneError
            self._body_done = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def stream_back(self, answer: aiohttp.ClientResponse, *, tells_address: bool = False) -> None:
        """Send an answer of the server behind on to the client; raises ClientGoneError.

        `tells_address` is whether the body may hold the address of the server behind, which ours then stands in for.
        """
        async with answer:
            headers = self._headers(self._readdressed(passed_back(answer.raw_headers)))
            self.status = answer.status
            if tells_address and answer.ok:
                headers = [header for header in headers if header[0] != b"content-length"]
                await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
                await self._stream_pieces(replaced(answer.content.iter_any(), self.upstream.url, self._address()))
                await self._send({"type": "http.response.body", "body": b""})
                return
            await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
            if self.scope["method"] != "HEAD":
                length = answer.content_length
                if not answer.ok or (length is not None and length <= PIECE_BYTES):
                    await self._send({"type": "http.response.body", "body": await answer.read()})
                    return
                await self._stream_pieces(answer.content.iter_any())
            await self._send({"type": "http.response.body", "body": b""})

    async def _stream_pieces(self, pieces: AsyncIterator[bytes]) -> None:
        """Send a body on as it comes, until the client has gone."""
        gone = asyncio.ensure_future(self._gone())
        try:
            async for piece in pieces:
                if gone.done():
                    raise edge.ClientGoneError
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            gone.cancel()

    def _address(self) -> str:
        """Where the client reached us."""
        host = dict(self.scope["headers"]).get(b"host", b"").decode("latin-1")
        if not host or s3.bucket_of_host(host, self.services.settings.s3_domain):
            return self.services.settings.base_url
        return f"{self.scope['scheme']}://{host}"

    def _readdressed(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        upstream = self.upstream.url.encode()
        return [
            (name, self._address().encode() + value.removeprefix(upstream) if value.startswith(upstream) else value)
            if name == b"location"
            else (name, value)
            for name, value in headers
        ]

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers with ours."""
        names = {name for name, _ in headers}
        exposed = b", ".join([cors.EXPOSED.encode(), *sorted(name for name in names if name not in _EXPOSED)])
        own = [
            (b"x-amzn-requestid", self.request_id.encode()),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", exposed),
        ]
        if b"x-amz-request-id" not in names:
            own.append((b"x-amz-request-id", self.request_id.encode()))
        host = dict(self.scope["headers"]).get(b"host", b"").decode("latin-1")
        if not s3.bucket_of_host(host, self.services.settings.s3_domain):
            # By path, objects share their origin with sign-in pages: what people upload must not run as those.
            own.append((b"content-security-policy", b"sandbox"))
        return [header for header in headers if header[0] != b"content-security-policy"] + own

    async def read(self, caller: Caller, asked: Asked) -> bytes:
        """Return the request's body, proved right. Raises S3Error."""
        body = await self._body(caller, asked)
        if body.length > MOST_READ_BYTES:
            raise S3Error("MaxMessageLengthExceeded", 400, "Your request was too big.")
        content = bytearray(body.content)
        if body.pieces is not None:
            async for piece in body.pieces:
                content += piece
        return bytes(content)

    async def refuse(self, error: ServiceError) -> None:
        """Answer with an error."""
        self.told.error = error.query_code or error.code
        drained = await self._drain()
        response = rest_xml.error(None, error, self.request_id)
        headers = response.headers if drained else [*response.headers, ("connection", "close")]
        await self.answer(Response(response.status, headers, response.body))

    async def _drain(self) -> bool:
        """Read what is left of a body that is not large, so that the client sees the answer and not a reset."""
        headers = dict(self.scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if b"expect" in headers or (announced.isdigit() and int(announced) > DRAINED_BYTES):
            return self._body_done
        seen = 0
        try:
            async for piece in self._pieces():
                seen += len(piece)
                if seen > DRAINED_BYTES:
                    break
        except (edge.ClientGoneError, S3Error):
            return False
        return self._body_done

    async def answer(self, response: Response) -> None:
        """Answer with what the gateway itself has to say."""
        self.status = response.status
        body = b"" if self.scope["method"] == "HEAD" else response.body
        await edge.answer(self._send, Response(response.status, response.headers, body))


async def replaced(pieces: AsyncIterator[bytes], old: str, new: str) -> AsyncIterator[bytes]:
    """Pass pieces on with one text instead of another, also where it lies across two pieces."""
    sought, put, held = old.encode(), new.encode(), b""
    async for piece in pieces:
        whole = (held + piece).replace(sought, put)
        keep = next((n for n in range(min(len(sought) - 1, len(whole)), 0, -1) if sought.startswith(whole[-n:])), 0)
        held = whole[len(whole) - keep :]
        if len(whole) > keep:
            yield whole[: len(whole) - keep]
    if held:
        yield held


def _length(header: str) -> int:
    if not header:
        raise S3Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
    if not (header.isascii() and header.isdigit() and len(header) < 20):  # noqa: PLR2004 - 64 bits
        raise incomplete()
    return int(header)
