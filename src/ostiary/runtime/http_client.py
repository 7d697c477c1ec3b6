"""Outgoing HTTP: the only module that makes requests to providers and webhooks.

Bounded in time and size, follows no redirects, and reaches private addresses only where the settings allow it: the
address that was checked is the one that is connected to, so a name cannot change its mind in between (LMB-04). What a
request of somebody's waits for is bounded in number too (`runtime/outsiders.py`).
"""

import copy
import json
import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from ostiary.config import Settings
from ostiary.runtime.addresses import Lookups, Reach, UnreachableError
from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import outside
from ostiary.runtime.outsiders import LeftAloneError, Outsiders, Wait, check_nothing_is_held

TIMEOUT_SECONDS = 5.0
"""How long a request may take from its first step to the last byte of the answer, unless told otherwise."""
MOST_BYTES = 1024 * 1024
MOST_CONNECTIONS = 512
"""More than the threads that could make requests at a time: nobody waits for a connection of somebody else's."""
_PORTS = {"http": 80, "https": 443}
_OWNER: ContextVar[str] = ContextVar("owner", default="")
"""Who gave the address that is connected to here: httpx hands its backend nothing of the request."""


class HttpError(Exception):
    """There was no answer: refused, timed out, too large, or an address that may not be reached."""


class SilenceError(HttpError):
    """The other side did not answer as it should have: it is down, hangs, or breaks off."""


class TimedOutError(SilenceError):
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
    """Makes requests to addresses that the operator set. Safe to use from many threads.

    As it is made it bounds nothing but each request: that is for workers, which bound themselves. `on_behalf_of` gives
    one for a request that somebody waits for, `to_addresses_of` one for addresses that an account gave.
    """

    def __init__(self, settings: Settings) -> None:
        self.outsiders = Outsiders()
        self.owner = ""
        self._callers: tuple[str, ...] = ()
        lookups = Lookups()
        self._operators, self._tenants = (
            httpx.Client(
                transport=_Transport(_Guard(reach, lookups)),
                follow_redirects=False,
                trust_env=False,
            )
            for reach in (Reach.of_operator(settings), Reach.of_tenants(settings))
        )

    def on_behalf_of(self, *callers: str) -> "HttpClient":
        """Return a client that has a place among so many for each of `callers` while it waits.

        Its requests also raise CrowdedError.
        """
        made = copy.copy(self)
        made._callers = self._callers + callers  # noqa: SLF001 - a copy of its own
        return made

    def to_addresses_of(self, owner: str) -> "HttpClient":
        """Return a client for addresses that an account gave, which reach less far than those of the settings."""
        made = copy.copy(self)
        made.owner = owner
        return made

    def unattended(self) -> "HttpClient":
        """Return a client for work that nobody waits for, or only in a place that was taken already (`waiting`)."""
        made = copy.copy(self)
        made._callers = ()  # noqa: SLF001 - a copy of its own
        return made

    def waiting(self, url: str) -> AbstractContextManager[None]:
        """Have a place among those that wait for this address; raises CrowdedError."""
        return self.outsiders.waiting(self._wait(url))

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
        timeout: float | None = None,
        most: int = MOST_BYTES,
    ) -> Response:
        """Send a POST with a body or a form, for at most `timeout` seconds and `most` bytes; raises HttpError."""
        return self._send("POST", url, headers, most, content=content, data=form, timeout=timeout)

    def close(self) -> None:
        """Close the connections."""
        self._operators.close()
        self._tenants.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None, most: int = MOST_BYTES, **options: Any
    ) -> Response:
        check_nothing_is_held()
        if not self._callers:
            return outside(lambda: self._exchange(method, url, headers, most, **options))
        try:
            with self.outsiders.asking(self._wait(url), lambda error: isinstance(error, SilenceError)):
                return outside(lambda: self._exchange(method, url, headers, most, **options))
        except LeftAloneError as error:
            raise HttpError(f"{method} failed: {error}.") from None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        most: int,
        *,
        timeout: float | None = None,
        **options: Any,
    ) -> Response:
        # What is compressed could be small on the wire and huge in memory.
        wanted = {"accept-encoding": "identity", **(headers or {})}
        client = self._tenants if self.owner else self._operators
        seconds = TIMEOUT_SECONDS if timeout is None else timeout
        owner = _OWNER.set(self.owner)
        try:
            with client.stream(method, url, headers=wanted, timeout=seconds, **options) as answer:
                return Response(answer.status_code, dict(answer.headers), _read(answer, most))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise TimedOutError(f"{method} failed: {type(error).__name__}.") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
            raise HttpError(f"{method} failed: {type(error).__name__}.") from error
        except UnreachableError as error:
            raise HttpError(f"{method} failed: {error}") from error
        except (httpx.HTTPError, OSError) as error:
            raise SilenceError(f"{method} failed: {type(error).__name__}.") from error
        finally:
            _OWNER.reset(owner)

    def _wait(self, url: str) -> Wait:
        return Wait(_destination(url), self.owner, self._callers)


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

    def __init__(self, reach: Reach, lookups: Lookups) -> None:
        self._reach, self._lookups = reach, lookups
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
        deadline = Clock.monotonic() + (TIMEOUT_SECONDS if timeout is None else timeout)
        found: Future[list[str]] = self._lookups.begin(host, port, _OWNER.get())
        allowed = self._reach.among(host, found.result(_left(deadline)))
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


def _destination(url: str) -> str:
    """Return host and port of an address, in one spelling; raises HttpError."""
    try:
        parts = urlsplit(url)
        return f"{(parts.hostname or '').rstrip('.')}:{parts.port or _PORTS.get(parts.scheme, 0)}"
    except ValueError as error:
        raise HttpError("Not an address.") from error


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
