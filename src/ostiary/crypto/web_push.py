"""Encryption of Web Push messages: aes128gcm (RFC 8188) with a subscription's keys (RFC 8291)."""

import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
SALT_BYTES = AUTH_BYTES = 16
MOST_BYTES = RECORD_BYTES - 103
"""What fits into a message of 4096 bytes (RFC 8291, 4): header, delimiter and tag take the rest."""


@dataclass(frozen=True, slots=True)
class SubscriberKeys:
    """`p256dh`, a point of P-256 in 65 bytes, and `auth`, 16 bytes; raises ValueError for anything else."""

    p256dh: bytes
    auth: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.auth) != AUTH_BYTES:
            raise ValueError("auth has 16 bytes.")
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), self.p256dh)


def encrypt(plaintext: bytes, keys: SubscriberKeys, ephemeral: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return the message for a subscriber; `ephemeral` and the 16 bytes of `salt` are used once."""
    if len(plaintext) > MOST_BYTES:
        raise ValueError("The message is too large.")
    ours = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.p256dh)
    shared = ephemeral.exchange(ECDH(), theirs)
    secret = _derived(shared, keys.auth, b"WebPush: info\0" + keys.p256dh + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", RECORD_BYTES, len(ours)) + ours
    return head + AESGCM(key).encrypt(nonce, plaintext + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=info).derive(secret)
