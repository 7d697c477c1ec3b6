"""Sealing under a master key: AES-256-GCM keys derived per purpose (HKDF-SHA256, RFC 5869).

A sealed value is one byte of version, four that name the master key, a nonce of 12 bytes, and the ciphertext with its
tag. The purpose is authenticated with it, so what was sealed for one purpose opens for no other.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_KEY_BYTES = 32
VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES


class SealBrokenError(ValueError):
    """The value was changed, was sealed for another purpose, or under a master key that is not here."""


class Keyring:
    """Seals under the first master key and opens what any of them sealed."""

    def __init__(self, master_keys: Sequence[bytes]) -> None:
        if not master_keys or any(len(key) != MASTER_KEY_BYTES for key in master_keys):
            raise ValueError("A master key has 32 bytes.")
        self._keys = {_key_id(key): key for key in reversed(master_keys)}
        self._first = _key_id(master_keys[0])
        self._cipher = lru_cache(maxsize=1024)(self._make_cipher)
        self._derived = lru_cache(maxsize=1024)(self._derive)

    def seal(self, plaintext: bytes, purpose: str) -> bytes:
        """Return `plaintext` sealed for `purpose`."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + self._first + nonce + self._cipher(self._first, purpose).encrypt(nonce, plaintext, None)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed for `purpose`; raises SealBrokenError."""
        key_id, nonce = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES : HEAD_BYTES]
        if sealed[:1] != VERSION or key_id not in self._keys:
            raise SealBrokenError("sealed under an unknown key")
        try:
            return self._cipher(key_id, purpose).decrypt(nonce, sealed[HEAD_BYTES:], None)
        except InvalidTag:
            raise SealBrokenError("changed, or sealed for another purpose") from None

    def seal_token(self, data: bytes, purpose: str) -> str:
        """Return `data` sealed, as base64url text without padding."""
        return base64.urlsafe_b64encode(self.seal(data, purpose)).decode().rstrip("=")

    def open_token(self, text: str, purpose: str) -> bytes:
        """Return what `seal_token` sealed; raises SealBrokenError."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise SealBrokenError("not base64url") from None
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
            raise SealBrokenError("not the one spelling of these bytes")
        return self.open(raw, purpose)

    def mac(self, data: bytes, purpose: str) -> bytes:
        """Return the HMAC-SHA256 of `data` under the key of `purpose`."""
        return hmac.digest(self._derived(self._first, f"mac:{purpose}"), data, "sha256")

    def _make_cipher(self, key_id: bytes, purpose: str) -> AESGCM:
        return AESGCM(self._derived(key_id, f"seal:{purpose}"))

    def _derive(self, key_id: bytes, info: str) -> bytes:
        return HKDF(SHA256(), MASTER_KEY_BYTES, salt=b"ostiary", info=info.encode()).derive(self._keys[key_id])


def _key_id(master_key: bytes) -> bytes:
    return hashlib.sha256(b"ostiary master key id" + master_key).digest()[:KEY_ID_BYTES]
