"""Signed JSON: what is refused before anybody looks at a signature, and what at the signature (TOK-01 … TOK-07)."""

import base64
import hashlib
import hmac
import json
import time
import warnings
from collections.abc import Callable
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from ostiary.crypto import jws

RSA = RSAKey.generate_key(2048, {"use": "sig"})
OTHER = RSAKey.generate_key(2048, {"use": "sig"})
EC = ECKey.generate_key("P-256")
HEADER = {"kid": "one", "alg": "RS256"}
CLAIMS = {"sub": "ann", "exp": 4102444800, "name": "Zoë"}
GOOD = jws.sign(HEADER, CLAIMS, RSA)


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Any, claims: Any = CLAIMS, key: Any = RSA) -> str:
    """Return a token with any header and payload, signed as RS256 would."""
    unsigned = f"{encoded(header)}.{encoded(claims)}"
    good = JWSRegistry.algorithms["RS256"].sign(unsigned.encode(), key)
    return f"{unsigned}.{encoded(good)}"


def find(kid: str) -> jws.Key | None:
    known: dict[str, jws.Key] = {"one": RSA, "ec": EC}
    return known.get(kid)


def verify(token: str, *algorithms: str) -> jws.Claims:
    return jws.verify(token, find, algorithms or ("RS256",))


def test_a_signed_token_says_what_was_signed() -> None:
    assert verify(GOOD) == CLAIMS
    assert json.loads(base64.urlsafe_b64decode(GOOD.split(".", maxsplit=1)[0] + "==")) == HEADER


def test_a_header_holds_what_it_is_given_and_nothing_else() -> None:
    header = base64.urlsafe_b64decode(GOOD.split(".", maxsplit=1)[0] + "==")
    assert header == b'{"kid":"one","alg":"RS256"}'


# -- TOK-01: the algorithm -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "", "RS1", "rs256", "RS256 ", "HS256", "PS256", "ES256"]
)
def test_an_algorithm_that_is_not_named_is_refused(name: str) -> None:
    """TOK-01."""
    for token in (signed(HEADER | {"alg": name}), f"{signed(HEADER | {'alg': name}).rpartition('.')[0]}."):
        with pytest.raises(jws.JwsError):
            verify(token)


@pytest.mark.parametrize("name", [None, 1, True, [], ["RS256"], {"RS256": 1}])
def test_an_algorithm_that_is_not_text_is_refused(name: Any) -> None:
    """TOK-01."""
    with pytest.raises(jws.SignatureError):
        verify(signed(HEADER | {"alg": name}))
    with pytest.raises(jws.SignatureError):
        verify(signed({"kid": "one"}))


def public_bytes() -> list[bytes]:
    public = RSA.public_key
    forms = [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.PEM, PublicFormat.PKCS1)]
    forms += [(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), (Encoding.DER, PublicFormat.PKCS1)]
    raw = [public.public_bytes(*form) for form in forms]
    return [*raw, raw[0].strip(), json.dumps(RSA.as_dict(private=False)).encode()]


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("name", ["HS256", "HS512"])
def test_the_public_key_is_nobodys_secret(number: int, name: str) -> None:
    """TOK-01: an HMAC under the public key, in six spellings, with two hashes."""
    unsigned = f"{encoded(HEADER | {'alg': name})}.{encoded(CLAIMS)}"
    hashed = hashlib.sha256 if name == "HS256" else hashlib.sha512
    forged = f"{unsigned}.{encoded(hmac.digest(public_bytes()[number], unsigned.encode(), hashed))}"
    with pytest.raises(jws.SignatureError):
        verify(forged)
    with pytest.raises(jws.SignatureError):
        verify(forged, "RS256", "ES256")
    with pytest.raises(jws.SignatureError):
        verify(forged, "RS256", name)


def test_a_key_of_another_kind_does_not_verify() -> None:
    """TOK-01: also where the caller names several algorithms."""
    for header in ({"kid": "ec", "alg": "RS256"}, {"kid": "one", "alg": "ES256"}):
        with pytest.raises(jws.SignatureError):
            verify(signed(header), "RS256", "ES256")
    with pytest.raises(jws.SignatureError):
        jws.verify(GOOD, lambda _: cast("jws.Key", OctKey.generate_key(256)), ["RS256"])


def test_an_elliptic_signature_of_nothing_is_refused() -> None:
    """TOK-01: r = s = 0 (CVE-2022-21449), and other forms than 64 bytes."""
    unsigned = f"{encoded({'kid': 'ec', 'alg': 'ES256'})}.{encoded(CLAIMS)}"
    assert jws.verify(jws.sign({"kid": "ec", "alg": "ES256"}, CLAIMS, EC), find, ["ES256"]) == CLAIMS
    for signature in (bytes(64), bytes(72), b"0", b"\xff" * 64, bytes(32) + b"\x01" * 32):
        with pytest.raises(jws.SignatureError):
            verify(f"{unsigned}.{encoded(signature)}", "ES256")


def test_a_key_that_is_not_for_signing_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encryption = RSAKey.import_key(RSA.as_dict(private=False) | {"use": "enc"})
    with pytest.raises(jws.SignatureError):
        jws.verify(GOOD, lambda _: encryption, ["RS256"])


# -- the signature ---------------------------------------------------------------------------------------------------
def test_another_key_or_a_changed_part_is_refused() -> None:
    with pytest.raises(jws.SignatureError):
        verify(signed(HEADER, key=OTHER))
    header, _, signature = GOOD.split(".")
    with pytest.raises(jws.SignatureError):
        verify(f"{header}.{encoded(CLAIMS | {'sub': 'eve'})}.{signature}")
    with pytest.raises(jws.SignatureError):
        verify(f"{encoded(HEADER | {'x': 1})}.{GOOD.partition('.')[2]}")


def test_an_unknown_key_is_refused() -> None:
    for kid in ("two", "", "../../etc/passwd", "' OR 1=1 --", "x" * 10_000, "\0"):
        with pytest.raises(jws.SignatureError):
            verify(signed(HEADER | {"kid": kid}))
    with pytest.raises(jws.SignatureError):
        verify(signed({"alg": "RS256"}))


@pytest.mark.parametrize("kid", [None, 1, True, ["one"], {"one": 1}])
def test_a_key_id_that_is_not_text_is_refused(kid: Any) -> None:
    """TOK-04."""
    with pytest.raises(jws.SignatureError):
        verify(signed(HEADER | {"kid": kid}))


# -- TOK-02, TOK-03: the header --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        {"jwk": OTHER.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
    ],
)
def test_keys_in_the_token_are_not_trusted(more: dict[str, Any]) -> None:
    """TOK-02."""
    with pytest.raises(jws.SignatureError):
        verify(signed(HEADER | more, key=OTHER))
    with pytest.raises(jws.SignatureError):
        verify(signed({**HEADER, "kid": "evil", **more}, key=OTHER))


@pytest.mark.parametrize(
    "more",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A256GCM"},
    ],
)
def test_extensions_that_change_the_meaning_are_refused(more: dict[str, Any]) -> None:
    """TOK-03, TOK-07."""
    with pytest.raises(jws.SignatureError):
        verify(signed(HEADER | more))


def test_a_header_that_names_a_member_twice_is_refused() -> None:
    for raw in (b'{"kid":"one","alg":"none","alg":"RS256"}', b'{"kid":"two","kid":"one","alg":"RS256"}'):
        with pytest.raises(jws.MalformedError):
            verify(signed(raw))


# -- TOK-05, TOK-06: the form ----------------------------------------------------------------------------------------
def respelt(token: str, part: int, change: Callable[[str], str]) -> str:
    parts = token.split(".")
    parts[part] = change(parts[part])
    return ".".join(parts)


SPELLINGS: list[Callable[[str], str]] = [
    lambda part: part + "=",
    lambda part: part + "==",
    lambda part: part + "\n",
    lambda part: " " + part,
    lambda part: part[:4] + " " + part[4:],
    lambda part: part[:4] + "\n" + part[4:],
    lambda part: part + "A",
    lambda part: part[:-1],
    lambda part: part[:4] + "+" + part[5:],
    lambda part: part[:4] + "/" + part[5:],
    lambda part: part[:4] + "é" + part[5:],
    lambda _part: "",
]


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("number", range(len(SPELLINGS)))
def test_only_one_spelling_of_each_part_is_read(part: int, number: int) -> None:
    """TOK-05."""
    with pytest.raises(jws.JwsError):
        verify(respelt(GOOD, part, SPELLINGS[number]))


def test_spare_bits_must_be_zero() -> None:
    """TOK-05: the last character of 256 bytes holds four bits that say nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = alphabet[alphabet.index(GOOD[-1]) ^ 1]
    assert base64.urlsafe_b64decode(GOOD.split(".")[2] + "==") == base64.urlsafe_b64decode(
        GOOD.split(".")[2][:-1] + spare + "=="
    )
    with pytest.raises(jws.MalformedError):
        verify(GOOD[:-1] + spare)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        f"{GOOD}.",
        f".{GOOD}",
        f"{GOOD}.{GOOD}",
        "a.b.c.d.e",
        json.dumps({"payload": "e30", "signatures": []}),
        "\ud800.\ud800.\ud800",
    ],
)
def test_only_the_compact_form_is_read(token: str) -> None:
    """TOK-01."""
    with pytest.raises(jws.MalformedError):
        verify(token)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"{",
        b'{"a":1}x',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"{'a':1}",
        b'{"a":1,}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_header_and_payload_must_be_json_objects(raw: bytes) -> None:
    for token in (signed(HEADER, raw), signed(raw)):
        with pytest.raises(jws.MalformedError):
            verify(token)


def test_numbers_of_any_length_are_no_trouble() -> None:
    with pytest.raises(jws.JwsError):
        verify(signed(b'{"kid":"one","alg":"RS256","x":' + b"9" * 6000 + b"}"))
    with pytest.raises(jws.JwsError):
        verify(signed(b'{"alg":"RS256","kid":' + b"9" * 6000 + b"}"))


def test_a_huge_token_is_refused_at_once() -> None:
    """TOK-06."""
    huge = f"{GOOD.partition('.')[0]}.{'A' * 10 * 2**20}.{GOOD.rpartition('.')[2]}"
    started = time.thread_time()
    with pytest.raises(jws.MalformedError, match="too long"):
        verify(huge)
    assert time.thread_time() - started < 0.05, "of a processor: whatever else the machine does"
    with pytest.raises(jws.MalformedError):
        verify(jws.sign(HEADER, {"x": "y" * 70_000}, RSA))


def test_a_token_may_be_as_long_as_64_ki_characters() -> None:
    """TOK-06."""
    for length, text in ((65_536, "not three parts"), (65_537, "too long")):
        with pytest.raises(jws.MalformedError, match=text):
            jws.read("A" * length)


def test_a_token_without_a_key_id_is_verified_by_the_key_without_one() -> None:
    token = jws.sign({"alg": "RS256"}, CLAIMS, RSA)
    assert jws.verify(token, {"": RSA}.get, ["RS256"]) == CLAIMS
    with pytest.raises(jws.SignatureError):
        jws.verify(token, {"one": RSA}.get, ["RS256"])


@given(st.text())
def test_any_text_is_refused_quietly(text: str) -> None:
    with pytest.raises(jws.JwsError):
        verify(text)


@given(st.binary(), st.binary(), st.binary())
def test_any_bytes_are_refused_quietly(header: bytes, payload: bytes, signature: bytes) -> None:
    with pytest.raises(jws.JwsError):
        verify(f"{encoded(header)}.{encoded(payload)}.{encoded(signature)}")


# -- TOK-10: times ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", ["1", True, [], {}, float("inf"), float("nan")])
def test_a_time_must_be_a_finite_number(value: Any) -> None:
    """TOK-10."""
    with pytest.raises(jws.MalformedError):
        jws.seconds({"exp": value}, "exp")


def test_a_time_is_read_as_it_is() -> None:
    assert jws.seconds({"exp": 5}, "exp") == 5
    assert jws.seconds({"exp": 5.5}, "exp") == 5.5
    assert jws.seconds({}, "exp") is None
    assert jws.seconds({"exp": None}, "exp") is None
