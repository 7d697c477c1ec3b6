"""What IAM is asked about a request to S3, at its edges: names, keys, copies, headers in the query (STS-11, SIG-10)."""

from typing import Any
from unicodedata import normalize

import pytest

from ostiary.aws.wire import Request
from ostiary.gateway import operations, s3
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Asked, Target

ALL = operations.features_of("all")
DOMAIN = "s3.localhost"


def asked(method: str, address: str, *, host: str = DOMAIN, features: frozenset[str] = ALL, **headers: str) -> Asked:
    """Read a request; `x_amz_…` are headers."""
    path, _, query = address.partition("?")
    named = [("host", host)] + [(name.replace("_", "-"), value) for name, value in headers.items()]
    return s3.read(Request(method, path, query, named), DOMAIN, features)


def refused(method: str, address: str, **headers: Any) -> S3Error:
    with pytest.raises(S3Error) as caught:
        asked(method, address, **headers)
    return caught.value


def needs(found: Asked) -> list[str]:
    return [f"{item.action} {resource}" for item in found.wanted for resource in item.resources]


def test_the_list_of_buckets_is_about_everything_and_a_bucket_about_itself() -> None:
    assert needs(asked("GET", "/")) == ["ListAllMyBuckets *"]
    assert needs(asked("GET", "/b-1")) == ["ListBucket arn:aws:s3:::b-1"]
    assert needs(asked("GET", "/b-1/k")) == ["GetObject arn:aws:s3:::b-1/k"]
    assert (asked("GET", "/").action, asked("GET", "/b-1/k").action) == ("ListAllMyBuckets", "GetObject")


def test_a_copy_is_about_its_source_and_the_version_of_it() -> None:
    found = asked("PUT", "/b-1/k", x_amz_copy_source="/b-2/a%2Bb%20c?versionId=v%2F1")
    target, source = found.wanted
    assert (source.action, source.bucket, source.key) == ("GetObjectVersion", "b-2", "a+b c")
    assert source.conditions == {"s3:VersionId": "v/1"}
    assert target.conditions == {"s3:x-amz-copy-source": "b-2/a+b c"}
    assert found.headers["x-amz-copy-source"] == "/b-2/a%2Bb%20c?versionId=v%2F1"
    plain = asked("PUT", "/b-1/k", x_amz_copy_source="b-2/a")
    assert (plain.wanted[1].action, plain.wanted[1].conditions) == ("GetObject", {})
    assert plain.headers["x-amz-copy-source"] == "/b-2/a"
    empty = asked("PUT", "/b-1/k", x_amz_copy_source="b-2/a?versionId=")
    assert (empty.wanted[1].action, empty.headers["x-amz-copy-source"]) == ("GetObject", "/b-2/a")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "b-2",
        "b-2/",
        "/b-2/",
        "//b-2/a",
        "B-2/a",
        "b-2/a?acl",
        "b-2/a?versionId=1&x=2",
        "b-2/a?VersionId=1",
        "b-2/a?x=1",
    ],
)
def test_a_source_that_names_no_object_or_more_is_refused(source: str) -> None:
    error = refused("PUT", "/b-1/k", x_amz_copy_source=source)
    assert (error.query_code, error.query_status) == ("InvalidArgument", 400)
    assert error.message == "Invalid copy source object key"


@pytest.mark.parametrize("source", ["b-2/../a", "b-2/a//b", "b-2/%2e%2e/a", "b-2/%00", "b-2/%ff"])
def test_a_sources_key_is_as_plain_as_any(source: str) -> None:
    assert refused("PUT", "/b-1/k", x_amz_copy_source=source).query_code == "InvalidURI"


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/b-1/k"), ("POST", "/b-1/k?uploadId=u"), ("PUT", "/b-1"), ("PUT", "/b-1/k?acl"), ("DELETE", "/b-1/k")],
)
def test_only_an_object_is_copied_to(method: str, address: str) -> None:
    error = refused(method, address, x_amz_copy_source="b-2/a")
    assert (error.query_code, error.message) == ("InvalidArgument", "x-amz-copy-source is for copying an object.")


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("abc", True),
        ("a" * 63, True),
        ("a.b-c1", True),
        ("1ab", True),
        ("ab", False),
        ("a" * 64, False),
        ("Abc", False),
        ("a_b", False),
        ("-ab", False),
        ("ab-", False),
        (".ab", False),
        ("a..b", False),
        ("abc\n", False),
        ("äbc", False),
    ],
)
def test_a_bucket_has_a_buckets_name(name: str, *, good: bool) -> None:
    assert s3.is_bucket_name(name) is good


def test_a_name_that_is_no_buckets_is_refused_by_name() -> None:
    for address, host in (("/B-1/k", DOMAIN), ("/k", f"a_b.{DOMAIN}"), ("/k", f"a..b.{DOMAIN}")):
        error = refused("GET", address, host=host)
        assert (error.query_code, error.query_status, error.message) == (
            "InvalidBucketName",
            400,
            "The specified bucket is not valid.",
        )


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("b-1.s3.localhost", "b-1"),
        ("B-1.S3.Localhost:9500", "b-1"),
        ("a.b-1.s3.localhost", "a.b-1"),
        ("s3.localhost", ""),
        ("s3.localhost:9500", ""),
        ("xs3.localhost", ""),
        ("b-1.s3.localhost.example", ""),
        ("", ""),
    ],
)
def test_a_host_names_a_bucket_only_below_the_domain(host: str, bucket: str) -> None:
    assert s3.bucket_of_host(host, DOMAIN) == bucket


def test_a_path_is_a_key_where_the_host_is_the_bucket() -> None:
    target = s3.target_of(f"b-1.{DOMAIN}", "/b-2/k%20k", DOMAIN)
    assert (target, target.path) == (Target("b-1", "b-2/k k"), "/b-1/b-2/k%20k")
    assert s3.target_of(f"b-1.{DOMAIN}", "/", DOMAIN) == Target("b-1", "")
    assert s3.target_of(DOMAIN, "/b-2/k", DOMAIN) == Target("b-2", "k")
    assert s3.target_of(DOMAIN, "/b-2/", DOMAIN) == s3.target_of(DOMAIN, "/b-2", DOMAIN) == Target("b-2", "")
    assert [Target(*name).path for name in (("", ""), ("b-1", ""), ("b-1", "a b/c"))] == ["/", "/b-1", "/b-1/a%20b/c"]


@pytest.mark.parametrize("key", ["k" * 1024, "ä" * 512, "a/", "a b+c", "...", "a/.b/..c"])
def test_a_key_that_means_one_thing_is_taken(key: str) -> None:
    assert s3.checked_key(key) == key


@pytest.mark.parametrize(
    "key", ["/", "//", "a//b", "a//", ".", "..", "./a", "a/./b", "a/..", "../", "a\x00", "a\x1f", "a\x7f"]
)
def test_a_key_that_servers_fold_is_refused(key: str) -> None:
    """STS-11."""
    with pytest.raises(S3Error, match="Couldn't parse the specified URI") as caught:
        s3.checked_key(key)
    assert (caught.value.query_code, caught.value.query_status) == ("InvalidURI", 400)


@pytest.mark.parametrize("key", ["k" * 1025, "ä" * 513])
def test_a_key_is_as_long_as_its_bytes(key: str) -> None:
    with pytest.raises(S3Error, match="Your key is too long") as caught:
        s3.checked_key(key)
    assert (caught.value.query_code, caught.value.query_status) == ("KeyTooLongError", 400)


def test_a_key_that_servers_could_take_for_another_needs_both() -> None:
    """STS-11."""
    composed, decomposed = normalize("NFC", "é"), normalize("NFD", "é")
    assert s3.readings("k") == ["k"]
    assert s3.readings("k/") == ["k/", "k"]
    assert set(s3.readings(composed)) == set(s3.readings(decomposed)) == {composed, decomposed}
    assert s3.readings(decomposed)[0] == decomposed
    assert set(s3.readings(f"{composed}/")) == {f"{form}{end}" for form in (composed, decomposed) for end in ("/", "")}
    assert needs(asked("DELETE", "/b-1/a/")) == ["DeleteObject arn:aws:s3:::b-1/a/", "DeleteObject arn:aws:s3:::b-1/a"]


def test_what_signs_is_neither_a_parameter_nor_a_header() -> None:
    new = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token")
    names = [*(f"X-Amz-{name}" for name in new), "AWSAccessKeyId", "Signature", "Expires"]
    found = asked("PUT", f"/b-1/k?{'&'.join(f'{name}=1' for name in names)}")
    assert (found.parameters, found.headers) == ({}, {"host": DOMAIN})


def test_bytes_that_are_no_text_are_refused() -> None:
    for address in ("/b-1/%ff", "/b-1/k?prefix=%ff", "/b-1/k?%ff=1", "/b-1/\udcff", "/b-1/k?prefix=\udcff"):
        assert refused("GET", address).query_code == "InvalidURI"


def test_what_is_not_known_is_passed_over_in_reading_and_refused_in_writing() -> None:
    assert asked("GET", "/b-1/k?cache=1&x-id=GetObject").parameters == {}
    assert asked("HEAD", "/b-1/k?cache=1").address == "/b-1/k"
    assert asked("PUT", "/b-1/k?x-id=PutObject&x-amz-meta-a=1").parameters == {}
    for method, address in (
        ("PUT", "/b-1/k?cache=1"),
        ("DELETE", "/b-1/k?cache=1&a=2"),
        ("POST", "/b-1/k?uploads&cache"),
    ):
        error = refused(method, address)
        assert (error.query_code, error.query_status) == ("NotImplemented", 501)
        assert error.members == {"Header": "a" if "a=2" in address else "cache"}
        assert error.message == "A header or query you provided requested a function that is not implemented."


def test_an_empty_version_is_none() -> None:
    assert asked("GET", "/b-1/k?versionId=").parameters == {}
    named = asked("GET", "/b-1/k?versionId=3")
    assert (named.parameters, named.wanted[0].conditions) == ({"versionId": "3"}, {"s3:VersionId": "3"})
    kept = asked("PUT", "/b-1/k?retention&versionId=3")
    assert (kept.action, kept.wanted[0].conditions) == ("PutObjectRetention", {"s3:VersionId": "3"})


def test_one_facet_at_a_time_and_only_where_there_is_one() -> None:
    error = refused("GET", "/b-1/k?torrent&acl")
    assert (error.query_code, error.message) == ("InvalidArgument", "Conflicting query string parameters: acl, torrent")
    for address in ("/b-1?legal-hold", "/b-1/k?policy", "/?acl", "/b-1/k?session"):
        error = refused("GET", address)
        assert (error.query_code, error.members) == ("NotImplemented", {"Header": address.partition("?")[2]})
    error = refused("GET", "/b-1/k?uploadId=")
    assert (error.query_code, error.query_status) == ("NoSuchUpload", 404)
    error = refused("DELETE", "/b-1/k?acl")
    assert (error.query_code, error.query_status) == ("MethodNotAllowed", 405)


def test_what_the_server_behind_does_not_know_is_not_asked_of_it() -> None:
    few = operations.features_of("tagging, cors")
    assert asked("GET", "/b-1/k?tagging", features=few).facet == "tagging"
    assert asked("GET", "/b-1?cors", features=few).facet == "cors"
    assert asked("GET", "/b-1?policy", features=few).facet == "policy"
    error = refused("GET", "/b-1/k?acl", features=few)
    assert (error.query_code, error.members) == ("NotImplemented", {"Header": "acl"})


def test_a_parameter_is_given_once() -> None:
    for address in (
        "/b-1?prefix=a&prefix=a",
        "/b-1?prefix=a&pre%66ix=b",
        "/b-1/k?x-amz-meta-a=1&X-Amz-Meta-A=1",
        "/b-1/k?Content-Type=a&content-type=a",
    ):
        error = refused("GET", address)
        assert (error.query_code, error.query_status) == ("InvalidArgument", 400)
        assert "must be given once" in error.message
    assert asked("GET", "/b-1/k?X-Amz-Date=1&X-Amz-Date=2&Expires=1&Expires=2&&=x").parameters == {}


def test_a_header_in_the_query_is_a_header() -> None:
    found = asked("PUT", "/b-1/k?X-Amz-Acl=private&Content-Type=a%2Fb&content-md5=x%3D&x-amz-meta-note=a+b%2Bc")
    assert needs(found) == ["PutObject arn:aws:s3:::b-1/k", "PutObjectAcl arn:aws:s3:::b-1/k"]
    hoisted = {name: value for name, value in found.headers.items() if name != "host"}
    assert hoisted == {"x-amz-acl": "private", "content-type": "a/b", "content-md5": "x=", "x-amz-meta-note": "a b+c"}
    assert found.address == "/b-1/k"
    assert asked("PUT", "/b-1/k?x-amz-acl=private", x_amz_acl="private").headers["x-amz-acl"] == "private"
    error = refused("PUT", "/b-1/k?x-amz-acl=private", x_amz_acl="public-read")
    assert error.message == "x-amz-acl is given twice, as a header and in the query."
    assert error.query_code == "InvalidArgument"


def test_headers_about_a_body_that_a_presigner_has_not_seen_stay_behind() -> None:
    names = ("checksum-crc32", "checksum-sha256", "sdk-checksum-algorithm", "user-agent", "security-token")
    query = "&".join(f"x-amz-{name}=a" for name in names)
    found = asked("PUT", f"/b-1/k?{query}&x-amz-checksum-mode=b")
    assert found.headers == {"host": DOMAIN, "x-amz-checksum-mode": "b"}


@pytest.mark.parametrize(
    "query",
    [
        "x-amz-meta-a=1%0d%0aX-Evil:%202",
        "x-amz-meta-a=%00",
        "x-amz-meta-a=%7f",
        "x-amz-meta%20a=1",
        "x-amz-meta-a%0d%0ab=1",
        "x-amz-meta-%C3%A4=1",
        "content-type=a%0ab",
        "response-content-type=a%0d%0ab",
        "response-expires=%1f",
    ],
)
def test_what_stands_for_a_header_can_be_one(query: str) -> None:
    error = refused("GET", f"/b-1/k?{query}")
    assert (error.query_code, error.query_status) == ("InvalidArgument", 400)
    assert error.message == "A parameter that stands for a header must not hold control characters."
    assert asked("GET", "/b-1/k?x-amz-meta-a.b=1%092&response-expires=%09%C3%A4").headers["x-amz-meta-a.b"] == "1\t2"
    assert asked("GET", "/b-1?prefix=a%0d%0ab").parameters == {"prefix": "a\r\nb"}


SET: list[tuple[str, str, dict[str, Any], str]] = [
    ("PUT", "/b-1/k", {"x_amz_object_lock_retain_until_date": "2030"}, "PutObjectRetention"),
    ("PUT", "/b-1/k", {"x_amz_object_lock_mode": "GOVERNANCE"}, "PutObjectRetention"),
    ("PUT", "/b-1/k", {"x_amz_object_lock_legal_hold": "ON"}, "PutObjectLegalHold"),
    ("POST", "/b-1/k?uploads", {"x_amz_acl": "private"}, "PutObjectAcl"),
    ("POST", "/b-1/k?uploads", {"x_amz_tagging": "a=b"}, "PutObjectTagging"),
    ("PUT", "/b-1/k?retention", {"x_amz_bypass_governance_retention": "true"}, "BypassGovernanceRetention"),
    ("POST", "/b-1?delete", {"x_amz_bypass_governance_retention": "true"}, "BypassGovernanceRetention"),
    ("DELETE", "/b-1/k", {"x_amz_bypass_governance_retention": "true"}, "BypassGovernanceRetention"),
    ("PUT", "/b-1", {"x_amz_acl": "private"}, "PutBucketAcl"),
    ("PUT", "/b-1", {"x_amz_grant_write": "id=1"}, "PutBucketAcl"),
    ("PUT", "/b-1", {"x_amz_bucket_object_lock_enabled": "true"}, "PutBucketObjectLockConfiguration"),
    ("PUT", "/b-1", {"x_amz_object_ownership": "ObjectWriter"}, "PutBucketOwnershipControls"),
]


@pytest.mark.parametrize(("method", "address", "headers", "action"), SET)
def test_what_headers_set_along_needs_its_own_action(
    method: str, address: str, headers: dict[str, Any], action: str
) -> None:
    found = asked(method, address, **headers)
    main, beside = found.wanted
    assert (beside.action, beside.bucket, beside.key, beside.conditions) == (
        action,
        main.bucket,
        main.key,
        main.conditions,
    )
    assert len(asked(method, address).wanted) == 1


def test_the_same_headers_set_nothing_where_nothing_is_made() -> None:
    everything: dict[str, Any] = {"x_amz_acl": "private", "x_amz_tagging": "a=b", "x_amz_grant_read": "id=1"}
    for method, address in (("GET", "/b-1/k"), ("HEAD", "/b-1/k"), ("PUT", "/b-1/k?acl"), ("PUT", "/b-1/k?tagging")):
        assert len(asked(method, address, **everything).wanted) == 1
    assert len(asked("PUT", "/b-1/k", **everything).wanted) == 3


CONDITIONS = (
    *("acl", "content-sha256", "grant-read", "grant-full-control", "metadata-directive", "server-side-encryption"),
    *("server-side-encryption-aws-kms-key-id", "server-side-encryption-customer-algorithm", "storage-class"),
    *("object-ownership", "website-redirect-location"),
)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_header_that_policies_speak_of_is_a_condition(name: str) -> None:
    made = s3.read(Request("PUT", "/b-1/k", "", [("host", DOMAIN), (f"x-amz-{name}", "v")]), DOMAIN, ALL)
    assert made.wanted[0].conditions == {f"s3:x-amz-{name}": "v"}


def test_other_headers_are_none() -> None:
    others: dict[str, Any] = dict.fromkeys(
        ("x_amz_meta_acl", "x_amz_acl_more", "x_amz_date", "content_type", "x_amz_grant_"), "v"
    )
    assert asked("GET", "/b-1/k", **others).wanted[0].conditions == {}


def test_parameters_of_a_listing_are_conditions_and_others_are_not() -> None:
    found = asked("GET", "/b-1?list-type=2&prefix=&delimiter=%2F&max-keys=5&start-after=a&encoding-type=url")
    assert found.wanted[0].conditions == {"s3:prefix": "", "s3:delimiter": "/", "s3:max-keys": "5"}


def test_every_tag_that_comes_along_is_a_condition_whatever_it_is_called() -> None:
    """Also those called like a header or a part of a signature: a policy that lists the keys it allows sees them."""
    text = "a=1&b+c=2%263&x-amz-acl=4&Content-Type=5&Expires=6&X-Amz-Date=7&A=8"
    found = asked("PUT", "/b-1/k", x_amz_tagging=text).wanted[0].conditions
    tags = {"a": "1", "b c": "2&3", "x-amz-acl": "4", "Content-Type": "5", "Expires": "6", "X-Amz-Date": "7", "A": "8"}
    assert found == {f"s3:RequestObjectTag/{name}": value for name, value in tags.items()} | {
        "s3:RequestObjectTagKeys": list(tags)
    }
    assert asked("PUT", "/b-1/k", x_amz_tagging="").wanted[0].conditions == {}
    error = refused("PUT", "/b-1/k", x_amz_tagging="a=1&%61=2")
    assert (error.query_code, error.query_status) == ("InvalidTag", 400)


def test_more_conditions_count_for_all_that_is_needed() -> None:
    found = s3.with_conditions(asked("PUT", "/b-1/k", x_amz_copy_source="b-2/a?versionId=1"), {"s3:more": "x"})
    assert [item.conditions for item in found.wanted] == [
        {"s3:x-amz-copy-source": "b-2/a", "s3:more": "x"},
        {"s3:VersionId": "1", "s3:more": "x"},
    ]


def test_parameters_go_on_in_one_order_and_one_spelling() -> None:
    found = asked("GET", "/b-1/k?versionId=a/b&response-expires=x+y&partNumber=1")
    assert found.address == "/b-1/k?partNumber=1&response-expires=x%20y&versionId=a%2Fb"
    assert (found.method, found.facet) == ("GET", "")
    assert asked("GET", "/b-1?uploads").address == "/b-1?uploads="
