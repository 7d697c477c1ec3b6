"""A signed request, and its canonical form over which Signature Version 4 signs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from ostiary.aws.wire import wire

_UNRESERVED = "-_.~"
_SPACES = re.compile(r"[ \t\r\n]+")


class Credential(NamedTuple):
    """Whose key it is, and the scope it was narrowed to; `date` is a day as `20150830`."""

    access_key_id: str
    date: str
    region: str
    service: str
    terminator: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says about its signature; nothing of it is proven before `verify`."""

    method: str
    raw_path: str
    query_string: str
    headers: list[tuple[str, str]]
    credential: Credential
    amz_date: str
    """When it was signed, as `20150830T123600Z`."""
    signed_headers: tuple[str, ...]
    signature: str
    session_token: str | None
    expires: int | None
    """Seconds that a presigned request is good for; None for one signed in its header."""

    @property
    def access_key_id(self) -> str:
        """Whose key it is signed with."""
        return self.credential.access_key_id

    @property
    def region(self) -> str:
        """The region of the credential scope."""
        return self.credential.region

    @property
    def service(self) -> str:
        """The service of the credential scope."""
        return self.credential.service

    @property
    def presigned(self) -> bool:
        """Whether the signature came in the query string."""
        return self.expires is not None

    @property
    def scope(self) -> str:
        """The credential scope without the key id: `20150830/us-east-1/service/aws4_request`."""
        return "/".join(self.credential[1:])

    @property
    def signed_at(self) -> int:
        """When it was signed, in seconds since the epoch."""
        return epoch(self.amz_date)


def request_text(signed: Signed, payload_hash: str, *, s3: bool) -> str:
    """Return the text whose hash is signed. For S3 the path is encoded once and not normalised."""
    path = _s3_path(signed.raw_path) if s3 else _normal_path(signed.raw_path)
    query = _query(signed.query_string)
    values = _headers(signed.headers, signed.signed_headers)
    return f"{signed.method}\n{path}\n{query}\n{values}\n{';'.join(signed.signed_headers)}\n{payload_hash}"


@lru_cache(maxsize=1024)
def epoch(amz_date: str) -> int:
    """Return the seconds since the epoch of a time such as `20150830T123600Z`. Raises ValueError."""
    return int(datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


@lru_cache(maxsize=256)
def _normal_path(raw_path: str) -> str:
    """Return the path as sent, encoded once more, without empty and dot segments."""
    kept: list[str] = []
    for segment in raw_path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    trailing = "/" if kept and raw_path.endswith("/") else ""
    return quote(wire("/" + "/".join(kept) + trailing), safe="/" + _UNRESERVED)


def _s3_path(raw_path: str) -> str:
    """Return the path encoded once, and not normalised: S3 has keys with `//` and `..` in them."""
    return quote(unquote_to_bytes(wire(raw_path)), safe="/" + _UNRESERVED)


def _query(query_string: str) -> str:
    """Return the parameters in order, without the signature; a plus is a space."""
    if not query_string:
        return ""
    encoded = [
        (quote(wire(name), safe=_UNRESERVED), quote(wire(value), safe=_UNRESERVED))
        for name, value in pairs(query_string)
        if name != "X-Amz-Signature"
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def pairs(query_string: str) -> Iterable[tuple[str, str]]:
    """Yield names and values as they were before encoding."""
    for part in query_string.split("&"):
        if part:
            name, _, value = part.partition("=")
            yield _decoded(name), _decoded(value)


def _decoded(value: str) -> str:
    return unquote_to_bytes(wire(value.replace("+", " "))).decode("utf-8", "surrogateescape")


def _headers(sent: list[tuple[str, str]], names: tuple[str, ...]) -> str:
    """Return a line for each name; values are trimmed, and joined where a header came several times."""
    values: dict[str, list[str]] = {name: [] for name in names}
    for name, value in sent:
        if name in values:
            values[name].append(_SPACES.sub(" ", value.strip(" \t\r\n")))
    return "".join(f"{name}:{','.join(found)}\n" for name, found in values.items())
