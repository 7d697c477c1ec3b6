"""Sync session tokens: sealed, of one dataset, and good for a while; any node reads them (behaviour/sync.md 3)."""

import hashlib
import struct

from ostiary.aws.types.cognito_sync import InvalidParameterException
from ostiary.context import Context
from ostiary.crypto.seal import SealBrokenError
from ostiary.store.sync.datasets import Key

SECONDS = 900
"""How long after ListRecords its token can be used."""
_PURPOSE = "sync-session"
_FORM = struct.Struct(">Q16s")


def begin(ctx: Context, asked: Key) -> str:
    """Return the token of a new session with a dataset."""
    return ctx.keyring.seal_token(_FORM.pack(ctx.clock.now_seconds() + SECONDS, _digest(asked)), _PURPOSE)


def check(ctx: Context, asked: Key, token: str) -> None:
    """Raise InvalidParameterException unless the token is of a session with this dataset that has not expired."""
    try:
        expires_at, digest = _FORM.unpack(ctx.keyring.open_token(token, _PURPOSE))
    except (SealBrokenError, struct.error):
        raise InvalidParameterException("Invalid SyncSessionToken.") from None
    if digest != _digest(asked):
        raise InvalidParameterException("Invalid SyncSessionToken.")
    if expires_at <= ctx.clock.now():
        raise InvalidParameterException("SyncSessionToken has expired.")


def _digest(asked: Key) -> bytes:
    return hashlib.sha256("\0".join(asked).encode()).digest()[:16]
