"""Outgoing HTTP: the only module that makes requests to providers and webhooks.

Bounded in time and size, follows no redirects, and reaches private addresses only where the settings allow it: the
address that was checked is the one that is connected to, so a name cannot change its mind in between (LMB-04).
"""

import ipaddress
import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from ostiary.clock import Clock
from ostiary.config import Settings

TIMEOUT_SECONDS = 5.0
"""How long a request may take from its first step to the last byte of the answer."""
MOST_BYTES = 1024 * 1024
MOST_CONNECTIONS = 512
"""More than the threads that could make requests at a time: nobody waits for a connection of somebody else's."""
_EMBEDDING = {
    ipaddress.IPv6Network("::ffff:0:0/96"): 0,
    ipaddress.IPv6Network("::/96"): 0,
    ipaddress.IPv6Network("64:ff9b::/96"): 0,
    ipaddress.IPv6Network("2002::/16"): 80,
}
"""IPv6 networks that stand for IPv4 addresses, and how many bits are behind the embedded one."""


class HttpError(Exception):
    """There was no answer: refused, timed out, too large, or an address that may not be reached."""


class TimedOutError(HttpError):
    """The answer did not come, or not whole, in time."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON; raises HttpError when it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise HttpError("The answer is not JSON.") from None


class HttpClient:
    """Makes requests. Safe to use from many threads."""

    def __init__(self, settings: Settings) -> None:
        private = settings.allow_private_addresses or settings.dev
        self._client = httpx.Client(
            transport=_Transport(_Guard(private=private)),
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send a GET; raises HttpError."""
        return self._send("GET", url, headers, params=params)

    def post(
        self,
        url: str,
        *,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT_SECONDS,
        most: int = MOST_BYTES,
    ) -> Response:
        """Send a POST with a body or a form, for at most `timeout` seconds and `most` bytes; raises HttpError."""
        return self._send("POST", url, headers, most, content=content, data=form, timeout=timeout)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None, most: int = MOST_BYTES, **options: Any
    ) -> Response:
        # What is compressed could be small on the wire and huge in memory.
        wanted = {"accept-encoding": "identity", **(headers or {})}
        try:
            with self._client.stream(method, url, headers=wanted, **options) as answer:
                return Response(answer.status_code, dict(answer.headers), _read(answer, most))
        except httpx.TimeoutException as error:
            raise TimedOutError(f"{method} failed: {type(error).__name__}.") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise HttpError(f"{method} failed: {type(error).__name__}.") from error


class _Transport(httpx.HTTPTransport):
    """httpx's own transport, on connections of a backend of ours."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        context = _tls()
        super().__init__(verify=context)
        # Connections are not kept: each has the deadline of the one request it was made for.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=backend,
        )


class _Guard(httpcore.NetworkBackend):
    """Connects where it is allowed to, to the very address that was checked."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that may be reached and answers; the deadline counts from here."""
        deadline = Clock.monotonic() + (TIMEOUT_SECONDS if timeout is None else min(timeout, TIMEOUT_SECONDS))
        found = {str(address[0]): None for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        allowed = reachable(host, found, private=self._private)
        for address in allowed[:-1]:
            try:
                half = _left(deadline) / 2
                stream = self._backend.connect_tcp(address, port, half, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _Timed(stream, deadline)
        left = _left(deadline)
        return _Timed(self._backend.connect_tcp(allowed[-1], port, left, local_address, socket_options), deadline)


class _Timed(httpcore.NetworkStream):
    """A connection that ends at its deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._deadline))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def reachable(host: str, addresses: Iterable[str], *, private: bool) -> list[str]:
    """Return those of a host's addresses that may be reached; raises HttpError when none may."""
    allowed = [address for address in addresses if private or is_public(address)]
    if not allowed:
        raise HttpError(f"{host} is a private address; the setting allow_private_addresses permits it.")
    return allowed


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet's, also as the IPv4 address inside an IPv6 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        for network, bits in _EMBEDDING.items():
            if found in network:
                return is_public(str(ipaddress.IPv4Address((int(found) >> bits) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def _left(deadline: float) -> float:
    left = deadline - Clock.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the request took too long")
    return left


def _read(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > most:
            raise HttpError("The answer is too large.")
    return bytes(body)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return trust()


def trust() -> ssl.SSLContext:
    """Return the trust of the machine and of the Mozilla list together: a private provider may have its own CA."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
