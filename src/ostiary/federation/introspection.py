"""Providers whose tokens are opaque: the provider itself is asked whose a token is, and not twice in a minute."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from ostiary.clock import Clock
from ostiary.context import Context
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.http_client import HttpClient, HttpError

REMEMBERED_SECONDS = 60
"""How long an answer is believed: long enough for GetId, and GetCredentialsForIdentity after it."""
MOST_REMEMBERED = 10_000
_TOKEN = re.compile(r"[!-~]{1,4096}")
_OK, _REFUSED, _FAILED = 200, 400, 500


@dataclass(frozen=True, slots=True)
class _Memory:
    answers: dict[bytes, tuple[WebIdentity, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_OF_CLIENTS: WeakKeyDictionary[HttpClient, _Memory] = WeakKeyDictionary()


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
        raise InvalidTokenError("signature", "the provider does not know the token")
    if not isinstance(document, dict):
        raise InvalidTokenError("unreachable", f"the provider answered {answer.status}")
    return document


def remembered(
    ctx: Context, provider: str, token: str, audiences: Collection[str] | None, verify: Callable[[], WebIdentity]
) -> WebIdentity:
    """Return what `verify` said of this token a moment ago, or what it says now; refusals are not remembered."""
    if not _TOKEN.fullmatch(token):
        raise InvalidTokenError("malformed", "not an access token")
    memory = _OF_CLIENTS.setdefault(ctx.http, _Memory())
    key = sha256(repr((provider, None if audiences is None else sorted(audiences), token)).encode()).digest()
    found = memory.answers.get(key)
    if found is not None and found[1] > Clock.monotonic() and found[0].expires_at > ctx.clock.now():
        return found[0]
    identity = verify()
    with memory.lock:
        if len(memory.answers) >= MOST_REMEMBERED:
            memory.answers.pop(next(iter(memory.answers)))
        memory.answers[key] = (identity, Clock.monotonic() + REMEMBERED_SECONDS)
    return identity


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
