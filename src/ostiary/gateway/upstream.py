"""The S3 server behind the gateway: requests signed anew, bodies streamed both ways."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from ostiary.aws import sigv4
from ostiary.aws.wire import Headers
from ostiary.clock import Clock
from ostiary.config import Settings
from ostiary.gateway.errors import S3Error

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 300.0
CONNECTIONS = 100
PIECE_BYTES = 256 * 1024
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "date",
        "server",
    }
)
_NOT_SENT_ON = _HOP_BY_HOP | {
    "host",
    "authorization",
    "proxy-authorization",
    "content-length",
    "expect",
    "accept-encoding",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-forwarded-for",
    "forwarded",
}


class Upstream:
    """Sends requests on. Its own clock is the system's: the server behind checks the time too."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.s3_upstream.rstrip("/")
        self._key = (settings.s3_upstream_access_key_id, settings.s3_upstream_secret_access_key)
        self._region = settings.region
        self._clock = Clock()
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        timeout = httpx.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def send(
        self, method: str, path_and_query: str, headers: Headers, body: AsyncIterator[bytes] | bytes | None, length: int
    ) -> httpx.Response:
        """Send a request and return the answer, its body unread; raises S3Error when there is none."""
        if not self._url:
            raise S3Error("ServiceUnavailable", 503, "There is no S3 server behind this gateway: set s3_upstream.")
        url = f"{self._url}{path_and_query}"
        kept = {name: value for name, value in headers if name not in _NOT_SENT_ON}
        signed = self._signed(method, url, kept)
        if body is not None:
            signed["content-length"] = str(length)
        signed["accept-encoding"] = "identity"
        request = self._client.build_request(method, url, headers=signed, content=body)
        try:
            return await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            text = f"The S3 server behind this gateway does not answer ({type(error).__name__})."
            raise S3Error("ServiceUnavailable", 503, text) from error

    def _signed(self, method: str, url: str, headers: dict[str, str]) -> dict[str, str]:
        access_key_id, secret = self._key
        if not access_key_id:
            return headers
        now = self._clock.now()
        return sigv4.sign(
            method, url, headers, sigv4.UNSIGNED_PAYLOAD, access_key_id, secret, None, self._region, "s3", now
        )


def passed_back(headers: Any) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer that go back to the client."""
    return [(name.lower(), value) for name, value in headers if name.lower().decode("latin-1") not in _HOP_BY_HOP]
