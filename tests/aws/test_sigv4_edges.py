"""Signatures that are right but for one thing, which the key's owner could have signed so (SIG-04 to SIG-09)."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from ostiary.aws import sigv4
from ostiary.aws.canonical import request_text
from ostiary.aws.errors import IncompleteSignatureError, InvalidSignatureError
from ostiary.aws.sigv4 import EMPTY_HASH, PresignError, PresignExpiredError, ScopeError, Signed, SkewedError

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = 1440938160
"""2015-08-30T12:36:00Z."""
DATE = "20150830T123600Z"
SCOPE = f"{KEY_ID}/20150830/us-east-1/service/aws4_request"
ZEROS = "0" * 64
ONCE = "^Only one auth mechanism allowed; use either the Authorization header or the query string"

Headers = list[tuple[str, str]]


def authorization(names: str = "host;x-amz-date", credential: str = SCOPE, signature: str = ZEROS) -> tuple[str, str]:
    parts = f"Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return "authorization", f"{sigv4.ALGORITHM} {parts}"


def in_header(*more: tuple[str, str], query: str = "", names: str = "host;x-amz-date", date: str = DATE) -> Signed:
    """Return what is read of a request with a signature in its header."""
    headers = [("host", "a"), *([("x-amz-date", date)] if date else []), authorization(names), *more]
    found = sigv4.parse_authorization("POST", "/", query, headers)
    assert found is not None
    return found


def presigned(**changed: str) -> str:
    """Return the query of a presigned request; names may be spelt in any way."""
    parameters = {
        "X-Amz-Algorithm": sigv4.ALGORITHM,
        "X-Amz-Credential": SCOPE,
        "X-Amz-Date": DATE,
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": ZEROS,
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())


def in_query(query: str, *headers: tuple[str, str]) -> Signed | None:
    return sigv4.parse_authorization("GET", "/", query, [("host", "a"), *headers])


def signed_anew(signed: Signed, **changed: Any) -> Signed:
    """Return a request that is signed correctly with other members: only what it claims can be wrong."""
    other = replace(signed, **changed)
    return replace(other, signature=sigv4.signature(SECRET, other, request_text(other, EMPTY_HASH, s3=False)))


def verify(signed: Signed, *, now: float = NOW, region: str = "us-east-1", service: str = "service") -> None:
    sigv4.verify(signed, SECRET, EMPTY_HASH, now, region, {service, "another"}, s3=False)


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        ({"service": "other"}, r"^Credential should be scoped to correct service: 'another, service'\.$"),
        ({"service": ""}, "correct service"),
        ({"date": "20150829"}, r"'20150829' != '20150830', from '20150830T123600Z'\.$"),
        ({"date": "2015083"}, "Date in Credential scope does not match YYYYMMDD"),
        ({"region": "eu-west-1"}, r"^Credential should be scoped to a valid region, not 'eu-west-1'\.$"),
        ({"terminator": "aws5_request"}, "valid terminator: 'aws4_request', not 'aws5_request'"),
    ],
)
def test_a_scope_that_is_not_of_here_and_now_is_refused_however_well_it_is_signed(scope: Any, text: str) -> None:
    """SIG-04."""
    good = in_header()
    verify(signed_anew(good))
    with pytest.raises(ScopeError, match=text):
        verify(signed_anew(good, credential=good.credential._replace(**scope)))


def test_only_global_services_are_signed_for_another_region() -> None:
    """SIG-04."""
    good = in_header()
    with pytest.raises(ScopeError):
        verify(signed_anew(good), region="eu-west-1")
    for service in ("iam", "sts"):
        there = signed_anew(good, credential=good.credential._replace(service=service))
        verify(there, region="eu-west-1", service=service)
        elsewhere = signed_anew(good, credential=good.credential._replace(service=service, region="us-west-2"))
        with pytest.raises(ScopeError):
            verify(elsewhere, region="eu-west-1", service=service)


def test_the_limits_of_time_are_exact() -> None:
    """SIG-02, SIG-09."""
    good = signed_anew(in_header())
    for seconds in (-300, 300):
        verify(good, now=NOW + seconds)
    for too_many in (-300.5, 300.5):
        with pytest.raises(SkewedError):
            verify(good, now=NOW + too_many)
    read = in_query(presigned())
    assert read is not None
    short = signed_anew(read)
    verify(short, now=NOW + 60)
    with pytest.raises(PresignExpiredError, match=r"^Signature expired: 20150830T123700Z is now earlier than 2015"):
        verify(short, now=NOW + 60.5)
    with pytest.raises(SkewedError):
        verify(short, now=NOW - 301)


@pytest.mark.parametrize("spelt", ["é" * 64, "0" * 63 + "é", "", "0" * 63, ZEROS])
def test_what_cannot_be_a_signature_is_none(spelt: str) -> None:
    good = signed_anew(in_header())
    for text in (spelt, good.signature + spelt, good.signature.upper(), f" {good.signature}"):
        if text != good.signature:
            with pytest.raises(InvalidSignatureError):
                verify(replace(good, signature=text))


def test_two_signatures_are_one_too_many_however_good_each_is() -> None:
    """SIG-07."""
    assert in_query(presigned()) is not None
    header = authorization()
    date = ("x-amz-date", DATE)
    encoded = presigned().replace("X-Amz-", "X%2DAmz%2D")
    for query in (presigned(), encoded, "X-Amz-Signature=a", "X%2damz%2dsignature=a&X%2DAmz%2DSignature=a"):
        with pytest.raises(IncompleteSignatureError, match=ONCE):
            in_query(query, date, header)
    with pytest.raises(IncompleteSignatureError, match=ONCE):
        in_query("", date, header, header)


def test_a_date_or_a_token_in_the_query_is_no_signature() -> None:
    for query in ("X-Amz-Date=20150830T123600Z", "X-Amz-Security-Token=t", "X-Amz-Date=a&X-Amz-Security-Token=t"):
        assert in_query(query) is None
        assert in_header(query=query).session_token is None
    for name in ("Algorithm", "Credential", "Expires", "SignedHeaders", "Signature"):
        with pytest.raises(PresignError):
            in_query(f"X-Amz-{name}=a")


@pytest.mark.parametrize("spell", [lambda query: query, lambda query: query.replace("X-Amz-", "%58-Amz%2D")])
def test_a_presigned_request_is_read_however_its_names_are_spelt(spell: Any) -> None:
    read = in_query(spell(presigned(X_Amz_Security_Token="t")))
    assert read is not None
    assert (read.access_key_id, read.session_token, read.expires, read.signature) == (KEY_ID, "t", 60, ZEROS)
    empty = in_query(spell(presigned(X_Amz_Security_Token="")))
    assert empty is not None
    assert empty.session_token is None


@pytest.mark.parametrize(
    "name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"]
)
def test_a_parameter_that_is_given_twice_is_refused(name: str) -> None:
    """SIG-07: which of the two counts is nobody's guess."""
    query = presigned(X_Amz_Security_Token="t")
    twice = next(part for part in query.split("&") if part.startswith(f"X-Amz-{name}="))
    for again in (twice, twice.replace("X-Amz-", "X%2DAmz-")):
        with pytest.raises(PresignError, match=f"^The query parameter X-Amz-{name} must be given once"):
            in_query(f"{query}&{again}")


def test_the_old_scheme_is_refused_beside_the_new_one() -> None:
    """SIG-15."""
    for query in ("AWSAccessKeyId=a", f"{presigned()}&AWSAccessKeyId=a", f"AWSAccess%4BeyId=a&{presigned()}"):
        with pytest.raises(IncompleteSignatureError, match=r"^The authorization mechanism you have provided is not"):
            in_query(query)


def test_a_token_of_a_session_need_not_be_signed_and_is_given_once() -> None:
    token = ("x-amz-security-token", "t")
    assert in_header(token).session_token == "t"
    assert in_header(token, names="host;x-amz-date;x-amz-security-token").session_token == "t"
    with pytest.raises(IncompleteSignatureError, match="X-Amz-Security-Token must be given once"):
        in_header(token, token)


def test_every_other_header_of_awss_must_be_signed() -> None:
    """SIG-05."""
    with pytest.raises(InvalidSignatureError, match="'x-amz-acl' must be a 'SignedHeader'"):
        in_header(("x-amz-acl", "private"))
    with pytest.raises(InvalidSignatureError, match="'host' must be a 'SignedHeader'"):
        in_header(names="x-amz-date")
    with pytest.raises(InvalidSignatureError, match="'x-amz-date' must be a 'SignedHeader'"):
        in_query(presigned(), ("x-amz-date", DATE))
    with pytest.raises(InvalidSignatureError, match="The signed header 'range' is not in the request"):
        in_header(names="host;range;x-amz-date")
    assert in_header(("range", "bytes=0-1"), ("accept", "*/*"), names="host;range;x-amz-date").signed_headers


@pytest.mark.parametrize("names", ["HOST;x-amz-date", "host;X-Amz-Date", "x-amz-date;host", "host;host;x-amz-date", ""])
def test_signed_headers_have_one_spelling(names: str) -> None:
    with pytest.raises((IncompleteSignatureError, InvalidSignatureError)):
        in_header(names=names)
    if names:
        with pytest.raises(IncompleteSignatureError, match="lower case, sorted and without repetition"):
            in_header(names=names)


def test_a_header_may_have_blanks_around_it() -> None:
    name, value = authorization()
    read = in_query("", ("x-amz-date", f" {DATE} "), (name, f"  {value} "))
    assert read is not None
    assert (read.amz_date, read.signature) == (DATE, ZEROS)


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        ([("x-amz-date", DATE), ("x-amz-date", DATE)], "The header X-Amz-Date must be given once"),
        ([], "requires existence of either a 'X-Amz-Date' or a 'Date' header"),
        ([("x-amz-date", f"{DATE}0")], "Date must be in ISO-8601 'basic format'"),
        ([("x-amz-date", "20150230T123600Z")], "Got '20150230T123600Z'"),
        ([("date", "yesterday")], "Got 'yesterday'"),
        ([("date", "Fri, 31 Dec 9999 23:59:00 -2359")], "Got 'Fri, 31 Dec 9999"),
        ([("date", "")], "Date must be in ISO-8601"),
    ],
)
def test_a_request_says_when_it_was_signed_once_and_plainly(dates: Headers, text: str) -> None:
    names = ";".join(sorted({"host", *(name for name, _ in dates)}))
    with pytest.raises(IncompleteSignatureError, match=text):
        in_query("", *dates, authorization(names))


@pytest.mark.parametrize(("written", "seconds"), [("1", 1), ("000000060", 60), ("604800", 604800)])
def test_a_lifetime_within_its_limits_is_taken(written: str, seconds: int) -> None:
    """SIG-09."""
    read = in_query(presigned(X_Amz_Expires=written))
    assert read is not None
    assert read.expires == seconds


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("0000000060", "should be a number"),
        ("²", "should be a number"),
        ("+60", "should be a number"),
        ("000000000", "must be between 1 and 604800 seconds"),
        ("604801", "must be between 1 and 604800 seconds"),
    ],
)
def test_a_lifetime_outside_its_limits_is_told(written: str, text: str) -> None:
    """SIG-09."""
    with pytest.raises(PresignError, match=f"^X-Amz-Expires {text}"):
        in_query(presigned(X_Amz_Expires=written))


def test_what_we_sign_leaves_out_what_changes_on_the_way() -> None:
    never = {"Connection": "close", "Content-Length": "3", "Expect": "x", "Transfer-Encoding": "x", "User-Agent": "x"}
    arguments = (EMPTY_HASH, KEY_ID, SECRET, None, "us-east-1", "s3", NOW)
    sent = sigv4.sign("GET", "https://a.example", {**never, "Authorization": "old", "Range": "x"}, *arguments)
    assert sent["x-amz-content-sha256"] == EMPTY_HASH
    assert "x-amz-security-token" not in sent
    assert sent.keys() >= {name.lower() for name in never}
    read = sigv4.parse_authorization("GET", "/", "", list(sent.items()))
    assert read is not None
    assert read.signed_headers == ("host", "range", "x-amz-content-sha256", "x-amz-date")
    sigv4.verify(read, SECRET, EMPTY_HASH, NOW, "us-east-1", {"s3"}, s3=True)


def test_a_credential_has_five_parts_and_a_part_of_the_header_an_equals_sign() -> None:
    for credential in (SCOPE.removesuffix("/aws4_request"), f"{SCOPE}/more", SCOPE.replace("service", "")):
        with pytest.raises(IncompleteSignatureError, match="Credential must have exactly 5 slash-delimited elements"):
            in_query("", ("x-amz-date", DATE), authorization(credential=credential))
    name, value = authorization()
    with pytest.raises(IncompleteSignatureError, match="Invalid key=value pair"):
        in_query("", ("x-amz-date", DATE), (name, f"{value}, nonsense"))
    with pytest.raises(IncompleteSignatureError, match="Authorization header has 'Signature' more than once"):
        in_query("", ("x-amz-date", DATE), (name, f"{value}, Signature={ZEROS}"))
    with pytest.raises(IncompleteSignatureError, match="requires the algorithm AWS4-HMAC-SHA256"):
        in_query("", ("x-amz-date", DATE), (name, value.replace("SHA256", "SHA512", 1)))
    with pytest.raises(PresignError, match=r'^X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"$'):
        in_query(presigned(X_Amz_Algorithm="AWS4-HMAC-SHA512"))
