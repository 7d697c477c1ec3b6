"""Signed JSON (RFC 7515, 7519): joserfc does the cryptography, behind checks that leave it nothing to be lenient about.

Only the compact form; the algorithm must be one the caller names; keys come from the caller only, never from the token.
"""

import binascii
import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = RSAKey | ECKey | OKPKey
Claims = dict[str, Any]
MOST_CHARACTERS = 64 * 1024
_PART = re.compile(r"[A-Za-z0-9_-]+")
_HEADERS_NOT_SPOKEN = ("crit", "b64", "zip", "enc")


class JwsError(ValueError):
    """The token is not one we can trust."""


class MalformedError(JwsError):
    """It is not a JWS in compact form with a JSON object inside."""


class SignatureError(JwsError):
    """No known key made its signature with an allowed algorithm."""


def sign(header: Mapping[str, str], claims: Mapping[str, Any], key: Key) -> str:
    """Return the compact form; `header` must name `alg`, and nothing is added to it."""
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return jws.serialize_compact(dict(header), payload, key, algorithms=[header["alg"]])


def unverified(token: str) -> tuple[dict[str, Any], Claims]:
    """Return header and claims of a token, not verified: they tell whose keys to verify with. Raises MalformedError."""
    if len(token) > MOST_CHARACTERS:
        raise MalformedError("too long")
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise MalformedError("not three parts")
    header, claims, _ = (_decoded(part) for part in parts)
    return _object(header), _object(claims)


def verify(token: str, find_key: Callable[[str], Key | None], algorithms: Sequence[str]) -> Claims:
    """Return the claims of a token that the key of its `kid` signed with one of `algorithms`.

    Times, issuer and audience are the caller's to check. Raises MalformedError or SignatureError.
    """
    header, claims = unverified(token)
    if header.get("alg") not in algorithms or any(name in header for name in _HEADERS_NOT_SPOKEN):
        raise SignatureError("not an algorithm that is accepted here")
    kid = header.get("kid", "")
    key = find_key(kid) if isinstance(kid, str) else None
    if key is None:
        raise SignatureError("unknown key")
    try:
        jws.deserialize_compact(token, key, algorithms=[header["alg"]])
    except (JoseError, ValueError, TypeError):
        raise SignatureError("the signature does not match") from None
    return claims


def seconds(claims: Claims, name: str) -> float | None:
    """Return a time claim, or None when it is absent; raises MalformedError when it is not a finite number."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedError(f"{name} is not a time")
    return value


def _decoded(part: str) -> bytes:
    if not _PART.fullmatch(part):
        raise MalformedError("not base64url")
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise MalformedError("not base64url") from None
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise MalformedError("not the one spelling of these bytes")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    return value


def _refuse(constant: str) -> float:
    raise ValueError(constant)
