"""Keys of others: which RSA keys can be believed (CRY-05)."""

import random

from cryptography.hazmat.primitives.asymmetric import rsa

from ostiary.crypto.rsa_keys import is_roca, is_strong
from tests.fixtures.weak_keys import roca_key, short_key


def modulus(key: rsa.RSAPrivateKey) -> int:
    return key.public_key().public_numbers().n


def test_a_key_whose_primes_can_be_computed_is_weak() -> None:
    weak = modulus(roca_key())
    assert weak.bit_length() == 2048
    assert is_roca(weak)
    assert not is_strong(weak)


def test_a_short_key_is_weak() -> None:
    assert not is_strong(modulus(short_key()))
    assert not is_roca(modulus(short_key()))


def test_a_key_as_everybody_makes_them_is_strong() -> None:
    assert is_strong(modulus(rsa.generate_private_key(65537, 2048)))


def test_hardly_any_number_is_taken_for_such_a_key() -> None:
    numbers = random.Random(1)
    assert not any(is_roca(numbers.getrandbits(2048) | 1) for _ in range(5000))
