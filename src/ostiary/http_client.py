"""Outgoing HTTP: the only module that makes requests to providers and webhooks.

Bounded in time and size, follows no redirects, and reaches private addresses only where the settings allow it: the
address that was checked is the one that is connected to, so a name cannot change its mind in between (LMB-04).
"""

import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from ostiary.config import Settings

TIMEOUT_SECONDS = 5.0
MOST_BYTES = 1024 * 1024
# A kept connection is found by address alone; another name at the same address must not get it.
_LIMITS = httpx.Limits(max_keepalive_connections=0)


class HttpError(Exception):
    """There was no answer: refused, timed out, too large, or an address that may not be reached."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status."""

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
        self._private = settings.allow_private_addresses or settings.dev
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False, limits=_LIMITS)

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send a GET; raises HttpError."""
        return self._send("GET", url, params=params, headers=headers)

    def post(
        self,
        url: str,
        *,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a POST with a body or a form; raises HttpError."""
        return self._send("POST", url, content=content, data=form, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, url: str, **options: Any) -> Response:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or not host:
            raise HttpError(f"{url} is not an HTTP address.")
        headers = {**(options.pop("headers", None) or {}), "host": parts.netloc.rpartition("@")[2]}
        checked = httpx.URL(url).copy_with(
            host=self._address(host, parts.port or (443 if parts.scheme == "https" else 80))
        )
        try:
            with self._client.stream(
                method, checked, headers=headers, extensions={"sni_hostname": host}, **options
            ) as answer:
                return Response(answer.status_code, dict(answer.headers), _read(answer))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HttpError(f"{method} {host}: {type(error).__name__}") from error

    def _address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise HttpError(f"{host}: {error.strerror or error}") from error
        for *_, address in found:
            name = str(address[0])
            if self._private or ipaddress.ip_address(name.partition("%")[0]).is_global:
                return name
        raise HttpError(f"{host} is a private address; the setting allow_private_addresses permits it.")


def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HttpError("The answer is too large.")
    return bytes(body)
