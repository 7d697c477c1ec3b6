"""Sealing under a master key: XAES-256-GCM (C2SP) with keys derived per purpose (HKDF-SHA256, RFC 5869).

A sealed value is one byte of version, four that name the master key, a nonce of 24 bytes, and the ciphertext with its
tag. Each purpose has a key of its own, so what was sealed for one opens for no other. The long nonce is what lets
nodes seal any number of session tokens under one key: random nonces of plain AES-GCM may repeat after 2^32 of them.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_KEY_BYTES = 32
VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 24
TAG_BYTES = 16
HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES


class SealBrokenError(ValueError):
    """The value was changed, was sealed for another purpose, or under a master key that is not here."""


class Xaes256Gcm:
    """AES-256-GCM with nonces of 24 bytes (C2SP XAES-256-GCM): half derives the key, half is the nonce of AES-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(AES(key), ECB())  # noqa: S305 - single blocks of a key derivation (SP 800-108, CMAC)
        doubled = int.from_bytes(self._blocks(bytes(16)), "big") << 1
        self._mask = (doubled ^ 0x87 if doubled >> 128 else doubled) & (1 << 128) - 1

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes | None = None) -> bytes:
        """Return the ciphertext with its tag."""
        return self._gcm(nonce).encrypt(nonce[12:], plaintext, associated)

    def decrypt(self, nonce: bytes, ciphertext: bytes, associated: bytes | None = None) -> bytes:
        """Return the plaintext; raises InvalidTag."""
        return self._gcm(nonce).decrypt(nonce[12:], ciphertext, associated)

    def _gcm(self, nonce: bytes) -> AESGCM:
        halves = (int.from_bytes(bytes((0, number, 0x58, 0)) + nonce[:12], "big") ^ self._mask for number in (1, 2))
        return AESGCM(self._blocks(b"".join(half.to_bytes(16, "big") for half in halves)))

    def _blocks(self, data: bytes) -> bytes:
        return self._cipher.encryptor().update(data)


class Keyring:
    """Seals under the first master key and opens what any of them sealed.

    `retained` gives single keys that were derived from master keys which are gone, by `older_keys`' names: what is
    out in the world under them (refresh tokens) still opens. It is asked each time that a key is unknown.
    """

    def __init__(self, master_keys: Sequence[bytes], retained: Callable[[], Mapping[str, bytes]] = dict) -> None:
        if not master_keys or any(len(key) != MASTER_KEY_BYTES for key in master_keys):
            raise ValueError("A master key has 32 bytes.")
        self._keys = {_key_id(key): key for key in reversed(master_keys)}
        self._first = _key_id(master_keys[0])
        self._retained = retained
        self._cipher = lru_cache(maxsize=1024)(self._make_cipher)
        self._derived = lru_cache(maxsize=1024)(self._derive)

    def seal(self, plaintext: bytes, purpose: str) -> bytes:
        """Return `plaintext` sealed for `purpose`."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + self._first + nonce + self._cipher(self._first, purpose).encrypt(nonce, plaintext)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed for `purpose`; raises SealBrokenError."""
        key_id, nonce = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES : HEAD_BYTES]
        if sealed[:1] != VERSION or len(sealed) < HEAD_BYTES + TAG_BYTES:
            raise SealBrokenError("not sealed")
        try:
            return self._cipher(key_id, purpose).decrypt(nonce, sealed[HEAD_BYTES:])
        except InvalidTag:
            raise SealBrokenError("changed, or sealed for another purpose") from None

    def seal_token(self, data: bytes, purpose: str) -> str:
        """Return `data` sealed, as base64url text without padding."""
        return base64.urlsafe_b64encode(self.seal(data, purpose)).decode().rstrip("=")

    def open_token(self, text: str, purpose: str) -> bytes:
        """Return what `seal_token` sealed; raises SealBrokenError."""
        return self.open(_raw(text), purpose)

    def mac(self, data: bytes, purpose: str) -> bytes:
        """Return the HMAC-SHA256 of `data` under the first master key's key of `purpose`."""
        return hmac.digest(self._derived(self._first, f"mac:{purpose}"), data, "sha256")

    def token_mac(self, token: str, purpose: str) -> bytes:
        """Return the HMAC-SHA256 of what `seal_token` gave, under the master key that sealed it.

        So it stays the same when another master key becomes the first. Raises SealBrokenError.
        """
        raw = _raw(token)
        return hmac.digest(self._derived(raw[1 : 1 + KEY_ID_BYTES], f"mac:{purpose}"), raw, "sha256")

    def is_current(self, sealed: bytes) -> bool:
        """Whether something was sealed under the first master key."""
        return sealed[:1] == VERSION and sealed[1 : 1 + KEY_ID_BYTES] == self._first

    def older_keys(self, infos: Sequence[str]) -> dict[str, bytes]:
        """Return keys derived for `infos` (`seal:<purpose>`, `mac:<purpose>`) from all master keys but the first.

        They are named as `retained` names them, and tell nothing of the master keys or of other purposes.
        """
        return {
            f"{key_id.hex()} {info}": self._derived(key_id, info)
            for key_id in self._keys
            if key_id != self._first
            for info in infos
        }

    def _make_cipher(self, key_id: bytes, purpose: str) -> Xaes256Gcm:
        return Xaes256Gcm(self._derived(key_id, f"seal:{purpose}"))

    def _derive(self, key_id: bytes, info: str) -> bytes:
        if key_id in self._keys:
            return HKDF(SHA256(), MASTER_KEY_BYTES, salt=b"ostiary", info=info.encode()).derive(self._keys[key_id])
        kept = self._retained().get(f"{key_id.hex()} {info}")
        if kept is None:
            raise SealBrokenError("sealed under an unknown key")
        return kept


def _key_id(master_key: bytes) -> bytes:
    return hashlib.sha256(b"ostiary master key id" + master_key).digest()[:KEY_ID_BYTES]


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SealBrokenError("not base64url") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise SealBrokenError("not the one spelling of these bytes")
    return raw
