"""What is sealed opens only for its purpose, under its master key, unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.crypto.seal import HEAD_BYTES, Keyring, SealBrokenError, Xaes256Gcm

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
KEYRING = Keyring([OLD])


@pytest.mark.parametrize(
    ("key", "associated", "ciphertext"),
    [
        (b"\x01" * 32, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (b"\x03" * 32, b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
    ids=["most significant bit clear", "most significant bit set"],
)
def test_the_published_vectors_of_xaes_256_gcm(key: bytes, associated: bytes, ciphertext: str) -> None:
    """CRY-01: C2SP XAES-256-GCM, test vectors."""
    cipher, nonce = Xaes256Gcm(key), b"ABCDEFGHIJKLMNOPQRSTUVWX"
    assert cipher.encrypt(nonce, b"XAES-256-GCM", associated).hex() == ciphertext
    assert cipher.decrypt(nonce, bytes.fromhex(ciphertext), associated) == b"XAES-256-GCM"


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_opens_for_its_purpose(data: bytes, purpose: str) -> None:
    assert KEYRING.open(KEYRING.seal(data, purpose), purpose) == data
    assert KEYRING.open_token(KEYRING.seal_token(data, purpose), purpose) == data


def test_it_opens_for_no_other_purpose() -> None:
    with pytest.raises(SealBrokenError):
        KEYRING.open(KEYRING.seal(b"secret", "a"), "b")


def test_it_opens_under_no_other_master_key() -> None:
    """CRY-02: the database alone is useless."""
    with pytest.raises(SealBrokenError):
        Keyring([OTHER]).open(KEYRING.seal(b"secret", "a"), "a")


def test_a_change_of_any_bit_is_noticed() -> None:
    """SIG-14: sealed values are authenticated."""
    sealed = KEYRING.seal(b"secret", "a")
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBrokenError):
            KEYRING.open(bytes(changed), "a")


def test_every_length_is_refused_but_the_right_one() -> None:
    sealed = KEYRING.seal(b"", "a")
    for length in range(len(sealed)):
        with pytest.raises(SealBrokenError):
            KEYRING.open(sealed[:length], "a")
    with pytest.raises(SealBrokenError):
        KEYRING.open(sealed + b"\x00", "a")


@given(st.binary(max_size=100))
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(SealBrokenError):
        KEYRING.open(data, "a")
    with pytest.raises(SealBrokenError):
        KEYRING.open(KEYRING.seal(b"", "a")[:HEAD_BYTES] + data, "a")


@given(st.text(max_size=60))
def test_rubbish_tokens_are_refused(text: str) -> None:
    for use in (KEYRING.open_token, KEYRING.token_mac):
        with pytest.raises(SealBrokenError):
            use(text, "a")


def test_a_token_has_one_spelling() -> None:
    token = next(text for text in (KEYRING.seal_token(bytes(size), "a") for size in range(3)) if len(text) % 4)
    last = token[-1]
    others = [token[:-1] + other for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    for spelling in [f"{token}=", f" {token}", f"{token}\n", *(other for other in others if other[-1] != last)]:
        with pytest.raises(SealBrokenError):
            KEYRING.open_token(spelling, "a")


def test_equal_values_are_sealed_differently() -> None:
    assert len({KEYRING.seal(b"same", "a") for _ in range(100)}) == 100


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    """CRY-03."""
    rotated = Keyring([NEW, OLD])
    assert rotated.open(KEYRING.seal(b"secret", "a"), "a") == b"secret"
    assert Keyring([NEW]).open(rotated.seal(b"secret", "a"), "a") == b"secret"
    with pytest.raises(SealBrokenError):
        KEYRING.open(rotated.seal(b"secret", "a"), "a")


def test_a_mac_is_of_its_data_its_purpose_and_the_first_key() -> None:
    macs = {KEYRING.mac(b"d", "a"), KEYRING.mac(b"e", "a"), KEYRING.mac(b"d", "b"), Keyring([NEW]).mac(b"d", "a")}
    assert len(macs) == 4
    assert KEYRING.mac(b"d", "a") == Keyring([OLD, NEW]).mac(b"d", "a")


def test_the_mac_of_a_token_outlives_a_rotation() -> None:
    """CRY-03: temporary credentials, whose secret is derived from their token, stay good."""
    token = KEYRING.seal_token(b"session", "a")
    assert KEYRING.token_mac(token, "secret") == Keyring([NEW, OLD]).token_mac(token, "secret")
    with pytest.raises(SealBrokenError):
        Keyring([NEW]).token_mac(token, "secret")


@pytest.mark.parametrize("keys", [[], [b"short"], [OLD, b""], [b"o" * 33]])
def test_a_master_key_has_32_bytes(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(keys)
