"""An S3 request as IAM sees it: bucket, key, actions, and the address that is sent on."""

import pytest

from ostiary.aws.wire import Request
from ostiary.gateway import operations, s3
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Asked, Target

DOMAIN = "s3.localhost"
FEATURES = frozenset(operations.FACETS | {""})


def read(method: str, address: str, host: str = "localhost:4567", **headers: str) -> Asked:
    """Read a request; headers have underscores for hyphens."""
    path, _, query = address.partition("?")
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return s3.read(Request(method, path, query, [("host", host), *named]), DOMAIN, FEATURES)


def refused(method: str, address: str, **headers: str) -> str:
    """Return the code of the refusal."""
    with pytest.raises(S3Error) as caught:
        read(method, address, **headers)
    return str(caught.value.query_code)


@pytest.mark.parametrize(
    ("host", "path", "target"),
    [
        ("localhost", "/", Target("", "")),
        ("localhost", "/pictures", Target("pictures", "")),
        ("localhost", "/pictures/", Target("pictures", "")),
        ("localhost", "/pictures/a/b", Target("pictures", "a/b")),
        ("localhost", "/pictures/a/", Target("pictures", "a/")),
        ("pictures.s3.localhost:4567", "/a/b", Target("pictures", "a/b")),
        ("PICTURES.S3.LOCALHOST", "/a", Target("pictures", "a")),
        ("pictures.s3.localhost", "/", Target("pictures", "")),
        ("s3.localhost", "/pictures/a", Target("pictures", "a")),
    ],
)
def test_bucket_and_key_come_from_the_path_or_the_host(host: str, path: str, target: Target) -> None:
    assert read("GET", path, host).target == target


@pytest.mark.parametrize(
    ("sent", "key", "sent_on"),
    [
        ("a%3Ab", "a:b", "a%3Ab"),
        ("a:b", "a:b", "a%3Ab"),
        ("a%3ab", "a:b", "a%3Ab"),
        ("a%20b", "a b", "a%20b"),
        ("a+b", "a+b", "a%2Bb"),
        ("a%2Bb", "a+b", "a%2Bb"),
        ("a%2Fb", "a/b", "a/b"),
        ("%C3%BC", "ü", "%C3%BC"),
        ("a%253Ab", "a%3Ab", "a%253Ab"),
        ("a%3Fb", "a?b", "a%3Fb"),
        ("a~b", "a~b", "a~b"),
    ],
)
def test_the_key_that_is_decided_on_is_the_key_that_is_sent_on(sent: str, key: str, sent_on: str) -> None:
    asked = read("GET", f"/pictures/{sent}")
    assert (asked.wanted[0].bucket, asked.wanted[0].key) == ("pictures", key)
    assert asked.address == f"/pictures/{sent_on}"


@pytest.mark.parametrize("key", ["a//b", "/a", "a/../b", "..", ".", "a/.", "%2e%2e/a", "a%2F%2Fb", "a%00b", "%FF"])
def test_a_key_that_could_mean_another_is_refused(key: str) -> None:
    assert refused("GET", f"/pictures/{key}") == "InvalidURI"


@pytest.mark.parametrize(
    ("method", "address", "action"),
    [
        ("GET", "/", "ListAllMyBuckets"),
        ("PUT", "/pictures", "CreateBucket"),
        ("HEAD", "/pictures", "ListBucket"),
        ("DELETE", "/pictures", "DeleteBucket"),
        ("GET", "/pictures?list-type=2&prefix=a", "ListBucket"),
        ("GET", "/pictures?versions", "ListBucketVersions"),
        ("GET", "/pictures?uploads=", "ListBucketMultipartUploads"),
        ("PUT", "/pictures?policy", "PutBucketPolicy"),
        ("DELETE", "/pictures?cors", "PutBucketCORS"),
        ("POST", "/pictures?delete", "DeleteObject"),
        ("HEAD", "/pictures/k", "GetObject"),
        ("GET", "/pictures/k?versionId=v", "GetObjectVersion"),
        ("GET", "/pictures/k?versionId=", "GetObject"),
        ("DELETE", "/pictures/k?versionId=v", "DeleteObjectVersion"),
        ("PUT", "/pictures/k?tagging&versionId=v", "PutObjectVersionTagging"),
        ("GET", "/pictures/k?acl", "GetObjectAcl"),
        ("PUT", "/pictures/k?partNumber=1&uploadId=u", "PutObject"),
        ("GET", "/pictures/k?uploadId=u", "ListMultipartUploadParts"),
        ("DELETE", "/pictures/k?uploadId=u", "AbortMultipartUpload"),
        ("POST", "/pictures/k?uploads", "PutObject"),
    ],
)
def test_an_operation_is_its_iam_action(method: str, address: str, action: str) -> None:
    assert read(method, address).action == action


@pytest.mark.parametrize(
    ("method", "address", "code"),
    [
        ("PUT", "/pictures/k?renameObject", "NotImplemented"),
        ("PUT", "/pictures/k?nobody-knows", "NotImplemented"),
        ("POST", "/pictures", "MethodNotAllowed"),
        ("PATCH", "/pictures/k", "MethodNotAllowed"),
        ("GET", "/pictures/k?acl&tagging", "InvalidArgument"),
        ("GET", "/pictures/k?versionId=1&versionId=2", "InvalidArgument"),
        ("GET", "/pictures/k?version%49d=1&versionId=2", "InvalidArgument"),
        ("GET", "/Pictures/k", "InvalidBucketName"),
        ("GET", "/a..b/k", "InvalidBucketName"),
        ("GET", "/pictures%2F..%2Fother", "InvalidURI"),
    ],
)
def test_what_is_not_known_or_could_mean_two_things_is_refused(method: str, address: str, code: str) -> None:
    assert refused(method, address) == code


def test_a_parameter_that_means_nothing_is_not_sent_on() -> None:
    asked = read("GET", "/pictures/k?nobody-knows=1&response-expires=a%20b&X-Amz-Signature=x")
    assert asked.address == "/pictures/k?response-expires=a%20b"


@pytest.mark.parametrize(
    ("header", "resource", "action", "sent_on"),
    [
        ("/other/a%20b", "other/a b", "GetObject", "/other/a%20b"),
        ("other/a+b", "other/a+b", "GetObject", "/other/a%2Bb"),
        ("other/k?versionId=v%2F1", "other/k", "GetObjectVersion", "/other/k?versionId=v%2F1"),
    ],
)
def test_a_copy_wants_its_source_too(header: str, resource: str, action: str, sent_on: str) -> None:
    asked = read("PUT", "/pictures/k", x_amz_copy_source=header)
    assert [item.action for item in asked.wanted] == ["PutObject", action]
    assert f"{asked.wanted[1].bucket}/{asked.wanted[1].key}" == resource
    assert asked.headers["x-amz-copy-source"] == sent_on


@pytest.mark.parametrize("header", ["other/../pictures/k", "other", "other/", "/../k", "o/k?versionId=1&versionId=2"])
def test_a_source_that_could_mean_another_is_refused(header: str) -> None:
    assert refused("PUT", "/pictures/k", x_amz_copy_source=header) in {"InvalidArgument", "InvalidURI"}


def test_headers_that_do_more_want_more() -> None:
    asked = read("PUT", "/pictures/k", x_amz_acl="public-read", x_amz_tagging="a=b")
    assert {item.action for item in asked.wanted} == {"PutObject", "PutObjectAcl", "PutObjectTagging"}
    presigned = read("PUT", "/pictures/k?x-amz-acl=public-read")
    assert {item.action for item in presigned.wanted} == {"PutObject", "PutObjectAcl"}
