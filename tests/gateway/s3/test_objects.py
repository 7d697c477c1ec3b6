"""Objects through the gateway, by boto3: what goes in comes out, and what is refused leaves nothing behind."""

import hashlib
import os
from collections.abc import Callable
from typing import Any

import boto3.s3.transfer
import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from ostiary.iam.accounts import RootKey
from tests.fixtures.context import REGION
from tests.fixtures.server import Server
from tests.fixtures.waiting import until

KEYS = [
    "plain.txt",
    "a folder/with spaces.txt",
    "colon:and%3Apercent",
    "plus+and&amp=equals",
    "späte Grüße/日本語.txt",
    "quote'(1)!*~",
    "hash#question?semi;colon,comma",
    "at@dollar$",
]


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """Return the code and the HTTP status of an error."""
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("key", KEYS)
def test_the_key_that_is_asked_for_is_the_key_that_is_stored(s3: Any, bucket: str, stored: Any, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=b"content")
    assert stored(bucket) == {key: b"content"}
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"content"
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 7
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert stored(bucket) == {}


@pytest.mark.parametrize("key", ["a//b", "a/../b", "./a", "a/.", "..", "/a"])
def test_a_key_that_a_file_system_would_fold_is_refused(s3: Any, bucket: str, key: str) -> None:
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert code_of(caught) == ("InvalidURI", 400)


def test_an_object_keeps_its_type_and_metadata(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"{}", ContentType="application/json", Metadata={"colour": "blue"})
    found = s3.head_object(Bucket=bucket, Key="k")
    assert found["Metadata"]["colour"] == "blue"
    assert found["ETag"] == f'"{hashlib.md5(b"{}", usedforsecurity=False).hexdigest()}"'
    assert "aws-chunked" not in found.get("ContentEncoding", "")


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 1_000_003])
def test_bodies_of_every_size_come_back_as_they_were(s3: Any, bucket: str, size: int) -> None:
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    found = s3.get_object(Bucket=bucket, Key="k")
    assert found["ContentLength"] == size
    assert found["Body"].read() == body


@pytest.fixture
def trusting(gateway: Server, account: RootKey) -> Any:
    """Give a client that ignores checksums of answers: rclone sends the whole object's with a range and with a 304."""
    return gateway.client("s3", account, config=Config(response_checksum_validation="when_required"))


def test_a_range_of_an_object(s3: Any, trusting: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    found = trusting.get_object(Bucket=bucket, Key="k", Range="bytes=2-4")
    assert found["Body"].read() == b"234"
    assert found["ContentRange"] == "bytes 2-4/10"


def test_a_condition_on_the_entity_tag(s3: Any, trusting: Any, bucket: str) -> None:
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    assert trusting.get_object(Bucket=bucket, Key="k", IfNoneMatch='"other"')["Body"].read() == b"x"
    with pytest.raises(ClientError) as caught:
        trusting.get_object(Bucket=bucket, Key="k", IfNoneMatch=tag)
    assert code_of(caught)[1] == 304


def test_a_missing_object(s3: Any, bucket: str) -> None:
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="missing")
    assert code_of(caught) == ("NoSuchKey", 404)
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket=bucket, Key="missing")
    assert code_of(caught) == ("404", 404)


def test_an_upload_in_parts(s3: Any, bucket: str, stored: Any) -> None:
    parts = [os.urandom(5 * 1024 * 1024), b"the end"]
    named = {"Bucket": bucket, "Key": "in parts/späte+Grüße"}
    upload = named | {"UploadId": s3.create_multipart_upload(**named)["UploadId"]}
    done = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]}
        for number, part in enumerate(parts, 1)
    ]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
    assert stored(bucket) == {named["Key"]: b"".join(parts)}


def test_an_upload_in_parts_that_is_given_up(s3: Any, bucket: str, stored: Any) -> None:
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    s3.upload_part(**upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(**upload)
    assert stored(bucket) == {}


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_stream_with_its_checksum_at_the_end(s3: Any, bucket: str, algorithm: str) -> None:
    body = os.urandom(200_000)
    s3.put_object(Bucket=bucket, Key="k", Body=body, ChecksumAlgorithm=algorithm)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body


def test_the_transfer_manager_up_and_down(s3: Any, bucket: str, tmp_path: Any) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(20_000_000))
    s3.upload_file(str(source), bucket, "big", Config=boto3.s3.transfer.TransferConfig(max_concurrency=4))
    s3.download_file(bucket, "big", str(target))
    assert target.read_bytes() == source.read_bytes()


def test_a_presigned_address_reads_and_writes(gateway: Server, account: RootKey, bucket: str) -> None:
    s3 = gateway.client("s3", account, config=Config(signature_version="s3v4"))
    named = {"Bucket": bucket, "Key": "a b+c/ü"}
    put = httpx.put(s3.generate_presigned_url("put_object", named, 60), content=b"presigned")
    assert put.status_code == 200, put.text
    got = httpx.get(s3.generate_presigned_url("get_object", named, 60))
    assert (got.status_code, got.content) == (200, b"presigned")


def test_a_presigned_address_is_good_for_nothing_else(gateway: Server, account: RootKey, bucket: str) -> None:
    s3 = gateway.client("s3", account, config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=bucket, Key="other", Body=b"x")
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, 60)
    for changed in (address.replace("/k?", "/other?"), address + "&versionId=1", address + "&acl"):
        answer = httpx.get(changed)
        assert answer.status_code == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in answer.text
    assert httpx.put(address, content=b"x").status_code == 403


def test_a_presigned_address_that_expired(gateway: Server, account: RootKey, bucket: str) -> None:
    s3 = gateway.client("s3", account, config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, 60)
    gateway.services.clock.advance(61)
    try:
        answer = httpx.get(address)
    finally:
        gateway.services.clock.set(None)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.text


def signed(gateway: Server, key: RootKey, path: str, body: bytes) -> dict[str, str]:
    """Return the headers of a signed PUT of `body`."""
    request = AWSRequest("PUT", f"{gateway.url}{path}", data=body)
    S3SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), "s3", REGION).add_auth(request)
    return dict(request.headers.items())


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_another_body_than_the_signed_one_is_not_stored(
    gateway: Server, account: RootKey, bucket: str, stored: Any, size: int
) -> None:
    body = os.urandom(size)
    headers, good = (signed(gateway, account, f"/{bucket}/{key}", body) for key in ("k", "good"))
    with httpx.Client(base_url=gateway.url) as http:
        answer = http.put(f"/{bucket}/k", headers=headers, content=body[:-1] + bytes([body[-1] ^ 1]))
        assert answer.status_code == 400, answer.text
        assert "<Code>XAmzContentSHA256Mismatch</Code>" in answer.text
        assert stored.nothing(bucket)
        assert http.put(f"/{bucket}/good", headers=good, content=body).status_code == 200
    until(lambda: stored(bucket) == {"good": body}, "the good one alone")


def test_a_checksum_that_is_wrong_stores_nothing(s3: Any, bucket: str, stored: Any) -> None:
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    assert code_of(caught) == ("BadDigest", 400)
    assert stored(bucket) == {}


def test_errors_are_xml_with_a_request_id(gateway: Server, person: Callable[..., Any], bucket: str) -> None:
    with pytest.raises(ClientError) as caught:
        person().get_object(Bucket=bucket, Key="k")
    assert code_of(caught) == ("AccessDenied", 403)
    answer = httpx.get(f"{gateway.url}/{bucket}/k")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/xml"
    assert answer.text.startswith("<?xml")
    assert "<Error><Code>AccessDenied</Code>" in answer.text
