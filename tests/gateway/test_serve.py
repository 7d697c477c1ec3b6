"""Which requests are the gateway's, and what it changes in an answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.config import Settings
from ostiary.gateway import deletion
from ostiary.gateway.exchange import replaced
from ostiary.gateway.serve import is_s3_request
from ostiary.gateway.upstream import passed_back, sent_on
from tests.fixtures.waiting import until
from tests.gateway.conftest import Gateway

SETTINGS = Settings(data_dir=Path("nowhere"), s3_upstream="http://127.0.0.1:1")
S3_SCOPE = "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    ("method", "address", "headers", "expected"),
    [
        ("GET", "/", {"authorization": S3_SCOPE}, True),
        ("POST", "/", {"authorization": S3_SCOPE.replace("/s3/", "/sts/")}, False),
        ("OPTIONS", "/bucket/k", {"authorization": S3_SCOPE}, False),
        ("OPTIONS", "/bucket/k?X-Amz-Credential=A%2F1%2Fr%2Fs3%2Faws4_request", {}, False),
        ("GET", "/bucket/k?X-Amz-Credential=A%2F1%2Fr%2Fs3%2Faws4_request", {}, True),
        ("GET", "/?X-Amz-Credential=A%2F1%2Fr%2Fsts%2Faws4_request", {}, False),
        ("GET", "/k", {"host": "bucket.s3.localhost:9500"}, True),
        ("GET", "/", {"host": "s3.localhost"}, True),
        ("GET", "/bucket/k", {}, True),
        ("GET", "/bucket/k?AWSAccessKeyId=A&Signature=s&Expires=1", {}, True),
        ("GET", "/bucket?list-type=2", {}, True),
        ("GET", "/", {}, False),
        ("POST", "/", {}, False),
        ("GET", "/livez", {}, False),
        ("GET", "/us-east-1_AbCdEf/.well-known/jwks.json", {}, False),
        ("GET", "/.well-known/openid-configuration", {}, False),
        ("GET", "/_ostiary/outbox", {}, False),
        ("GET", "/identitypools/p/identities/i/datasets", {}, False),
        ("GET", "/oauth2/authorize", {}, False),
        ("GET", "/bucket/k", {"authorization": "Bearer x"}, False),
    ],
)
def test_a_request_is_the_gateway_s_by_signature_host_or_path(
    method: str,
    address: str,
    headers: dict[str, str],
    expected: bool,  # noqa: FBT001 - an example's outcome
) -> None:
    path, _, query = address.partition("?")
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": named}

    assert is_s3_request(scope, SETTINGS) is expected


def test_without_a_server_behind_no_unsigned_path_is_taken() -> None:
    scope = {"type": "http", "method": "GET", "path": "/bucket/k", "query_string": b"", "headers": []}

    assert not is_s3_request(scope, Settings(data_dir=Path("nowhere")))


def test_only_headers_of_content_and_of_s3_go_on() -> None:
    """ROB-01, and what a server behind might take for a right."""
    sent = {
        "content-type": "text/x",
        "content-encoding": "aws-chunked, gzip",
        "x-amz-meta-a": "1",
        "x-amz-checksum-crc32": "AAAAAA==",
        "x-amz-security-token": "secret",
        "x-amz-content-sha256": "0",
        "x-amz-replication-status": "REPLICA",
        "x-minio-source-mtime": "1",
        "authorization": "a",
        "connection": "close",
        "transfer-encoding": "chunked",
        "expect": "100-continue",
        "cookie": "c",
        "x-forwarded-for": "1.2.3.4",
        "host": "h",
    }

    assert sent_on(sent) == {
        "content-type": "text/x",
        "content-encoding": "gzip",
        "x-amz-meta-a": "1",
        "x-amz-checksum-crc32": "AAAAAA==",
    }


def test_only_what_is_about_the_answer_comes_back() -> None:
    answer = [
        (b"Connection", b"close, X-Between"),
        (b"X-Between", b"1"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Access-Control-Allow-Origin", b"https://behind"),
        (b"Date", b"d"),
        (b"Server", b"s"),
        (b"Set-Cookie", b"session=stolen; Domain=example.com"),
        (b"Set-Cookie", b"other=1"),
        (b"Clear-Site-Data", b'"*"'),
        (b"Strict-Transport-Security", b"max-age=1"),
        (b"Alt-Svc", b'h3=":443"'),
        (b"Content-Security-Policy", b"default-src *"),
        (b"Service-Worker-Allowed", b"/"),
        (b"WWW-Authenticate", b"Basic"),
        (b"Refresh", b"0; url=https://behind"),
        (b"ETag", b'"e"'),
        (b"x-amz-checksum-crc32", b"AAAAAA=="),
    ]

    assert passed_back(answer) == [(b"etag", b'"e"'), (b"x-amz-checksum-crc32", b"AAAAAA==")]
    assert passed_back([*answer, (b"Content-Range", b"bytes 0-1/2")]) == [
        (b"etag", b'"e"'),
        (b"content-range", b"bytes 0-1/2"),
    ]


@given(st.lists(st.text("ab", max_size=5), max_size=8), st.sampled_from(["a", "ab", "aab", "abab"]))
def test_a_text_is_replaced_wherever_the_pieces_part(pieces: list[str], old: str) -> None:
    async def given_pieces() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece.encode()

    async def run() -> str:
        return b"".join([piece async for piece in replaced(given_pieces(), old, "<new>")]).decode()

    assert asyncio.run(run()) == "".join(pieces).replace(old, "<new>")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.text(max_size=4)), min_size=1), st.sampled_from("ny"))
def test_a_deletion_is_read_as_it_was_written(pairs: list[tuple[str, str]], only_failures: str) -> None:
    from xml.sax.saxutils import escape  # noqa: PLC0415

    quiet = only_failures == "y"
    clean = [(k, v) for k, v in pairs if all(c.isprintable() for c in k + v)]
    if not clean:
        return
    objects = "".join(
        f"<Object><Key>{escape(key)}</Key><VersionId>{escape(version)}</VersionId></Object>" for key, version in clean
    )
    body = f"<Delete><Quiet>{str(quiet).lower()}</Quiet>{objects}</Delete>".encode()

    items, found_quiet = deletion.read(body)
    again, _ = deletion.read(deletion.write(items, quiet=quiet))

    assert [(item.key, item.version) for item in items] == clean
    assert ([(item.key, item.version) for item in again], found_quiet) == (clean, quiet)


def test_a_condition_of_a_deletion_goes_on() -> None:
    body = b"<Delete><Object><Key>k</Key><ETag>e</ETag><Size>3</Size></Object></Delete>"

    items, _ = deletion.read(body)

    assert b"<Key>k</Key><ETag>e</ETag><Size>3</Size>" in deletion.write(items, quiet=False)


def test_a_request_for_an_object_is_told_with_who_asked_and_what_for(gateway: Gateway) -> None:
    stranger = gateway.user()
    for keys in (None, stranger):
        gateway.request("GET", f"/{gateway.bucket}/k", keys=keys)
    about = {"service": "s3", "client": "127.0.0.1", "resource": f"arn:aws:s3:::{gateway.bucket}/k"}

    def lines() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in gateway.server.log().splitlines()]
        return [line for line in found if line.get("resource") == about["resource"]]

    until(lambda: len(lines()) == 2, "a line of each request")
    mine, strangers = lines()
    assert about.items() <= mine.items()
    assert (mine["principal"], mine["status"]) == (f"arn:aws:iam::{gateway.root.account_id}:root", 404)
    assert (strangers["error"], strangers["account"]) == ("AccessDenied", gateway.root.account_id)
    assert strangers["principal"].startswith(f"arn:aws:iam::{gateway.root.account_id}:user/")
    assert "path" not in mine
