"""SRP-6a as Cognito's clients speak it: the 3072-bit group of RFC 3526 (4), SHA-256, and an HKDF of their own.

Numbers are hashed as their shortest big-endian bytes, with a zero byte in front where the top bit is set; the rules are
in RFC 5054 (2.5) and in the clients' code. The arithmetic is gmpy2's, which lets other threads run meanwhile.
"""

import hashlib
import hmac
from functools import cache

import gmpy2
from gmpy2 import mpz

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2
NUMBER_BYTES = 384
PRIVATE_BYTES = 32
KEY_BYTES = 16
_INFO = b"Caldera Derived Key\x01"
_MODULUS = mpz(N)


class SrpError(ValueError):
    """The client's public value would make the secret known to everybody (RFC 5054, 2.5.4)."""


def padded(number: int) -> bytes:
    """Return the bytes of a number as they are hashed."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def new_verifier(pool_name: str, username: str, password: str, salt: bytes) -> int:
    """Return the verifier of a password; `pool_name` is the pool's id behind the underscore, `salt` a number.

    The password counts exactly as it is: nothing is cut, trimmed, folded or normalised (PWD-03).
    """
    inner = hashlib.sha256(f"{pool_name}{username}:{password}".encode("utf-8", "surrogatepass")).digest()
    x = _hash(padded(int.from_bytes(salt, "big")), inner)
    return _power_of_g(x)


def server_public(verifier: int, private: int) -> int:
    """Return B for the server's private value."""
    return (K * verifier + _power_of_g(private)) % N


def session_key(client_public: int, public: int, verifier: int, private: int) -> bytes:
    """Return the 16 bytes both sides know when the password is right; raises SrpError."""
    if client_public % N == 0:
        raise SrpError("A is a multiple of N")
    u = _hash(padded(client_public), padded(public))
    if u == 0:
        raise SrpError("u is zero")
    shared = _power(client_public * _power(verifier, u) % N, private)
    extracted = hmac.digest(padded(u), padded(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:KEY_BYTES]


def claim(key: bytes, pool_name: str, username: str, secret_block: bytes, timestamp: str) -> bytes:
    """Return the proof that a client who knows the key sends."""
    message = pool_name.encode() + username.encode() + secret_block + timestamp.encode()
    return hmac.digest(key, message, "sha256")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


def _power(base: int, exponent: int) -> int:
    gmpy2.get_context().allow_release_gil = True
    return int(gmpy2.powmod(base, exponent, _MODULUS))


def _power_of_g(exponent: int) -> int:
    """Return g^exponent: one multiplication for each byte of the exponent, an eighth of what any other base costs."""
    if exponent.bit_length() > PRIVATE_BYTES * 8:
        return _power(G, exponent)
    product = mpz(1)
    for powers, digit in zip(_powers_of_g(), exponent.to_bytes(PRIVATE_BYTES, "little"), strict=True):
        product = product * powers[digit] % _MODULUS
    return int(product)


def prepare() -> None:
    """Make what the first power would have to wait for."""
    _powers_of_g()


@cache
def _powers_of_g() -> tuple[tuple[mpz, ...], ...]:
    """Return g^(digit * 256^place) for each place and digit of an exponent: 3 MB, once."""
    table, base = [], mpz(G)
    for _ in range(PRIVATE_BYTES):
        powers = [mpz(1)]
        while len(powers) < 256:  # noqa: PLR2004 - a digit is a byte
            powers.append(powers[-1] * base % _MODULUS)
        base = powers[-1] * base % _MODULUS
        table.append(tuple(powers))
    return tuple(table)


K = _hash(padded(N), padded(G))
"""The multiplier k of SRP-6a."""
