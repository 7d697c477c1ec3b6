"""What every way to run a function is."""

from dataclasses import dataclass
from typing import Literal, Protocol, Self

import msgspec

from ostiary.config import Settings
from ostiary.runtime.http_client import HttpClient

Kind = Literal["timeout", "throttled", "unreachable", "access_denied", "not_found", "unhandled", "bad_output"]
RETRIED: frozenset[Kind] = frozenset({"timeout", "throttled", "unreachable"})
"""What another try may help against: an error of the function itself would only come again."""
SILENT: frozenset[Kind] = frozenset({"timeout", "unreachable"})
"""What says that nobody is there to answer."""
MOST_BYTES = 6 * 1024 * 1024
"""Lambda's limit of an answer."""


class TriggerError(Exception):
    """A function gave no answer: `message` is its own `errorMessage` where `kind` is `unhandled`."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind: Kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function: the event as JSON, and how many seconds the answer may take."""

    arn: str
    payload: bytes
    seconds: float
    request_id: str


class Runner(Protocol):
    """Runs functions somewhere. Safe to use from many threads."""

    name: str

    @classmethod
    def configured(cls, target: str, settings: Settings, http: HttpClient) -> Self | None:
        """Return what runs a target of the setting `functions`, or None when it is of another kind."""

    def run(self, invocation: Invocation) -> bytes:
        """Return the function's answer as it came; raises TriggerError."""

    def close(self) -> None:
        """End what it started."""


def function_error(body: dict[str, object]) -> TriggerError:
    """Return the error that a function raised, out of Lambda's `{"errorMessage": …, "errorType": …}`."""
    text = body.get("errorMessage")
    if not isinstance(text, str):
        text = str(body.get("errorType") or "Unknown application error occurred")
    if "Task timed out after" in text:
        return TriggerError("timeout", "Task timed out")
    return TriggerError("unhandled", text)


def document(body: bytes) -> dict[str, object]:
    """Return a body read as a JSON object; empty when it is not one."""
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
