"""Encryption of Web Push messages, by RFC 8291's own example."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from ostiary.crypto.web_push import MOST_BYTES, SubscriberKeys, encrypt


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


KEYS = SubscriberKeys(
    raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
    raw("BTBZMqHH6r4Tts7J_aSIgg"),
)
EPHEMERAL = derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), SECP256R1())
SALT = raw("DGv6ra1nlYgDCS1FRnbzlw")


def test_the_example_of_rfc_8291() -> None:
    message = encrypt(b"When I grow up, I want to be a watermelon", KEYS, EPHEMERAL, SALT)
    assert urlsafe_b64encode(message).decode().rstrip("=") == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_largest_message_fits_and_no_larger_one_is_made() -> None:
    assert len(encrypt(bytes(MOST_BYTES), KEYS, EPHEMERAL, SALT)) == 4096
    with pytest.raises(ValueError, match="too large"):
        encrypt(bytes(MOST_BYTES + 1), KEYS, EPHEMERAL, SALT)


@pytest.mark.parametrize(("p256dh", "auth"), [(b"\x04" + bytes(64), bytes(16)), (KEYS.p256dh, b"short"), (b"", b"")])
def test_keys_that_are_none_are_refused(p256dh: bytes, auth: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SubscriberKeys(p256dh, auth)
