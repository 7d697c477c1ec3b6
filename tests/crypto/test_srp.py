"""SRP against the published vector, and against the arithmetic of a real client, over and over (PWD-01, PWD-02)."""

import base64
import hashlib
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycognito.aws_srp import pad_hex

from ostiary.crypto import srp
from tests.fixtures.srp_client import SrpClient

SALT = bytes.fromhex("63479ad69a090b258277ec8fba6f9941")
PASSWORDS = [
    "Passw0rd!",
    "Zażółć-gęślą-jaźń-1",
    "пароль-Ж1",
    "密码🔑Aa1!",
    "e\u0301 is not \u00e9",
    " inner  spaces ",
    "x" * 256,
]


def sha256(number: int) -> str:
    return hashlib.sha256(srp.padded(number)).hexdigest()


def secret_exponent(seed: str) -> int:
    return int(hashlib.sha256(seed.encode()).hexdigest() * 4, 16)


def test_the_group_is_the_published_one() -> None:
    digest = hashlib.sha256(srp.N.to_bytes(srp.NUMBER_BYTES, "big")).hexdigest()
    assert digest == "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c"
    assert f"{srp.K:x}" == "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"


def test_the_published_vector_holds() -> None:
    """PWD-01, PWD-02."""
    pool, user = "AbCdEfGhI", "a1b2c3d4-5678-90ab-cdef-111111111111"
    a, b = secret_exponent("client-a"), secret_exponent("server-b")
    verifier = srp.new_verifier(pool, user, "Passw0rd!", SALT)
    assert sha256(verifier) == "5dd1472e59b4a5be6f76b77b5dae867a2babf8334113fb3d41d83703f5a70cda"
    client_public = pow(srp.G, a, srp.N)
    public = srp.server_public(verifier, b)
    assert sha256(client_public) == "513109fbf947a1c49172ba8c6c6a0803b30471e122af10819ede7edf7919a1bf"
    assert sha256(public) == "d8674d863ad7eef292f23b4f30fbad2c6d13b8ed83e16df247feef3f6701e72c"
    key = srp.session_key(client_public, public, verifier, b)
    assert key.hex() == "fa01a90d6f9b441980cad7ed1e51c9d6"
    proof = srp.claim(key, pool, user, b"secret-block-bytes", "Tue Jan 2 03:04:05 UTC 2024")
    assert base64.b64encode(proof) == b"hg+or2lXPs5qf/rggxpE5qVj2A6qI0DVzU3SHVeGHSM="


def test_the_vector_of_a_device_holds() -> None:
    device = "us-east-1_a1b2c3d4-5678-90ab-cdef-222222222222"
    verifier = srp.new_verifier("-VvKkPqW2", device, "device-random-password", SALT)
    assert sha256(verifier) == "1319427bc60ec0d6bd13873e6053567e0a58c4cd6d7c355c1676313d2600137a"


def agree(username: str, password: str, salt: bytes, private: int) -> tuple[Any, bytes]:
    """Return what the client and what the server hold as the key."""
    client = SrpClient("us-east-1_AbCdEfGhI")
    verifier = srp.new_verifier("AbCdEfGhI", username, password, salt)
    public = srp.server_public(verifier, private)
    wire_salt = f"{int.from_bytes(salt, 'big'):x}"
    theirs = client.get_password_authentication_key(username, password, int(f"{public:x}", 16), wire_salt)
    return theirs, srp.session_key(client.large_a_value, public, verifier, private)


def test_a_real_clients_arithmetic_agrees_two_hundred_times() -> None:
    """Numbers that need a zero in front, or that are a byte short, turn up often enough among so many (PWD-02)."""
    for _ in range(200):
        theirs, ours = agree("ann", "Passw0rd!", random.randbytes(16), random.getrandbits(256))
        assert theirs == ours


@pytest.mark.parametrize("password", PASSWORDS)
def test_passwords_count_exactly_as_they_are(password: str) -> None:
    """PWD-03: nothing is trimmed, cut, folded or normalised."""
    theirs, ours = agree("jané", password, SALT, random.getrandbits(256))
    assert theirs == ours
    verifiers = {
        srp.new_verifier("p", "ann", other, SALT) for other in (*PASSWORDS, "é is not é", "x" * 72, "passw0rd!")
    }
    assert len(verifiers) == len(PASSWORDS) + 3


@pytest.mark.parametrize("salt", [b"\0", b"\x7f", b"\x80", bytes(15) + b"\x01", b"\0\x80" + bytes(14), b"\xff" * 16])
def test_salts_of_every_form_agree(salt: bytes) -> None:
    theirs, ours = agree("ann", "Passw0rd!", salt, random.getrandbits(256))
    assert theirs == ours


@given(st.integers(min_value=0, max_value=srp.N * srp.N))
def test_numbers_are_padded_as_clients_pad_them(number: int) -> None:
    assert srp.padded(number).hex() == pad_hex(number)


@given(st.integers(min_value=0, max_value=2**260))
def test_powers_of_the_generator_are_right(exponent: int) -> None:
    verifier = 12345
    assert srp.server_public(verifier, exponent) == (srp.K * verifier + pow(srp.G, exponent, srp.N)) % srp.N


@pytest.mark.parametrize("times", [0, 1, 2, 7])
def test_a_multiple_of_the_modulus_is_refused(times: int) -> None:
    """PWD-01: with such a number anybody knows the key."""
    verifier = srp.new_verifier("p", "ann", "Passw0rd!", SALT)
    with pytest.raises(srp.SrpError):
        srp.session_key(times * srp.N, srp.server_public(verifier, 99), verifier, 99)


def test_a_wrong_password_a_wrong_name_or_a_wrong_pool_makes_another_key() -> None:
    verifier = srp.new_verifier("p", "ann", "Passw0rd!", SALT)
    others = [("p", "ann", "passw0rd!"), ("p", "Ann", "Passw0rd!"), ("q", "ann", "Passw0rd!")]
    public = srp.server_public(verifier, 99)
    keys = {srp.session_key(5, public, srp.new_verifier(*other, SALT), 99) for other in others}
    assert len(keys) == 3
    assert srp.session_key(5, public, verifier, 99) not in keys
