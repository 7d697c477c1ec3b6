"""Signed JSON (RFC 7515, 7519): joserfc's algorithms, on exactly the bytes that were read, and nothing lenient before.

Only the compact form; the algorithm must be one the caller names; keys come from the caller only, never from the token.
"""

import binascii
import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Key = RSAKey | ECKey | OKPKey
Claims = dict[str, Any]
MOST_CHARACTERS = 64 * 1024
_PART = re.compile(r"[A-Za-z0-9_-]+")
_HEADERS_NOT_SPOKEN = frozenset({"crit", "b64", "zip", "enc"})


class JwsError(ValueError):
    """The token is not one we can trust."""


class MalformedError(JwsError):
    """It is not a JWS in compact form with a JSON object inside."""


class SignatureError(JwsError):
    """No known key made its signature with an allowed algorithm."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token that was read, and that anybody may have written: it tells whose keys to verify it with."""

    header: dict[str, Any]
    claims: Claims
    signed: bytes
    signature: bytes

    def verified(self, find_key: Callable[[str], Key | None], algorithms: Sequence[str]) -> Claims:
        """Return the claims if the key of its `kid` signed them with one of `algorithms`; raises SignatureError.

        Times, issuer and audience are the caller's to check.
        """
        name, kid = self.header.get("alg"), self.header.get("kid", "")
        if not isinstance(name, str) or name not in algorithms or not _HEADERS_NOT_SPOKEN.isdisjoint(self.header):
            raise SignatureError("not an algorithm that is accepted here")
        key = find_key(kid) if isinstance(kid, str) else None
        if key is None:
            raise SignatureError("unknown key")
        algorithm = JWSRegistry.algorithms[name]
        try:
            algorithm.check_key(key)
            good = algorithm.verify(self.signed, self.signature, key)
        except (JoseError, InvalidSignature, ValueError, TypeError):
            raise SignatureError("the key cannot have made this signature") from None
        if not good:
            raise SignatureError("the signature does not match")
        return self.claims


def sign(header: Mapping[str, str], claims: Mapping[str, Any], key: Key) -> str:
    """Return the compact form; `header` must name `alg`, and nothing is added to it."""
    signed = f"{_encoded(msgspec.json.encode(header))}.{_encoded(msgspec.json.encode(claims))}"
    signature = JWSRegistry.algorithms[header["alg"]].sign(signed.encode(), key)
    return f"{signed}.{_encoded(signature)}"


def read(token: str) -> Unverified:
    """Read a token without verifying it. Raises MalformedError."""
    if len(token) > MOST_CHARACTERS:
        raise MalformedError("too long")
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise MalformedError("not three parts")
    header, claims, signature = (_decoded(part) for part in parts)
    return Unverified(_header(header), _object(claims), token.rpartition(".")[0].encode(), signature)


def unverified(token: str) -> tuple[dict[str, Any], Claims]:
    """Return header and claims of a token, not verified. Raises MalformedError."""
    found = read(token)
    return found.header, found.claims


def verify(token: str, find_key: Callable[[str], Key | None], algorithms: Sequence[str]) -> Claims:
    """Return the claims of a token that the key of its `kid` signed with one of `algorithms`.

    Times, issuer and audience are the caller's to check. Raises MalformedError or SignatureError.
    """
    return read(token).verified(find_key, algorithms)


def seconds(claims: Claims, name: str) -> float | None:
    """Return a time claim, or None when it is absent; raises MalformedError when it is not a finite number."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedError(f"{name} is not a time")
    return value


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    if not _PART.fullmatch(part):
        raise MalformedError("not base64url")
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise MalformedError("not base64url") from None
    if _encoded(raw) != part:
        raise MalformedError("not the one spelling of these bytes")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    return value


def _header(raw: bytes) -> dict[str, Any]:
    """Return a header, which must not name anything twice: readers would disagree on what it says."""
    header = _object(raw)
    try:
        pairs = json.loads(raw, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if len(pairs) != len(header):
        raise MalformedError("a header member is named twice")
    return header
