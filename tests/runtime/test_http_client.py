"""Outgoing HTTP keeps its bounds: addresses, time, size (LMB-04, FED-15)."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpcore
import pytest

from ostiary.config import Settings
from ostiary.runtime import http_client
from ostiary.runtime.addresses import MOST_LOOKUPS, MOST_LOOKUPS_OF_OWNER, at_region, caller_at, is_public
from ostiary.runtime.http_client import HttpClient, HttpError, TimedOutError
from tests.fixtures.oidc_provider import JsonServer
from tests.fixtures.waiting import PATIENCE


@contextmanager
def raw_server(first: bytes, repeated: bytes) -> Iterator[str]:
    """Answer one connection with some bytes, then with others over and over, one each 10 ms."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = Event()

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(first)
                while not over.wait(0.01):
                    connection.sendall(repeated)
            except OSError:
                return

    thread = Thread(target=answer)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        thread.join()
        listener.close()


@pytest.fixture
def open_client() -> Iterator[HttpClient]:
    """A client that may reach loopback."""
    client = HttpClient(Settings(allow_private_addresses=True))
    yield client
    client.close()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),  # noqa: S104
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    ],
)
def test_addresses_of_the_inside_are_not_public(address: str) -> None:
    """LMB-04."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "a@127.0.0.1"]
)
def test_no_spelling_of_a_private_address_is_reached(host: str) -> None:
    """LMB-04."""
    with JsonServer(lambda _path, _query: (200, {})) as server:
        client = HttpClient(Settings())
        with pytest.raises(HttpError, match="private address"):
            client.get(f"http://{host}:{server.server_port}/")
        client.close()
        assert server.asked == []


def test_the_address_that_was_checked_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """LMB-04: a name that changes its mind after the check gains nothing."""
    connected: list[str] = []
    answers = iter([[(2, 1, 6, "", ("8.8.8.8", 80))], [(2, 1, 6, "", ("127.0.0.1", 80))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: next(answers))

    def connect(_self: object, host: str, *_args: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    client = HttpClient(Settings())
    with pytest.raises(HttpError, match="ConnectError"):
        client.get("http://rebinding.example/")
    client.close()
    assert connected == ["8.8.8.8"]


def test_a_name_among_whose_addresses_one_is_private_is_not_led_there(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("8.8.8.8", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: both)
    connected: list[str] = []

    def connect(_self: object, host: str, *_args: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    client = HttpClient(Settings())
    with pytest.raises(HttpError):
        client.get("http://both.example/")
    client.close()
    assert connected == ["8.8.8.8"]


def test_a_redirect_is_an_answer_and_not_followed(open_client: HttpClient) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with raw_server(head, b"") as url:
        assert open_client.get(url).status == 302


@pytest.mark.parametrize(
    ("first", "repeated"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
)
def test_an_answer_that_drips_is_cut_off_at_the_deadline(
    open_client: HttpClient, monkeypatch: pytest.MonkeyPatch, first: bytes, repeated: bytes
) -> None:
    """FED-15: each byte in time is not enough. Nobody else ends this answer."""
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 0.3)
    with raw_server(first, repeated) as url, pytest.raises(HttpError, match="Timeout"):
        open_client.get(url)


def test_an_answer_that_does_not_end_is_cut_off_by_its_size(open_client: HttpClient) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 100_000) as url, pytest.raises(HttpError, match="too large"):
        open_client.get(url)


def test_nothing_compressed_is_asked_for_or_unpacked(open_client: HttpClient) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x00\x00"
    with raw_server(head, b"") as url:
        assert open_client.get(url).body == b"\x1f\x8b\x00\x00"


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "http:///", "http://x:99999/", "http://a b/", "", "http://[x]/"]
)
def test_what_is_no_address_is_an_error_of_its_own(open_client: HttpClient, url: str) -> None:
    with pytest.raises(HttpError):
        open_client.get(url)


def test_an_error_does_not_repeat_what_was_sent(open_client: HttpClient) -> None:
    with pytest.raises(HttpError) as refused:
        open_client.get("http://127.0.0.1:9/debug", params={"access_token": "very-secret"})
    assert "very-secret" not in str(refused.value)


def test_an_answer_that_is_not_json_says_so(open_client: HttpClient) -> None:
    with (
        raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n<>", b"") as url,
        pytest.raises(HttpError, match="JSON"),
    ):
        open_client.get(url).json()


# -- names -------------------------------------------------------------------------------------------------------------
class SlowNames:
    """A resolver that does not find some names before it is told to."""

    def __init__(self, *, slow: str) -> None:
        self.asked: list[str] = []
        self.over = Event()
        self._slow, self._real = slow, socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **named: Any) -> Any:
        if named.get("flags") == socket.AI_NUMERICHOST:
            return self._real(host, port, *args, **named)
        self.asked.append(host)
        if host.endswith(self._slow):
            self.over.wait()
        return self._real("127.0.0.1", port, *args, **named)


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowNames]:
    names = SlowNames(slow="slow.example")
    monkeypatch.setattr(socket, "getaddrinfo", names)
    yield names
    names.over.set()


def test_a_name_that_is_not_found_in_time_is_given_up(
    open_client: HttpClient, slow_names: SlowNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 0.1)
    for _ in range(3):
        with pytest.raises(TimedOutError):
            open_client.get("http://slow.example/")
    assert slow_names.asked == ["slow.example"], "one thread looks it up, however many want to know"


def test_names_that_are_not_found_do_not_hold_up_others(
    open_client: HttpClient, slow_names: SlowNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account's names take only so many threads, those of all accounts together leave some to the operator."""
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 0.01)

    def wait_for_names(owner: str) -> list[bool]:
        """Return of one name more than an account may have looked up whether it was."""
        tenants, asked = open_client.to_addresses_of(owner), []
        for number in range(MOST_LOOKUPS_OF_OWNER + 1):
            with pytest.raises(HttpError) as refused:
                tenants.get(f"http://{owner}-{number}.slow.example/")
            asked.append("Too many names" not in str(refused.value))
        return asked

    most = MOST_LOOKUPS // MOST_LOOKUPS_OF_OWNER
    found = [wait_for_names(f"account-{number}") for number in range(most + 1)]
    assert found[:-1] == [[True] * MOST_LOOKUPS_OF_OWNER + [False]] * most
    assert found[-1] == [False] * (MOST_LOOKUPS_OF_OWNER + 1)
    assert len(slow_names.asked) == MOST_LOOKUPS
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 30)
    with JsonServer(lambda _path, _query: (200, {})) as server:
        assert open_client.get(f"http://quick.example:{server.server_port}/").status == 200


# -- whose addresses ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "operators", "tenants"),
    [
        ({}, False, False),
        ({"allow_private_addresses": True}, True, False),
        ({"allow_private_addresses_of_tenants": True}, False, True),
        ({"dev": True}, True, True),
    ],
)
def test_addresses_that_accounts_give_have_a_setting_of_their_own(
    settings: dict[str, Any], *, operators: bool, tenants: bool
) -> None:
    with JsonServer(lambda _path, _query: (200, {})) as server:
        client = HttpClient(Settings(**settings))
        for found, allowed, setting in (
            (client, operators, "allow_private_addresses"),
            (client.to_addresses_of("111111111111"), tenants, "allow_private_addresses_of_tenants"),
        ):
            if allowed:
                assert found.get(server.url).status == 200
            else:
                with pytest.raises(HttpError, match=f"private address; the setting {setting} permits it"):
                    found.get(server.url)
        client.close()
    assert len(server.asked) == operators + tenants


@pytest.mark.parametrize("region", ["x@evil.example/", "us-east-1.evil.example/", "a#", "a:80", "", "eu west"])
def test_a_region_in_somebodys_arn_cannot_lead_to_another_host(region: str) -> None:
    with pytest.raises(ValueError, match="names no region"):
        at_region("https://lambda.{region}.amazonaws.com", region)


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_whoever_has_a_network_of_addresses_is_one_caller(address: str, caller: str) -> None:
    assert caller_at(address) == caller


def test_a_region_is_put_into_an_address() -> None:
    assert at_region("https://sqs.{region}.amazonaws.com", "eu-west-1") == "https://sqs.eu-west-1.amazonaws.com"


def test_a_request_may_take_longer_where_it_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function behind a topic has 30 seconds, a subscriber 15."""
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 0.0)
    client = HttpClient(Settings(allow_private_addresses=True))
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"a") as url:
        assert client.post(url, timeout=PATIENCE).body == b"aaa"
    client.close()
