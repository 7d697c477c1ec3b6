"""Each channel, against a real server on loopback; one suite for all of them."""

import hmac
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from ostiary.config import Settings
from ostiary.delivery import configured_channels
from ostiary.delivery.channel import Channel, DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.http_client import HttpClient
from tests.fixtures.certificates import Certificates
from tests.fixtures.mail_server import MailServer

SECRET = "shared-with-the-receiver"


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, and answers with the status it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def settings(mail_server: MailServer, receiver: Receiver) -> Settings:
    return Settings(
        smtp=mail_server.url,
        delivery_webhook=f"http://127.0.0.1:{receiver.server_port}/hook",
        delivery_webhook_secret=SECRET,
        allow_private_addresses=True,
    )


def channel(settings: Settings, name: str) -> Channel:
    return next(item for item in configured_channels(settings, HttpClient(settings)) if item.name == name)


def message(recipient: str = "ada@example.com") -> Message:
    return Message(
        pool_id="us-east-1_x",
        medium="EMAIL",
        recipient=recipient,
        subject="Your code\r\nBcc: eve@example.com",
        body="Your code is 123456.",
        code="123456",
        trigger_source="CustomMessage_SignUp",
        username="ada",
        expires_at=1,
    )


def test_only_what_is_configured_is_a_channel(settings: Settings) -> None:
    assert [item.name for item in configured_channels(settings, HttpClient(settings))] == ["smtp", "webhook"]
    assert configured_channels(Settings(), HttpClient(Settings())) == []


@pytest.mark.parametrize("name", ["smtp", "webhook"])
def test_every_channel_hands_a_message_over(
    settings: Settings, mail_server: MailServer, receiver: Receiver, name: str
) -> None:
    channel(settings, name).deliver(message(), "m-1")
    taken = mail_server.mails[0] if name == "smtp" else receiver.taken[0][1].decode()
    assert "Your code is 123456." in taken
    assert "ada@example.com" in taken


@pytest.mark.parametrize("name", ["smtp", "webhook"])
def test_every_channel_says_when_nobody_answers(settings: Settings, name: str) -> None:
    nowhere = Settings(smtp="smtp://127.0.0.1:9", delivery_webhook="http://127.0.0.1:9", allow_private_addresses=True)
    with pytest.raises(DeliveryError) as failed:
        channel(nowhere, name).deliver(message(), "m-1")
    assert not failed.value.permanent


def test_mail_carries_one_subject_line_and_no_smuggled_header(settings: Settings, mail_server: MailServer) -> None:
    channel(settings, "smtp").deliver(message(), "m-1")
    head = mail_server.mails[0].partition("\r\n\r\n")[0]
    assert "Subject: Your code Bcc: eve@example.com" in head
    assert "\r\nBcc:" not in head
    assert "Message-ID: <m-1@ostiary>" in head


def test_a_refused_recipient_is_final(settings: Settings) -> None:
    with pytest.raises(DeliveryError) as failed:
        channel(settings, "smtp").deliver(message("nobody@refused.example"), "m-1")
    assert failed.value.permanent


def test_a_recipient_that_is_no_address_is_final(settings: Settings, mail_server: MailServer) -> None:
    with pytest.raises(DeliveryError) as failed:
        channel(settings, "smtp").deliver(message("ada@example.com\r\nBcc: eve@example.com"), "m-1")
    assert failed.value.permanent
    assert mail_server.mails == []


LOGIN = ("ostiary", "mail-password")


@pytest.mark.parametrize("implicit", [True, False])
def test_mail_goes_over_tls_wherever_the_server_speaks_it(
    start_mail_server: Callable[..., MailServer],
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    *,
    implicit: bool,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    server = start_mail_server(certificates.server, implicit=implicit, login=LOGIN)
    channel(Settings(smtp=server.url), "smtp").deliver(message(), "m-1")
    assert server.secured == [True]


@pytest.mark.parametrize("implicit", [True, False])
def test_mail_is_not_given_to_a_server_that_shows_a_strangers_certificate(
    start_mail_server: Callable[..., MailServer], certificates: Certificates, *, implicit: bool
) -> None:
    server = start_mail_server(certificates.server, implicit=implicit, login=LOGIN)
    with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
        channel(Settings(smtp=server.url), "smtp").deliver(message(), "m-1")
    assert server.mails == []


def test_a_password_is_not_sent_to_another_machine_without_tls(
    start_mail_server: Callable[..., MailServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_mail_server(login=LOGIN)
    monkeypatch.setattr("ostiary.delivery.smtp.LOOPBACK", set())
    with pytest.raises(DeliveryError, match="STARTTLS"):
        channel(Settings(smtp=server.url), "smtp").deliver(message(), "m-1")
    assert server.mails == []


def test_a_wrong_password_may_be_corrected_in_time(start_mail_server: Callable[..., MailServer]) -> None:
    server = start_mail_server(login=LOGIN)
    wrong = Settings(smtp=server.url.replace("mail-password", "wrong"))
    with pytest.raises(DeliveryError) as failed:
        channel(wrong, "smtp").deliver(message(), "m-1")
    assert not failed.value.permanent


def test_a_webhook_is_signed_over_time_and_body(settings: Settings, receiver: Receiver) -> None:
    channel(settings, "webhook").deliver(message(), "m-1")
    headers, body = receiver.taken[0]
    signed = headers["ostiary-timestamp"].encode() + b"." + body
    expected = hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
    assert headers["ostiary-signature"] == f"v1={expected}"
    assert json.loads(body)["message_id"] == headers["ostiary-message-id"] == "m-1"


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (429, False), (410, True), (400, True)])
def test_a_webhooks_answer_says_whether_to_try_again(
    settings: Settings, receiver: Receiver, status: int, *, permanent: bool
) -> None:
    receiver.status = status
    with pytest.raises(DeliveryError) as failed:
        channel(settings, "webhook").deliver(message(), "m-1")
    assert failed.value.permanent is permanent


def test_a_webhook_on_a_private_network_needs_leave(receiver: Receiver) -> None:
    """LMB-04."""
    inside = Settings(delivery_webhook=f"http://127.0.0.1:{receiver.server_port}/hook")
    with pytest.raises(DeliveryError, match="private address"):
        channel(inside, "webhook").deliver(message(), "m-1")
    assert receiver.taken == []
