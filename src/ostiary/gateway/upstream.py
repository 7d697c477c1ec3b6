"""The S3 server behind the gateway: requests signed anew, bodies streamed both ways."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping

import aiohttp
import structlog
from yarl import URL

from ostiary.aws import outgoing
from ostiary.config import Settings
from ostiary.gateway.body import Body
from ostiary.gateway.errors import S3Error

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 300.0
WAIT_SECONDS = 30.0
CONNECTIONS = 500
PIECE_BYTES = 256 * 1024
_SENT_ON = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-md5",
        "content-type",
        "expires",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-unmodified-since",
        "range",
        "user-agent",
    }
)
_SENT_ON_PREFIXES = (
    "x-amz-acl",
    "x-amz-bucket-object-lock-",
    "x-amz-bypass-governance-retention",
    "x-amz-checksum-",
    "x-amz-confirm-remove-self-bucket-access",
    "x-amz-copy-source",
    "x-amz-grant-",
    "x-amz-if-match-",
    "x-amz-max-parts",
    "x-amz-meta-",
    "x-amz-metadata-directive",
    "x-amz-mfa",
    "x-amz-mp-object-size",
    "x-amz-object-attributes",
    "x-amz-object-lock-",
    "x-amz-object-ownership",
    "x-amz-optional-object-attributes",
    "x-amz-part-number-marker",
    "x-amz-request-payer",
    "x-amz-server-side-encryption",
    "x-amz-skip-destination-validation",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-transition-default-minimum-object-size",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
)
_PASSED_BACK = frozenset(
    {
        b"accept-ranges",
        b"cache-control",
        b"content-disposition",
        b"content-encoding",
        b"content-language",
        b"content-length",
        b"content-md5",
        b"content-range",
        b"content-type",
        b"etag",
        b"expires",
        b"last-modified",
        b"location",
        b"retry-after",
        b"vary",
    }
)
_PASSED_BACK_PREFIX = b"x-amz-"
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_WITH_BODY = frozenset({"PUT", "POST"})
_REFUSALS = frozenset({400, 401, 403})
_CODE = re.compile(rb"<Code>(\w+)</Code>")
_OF_OUR_KEY = frozenset(
    {
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""What S3 says of a key, its signature or its clock: ours, since nobody else's reaches the server behind."""

log = structlog.get_logger()


class Upstream:
    """Sends requests on. Its time is the system's: the server behind has a clock of its own. `close` when done."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.s3_upstream.rstrip("/")
        self._key = outgoing.Key(settings.s3_upstream_access_key_id, settings.s3_upstream_secret_access_key)
        self._region = settings.s3_upstream_region or settings.region
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, method: str, address: str, headers: Mapping[str, str], body: Body) -> aiohttp.ClientResponse:
        """Send a request and return the answer, its body unread; `address` is path and query as they go on the wire.

        Raises S3Error when there is no answer or the server behind refuses our key, and what the body raises when it
        proves wrong.
        """
        if not self.url:
            raise S3Error("ServiceUnavailable", 503, "There is no S3 server behind this gateway: set s3_upstream.")
        url = f"{self.url}{address}"
        signed = self._signed(method, url, headers)
        pieces = _Watched(body.pieces) if body.pieces is not None else None
        if pieces is not None or body.content or method in _WITH_BODY:
            signed["content-length"] = str(body.length)
        try:
            answer = await self._opened().request(
                method,
                URL(url, encoded=True),
                headers=signed,
                data=body.content or None if pieces is None else pieces.read(),
                allow_redirects=False,
                skip_auto_headers=_AUTOMATIC,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            if pieces is not None and pieces.failure is not None:
                raise pieces.failure from None
            text = f"The S3 server behind this gateway does not answer ({type(error).__name__})."
            raise S3Error("ServiceUnavailable", 503, text) from error
        if answer.status in _REFUSALS:
            await self._check_key(answer)
        return answer

    async def _check_key(self, refusal: aiohttp.ClientResponse) -> None:
        """Raise S3Error when a refusal is of the key that the gateway itself signs with: the client's is another."""
        if refusal.method == "HEAD":  # has no body that says why
            probe = await self.send("GET", "/", {}, Body())
            probe.release()
            return
        found = _CODE.search(await refusal.read())
        code = found[1].decode() if found else ""
        if code in _OF_OUR_KEY:
            log.error("s3_upstream_refuses_our_key", code=code, url=self.url)
            text = f"The S3 server behind this gateway refuses the gateway's own access key ({code})."
            raise S3Error("ServiceUnavailable", 503, text)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60.0),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=WAIT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=IDLE_SECONDS
                ),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=PIECE_BYTES,
                trust_env=False,
            )
        return self._session

    def _signed(self, method: str, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        if not self._key.access_key_id:
            return dict(headers)
        return outgoing.signed(method, url, headers, body=None, key=self._key, region=self._region, service="s3")


class _Watched:
    """A body that remembers why it broke off: the HTTP client tells only that it did."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.failure: Exception | None = None

    async def read(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._pieces:
                yield piece
        except Exception as error:
            self.failure = error
            raise


def sent_on(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request that go on.

    A server behind may know headers that grant what IAM does not know of, so these are all that are let through.
    """
    kept = {name: value for name, value in headers.items() if name in _SENT_ON or name.startswith(_SENT_ON_PREFIXES)}
    codings = [coding.strip() for coding in kept.pop("content-encoding", "").split(",")]
    coding = ",".join(coding for coding in codings if coding not in {"", "aws-chunked"})
    return kept | ({"content-encoding": coding} if coding else {})


def passed_back(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer that go back to the client: those that S3 has.

    Others, cookies and policies for browsers, would be said in our name. A part of an object comes without the checksum
    of the whole, which clients would hold the part to.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    partial = any(name == b"content-range" for name, _ in lowered)
    named = {name.strip().lower() for header, value in lowered if header == b"connection" for name in value.split(b",")}
    return [
        (name, value)
        for name, value in lowered
        if (name in _PASSED_BACK or name.startswith(_PASSED_BACK_PREFIX))
        and name not in named
        and not (partial and name.startswith(b"x-amz-checksum-"))
    ]


async def whole(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """Return an answer's body when it has at most `most` bytes; raises S3Error."""
    body = bytearray()
    async with answer:
        try:
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > most:
                    raise S3Error("InternalError", 500, "The answer of the S3 server behind is too large.")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise S3Error("ServiceUnavailable", 503, "The S3 server behind broke off its answer.") from error
    return bytes(body)
