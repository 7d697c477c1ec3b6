"""Providers whose tokens are opaque: the provider itself is asked whose a token is, and not twice in a minute."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from ostiary.context import Context
from ostiary.federation.provider import Hook
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpError
from ostiary.runtime.outsiders import Outsiders

REMEMBERED_SECONDS = 60
"""How long an answer is believed: long enough for GetId, and GetCredentialsForIdentity after it."""
REFUSED_SECONDS = 10
MOST_REMEMBERED = 10_000
_TOKEN = re.compile(r"[!-~]{1,4096}")
_OK, _REFUSED, _FAILED = 200, 400, 500


@dataclass(frozen=True, slots=True)
class _Memory:
    """What providers said of tokens, None where they did not know one, and until when it is believed."""

    answers: dict[bytes, tuple[WebIdentity | None, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def keep(self, key: bytes, answer: WebIdentity | None, seconds: float) -> None:
        with self.lock:
            if len(self.answers) >= MOST_REMEMBERED:
                self.answers.pop(next(iter(self.answers)))
            self.answers[key] = (answer, Clock.monotonic() + seconds)


_OF_PROCESSES: WeakKeyDictionary[Outsiders, _Memory] = WeakKeyDictionary()


def ask(
    ctx: Context, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object that a provider answers; raises InvalidTokenError when it refuses or is not there."""
    try:
        answer = ctx.http.get(url, params=params, headers=headers)
        document = answer.json() if answer.status == _OK else None
    except HttpError as error:
        raise InvalidTokenError("unreachable", str(error)) from None
    if _REFUSED <= answer.status < _FAILED:
        raise _unknown()
    if not isinstance(document, dict):
        raise InvalidTokenError("unreachable", f"the provider answered {answer.status}")
    return document


def remembered(
    ctx: Context,
    provider: str,
    token: str,
    audiences: Collection[str] | None,
    *,
    verify: Callable[[], WebIdentity],
    before_asking: Hook,
) -> WebIdentity:
    """Return what `verify` said of this token a moment ago, or what it says now.

    That a provider does not know it is remembered for a shorter time. Raises InvalidTokenError, and what
    `before_asking` raises.
    """
    if not _TOKEN.fullmatch(token):
        raise InvalidTokenError("malformed", "not an access token")
    memory = _OF_PROCESSES.setdefault(ctx.http.outsiders, _Memory())
    key = sha256(repr((provider, None if audiences is None else sorted(audiences), token)).encode()).digest()
    found = memory.answers.get(key)
    if found is not None and found[1] > Clock.monotonic():
        if found[0] is None:
            raise _unknown()
        if found[0].expires_at > ctx.clock.now():
            return found[0]
    before_asking()
    try:
        identity = verify()
    except InvalidTokenError as error:
        if error.reason == "signature":
            memory.keep(key, None, REFUSED_SECONDS)
        raise
    memory.keep(key, identity, REMEMBERED_SECONDS)
    return identity


def _unknown() -> InvalidTokenError:
    return InvalidTokenError("signature", "the provider does not know the token")


def text(document: Mapping[str, Any], name: str) -> str:
    """Return a member that is there as text or number; raises InvalidTokenError."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise InvalidTokenError("unreachable", f"the provider's answer has no {name}")
    return str(value)


def number(document: Mapping[str, Any], name: str) -> float:
    """Return a member that is there as a number; raises InvalidTokenError."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidTokenError("unreachable", f"the provider's answer has no {name}")
    return float(value)
