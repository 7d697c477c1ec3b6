"""Objects through the gateway, by boto3 and by requests written exactly."""

import unicodedata
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.gateway.conftest import Gateway, allow, code

FIVE_MEBIBYTES = 5 * 1024 * 1024
KEYS = [
    "plain.txt",
    "us-east-1:00000000-aaaa/diary.txt",
    "with space/and + plus.txt",
    "percent%41 & amp;.txt",
    "ünïcödé/文字/🔑.txt",
    "parens (1)!*'~.txt",
    "back\\slash.txt",
    "question?hash#.txt",
]


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    """Return the code of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("key", KEYS)
def test_an_object_is_kept_under_exactly_its_key(streams: Gateway, key: str) -> None:
    s3 = streams.s3()
    s3.put_object(Bucket=streams.bucket, Key=key, Body=key.encode(), Metadata={"about": "it"}, ContentType="text/x")

    found = s3.get_object(Bucket=streams.bucket, Key=key)

    assert found["Body"].read() == key.encode()
    assert (found["Metadata"]["about"], found["ContentType"]) == ("it", "text/x")
    assert streams.behind.keys(streams.bucket) == {key}
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=streams.bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=streams.bucket, Key=key)
    assert streams.behind.keys(streams.bucket) == set()


@pytest.mark.parametrize("written", ["id%3A1/x", "id:1/x", "id%3a1/x", "%69d:1%2Fx"])
def test_a_key_is_the_same_however_it_is_encoded(streams: Gateway, written: str) -> None:
    """SIG-10: what is signed is the path encoded once, whatever encoding was sent."""
    streams.s3().put_object(Bucket=streams.bucket, Key="id:1/x", Body=b"x")

    assert streams.request("GET", f"/{streams.bucket}/{written}").content == b"x"


@pytest.mark.parametrize("path", ["../other/x", "a/../x", "./x", "a/./x", "a//x", "/x", "%2e%2e/x", "a/..", "a%2F%2Fx"])
def test_a_key_that_could_mean_another_is_refused(streams: Gateway, path: str) -> None:
    """SIG-10, STS-11: no normalisation behind the decision's back."""
    for method, body in (("GET", b""), ("PUT", b"x"), ("DELETE", b"")):
        response = streams.request(method, f"/{streams.bucket}/{path}", body)
        assert (response.status_code, code(response)) == (400, "InvalidURI")
    assert streams.behind.keys(streams.bucket) == set()


@pytest.mark.parametrize("path", ["%ff", "a%00b", "a%0ab", "x" * 1025])
def test_a_key_that_is_no_text_or_too_long_is_refused(streams: Gateway, path: str) -> None:
    """ROB-04."""
    response = streams.request("PUT", f"/{streams.bucket}/{path}", b"x")

    assert response.status_code == 400
    assert code(response) in {"InvalidURI", "KeyTooLongError"}


def test_a_key_is_decided_under_every_name_the_server_behind_may_take_it_for(gateway: Gateway) -> None:
    """A folder-keeping server finds `secret` under `secret/`, and names written with other letters."""
    composed, arn = unicodedata.normalize("NFC", "é.txt"), f"arn:aws:s3:::{gateway.bucket}"
    for key in ("secret.txt", composed):
        gateway.s3().put_object(Bucket=gateway.bucket, Key=key, Body=b"x")
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": [f"{arn}/secret.txt", f"{arn}/{composed}"]}
    user = gateway.user(allow("s3:*", [arn, f"{arn}/*"]), deny)

    for key in ("secret.txt", "secret.txt/", composed, unicodedata.normalize("NFD", composed)):
        assert gateway.request("GET", f"/{gateway.bucket}/{quote(key)}", keys=user).status_code == 403


def test_a_range_and_conditions_reach_the_server_behind(streams: Gateway) -> None:
    s3 = streams.s3()
    made = s3.put_object(Bucket=streams.bucket, Key="k", Body=b"0123456789")

    part = s3.get_object(Bucket=streams.bucket, Key="k", Range="bytes=2-4")

    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert s3.head_object(Bucket=streams.bucket, Key="k")["ContentLength"] == 10
    not_modified = streams.request("GET", f"/{streams.bucket}/k", if_none_match=made["ETag"])
    assert not_modified.status_code in {200, 304}
    assert refused(s3.get_object, Bucket=streams.bucket, Key="k", Range="bytes=50-60") == "InvalidRange"


def test_an_object_is_listed_by_both_listings_with_prefix_and_delimiter(streams: Gateway) -> None:
    s3 = streams.s3()
    for key in ("a/1", "a/2", "b/1", "c"):
        s3.put_object(Bucket=streams.bucket, Key=key, Body=b"x")

    first = s3.list_objects(Bucket=streams.bucket, Delimiter="/")
    second = s3.list_objects_v2(Bucket=streams.bucket, Prefix="a/")

    assert [item["Prefix"] for item in first["CommonPrefixes"]] == ["a/", "b/"]
    assert [item["Key"] for item in second["Contents"]] == ["a/1", "a/2"]


def test_an_upload_in_parts_becomes_one_object(streams: Gateway) -> None:
    s3, named = streams.s3(), {"Bucket": streams.bucket, "Key": "in parts + more"}
    upload = s3.create_multipart_upload(**named)["UploadId"]
    bodies = [b"1" * FIVE_MEBIBYTES, b"2" * 1000]
    tags = [
        s3.upload_part(**named, UploadId=upload, PartNumber=number, Body=body)["ETag"]
        for number, body in enumerate(bodies, 1)
    ]
    assert [part["PartNumber"] for part in s3.list_parts(**named, UploadId=upload)["Parts"]] == [1, 2]

    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**named, UploadId=upload, MultipartUpload={"Parts": parts})

    assert s3.get_object(**named)["Body"].read() == b"".join(bodies)


def test_an_upload_that_is_given_up_leaves_nothing(streams: Gateway) -> None:
    s3, named = streams.s3(), {"Bucket": streams.bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**named)["UploadId"]
    s3.upload_part(**named, UploadId=upload, PartNumber=1, Body=b"1" * FIVE_MEBIBYTES)

    s3.abort_multipart_upload(**named, UploadId=upload)

    assert refused(s3.list_parts, **named, UploadId=upload) == "NoSuchUpload"
    assert streams.behind.keys(streams.bucket) == set()


def test_a_copy_needs_reading_the_source(gateway: Gateway) -> None:
    s3, arn = gateway.s3(), f"arn:aws:s3:::{gateway.bucket}"
    s3.put_object(Bucket=gateway.bucket, Key="private/a + b.txt", Body=b"kept")
    user = gateway.s3(gateway.user(allow("s3:PutObject", f"{arn}/*"), allow("s3:GetObject", f"{arn}/public/*")))
    source = {"Bucket": gateway.bucket, "Key": "private/a + b.txt"}

    assert refused(user.copy_object, Bucket=gateway.bucket, Key="public/x", CopySource=source) == "AccessDenied"
    s3.copy_object(Bucket=gateway.bucket, Key="public/x", CopySource=source)
    user.copy_object(Bucket=gateway.bucket, Key="y", CopySource={"Bucket": gateway.bucket, "Key": "public/x"})

    assert s3.get_object(Bucket=gateway.bucket, Key="y")["Body"].read() == b"kept"


def test_each_key_of_a_deletion_is_decided(gateway: Gateway) -> None:
    s3, arn = gateway.s3(), f"arn:aws:s3:::{gateway.bucket}"
    for key in ("mine/1", "mine/<&>", "theirs/1"):
        s3.put_object(Bucket=gateway.bucket, Key=key, Body=b"x")
    user = gateway.s3(gateway.user(allow("s3:DeleteObject", f"{arn}/mine/*")))
    keys = ["mine/1", "mine/<&>", "theirs/1", "mine/../theirs/1"]

    answer = user.delete_objects(Bucket=gateway.bucket, Delete={"Objects": [{"Key": key} for key in keys]})

    assert {item["Key"] for item in answer["Deleted"]} == {"mine/1", "mine/<&>"}
    errors = {item["Key"]: item["Code"] for item in answer["Errors"]}
    assert errors == {"theirs/1": "AccessDenied", "mine/../theirs/1": "InvalidURI"}
    assert gateway.behind.keys(gateway.bucket) == {"theirs/1"}


def test_a_deletion_of_nothing_allowed_asks_nothing_of_the_server_behind(gateway: Gateway) -> None:
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"x")
    user = gateway.s3(gateway.user())

    answer = user.delete_objects(Bucket=gateway.bucket, Delete={"Objects": [{"Key": "k"}], "Quiet": True})

    assert [item["Code"] for item in answer["Errors"]] == ["AccessDenied"]
    assert "Deleted" not in answer


@pytest.mark.parametrize(
    "body", [b"", b"<Delete/>", b"<Delete><Object><Key>k</Key><Evil>1</Evil></Object></Delete>", b"not xml", b"<X/>"]
)
def test_a_malformed_deletion_is_refused(streams: Gateway, body: bytes) -> None:
    response = streams.request("POST", f"/{streams.bucket}?delete", body)

    assert (response.status_code, code(response)) == (400, "MalformedXML")


def test_whoever_may_not_list_is_not_told_what_is_not_there(gateway: Gateway) -> None:
    arn = f"arn:aws:s3:::{gateway.bucket}"
    reader = gateway.s3(gateway.user(allow("s3:GetObject", f"{arn}/*")))
    lister = gateway.s3(gateway.user(allow("s3:GetObject", f"{arn}/*"), allow("s3:ListBucket", arn)))

    assert refused(reader.get_object, Bucket=gateway.bucket, Key="nothing") == "AccessDenied"
    assert refused(lister.get_object, Bucket=gateway.bucket, Key="nothing") == "NoSuchKey"
    assert refused(reader.head_object, Bucket=gateway.bucket, Key="nothing") == "403"
    assert refused(lister.head_object, Bucket=gateway.bucket, Key="nothing") == "404"


def test_a_bucket_may_be_named_by_the_host(streams: Gateway) -> None:
    host = f"{streams.bucket}.s3.localhost"
    streams.s3().put_object(Bucket=streams.bucket, Key="a b", Body=b"x")

    response = streams.request("GET", "/a%20b", host=host)

    assert response.content == b"x"
    assert "content-security-policy" not in response.headers


def test_what_people_upload_cannot_run_as_a_page_of_the_server(streams: Gateway) -> None:
    streams.s3().put_object(Bucket=streams.bucket, Key="page.html", Body=b"<script>", ContentType="text/html")

    response = httpx.get(streams.presigned("GET", f"/{streams.bucket}/page.html"))

    assert (response.text, response.headers["content-security-policy"]) == ("<script>", "sandbox")


def test_a_web_page_may_read_answers_and_errors(streams: Gateway) -> None:
    """behaviour/clients.md 11: preflights, and exposed headers on success and failure alike."""
    preflight = httpx.options(
        f"{streams.server.url}/{streams.bucket}/k?X-Amz-Credential=x%2Fs3%2Faws4_request",
        headers={
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,x-amz-checksum-crc32,x-amz-meta-about",
        },
    )
    missing = streams.request("GET", f"/{streams.bucket}/nothing")

    assert preflight.status_code == 200
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert {"authorization", "x-amz-checksum-crc32", "x-amz-meta-about"} <= set(
        preflight.headers["access-control-allow-headers"].split(", ")
    )
    assert missing.headers["access-control-allow-origin"] == "*"
    assert "date" in missing.headers
    assert missing.headers.get_list("access-control-allow-origin") == ["*"]


def test_headers_between_neighbours_stay_between_them(streams: Gateway) -> None:
    """ROB-01: nothing of our connection's framing goes on, and no header that grants what IAM does not know."""
    response = streams.request(
        "PUT", f"/{streams.bucket}/k", b"x", connection="keep-alive, x-amz-acl", x_minio_force_delete="true", te="gzip"
    )

    assert response.status_code == 200
    assert "keep-alive" not in response.headers
    assert response.headers.get_list("date") == [response.headers["date"]]


def test_a_sub_resource_that_is_not_known_is_refused(streams: Gateway) -> None:
    bucket = f"/{streams.bucket}"

    assert code(streams.request("PUT", f"{bucket}?metadataTable", b"<x/>")) == "NotImplemented"
    assert code(streams.request("DELETE", f"{bucket}?everything")) == "NotImplemented"
    assert code(streams.request("DELETE", f"{bucket}/k?uploadId=")) == "NoSuchUpload"
    assert code(streams.request("GET", f"{bucket}/k?versions")) == "NotImplemented"
    assert code(streams.request("GET", f"{bucket}/k?acl&tagging")) == "InvalidArgument"
    assert code(streams.request("POST", f"{bucket}/k?tagging", b"<x/>")) == "MethodNotAllowed"
    assert "Contents" not in streams.s3().list_objects_v2(Bucket=streams.bucket)


def test_a_sub_resource_that_the_server_behind_would_ignore_is_not_sent_on(gateway: Gateway) -> None:
    """What would be done is not what was allowed: it answers `?acl` with the object, and `?tagging` destroys it."""
    arn = f"arn:aws:s3:::{gateway.bucket}"
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"kept")
    user = gateway.s3(
        gateway.user(allow(["s3:GetObjectAcl", "s3:PutObjectTagging", "s3:PutBucketCORS"], [arn, f"{arn}/*"]))
    )

    assert refused(user.get_object_acl, Bucket=gateway.bucket, Key="k") == "NotImplemented"
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    assert refused(user.put_object_tagging, Bucket=gateway.bucket, Key="k", Tagging=tags) == "NotImplemented"
    assert refused(user.delete_bucket_cors, Bucket=gateway.bucket) == "NotImplemented"
    assert gateway.s3().get_object(Bucket=gateway.bucket, Key="k")["Body"].read() == b"kept"


def test_a_parameter_given_twice_is_refused(gateway: Gateway) -> None:
    """SIG-07: what is decided on and what the server behind reads must be the same."""
    response = gateway.request("GET", f"/{gateway.bucket}?prefix=private%2F&prefix=public%2F")

    assert (response.status_code, code(response)) == (400, "InvalidArgument")


def test_another_owner_than_expected_is_refused(gateway: Gateway) -> None:
    s3 = gateway.s3()

    s3.list_objects_v2(Bucket=gateway.bucket, ExpectedBucketOwner=gateway.root.account_id)

    call = s3.list_objects_v2
    assert refused(call, Bucket=gateway.bucket, ExpectedBucketOwner="123456789012") == "AccessDenied"


def test_a_server_behind_that_is_gone_is_told(start_server: Any) -> None:
    server = start_server(s3_upstream="http://127.0.0.1:9", dev=True)
    response = server.client("s3", aws_access_key_id="any", aws_secret_access_key="thing")

    assert refused(response.get_object, Bucket="bucket", Key="k") == "ServiceUnavailable"
