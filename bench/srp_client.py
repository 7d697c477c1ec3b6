"""The client's side of SRP sign-in, fast enough not to be what is measured."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

import gmpy2

from ostiary.crypto.srp import G, N

INFO = b"Caldera Derived Key\x01"


def _padded(number: "gmpy2.mpz") -> bytes:
    raw = int(number).to_bytes((int(number).bit_length() + 7) // 8, "big")
    return b"\0" + raw if raw[0] & 0x80 else raw


def _hashed(*parts: bytes) -> "gmpy2.mpz":
    return gmpy2.mpz(int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big"))


class SrpClient:
    """One key pair for many sign-ins: fine for a load, never for a person."""

    def __init__(self, pool_id: str) -> None:
        self._pool_name = pool_id.split("_", 1)[1]
        self._a = gmpy2.mpz(secrets.randbits(256))
        self._public = gmpy2.powmod(G, self._a, N)
        self._k = _hashed(_padded(gmpy2.mpz(N)), _padded(gmpy2.mpz(G)))
        self.public = f"{self._public:x}"

    def respond(self, challenge: Mapping[str, str], password: str) -> dict[str, str]:
        """Return the ChallengeResponses to a PASSWORD_VERIFIER challenge."""
        user_id, salt, b = challenge["USER_ID_FOR_SRP"], int(challenge["SALT"], 16), int(challenge["SRP_B"], 16)
        inner = hashlib.sha256(f"{self._pool_name}{user_id}:{password}".encode()).digest()
        x = _hashed(_padded(gmpy2.mpz(salt)), inner)
        u = _hashed(_padded(self._public), _padded(gmpy2.mpz(b)))
        shared = gmpy2.powmod(b - self._k * gmpy2.powmod(G, x, N), self._a + u * x, N)
        prk = hmac.digest(_padded(u), _padded(shared), "sha256")
        key = hmac.digest(prk, INFO, "sha256")[:16]
        now = datetime.now(UTC)
        timestamp = f"{now:%a %b} {now.day} {now:%H:%M:%S} UTC {now.year}"
        block = challenge["SECRET_BLOCK"]
        message = self._pool_name.encode() + user_id.encode() + base64.b64decode(block) + timestamp.encode()
        return {
            "USERNAME": user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, message, "sha256")).decode(),
            "TIMESTAMP": timestamp,
        }
