"""An HTTP request and answer as the protocols see them: no framework's types below the edge."""

from dataclasses import dataclass, field
from functools import cached_property

Headers = list[tuple[str, str]]


def text(raw: bytes) -> str:
    """Return bytes of the wire as text that `wire()` turns back into the very same bytes."""
    return raw.decode("utf-8", "surrogateescape")


def wire(value: str) -> bytes:
    """Return the bytes that `text()` was made from."""
    return value.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case; `raw_path` and `query_string` are as sent, still percent-encoded."""

    method: str
    raw_path: str
    query_string: str
    headers: Headers
    body: bytes = b""

    @cached_property
    def named(self) -> dict[str, str]:
        """The headers by name; of one that was sent several times, the values joined by a comma."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            found[name] = f"{found[name]},{value}" if name in found else value
        return found

    def header(self, name: str) -> str:
        """Return the value of a header by its lower-case name, or an empty text."""
        return self.named.get(name, "")

    @cached_property
    def media_type(self) -> str:
        """The content type in lower case, without its parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a request came from; `secure` is whether it came over TLS."""

    ip: str
    user_agent: str
    secure: bool
    request_id: str
