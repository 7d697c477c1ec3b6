"""What every push service says of itself: its platforms, its payloads, its credentials, and who sends to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from ostiary.delivery.push_services.sender import Sender

Payload = Callable[[str], object]
Waking = Callable[[Mapping[str, str]], object]


def as_data(data: Mapping[str, str]) -> object:
    """Return a payload that has nothing but data."""
    return {"data": data}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushService:
    """A push service. What it is given is JSON, or text.

    `platforms` are its names in ARNs. `plain` makes a payload of a message's text, `waking` one of data that wakes an
    app without showing anything. `takes_objects` is whether a payload of the sender's own must be a JSON object,
    `needs_principal` whether a PlatformCredential is nothing without a PlatformPrincipal. There is no `sender` where
    the service takes nothing any more, or not from here: an application can be made, not pushed to.
    """

    platforms: frozenset[str]
    plain: Payload
    waking: Waking = as_data
    takes_objects: bool = True
    needs_principal: bool = True
    sender: type[Sender] | None = None

    def payload(self, text: str) -> str:
        """Return what it is given for a plain text."""
        return _written(self.plain(text))

    def waking_payload(self, data: Mapping[str, str]) -> str:
        """Return what it is given to wake an app with data."""
        return _written(self.waking(data))


def _written(payload: object) -> str:
    return payload if isinstance(payload, str) else msgspec.json.encode(payload).decode()
