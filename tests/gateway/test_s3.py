"""What a request asks for, as IAM sees it: a table of S3's operations, and what could mean two things."""

from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws.wire import Request
from ostiary.gateway import operations, s3
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Asked, Target

ALL = operations.features_of("all")
REFUSED = {
    "abac",
    "annotation",
    "metadataAnnotationTable",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "renameObject",
    "session",
}


def asked(method: str, address: str, *, host: str = "s3.localhost", **headers: str) -> Asked:
    """Read a request; `x_amz_…` are headers."""
    path, _, query = address.partition("?")
    named = [("host", host)] + [(name.replace("_", "-"), value) for name, value in headers.items()]
    return s3.read(Request(method, path, query, named), "s3.localhost", ALL)


def needs(found: Asked) -> list[str]:
    """Return what must be allowed, as `Action resource`."""
    return [
        f"{item.action} {resource.removeprefix('arn:aws:s3:::')}"
        for item in found.wanted
        for resource in item.resources
    ]


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("GET", "/", ["ListAllMyBuckets *"]),
        ("GET", "/b-1?list-type=2", ["ListBucket b-1"]),
        ("HEAD", "/b-1", ["ListBucket b-1"]),
        ("PUT", "/b-1", ["CreateBucket b-1"]),
        ("DELETE", "/b-1/", ["DeleteBucket b-1"]),
        ("GET", "/b-1/k", ["GetObject b-1/k"]),
        ("HEAD", "/b-1/k?partNumber=1", ["GetObject b-1/k"]),
        ("GET", "/b-1/k?versionId=3", ["GetObjectVersion b-1/k"]),
        ("GET", "/b-1/k?versionId=", ["GetObject b-1/k"]),
        ("PUT", "/b-1/k?x-id=PutObject", ["PutObject b-1/k"]),
        ("DELETE", "/b-1/k", ["DeleteObject b-1/k"]),
        ("DELETE", "/b-1/k?versionId=3", ["DeleteObjectVersion b-1/k"]),
        ("POST", "/b-1/k?uploads", ["PutObject b-1/k"]),
        ("PUT", "/b-1/k?partNumber=1&uploadId=u", ["PutObject b-1/k"]),
        ("POST", "/b-1/k?uploadId=u", ["PutObject b-1/k"]),
        ("GET", "/b-1/k?uploadId=u", ["ListMultipartUploadParts b-1/k"]),
        ("DELETE", "/b-1/k?uploadId=u", ["AbortMultipartUpload b-1/k"]),
        ("GET", "/b-1?uploads", ["ListBucketMultipartUploads b-1"]),
        ("GET", "/b-1?versions", ["ListBucketVersions b-1"]),
        ("GET", "/b-1/k?acl", ["GetObjectAcl b-1/k"]),
        ("GET", "/b-1/k?acl&versionId=3", ["GetObjectVersionAcl b-1/k"]),
        ("PUT", "/b-1/k?tagging", ["PutObjectTagging b-1/k"]),
        ("DELETE", "/b-1/k?tagging&versionId=1", ["DeleteObjectVersionTagging b-1/k"]),
        ("POST", "/b-1/k?restore", ["RestoreObject b-1/k"]),
        ("POST", "/b-1/k?select&select-type=2", ["GetObject b-1/k"]),
        ("PUT", "/b-1/k?retention", ["PutObjectRetention b-1/k"]),
        ("GET", "/b-1?policy", ["GetBucketPolicy b-1"]),
        ("DELETE", "/b-1?policy", ["DeleteBucketPolicy b-1"]),
        ("PUT", "/b-1?lifecycle", ["PutLifecycleConfiguration b-1"]),
        ("DELETE", "/b-1?lifecycle", ["PutLifecycleConfiguration b-1"]),
        ("DELETE", "/b-1?website", ["DeleteBucketWebsite b-1"]),
        ("GET", "/b-1?inventory&id=1", ["GetInventoryConfiguration b-1"]),
        ("GET", "/b-1/a/", ["GetObject b-1/a/", "GetObject b-1/a"]),
    ],
)
def test_an_operation_needs_its_action(method: str, address: str, expected: list[str]) -> None:
    assert needs(asked(method, address)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_amz_acl": "private"}, ["PutObject b-1/k", "PutObjectAcl b-1/k"]),
        ({"x_amz_grant_read": "id=1"}, ["PutObject b-1/k", "PutObjectAcl b-1/k"]),
        ({"x_amz_tagging": "a=b"}, ["PutObject b-1/k", "PutObjectTagging b-1/k"]),
        ({"x_amz_object_lock_mode": "GOVERNANCE"}, ["PutObject b-1/k", "PutObjectRetention b-1/k"]),
        ({"x_amz_copy_source": "b-2/a%20b"}, ["PutObject b-1/k", "GetObject b-2/a b"]),
        ({"x_amz_copy_source": "/b-2/a?versionId=7"}, ["PutObject b-1/k", "GetObjectVersion b-2/a"]),
    ],
)
def test_headers_need_what_they_do_beside(headers: dict[str, str], expected: list[str]) -> None:
    assert needs(asked("PUT", "/b-1/k", **headers)) == expected


def test_deleting_past_a_lock_needs_the_right_to() -> None:
    found = asked("DELETE", "/b-1/k", x_amz_bypass_governance_retention="true")

    assert needs(found) == ["DeleteObject b-1/k", "BypassGovernanceRetention b-1/k"]


def test_a_copy_to_a_part_needs_its_source_too() -> None:
    found = asked("PUT", "/b-1/k?partNumber=1&uploadId=u", x_amz_copy_source="b-2/a")

    assert needs(found) == ["PutObject b-1/k", "GetObject b-2/a"]


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("PUT", "/b-1", {"x_amz_copy_source": "b-2/a"}),
        ("POST", "/b-1/k?uploads", {"x_amz_copy_source": "b-2/a"}),
        ("PUT", "/b-1/k?tagging", {"x_amz_copy_source": "b-2/a"}),
        ("PUT", "/b-1/k", {"x_amz_copy_source": "b-2/../b-3/a"}),
        ("PUT", "/b-1/k", {"x_amz_copy_source": "b-2"}),
        ("PUT", "/b-1/k", {"x_amz_copy_source": "arn:aws:s3:us-east-1:1:accesspoint/a/object/k"}),
        ("PUT", "/b-1/k", {"x_amz_copy_source": "b-2/a?versionId=1&more=2"}),
        ("PUT", "/b-1/k", {"x_amz_copy_source": "b-2/a?acl"}),
        ("GET", "/b-1/k?acl&torrent", {}),
        ("GET", "/b-1?prefix=a&prefix=b", {}),
        ("PUT", "/b-1/k?x-amz-acl=private", {"x_amz_acl": "public-read"}),
        ("DELETE", "/b-1?delete", {}),
        ("POST", "/b-1/k", {}),
        ("POST", "/b-1", {}),
        ("PATCH", "/b-1/k", {}),
        ("DELETE", "/", {}),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_refused(method: str, address: str, headers: dict[str, str]) -> None:
    with pytest.raises(S3Error):
        asked(method, address, **headers)


def test_conditions_say_what_is_listed_copied_and_tagged() -> None:
    listing = asked("GET", "/b-1?prefix=a%2Fb+c&delimiter=%2F&max-keys=5").wanted[0].conditions
    copy = asked("PUT", "/b-1/k", x_amz_copy_source="/b-2/a%2Fb", x_amz_tagging="a=1&b=2").wanted[0].conditions

    assert listing == {"s3:prefix": "a/b c", "s3:delimiter": "/", "s3:max-keys": "5"}
    assert copy["s3:x-amz-copy-source"] == "b-2/a/b"
    assert copy["s3:RequestObjectTag/a"] == "1"
    assert copy["s3:RequestObjectTagKeys"] == ["a", "b"]


def test_the_address_that_goes_on_is_written_from_what_was_read() -> None:
    found = asked("GET", "/b-1/a%2fb%20c+d?response-content-type=a%2Fb&cache=1&x-id=GetObject&X-Amz-Signature=0")

    assert found.address == "/b-1/a/b%20c%2Bd?response-content-type=a%2Fb"


@pytest.mark.parametrize("host", ["b-1.s3.localhost", "B-1.S3.LOCALHOST:9500"])
def test_a_bucket_in_the_host_is_the_one_in_the_path(host: str) -> None:
    assert asked("GET", "/k/x", host=host).target == Target("b-1", "k/x")


def test_every_operation_of_s3_s_model_is_known_or_refused() -> None:
    """No sub-resource of S3 is taken for the object or bucket itself."""
    model: Any = get_session().get_service_model("s3")
    for name in model.operation_names:
        http = model.operation_model(name).http
        address, _, query = http["requestUri"].replace("{Key+}", "k").replace("{Bucket}", "b-1").partition("?")
        if name == "WriteGetObjectResponse":
            continue
        facet = query.split("&")[0].partition("=")[0]
        members = model.operation_model(name).input_shape
        keys = {"uploadId": "u", "id": "1"}
        located = [m.serialization.get("name") for m in members.members.values()] if members else []
        required = "&".join(f"{key}={value}" for key, value in keys.items() if key in located)
        try:
            found = asked(http["method"], f"{address}?{query}&{required}")
        except S3Error as error:
            assert (error.query_code, facet in REFUSED or name == "UpdateObjectEncryption") == ("NotImplemented", True)  # noqa: PT017
        else:
            assert facet in {"", "list-type", found.facet}, name
            assert facet not in REFUSED


@given(st.text(min_size=1, max_size=40))
def test_a_key_is_refused_or_is_the_one_that_goes_on(key: str) -> None:
    """STS-11, SIG-10: for every key, what is decided on is what a server reads from the address."""
    from urllib.parse import quote, unquote  # noqa: PLC0415

    try:
        encoded = quote(key)
    except UnicodeEncodeError:
        return
    try:
        found = asked("GET", f"/b-1/{encoded}")
    except S3Error:
        segments = key.removesuffix("/").split("/")
        assert {"", ".", ".."} & set(segments) or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in key)
        return
    assert found.target.key == key
    assert unquote(found.address.removeprefix("/b-1/")) == key
    assert found.wanted[0].resources[0] == f"arn:aws:s3:::b-1/{key}"
