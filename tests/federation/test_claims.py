"""What claims must say, one at a time (TOK-10, FED-10)."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from ostiary.crypto import jws
from ostiary.federation.claims import audience_of, check_audience, check_times, identity_of, verified
from ostiary.federation.web_identity import InvalidTokenError

NOW = 1_000_000.0
CLAIMS: dict[str, Any] = {"iss": "https://a.example", "sub": "ada", "aud": "app", "exp": NOW + 60, "iat": NOW}
KEY = RSAKey.generate_key(2048, {"kid": "one"})


def with_claims(**changed: Any) -> dict[str, Any]:
    """Return good claims with some changed; those that are Ellipsis are left out."""
    return {name: value for name, value in {**CLAIMS, **changed}.items() if value is not ...}


def times(**changed: Any) -> str:
    """Return why claims are refused at NOW, or an empty text."""
    try:
        check_times(with_claims(**changed), NOW)
    except InvalidTokenError as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"exp": NOW + 0.5}, ""),
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": 0}, "expired"),
        ({"exp": ...}, "malformed"),
        ({"exp": None}, "malformed"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": float("inf")}, "malformed"),
        ({"exp": float("nan")}, "malformed"),
        ({"sub": ...}, "malformed"),
        ({"sub": ""}, "malformed"),
        ({"sub": 7}, "malformed"),
        ({"sub": ["ada"]}, "malformed"),
        ({"nbf": NOW + 300}, ""),
        ({"nbf": NOW + 301}, "malformed"),
        ({"nbf": "soon"}, "malformed"),
        ({"iat": NOW + 300}, ""),
        ({"iat": NOW + 301}, "malformed"),
        ({"iat": NOW + 301, "nbf": NOW}, "malformed"),
        ({"iat": ..., "nbf": NOW + 301}, "malformed"),
        ({"iat": ...}, ""),
        ({"iat": []}, "malformed"),
    ],
)
def test_a_token_is_good_from_when_to_when_it_says(changed: dict[str, Any], reason: str) -> None:
    assert times(**changed) == reason


def test_what_has_expired_says_when() -> None:
    with pytest.raises(InvalidTokenError) as refused:
        check_times(with_claims(exp=NOW - 1), NOW)
    assert refused.value.details == {"expires_at": NOW - 1, "now": NOW}


@pytest.mark.parametrize(
    ("changed", "audience", "good"),
    [
        ({}, "app", True),
        ({"aud": ["app"]}, "app", True),
        ({"aud": "other"}, "other", False),
        ({"aud": ["other"]}, "other", False),
        ({"azp": "app"}, "app", True),
        ({"aud": "other", "azp": "app"}, "app", True),
        ({"azp": "other"}, "other", False),
        ({"aud": ["app", "other"], "azp": "app"}, "app", True),
        ({"aud": ["app", "other"], "azp": "other"}, "other", False),
        ({"aud": ["app", "other"]}, "app", False),
        ({"aud": ["other", "app"]}, "other", False),
        ({"azp": ""}, "app", False),
        ({"azp": None}, "app", False),
        ({"azp": ["app"]}, "app", False),
        ({"azp": 7}, "app", False),
        ({"aud": ...}, "", False),
        ({"aud": ""}, "", False),
        ({"aud": 7}, "", False),
        ({"aud": {"app": 1}}, "", False),
        ({"aud": ["", 7, "app"]}, "app", True),
        ({"aud": ..., "azp": "app"}, "app", True),
    ],
)
def test_a_token_is_for_whom_it_was_made(changed: dict[str, Any], audience: str, *, good: bool) -> None:
    claims = with_claims(**changed)
    assert audience_of(claims)[0] == audience
    if good:
        check_audience(claims, ["else", "app"])
    else:
        with pytest.raises(InvalidTokenError) as refused:
            check_audience(claims, ["else", "app"])
        assert refused.value.reason == "audience"


def test_who_names_no_audience_takes_any_that_is_plain() -> None:
    check_audience(with_claims(aud="whoever"), None)
    for changed in ({"aud": ["app", "other"]}, {"azp": 7}):
        with pytest.raises(InvalidTokenError):
            check_audience(with_claims(**changed), None)
    with pytest.raises(InvalidTokenError):
        check_audience(with_claims(), [])
    with pytest.raises(InvalidTokenError):
        check_audience(with_claims(aud=...), ["app"])


def token(alg: str = "RS256", key: jws.Key = KEY, **changed: Any) -> str:
    return jws.sign({"alg": alg, "kid": "one"}, with_claims(**changed), key)


def reason(text: str, key: jws.Key | None = KEY) -> str:
    with pytest.raises(InvalidTokenError) as refused:
        verified(text, {"https://b.example", "https://a.example"}, ["app"], lambda _: key, NOW)
    return refused.value.reason


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_each_algorithm_is_taken_with_a_key_of_its_kind(alg: str) -> None:
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    key = ECKey.generate_key(curves[alg]) if alg in curves else KEY
    assert verified(token(alg, key), ["https://a.example"], ["app"], lambda _: key, NOW) == with_claims()


def test_a_token_is_judged_by_what_it_says_before_a_key_is_looked_for() -> None:
    """A key may have to be fetched: nobody's servers are asked for what is wrong anyway."""
    assert reason("nonsense") == "malformed"
    wrong: dict[str, Any] = {"aud": "other", "exp": 0}
    for issuer in ("https://c.example", "https://a.example/", "", None, 7, ["https://a.example"], ...):
        assert reason(token(iss=issuer, **wrong), None) == "issuer"
    assert reason(token(**wrong), None) == "expired"
    assert reason(token(aud="other"), None) == "audience"
    assert reason(token(), None) == "signature"
    assert reason(token(), RSAKey.generate_key(2048)) == "signature"
    assert reason(token("PS256")) == "signature"
    asked: list[str] = []
    for text in (token(iss="https://c.example"), token(exp=0), token(aud="other")):
        with pytest.raises(InvalidTokenError):
            verified(text, ["https://a.example"], ["app"], asked.append, NOW)
    assert asked == []


def test_an_identity_is_what_the_claims_say() -> None:
    made = identity_of(with_claims(amr=["pwd", 7], azp="client"), "a.example", "arn:a")
    assert (made.provider, made.federated, made.issuer, made.subject) == ("a.example", "arn:a", CLAIMS["iss"], "ada")
    assert (made.audience, made.expires_at, made.conditions) == ("client", NOW + 60, {"amr": ("pwd", "7")})
    assert made.claims == with_claims(amr=["pwd", 7], azp="client")
    for changed in ({}, {"amr": "pwd"}, {"amr": None}):
        assert identity_of(with_claims(**changed), "a", "a").conditions == {}
