"""Refresh tokens: sealed, in the shape of a compact JWE, which some clients look for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import msgspec

from ostiary.crypto.seal import HEAD_BYTES, NONCE_BYTES, Keyring, SealBrokenError

HEADER = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ"
_PARTS = 5
_TAG_BYTES = 16
_PURPOSE = "refresh-token"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says. Times are epoch seconds; `origin_jti` names the sign-in, `jti` this token.

    `device_key` is the device that it is good on, or empty where it is not tied to one. `level` (1 to 4) and `amr` say
    how the user proved who they are; tokens of before these were kept have 0 and none.
    """

    pool_id: str
    client_id: str
    sub: str
    origin_jti: str
    jti: str
    event_id: str
    scope: str
    auth_time: int
    expires_at: int
    device_key: str = ""
    level: int = 0
    amr: tuple[str, ...] = ()


def sealed(keyring: Keyring, token: RefreshToken) -> str:
    """Return the token's text."""
    return _text(keyring.seal(msgspec.msgpack.encode(token), _PURPOSE))


def opened(keyring: Keyring, text: str) -> RefreshToken | None:
    """Return what a refresh token says, or None when it is not one of ours."""
    header, *parts = text.split(".")
    if header != HEADER or len(parts) != _PARTS - 1:
        return None
    try:
        raw = b"".join(urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        token = msgspec.msgpack.decode(keyring.open(raw, _PURPOSE), type=RefreshToken)
    except (ValueError, SealBrokenError):
        return None
    return token if _text(raw) == text else None


def _text(raw: bytes) -> str:
    head, nonce = raw[: HEAD_BYTES - NONCE_BYTES], raw[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES]
    parts = (head, nonce, raw[HEAD_BYTES:-_TAG_BYTES], raw[-_TAG_BYTES:])
    return ".".join([HEADER, *(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)])
