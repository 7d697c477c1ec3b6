"""What a connection takes before anything reads it, by raw sockets (ROB-02, ROB-05)."""

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest

from ostiary.web import connection_limits
from ostiary.web.connection_limits import MOST_HEADER_BYTES, MOST_HEADER_FIELDS
from tests.fixtures.server import Server
from tests.fixtures.waiting import PATIENCE

OWN_FIELDS = 3
LONG_PIECES = 80
"""More of 16 KiB than one read from a socket gives."""
BEGIN = b"Host: 127.0.0.1\r\nConnection: close\r\nX-First: 1\r\n"
SIGN_UP = b"POST / HTTP/1.1\r\nX-Amz-Target: AWSCognitoIdentityService.GetId\r\nContent-Type: application/json\r\n"


@pytest.fixture
def engine_name() -> str:
    """Nothing here touches the store."""
    return "sqlite"


def answer_to(server: Server, *pieces: bytes) -> bytes:
    """Send pieces, each by itself, and return all that comes back until the server closes."""
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                opened.sendall(piece)
            received = list(iter(lambda: opened.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""
    return b"".join(received)


def fields(count: int) -> bytes:
    return b"".join(b"x-field-%d: 1\r\n" % number for number in range(count))


def status(answer: bytes) -> bytes:
    return answer.partition(b"\r\n")[0].partition(b" ")[2][:3]


@pytest.mark.parametrize("path", [b"/livez", b"/", b"/us-east-1_a/.well-known/jwks.json", b"/bucket/key"])
def test_a_request_with_more_header_fields_than_anybody_needs_is_refused(server: Server, path: bytes) -> None:
    most = fields(MOST_HEADER_FIELDS - OWN_FIELDS)
    assert status(answer_to(server, b"GET " + path + b" HTTP/1.1\r\n" + BEGIN + most + b"\r\n")) != b"431"
    answer = answer_to(server, b"GET " + path + b" HTTP/1.1\r\n" + BEGIN + most + b"x: 1\r\n\r\n")
    assert status(answer) == b"431"
    many = answer_to(server, b"GET " + path + b" HTTP/1.1\r\n" + BEGIN, fields(10_000))
    assert status(many) in {b"431", b""}


def test_fields_of_one_request_do_not_count_for_the_next(server: Server) -> None:
    request = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields(MOST_HEADER_FIELDS - 2)
    last = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    assert answer_to(server, request + b"\r\n", request + b"\r\n", last).count(b"alive") == 3


def test_headers_that_are_too_large_are_refused_on_pages_too(server: Server) -> None:
    large = b"GET /livez HTTP/1.1\r\nX: " + b"x" * (MOST_HEADER_BYTES + 1)
    assert status(answer_to(server, large)) in {b"431", b""}


def chunked(body: bytes, *behind: bytes) -> Iterable[bytes]:
    yield SIGN_UP + BEGIN + b"Transfer-Encoding: chunked\r\n\r\n"
    yield b"%x\r\n%s\r\n0\r\n" % (len(body), body)
    yield from behind


def test_what_comes_behind_a_body_is_no_header(server: Server) -> None:
    answer = answer_to(server, *chunked(b"{}", b"X-Amz-Target: AWSCognitoIdentityService.ListIdentityPools\r\n\r\n"))
    assert b"identityPoolId" in answer


@pytest.mark.parametrize(
    "behind",
    [
        fields(10_000) + b"\r\n",
        b"x: " + b"x" * (16_384 * LONG_PIECES),
    ],
    ids=["fields", "bytes"],
)
def test_what_comes_behind_a_body_is_bounded_too(server: Server, behind: bytes) -> None:
    sent = list(chunked(b"{}"))
    pieces = [behind[start : start + 16_384] for start in range(0, len(behind), 16_384)]
    assert b"identityPoolId" not in answer_to(server, *sent, *pieces)


def test_extensions_of_chunks_are_bounded(server: Server) -> None:
    head = SIGN_UP + BEGIN + b"Transfer-Encoding: chunked\r\n\r\n"
    extension = b"2;" + b"x" * 16_384
    pieces = [extension, *[b"x" * 16_384] * LONG_PIECES, b"\r\n{}\r\n0\r\n\r\n"]
    assert b"identityPoolId" not in answer_to(server, head, *pieces)


def test_a_long_body_is_taken(server: Server) -> None:
    body = b'{"IdentityPoolId": "x", "Logins": {"a": "' + b"x" * 700_000 + b'"}}'
    head = SIGN_UP + BEGIN + b"Content-Length: %d\r\n\r\n" % len(body)
    pieces = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
    assert status(answer_to(server, head, *pieces)) == b"400"


@pytest.mark.parametrize(
    "begun", [b"", b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n", SIGN_UP + b"Content-Length: 9\r\n\r\n{"]
)
def test_who_does_not_go_on_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    """ROB-05."""
    for name in ("HEADER_SECONDS", "BODY_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(connection_limits, name, 0.1)
    assert status(answer_to(server, begun)) in {b"", b"408"}
