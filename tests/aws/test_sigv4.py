"""Signatures against AWS's published suite, and against what must be refused (SIG-01 to SIG-15)."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws import sigv4
from ostiary.aws.canonical import request_text
from ostiary.aws.errors import IncompleteSignatureError, InvalidSignatureError, ServiceError
from ostiary.aws.sigv4 import Signed
from tests.fixtures.required import CORPORA, corpus

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SIGNED_AT = 1440938160
"""2015-08-30T12:36:00Z."""
SCOPE = f"{KEY_ID}/20150830/us-east-1/service/aws4_request"


def cases() -> list[Any]:
    """Return a parameter for every case of the suite, or one that reports it missing."""
    found = sorted((CORPORA / "sigv4").rglob("*.authz"))
    return [pytest.param(path.with_suffix(""), id=path.stem) for path in found] or [pytest.param(None, id="missing")]


def read(path: Path) -> tuple[str, str, str, list[tuple[str, str]], bytes]:
    """Return method, path, query, headers and body of a request of the suite; folded headers keep their line ends."""
    head, _, body = path.read_text().partition("\n\n")
    first, *lines = head.split("\n")
    target = first.removesuffix(" HTTP/1.1").partition(" ")
    raw_path, _, query = target[2].partition("?")
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith(" "):
            name, value = headers.pop()
            headers.append((name, f"{value}\n{line}"))
        else:
            name, _, value = line.partition(":")
            headers.append((name.lower(), value))
    return target[0], raw_path, query, headers, body.encode()


def signed_of(case: Path | None) -> tuple[Signed, str]:
    """Return what a case's signed request says, and the hash of its body."""
    if case is None:
        corpus("sigv4")
        raise AssertionError
    method, path, query, headers, body = read(case.with_suffix(".sreq"))
    headers = [header for header in headers if header[0] != "authorization"]  # one case has another one's there
    headers.append(("authorization", case.with_suffix(".authz").read_text()))
    signed = sigv4.parse_authorization(method, path, query, headers)
    assert signed is not None
    return signed, sha256(body).hexdigest()


def verified(signed: Signed, payload_hash: str, *, now: float = SIGNED_AT, secret: str = SECRET) -> None:
    sigv4.verify(signed, secret, payload_hash, now, "us-east-1", {"service"}, s3=False)


@pytest.mark.parametrize("case", cases())
def test_each_case_of_awss_suite_verifies(case: Path | None) -> None:
    """SIG-01, SIG-10: canonical request, string to sign and signature are the suite's."""
    signed, payload_hash = signed_of(case)
    assert case is not None
    canonical = request_text(signed, payload_hash, s3=False)
    assert canonical == case.with_suffix(".creq").read_text()
    assert sigv4.string_to_sign(signed, canonical) == case.with_suffix(".sts").read_text()
    verified(signed, payload_hash)


PAYLOAD = b'{"UserPoolId":"us-east-1_abc"}'
HASH = sha256(PAYLOAD).hexdigest()


def signed_by_botocore(
    path: str = "/", *, method: str = "POST", signer: type = SigV4Auth, token: str | None = None
) -> Signed:
    """Return what we read of a request that AWS's own client signed just now."""
    url = f"https://example.amazonaws.com{path}"
    body = PAYLOAD if method == "POST" else b""
    request = AWSRequest(method, url, headers={"host": "example.amazonaws.com"}, data=body)
    signer(Credentials(KEY_ID, SECRET, token), "service", "us-east-1").add_auth(request)
    address = urlsplit(request.url)
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    found = sigv4.parse_authorization(method, address.path, address.query, headers)
    assert found is not None
    return found


def header_form(**changed: str) -> Signed | None:
    """Return what we read of a request whose header has these parts changed; an empty one is left out."""
    parts = {"Credential": SCOPE, "SignedHeaders": "host;x-amz-date", "Signature": "0" * 64, **changed}
    algorithm = parts.pop("algorithm", sigv4.ALGORITHM)
    authorization = f"{algorithm} {', '.join(f'{name}={value}' for name, value in parts.items() if value)}"
    headers = [("host", "a"), ("x-amz-date", "20150830T123600Z"), ("authorization", authorization)]
    return sigv4.parse_authorization("POST", "/", "", headers)


def query_form(**changed: str) -> Signed | None:
    """Return what we read of a presigned request with these parameters changed; an empty one is left out."""
    parameters = {
        "X-Amz-Algorithm": sigv4.ALGORITHM,
        "X-Amz-Credential": SCOPE,
        "X-Amz-Date": "20150830T123600Z",
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "0" * 64,
    } | {f"X-Amz-{name}": value for name, value in changed.items()}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value)
    return sigv4.parse_authorization("GET", "/", query, [("host", "a")])


def test_a_request_without_any_signature_has_none() -> None:
    assert sigv4.parse_authorization("POST", "/", "Action=x&X=%2F", [("host", "a")]) is None


def test_what_awss_client_signs_in_the_header_verifies() -> None:
    signed = signed_by_botocore(token="a-token")
    assert (signed.access_key_id, signed.session_token) == (KEY_ID, "a-token")
    verified(signed, HASH, now=signed.signed_at)


@given(
    path=st.text(alphabet="aZ09-_.~%:@!$&'()*,;= é€/", max_size=30),
    query=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=4),
)
def test_whatever_address_awss_client_presigns_verifies(path: str, query: list[tuple[str, str]]) -> None:
    """SIG-01, SIG-10: the query form, with any path and parameters."""
    address = "/" + quote(path, safe="/-_.~").lstrip("/")
    names = {name: value for name, value in query if name and not name.startswith("X-Amz-")}
    asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in names.items())
    signed = signed_by_botocore(f"{address}?{asked}" if asked else address, method="GET", signer=SigV4QueryAuth)
    assert signed.presigned
    verified(signed, sigv4.EMPTY_HASH, now=signed.signed_at)


def test_an_s3_path_is_encoded_once_and_kept_as_it_is() -> None:
    """SIG-10: no normalisation for S3."""
    url = "https://example.amazonaws.com/bucket//a/../b%20c%2Bd/%3A"
    request = AWSRequest("PUT", url, headers={"host": "example.amazonaws.com"}, data=PAYLOAD)
    S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", "us-east-1").add_auth(request)
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    signed = sigv4.parse_authorization("PUT", urlsplit(url).path, "", headers)
    assert signed is not None
    declared = request.headers["X-Amz-Content-SHA256"]
    sigv4.verify(signed, SECRET, declared, signed.signed_at, "us-east-1", {"s3"}, s3=True)


@pytest.mark.parametrize("service", ["s3", "sts"])
def test_what_we_sign_ourselves_verifies(service: str) -> None:
    url = "https://a.example:8443/b/c%20d?list-type=2&prefix=x%2Fy"
    headers = sigv4.sign(
        "GET", url, {"Range": "bytes=0-1"}, HASH, KEY_ID, SECRET, "token", "us-east-1", service, SIGNED_AT + 0.5
    )
    assert headers["x-amz-security-token"] == "token"
    signed = sigv4.parse_authorization("GET", "/b/c%20d", "list-type=2&prefix=x%2Fy", list(headers.items()))
    assert signed is not None
    assert "range" in signed.signed_headers
    sigv4.verify(signed, SECRET, HASH, SIGNED_AT, "us-east-1", {service}, s3=service == "s3")


MUTATIONS: dict[str, dict[str, Any]] = {
    "method": {"method": "PUT"},
    "path": {"raw_path": "/x"},
    "query": {"query_string": "a=b"},
    "header": {"headers": [("host", "other"), ("x-amz-date", "20150830T123600Z")]},
    "signed headers": {"signed_headers": ("host",)},
    "signature": {"signature": "0" * 64},
    "upper case signature": {"signature": "upper"},
    "region": {"credential": {"region": "eu-west-1"}},
    "service": {"credential": {"service": "other"}},
    "day": {"credential": {"date": "20150829"}},
    "terminator": {"credential": {"terminator": "aws5_request"}},
    "time": {"amz_date": "20150830T123601Z"},
}


@pytest.mark.parametrize("change", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_request_that_was_changed_is_refused(change: dict[str, Any]) -> None:
    """SIG-01, SIG-04, SIG-08."""
    headers = sigv4.sign(
        "POST", "https://example.amazonaws.com/", {}, HASH, KEY_ID, SECRET, None, "us-east-1", "service", SIGNED_AT
    )
    signed = sigv4.parse_authorization("POST", "/", "", list(headers.items()))
    assert signed is not None
    verified(signed, HASH)
    if "credential" in change:
        change = {"credential": signed.credential._replace(**change["credential"])}
    if change.get("signature") == "upper":
        change = {"signature": signed.signature.upper()}
    with pytest.raises(InvalidSignatureError):
        verified(replace(signed, **change), HASH)


def test_another_body_secret_or_region_is_refused() -> None:
    """SIG-06: only the hash of the body that came counts."""
    signed = signed_by_botocore()
    with pytest.raises(InvalidSignatureError):
        verified(signed, sha256(b"other").hexdigest(), now=signed.signed_at)
    with pytest.raises(InvalidSignatureError):
        verified(signed, HASH, now=signed.signed_at, secret="other")
    with pytest.raises(InvalidSignatureError, match="valid region"):
        sigv4.verify(signed, SECRET, HASH, signed.signed_at, "eu-west-1", {"service"}, s3=False)


def test_a_global_service_may_be_signed_for_us_east_1_everywhere() -> None:
    url = "https://iam.example/"
    headers = sigv4.sign("POST", url, {}, HASH, KEY_ID, SECRET, None, "us-east-1", "iam", SIGNED_AT)
    signed = sigv4.parse_authorization("POST", "/", "", list(headers.items()))
    assert signed is not None
    sigv4.verify(signed, SECRET, HASH, SIGNED_AT, "eu-west-1", {"iam"}, s3=False)


@pytest.mark.parametrize("seconds", [-299, -240, 240, 299])
def test_a_clock_that_is_off_by_less_than_five_minutes_is_accepted(seconds: int) -> None:
    """SIG-02."""
    signed = signed_by_botocore()
    verified(signed, HASH, now=signed.signed_at + seconds)


def test_an_old_signature_is_refused_with_both_times() -> None:
    """SIG-02."""
    signed, payload_hash = signed_of(next(iter(cases())).values[0])
    expected = "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
    with pytest.raises(InvalidSignatureError) as refused:
        verified(signed, payload_hash, now=SIGNED_AT + 301)
    assert refused.value.message == expected


def test_a_signature_from_the_future_is_refused_with_both_times() -> None:
    """SIG-02."""
    signed, payload_hash = signed_of(next(iter(cases())).values[0])
    with pytest.raises(InvalidSignatureError) as refused:
        verified(signed, payload_hash, now=SIGNED_AT - 301)
    assert refused.value.message == (
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"
    )


@pytest.mark.parametrize(("age", "good"), [(0, True), (3599, True), (3601, False), (-299, True), (-301, False)])
def test_a_presigned_request_is_good_until_it_expires(*, age: int, good: bool) -> None:
    """SIG-09."""
    signed = signed_by_botocore("/a?b=c", method="GET", signer=SigV4QueryAuth)
    if good:
        verified(signed, sigv4.EMPTY_HASH, now=signed.signed_at + age)
    else:
        with pytest.raises(InvalidSignatureError):
            verified(signed, sigv4.EMPTY_HASH, now=signed.signed_at + age)


@pytest.mark.parametrize("seconds", ["0", "604801", "-1", "x", "1e3", "99999999999999999999", "\u0663"])
def test_a_presigned_lifetime_outside_its_limits_is_refused(seconds: str) -> None:
    """SIG-09."""
    assert query_form(Expires="604800") is not None
    with pytest.raises(IncompleteSignatureError, match="X-Amz-Expires"):
        query_form(Expires=seconds)


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"])
def test_a_presigned_request_that_lacks_a_parameter_is_refused(name: str) -> None:
    with pytest.raises(IncompleteSignatureError, match=f"X-Amz-{name}"):
        query_form(**{name: ""})


def test_a_presigned_request_of_another_algorithm_is_refused() -> None:
    """SIG-15."""
    with pytest.raises(IncompleteSignatureError):
        query_form(Algorithm="AWS4-ECDSA-P256-SHA256")


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature"])
def test_a_header_that_lacks_a_part_is_refused_and_told_which(name: str) -> None:
    with pytest.raises(IncompleteSignatureError, match=f"requires '{name}' parameter"):
        header_form(**{name: ""})


REQUIRED = "Authorization header requires"
DATED = f"{REQUIRED} existence of either a 'X-Amz-Date' or a 'Date' header."


@pytest.mark.parametrize(
    ("authorization", "date", "told"),
    [
        ("AWS4-HMAC-SHA256 SignedHeaders=a, Signature=b", True, f"{REQUIRED} 'Credential' parameter."),
        (
            "AWS4-HMAC-SHA256 Credential=a",
            True,
            f"{REQUIRED} 'Signature' parameter. {REQUIRED} 'SignedHeaders' parameter.",
        ),
        ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c", False, DATED),
        (
            "Basic YTpi=",
            False,
            (
                f"{REQUIRED} 'Credential' parameter. {REQUIRED} 'Signature' parameter. "
                f"{REQUIRED} 'SignedHeaders' parameter. {DATED}"
            ),
        ),
    ],
)
def test_what_a_header_lacks_is_told_with_its_hash_and_not_with_itself(
    authorization: str, *, date: bool, told: str
) -> None:
    dates = [("x-amz-date", "20150830T123600Z")] if date else []
    hashed = b64encode(sha256(authorization.encode()).digest()).decode()
    with pytest.raises(IncompleteSignatureError) as refused:
        sigv4.parse_authorization("POST", "/", "", [("host", "a"), *dates, ("authorization", authorization)])
    which = f"(Hashed with SHA-256 and encoded with Base64) Authorization={hashed}"
    assert refused.value.message == f"{told} {which}"


@pytest.mark.parametrize("authorization", ["Bearer abc", "Basic YTpi", "AWS4-HMAC-SHA256 Credential=a, b", "", "x"])
def test_a_header_of_another_scheme_is_no_list_of_pairs(authorization: str) -> None:
    """SIG-15: a token that was sent to the wrong place does not come back in an answer that somebody may log."""
    hashed = b64encode(sha256(authorization.encode()).digest()).decode()
    with pytest.raises(IncompleteSignatureError) as refused:
        sigv4.parse_authorization("POST", "/", "", [("host", "a"), ("authorization", authorization)])
    assert refused.value.message == (
        "Invalid key=value pair (missing equal-sign) in Authorization header "
        f"(hashed with SHA-256 and encoded with Base64): '{hashed}'."
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"Credential": "AKIDEXAMPLE/20150830/us-east-1/aws4_request"},
        {"Credential": "AKIDEXAMPLE//us-east-1/service/aws4_request"},
        {"Credential": f"{SCOPE}/more"},
        {"SignedHeaders": "x-amz-date;host"},
        {"SignedHeaders": "host;host;x-amz-date"},
        {"SignedHeaders": "Host;x-amz-date"},
        {"SignedHeaders": "host"},
        {"SignedHeaders": "x-amz-date"},
        {"SignedHeaders": "host;x-amz-date;x-not-sent"},
        {"algorithm": "AWS4-ECDSA-P256-SHA256"},
        {"algorithm": "AWS"},
        {"algorithm": "Bearer"},
        {"algorithm": "Basic"},
        {"Signature": f"{'0' * 64}, Signature={'0' * 64}"},
        {"Signature": f"{'0' * 64}, nonsense"},
    ],
    ids=str,
)
def test_a_header_that_is_not_well_formed_is_refused(changed: dict[str, str]) -> None:
    """SIG-04, SIG-05, SIG-15."""
    assert header_form() is not None
    with pytest.raises((IncompleteSignatureError, InvalidSignatureError)):
        header_form(**changed)


@pytest.mark.parametrize(
    "date", ["20150830", "2015-08-30T12:36:00Z", "20151330T123600Z", "", "\u0662\u0660150830T123600Z"]
)
def test_a_date_that_is_none_is_refused(date: str) -> None:
    headers = [("host", "a"), ("x-amz-date", date)]
    names = "host;x-amz-date"
    value = f"{sigv4.ALGORITHM} Credential={SCOPE}, SignedHeaders={names}, Signature={'0' * 64}"
    with pytest.raises(IncompleteSignatureError):
        sigv4.parse_authorization("POST", "/", "", [*headers, ("authorization", value)])


def test_the_date_header_stands_in_for_x_amz_date() -> None:
    value = f"{sigv4.ALGORITHM} Credential={SCOPE}, SignedHeaders=date;host, Signature={'0' * 64}"
    headers = [("host", "a"), ("date", "Sun, 30 Aug 2015 12:36:00 GMT"), ("authorization", value)]
    signed = sigv4.parse_authorization("POST", "/", "", headers)
    assert signed is not None
    assert (signed.amz_date, signed.signed_at) == ("20150830T123600Z", SIGNED_AT)


TWICE = f"X-Amz-Algorithm={sigv4.ALGORITHM}&X-Amz-Signature=a&X-Amz%2DSignature=b"


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("X-Amz-Signature=a", [("authorization", "AWS4-HMAC-SHA256 Credential=a")]),
        (TWICE, []),
        ("", [("authorization", "AWS4-HMAC-SHA256 a=b"), ("authorization", "AWS4-HMAC-SHA256 a=b")]),
        ("AWSAccessKeyId=AKIDEXAMPLE&Signature=x&Expires=1", []),
    ],
    ids=["both forms", "a parameter twice", "the header twice", "SigV2 in the query"],
)
def test_a_request_with_two_signatures_or_an_old_one_is_refused(query: str, headers: list[tuple[str, str]]) -> None:
    """SIG-07, SIG-15."""
    with pytest.raises(IncompleteSignatureError):
        sigv4.parse_authorization("POST", "/", query, [("host", "a"), *headers])


@given(authorization=st.text(max_size=200), query=st.text(max_size=200))
def test_whatever_text_stands_there_it_is_refused_as_aws_refuses(authorization: str, query: str) -> None:
    """ROB-03: no text ends in another error, and none of these is a signature."""
    with pytest.raises(ServiceError):
        sigv4.parse_authorization("POST", "/", "", [("host", "a"), ("authorization", authorization)])
    with pytest.raises(ServiceError):
        sigv4.parse_authorization("POST", "/", f"X-Amz-Signature=0&{query}", [("host", "a")])
