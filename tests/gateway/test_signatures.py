"""Who may speak to the gateway: signatures in headers and addresses, sessions, time, and nobody."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.fixtures.s3_server import S3Server
from tests.fixtures.server import MovingClock, Server
from tests.gateway.conftest import Gateway, Keys, allow, code, send


@pytest.fixture
def kept(streams: Gateway) -> Gateway:
    """A gateway with the object `k`."""
    streams.s3().put_object(Bucket=streams.bucket, Key="k", Body=b"kept")
    return streams


@pytest.fixture
def clock(kept: Gateway, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the server's time only: a client's clock is wrong then."""
    moving = MovingClock(kept.server.services)
    yield moving
    moving.set(None)


def path(gateway: Gateway) -> str:
    """Return the object's path."""
    return f"/{gateway.bucket}/k"


def test_a_wrong_secret_is_a_signature_that_does_not_match(kept: Gateway) -> None:
    response = kept.request("GET", path(kept), keys=Keys(kept.keys.access_key_id, "wrong"))

    assert (response.status_code, code(response)) == (403, "SignatureDoesNotMatch")
    assert response.headers["content-type"] == "application/xml"
    assert response.headers["x-amz-request-id"] in response.text


def test_an_unknown_key_is_told_as_s3_does(kept: Gateway) -> None:
    """SIG-12."""
    response = kept.request("GET", path(kept), keys=Keys("AKIAAAAAAAAAAAAAAAAA", "wrong"))

    assert (response.status_code, code(response)) == (403, "InvalidAccessKeyId")


@pytest.mark.parametrize(
    "change",
    [
        lambda request: request.headers.replace_header("X-Amz-Date", "20200101T000000Z"),
        lambda request: request.headers.add_header("x-amz-acl", "public-read"),
        lambda request: setattr(request, "url", request.url + "x"),
        lambda request: setattr(request, "url", request.url + "?versionId=1"),
        lambda request: setattr(request, "method", "DELETE"),
        lambda request: request.headers.replace_header("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),
    ],
    ids=["date", "header", "key", "query", "method", "hash"],
)
def test_what_was_changed_after_signing_is_refused(kept: Gateway, change: Callable[[Any], None]) -> None:
    """SIG-01, SIG-05."""
    request = kept.signed("GET", path(kept))
    change(request)

    response = send(request)

    assert response.status_code in {400, 403}
    assert kept.behind.keys(kept.bucket) == {"k"}


def test_a_signature_for_another_region_says_which_is_right(kept: Gateway) -> None:
    """SIG-04; clients read `Region` and sign again."""
    request = kept.signed("GET", path(kept))
    request.headers.replace_header("Authorization", request.headers["Authorization"].replace("us-east-1", "eu-west-1"))

    response = send(request)

    assert (response.status_code, code(response)) == (400, "AuthorizationHeaderMalformed")
    assert "<Region>us-east-1</Region>" in response.text


@pytest.mark.parametrize("seconds", [-1000, 1000])
def test_a_request_of_another_time_is_refused(kept: Gateway, clock: MovingClock, seconds: int) -> None:
    """SIG-02, SIG-03."""
    request = kept.signed("GET", path(kept))
    clock.advance(seconds)

    response = send(request)

    assert (response.status_code, code(response)) == (403, "RequestTimeTooSkewed")
    assert "date" in response.headers


def test_the_same_request_again_within_its_time_is_allowed(kept: Gateway, clock: MovingClock) -> None:
    """SIG-16."""
    request = kept.signed("GET", path(kept))

    assert send(request).status_code == 200
    clock.advance(200)
    assert send(request).status_code == 200


def test_a_presigned_address_works_until_it_expires(kept: Gateway, clock: MovingClock) -> None:
    """SIG-09."""
    address = kept.presigned("GET", path(kept), seconds=60)

    assert httpx.get(address).content == b"kept"
    clock.advance(61)
    late = httpx.get(address)

    assert (late.status_code, code(late), "Request has expired" in late.text) == (403, "AccessDenied", True)


def test_a_presigned_upload_takes_the_body_it_is_given(kept: Gateway) -> None:
    address = kept.presigned("PUT", f"/{kept.bucket}/up%20load")

    assert httpx.put(address, content=b"x" * 100_000).status_code == 200
    assert kept.s3().head_object(Bucket=kept.bucket, Key="up load")["ContentLength"] == 100_000


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"X-Amz-Expires": "604801"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Expires": "0"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Expires": "x"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Expires": None}, "AuthorizationQueryParametersError"),
        ({"X-Amz-SignedHeaders": None}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Signature": "0" * 64}, "SignatureDoesNotMatch"),
        ({"X-Amz-Expires": "3000"}, "SignatureDoesNotMatch"),
        ({"response-content-type": "text/html"}, "SignatureDoesNotMatch"),
    ],
)
def test_a_presigned_address_that_was_changed_is_refused(
    kept: Gateway, change: dict[str, str | None], expected: str
) -> None:
    """SIG-09."""
    parts = urlsplit(kept.presigned("GET", path(kept)))
    query: dict[str, str | None] = {**dict(parse_qsl(parts.query)), **change}
    changed = urlencode({name: value for name, value in query.items() if value is not None})

    response = httpx.get(parts._replace(query=changed).geturl())

    assert code(response) == expected


def test_a_request_with_two_signatures_is_refused(kept: Gateway) -> None:
    """SIG-07."""
    request = kept.signed("GET", path(kept))
    request.url = kept.presigned("GET", path(kept))

    response = send(request)

    assert (response.status_code, code(response)) == (400, "AuthorizationHeaderMalformed")


def test_a_header_that_was_moved_into_the_address_is_decided_on(gateway: Gateway) -> None:
    """Presigners move `x-amz-…` headers into the query; `x-amz-acl` there needs what it needs as a header."""
    user = gateway.user(allow("s3:PutObject", f"arn:aws:s3:::{gateway.bucket}/*"))
    plain = gateway.presigned("PUT", f"/{gateway.bucket}/k?x-amz-checksum-crc32=AAAAAA%3D%3D", keys=user)
    public = gateway.presigned("PUT", f"/{gateway.bucket}/k?x-amz-acl=public-read", keys=user)

    assert httpx.put(plain, content=b"x").status_code == 200
    refused = httpx.put(public, content=b"x")
    assert (refused.status_code, code(refused)) == (403, "AccessDenied")
    assert "s3:PutObjectAcl" in refused.text


def test_the_addresses_that_boto3_signs_in_the_old_way_work(kept: Gateway, clock: MovingClock) -> None:
    """Its default for S3: `AWSAccessKeyId`, `Signature` and `Expires`."""
    s3, named = kept.s3(), {"Bucket": kept.bucket, "Key": "a b+c"}
    put = s3.generate_presigned_url("put_object", {**named, "ContentType": "text/x"}, ExpiresIn=60)
    get = s3.generate_presigned_url("get_object", {**named, "ResponseContentType": "text/y"}, ExpiresIn=60)
    assert "AWSAccessKeyId=" in get

    assert httpx.put(put, content=b"x", headers={"content-type": "text/x"}).status_code == 200
    assert httpx.put(put, content=b"x", headers={"content-type": "text/html"}).status_code == 403
    found = httpx.get(get)
    assert (found.status_code, found.content) == (200, b"x")
    for changed in (get.replace("Expires=", "Expires=9"), get.replace("a%20b", "a%20c"), f"{get}&prefix=x"):
        assert httpx.get(changed).status_code == 403
    clock.advance(61)
    assert "Request has expired" in httpx.get(get).text


def test_an_old_address_signed_by_a_session_carries_its_token(gateway: Gateway) -> None:
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"kept")
    session = _session(gateway)

    address = gateway.s3(session).generate_presigned_url("get_object", {"Bucket": gateway.bucket, "Key": "k"})

    assert httpx.get(address).content == b"kept"
    assert code(httpx.get(re.sub("x-amz-security-token=[^&]*", "x-amz-security-token=x", address))) == "InvalidToken"


def test_a_session_works_until_it_expires(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIG-09, SIG-14."""
    session, clock = _session(gateway), MovingClock(gateway.server.services)
    target = f"/{gateway.bucket}?list-type=2"
    address = gateway.presigned("GET", target, seconds=604_800, keys=session)

    assert gateway.request("GET", target, keys=session).status_code == 200
    assert httpx.get(address).status_code == 200
    clock.advance(4000)
    try:
        late = httpx.get(address)
    finally:
        clock.set(None)

    assert (late.status_code, code(late)) == (400, "ExpiredToken")


@pytest.mark.parametrize("token", ["", "x", "changed"])
def test_a_session_without_its_token_is_refused(gateway: Gateway, token: str) -> None:
    """SIG-14."""
    session = _session(gateway)
    other = (session.token or "")[:-6] + "AAAAAA"
    changed = Keys(session.access_key_id, session.secret, {"": None, "changed": other}.get(token, token))

    response = gateway.request("GET", f"/{gateway.bucket}", keys=changed)

    assert code(response) in {"InvalidToken", "InvalidAccessKeyId"}
    assert response.status_code in {400, 403}


@pytest.mark.parametrize(
    "authorization", ["AWS AKIAAAAAAAAAAAAAAAAA:c2lnbmF0dXJl", "Bearer x", "Basic eDp5", "AWS4-ECDSA-P256-SHA256 x", ""]
)
def test_other_schemes_are_never_taken_for_nobody(gateway: Gateway, authorization: str) -> None:
    """SIG-15: not even where nobody may read."""
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"kept")
    host = f"{gateway.bucket}.s3.localhost"

    response = httpx.get(f"{gateway.server.url}/k", headers={"authorization": authorization, "host": host})

    assert response.status_code >= 400
    assert b"kept" not in response.content


def test_nobody_gets_what_no_bucket_policy_gives(kept: Gateway) -> None:
    for method in ("get_object", "head_object", "delete_object"):
        with pytest.raises(ClientError) as caught:
            getattr(kept.anybody(), method)(Bucket=kept.bucket, Key="k")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with pytest.raises(ClientError, match="AccessDenied"):
        kept.anybody().list_objects_v2(Bucket=kept.bucket)


def _session(gateway: Gateway) -> Keys:
    """Return a session of an hour of a role that may do everything in S3."""
    iam, trust = gateway.client("iam"), f'{{"AWS":"arn:aws:iam::{gateway.root.account_id}:root"}}'
    statement = f'{{"Effect":"Allow","Principal":{trust},"Action":"sts:AssumeRole"}}'
    document = f'{{"Version":"2012-10-17","Statement":[{statement}]}}'
    role = iam.create_role(RoleName="all", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    iam.put_role_policy(RoleName="all", PolicyName="p", PolicyDocument=policy)
    sts = gateway.client("sts", gateway.user(allow("sts:AssumeRole", "*")))
    made = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


@pytest.mark.parametrize("value", ["a\r\nx-amz-acl: public-read", "a\nb", "a\rb", "a\0b", "a\x01b", "a\x7fb"])
@pytest.mark.parametrize(
    ("method", "name"), [("PUT", "x-amz-meta-a"), ("GET", "x-amz-meta-a"), ("GET", "response-content-type")]
)
def test_a_presigned_header_that_cannot_be_one_is_refused(kept: Gateway, method: str, name: str, value: str) -> None:
    response = httpx.request(method, kept.presigned(method, f"{path(kept)}?{urlencode({name: value})}"))
    assert (response.status_code, code(response)) == (400, "InvalidArgument")


def test_a_presigned_header_with_a_name_that_cannot_be_one_is_refused(kept: Gateway) -> None:
    response = httpx.put(kept.presigned("PUT", f"{path(kept)}?x-amz-meta-a%0D%0Ab=1"), content=b"new")
    assert (response.status_code, code(response)) == (400, "InvalidArgument")
    assert kept.s3().get_object(Bucket=kept.bucket, Key="k")["Body"].read() == b"kept"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_pictures_of_buckets_are_shown_on_pages_of_this_machine_only(
    start_server: Callable[..., Server], s3_server: S3Server
) -> None:
    """With `--dev` and a key that somebody made up, of which the signature proves nothing."""
    keys = {"access_key_id": s3_server.access_key_id, "secret_access_key": s3_server.secret_access_key}
    upstream = {f"s3_upstream_{name}": value for name, value in keys.items()}
    server = start_server(dev=True, s3_upstream=s3_server.url, **upstream)
    made_up: dict[str, Any] = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    s3 = server.client("s3", **made_up)
    s3.create_bucket(Bucket="pictures-of-a-dev-server")
    s3.put_object(Bucket="pictures-of-a-dev-server", Key="p", Body=b"picture")
    named = {"Bucket": "pictures-of-a-dev-server", "Key": "p"}
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}
    for version in ("s3", "s3v4"):
        signer = server.client("s3", config=Config(signature_version=version), **made_up)
        address = signer.generate_presigned_url("get_object", named)
        for headers in ({**foreign, "referer": "http://localhost:3000/"}, {"sec-fetch-site": "none"}, {}):
            assert httpx.get(address, headers=headers).content == b"picture"
        for headers in ({**foreign, "referer": "http://evil.example/"}, foreign, {"origin": "http://evil.example"}):
            assert httpx.get(address, headers=headers).status_code == 403
