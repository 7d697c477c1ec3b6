"""Connections to push services that are kept and shared: HTTP/2 where the other side speaks it, HTTP/1.1 elsewhere.

The rules are those of `runtime/http_client.py`: bounded in time and size, no redirects, no private address unless the
settings allow them, and the address that was checked is the one that is connected to (LMB-04).
"""

import asyncio
import json
import socket
from collections.abc import Iterable, Mapping
from typing import Any

import anyio
import httpcore
import httpx

from ostiary.runtime.addresses import Lookups, Reach, UnreachableError
from ostiary.runtime.http_client import Response, trust

TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
MOST_BYTES = 64 * 1024
MOST_CONNECTIONS = 500
IDLE_SECONDS = 300
_BROKEN = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)
"""What httpcore lets through when a connection ends while it writes."""
_LIVING: list[Any] = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(TIMEOUT_SECONDS * 1000)),
]
"""A connection that died silently ends when what was sent on it has not been acknowledged for ten seconds."""


class SendError(Exception):
    """There was no answer: refused, broken off, timed out, or an address that may not be reached."""


class Connections:
    """Posts over kept connections; of one event loop."""

    def __init__(self, reach: Reach) -> None:
        self.names = Names(reach)
        transport = _Transport(_Guard(self.names))
        self._client = httpx.AsyncClient(
            transport=transport, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )

    async def post(
        self,
        url: str,
        *,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a POST with a body or a form; raises SendError."""
        wanted = {"accept-encoding": "identity", **(headers or {})}
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                self._client.stream("POST", url, content=content, data=form, headers=wanted) as answer,
            ):
                return Response(answer.status_code, dict(answer.headers), await _read(answer))
        except TimeoutError as error:
            raise SendError("POST failed: no answer in time.") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnreachableError, OSError, ValueError, *_BROKEN) as error:
            raise SendError(f"POST failed: {type(error).__name__}.") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own transport, on connections of a backend of ours."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        context = trust()
        super().__init__(verify=context, http2=True)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            http2=True,
            network_backend=backend,
        )


class _Guard(httpcore.AsyncNetworkBackend):
    """Connects where it is allowed to, to the very address that was checked."""

    def __init__(self, names: "Names") -> None:
        self._names = names
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the whole request has one
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that may be reached and answers."""
        options = [*_LIVING, *(socket_options or ())]
        *others, last = await self._names.addresses_of(host, port)
        for address in others:
            try:
                return await self._backend.connect_tcp(address, port, CONNECT_SECONDS, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(last, port, CONNECT_SECONDS, local_address, options)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Names:
    """Finds the addresses of hosts that may be reached."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._lookups = reach, Lookups()

    async def addresses_of(self, host: str, port: int) -> list[str]:
        """Return them in their order; raises UnreachableError and OSError."""
        found: list[str] = await asyncio.wrap_future(self._lookups.begin(host, port))
        return self._reach.among(host, found)


def error_of(answer: Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds, or an empty one."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(answer: Response) -> int:
    """Return the seconds that an answer asks to wait, or 0; a date (RFC 9110, 10.2.3) is rare and counts as 60."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdecimal():
        return int(given[:9])
    return 60 if given else 0


async def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise SendError("The answer is too large.")
    return bytes(body)
