"""An HTTP request and answer as the protocols see them: no framework's types below the edge."""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote_to_bytes

from ostiary.aws.errors import SerializationError

Headers = list[tuple[str, str]]
MOST_FIELDS = 1000
"""Fields that a form or a query string may have (ROB-02)."""
FORM = "application/x-www-form-urlencoded"


def text(raw: bytes) -> str:
    """Return bytes of the wire as text that `wire()` turns back into the very same bytes."""
    return raw.decode("utf-8", "surrogateescape")


def wire(value: str) -> bytes:
    """Return the bytes that `text()` was made from."""
    return value.encode("utf-8", "surrogateescape")


def fields(encoded: str) -> list[tuple[str, str]]:
    """Return the names and values of a form or query string. Raises SerializationError for what is not UTF-8."""
    if encoded.count("&") >= MOST_FIELDS:
        raise SerializationError(f"The request has more than {MOST_FIELDS} parameters.")
    found = [
        (_decoded(name), _decoded(value)) for name, _, value in (p.partition("=") for p in encoded.split("&") if p)
    ]
    if "%00" in encoded or "\0" in encoded:
        raise SerializationError("The request has a character that is not allowed: U+0000.")
    return found


def _decoded(value: str) -> str:
    if "%" not in value and "+" not in value and value.isascii():
        return value
    try:
        return unquote_to_bytes(wire(value.replace("+", " "))).decode()
    except UnicodeDecodeError as error:
        raise SerializationError("The request is not valid UTF-8.") from error


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

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query string's names and values. Raises SerializationError."""
        return fields(self.query_string)

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of the query string and of a form in the body; the body's win. Raises SerializationError."""
        found = dict(self.query) if self.query_string else {}
        if self.media_type == FORM:
            found.update(fields(text(self.body)))
        return found


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
    trace: str = ""
    """How AWS X-Ray follows the request; empty where nobody does."""
