"""Calls of AWS's APIs at AWS or wherever they are spoken: signed requests, and what a refusal says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from ostiary.aws import sigv4
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpError, Response

ACCEPTED = 200
_FAILING = 500
_LATER = ("Throttl", "Throughput", "LimitExceeded", "OverLimit", "ExpiredToken", "RequestExpired", "Unavailable")
"""Parts of error names that mean: try again."""


@dataclass(frozen=True, slots=True)
class Key:
    """What requests are signed with."""

    access_key_id: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Refusal(NamedTuple):
    """What was answered instead of what was asked for: an error's name, or the status where there is none."""

    code: str
    passing: bool
    """Whether it may be another answer later."""


def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    body: bytes | None,
    key: Key,
    region: str,
    service: str,
) -> dict[str, str]:
    """Return `headers` and what signs them with `body`; without a body, it is one that the signature does not cover.

    The time is the system's: whoever verifies it has a clock of its own.
    """
    payload_hash = sigv4.UNSIGNED_PAYLOAD if body is None else sha256(body).hexdigest()
    return sigv4.sign(
        method,
        url,
        headers,
        payload_hash,
        key.access_key_id,
        key.secret,
        key.session_token,
        region,
        service,
        Clock.system_now(),
    )


def error_code(answer: Response) -> str:
    """Return an error's name as the JSON protocols tell it, in a header or in the body; empty where there is none."""
    try:
        told: Any = answer.json()
    except HttpError:
        told = {}
    said = str(told.get("__type", "")) if isinstance(told, dict) else ""
    return answer.headers.get("x-amzn-errortype", "").partition(":")[0] or said.rpartition("#")[2]


def refusal(answer: Response) -> Refusal:
    """Return what an answer other than `ACCEPTED` says."""
    code = error_code(answer) or str(answer.status)
    return Refusal(code, answer.status >= _FAILING or any(part in code for part in _LATER))
