"""What the machine's cryptography alone allows."""

import time
from collections.abc import Callable

import gmpy2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ostiary.crypto import srp

REFERENCE_SIGNATURES = 3800.0
"""The RSA-2048 signatures per second and core that the targets are stated for."""


def signatures_per_second() -> float:
    """Return how many RSA-2048 signatures one core makes in a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    message = b"x" * 700
    return _rate(lambda: key.sign(message, padding.PKCS1v15(), hashes.SHA256()))


def powers_per_second() -> float:
    """Return how many powers of the SRP group, with an exponent of 256 bits, one core makes in a second."""
    exponent = gmpy2.mpz(2) ** 256 - 189
    return _rate(lambda: gmpy2.powmod(srp.G, exponent, srp.N))


def _rate(work: Callable[[], object], seconds: float = 1.0) -> float:
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - started)
