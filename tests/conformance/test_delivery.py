"""Each channel, against a real server on loopback; one suite for all of them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest

from ostiary.aws import sigv4
from ostiary.config import Settings
from ostiary.delivery import configured_channels
from ostiary.delivery.channel import Channel, DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.runtime.http_client import HttpClient
from tests.fixtures.certificates import Certificates
from tests.fixtures.mail_server import MailServer

SECRET = "shared-with-the-receiver"
CHANNELS = ("smtp", "twilio", "sns", "webhook")
SMS = {"twilio", "sns"}


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, and answers with the status it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.status = 204
        self.answer = b""
        self.paths: list[str] = []
        self.taken: list[tuple[dict[str, str], bytes]] = []


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.paths.append(self.path)
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.answer)

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
    url = f"http://127.0.0.1:{receiver.server_port}"
    return Settings(
        smtp=mail_server.url,
        delivery_webhook=f"{url}/hook",
        delivery_webhook_secret=SECRET,
        twilio_account_sid="AC1",
        twilio_auth_token="twilio-token",
        twilio_from="+15005550006",
        twilio_url=url,
        sns_endpoint=url,
        sns_access_key_id="AKIASNSSNSSNSSNSSNSS",
        sns_secret_access_key="secret-of-sns",
        sns_sender_id="Ostiary",
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
    assert [item.name for item in configured_channels(settings, HttpClient(settings))] == ["pool_logs", *CHANNELS]
    assert [item.name for item in configured_channels(Settings(), HttpClient(Settings()))] == ["pool_logs"]


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_hands_a_message_over(
    settings: Settings, mail_server: MailServer, receiver: Receiver, name: str
) -> None:
    recipient = "+15555550100" if name in SMS else "ada@example.com"
    assert channel(settings, name).carries("SMS" if name in SMS else "EMAIL")
    channel(settings, name).deliver(message(recipient), "m-1")
    taken = mail_server.mails[0] if name == "smtp" else unquote_plus(receiver.taken[0][1].decode())
    assert "Your code is 123456." in taken
    assert recipient in taken


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_says_when_nobody_answers(settings: Settings, name: str) -> None:
    closed = "http://127.0.0.1:9"
    addresses: dict[str, Any] = {"delivery_webhook": closed, "twilio_url": closed, "sns_endpoint": closed}
    nowhere = replace(settings, smtp="smtp://127.0.0.1:9", **addresses)
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


def test_twilio_gets_its_login_and_its_form(settings: Settings, receiver: Receiver) -> None:
    channel(settings, "twilio").deliver(message("+15555550100"), "m-1")
    headers, body = receiver.taken[0]
    assert headers["authorization"] == f"Basic {base64.b64encode(b'AC1:twilio-token').decode()}"
    assert receiver.paths == ["/2010-04-01/Accounts/AC1/Messages.json"]
    sent = {"To": ["+15555550100"], "From": ["+15005550006"], "Body": ["Your code is 123456."]}
    assert parse_qs(body.decode()) == sent
    channel(replace(settings, twilio_from="MG1"), "twilio").deliver(message("+15555550100"), "m-1")
    assert parse_qs(receiver.taken[1][1].decode())["MessagingServiceSid"] == ["MG1"]


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (401, False), (429, False), (500, False)])
def test_twilio_says_whether_to_try_again(
    settings: Settings, receiver: Receiver, status: int, *, permanent: bool
) -> None:
    receiver.status, receiver.answer = status, b'{"code": 21211, "message": "not told"}'
    with pytest.raises(DeliveryError, match="21211") as failed:
        channel(settings, "twilio").deliver(message("+15555550100"), "m-1")
    assert failed.value.permanent is permanent


def test_sns_gets_a_publish_that_its_own_sdk_would_send(settings: Settings, receiver: Receiver) -> None:
    """The signature is checked as the service checks it."""
    channel(settings, "sns").deliver(message("+15555550100"), "m-1")
    headers, body = receiver.taken[0]
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert (form["Action"], form["PhoneNumber"], form["Message"]) == ("Publish", "+15555550100", "Your code is 123456.")
    assert form["MessageAttributes.entry.1.Value.StringValue"] == "Transactional"
    assert form["MessageAttributes.entry.2.Value.StringValue"] == "Ostiary"
    signed = sigv4.parse_authorization("POST", "/", "", list(headers.items()))
    assert signed is not None
    now, services = sigv4_now(headers), ("sns",)
    sigv4.verify(signed, "secret-of-sns", hashlib.sha256(body).hexdigest(), now, "us-east-1", services, s3=False)


@pytest.mark.parametrize(
    ("code", "permanent"), [("InvalidParameter", True), ("Throttling", False), ("InvalidClientTokenId", False)]
)
def test_sns_says_whether_to_try_again(settings: Settings, receiver: Receiver, code: str, *, permanent: bool) -> None:
    receiver.status, receiver.answer = (
        400,
        f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode(),
    )
    with pytest.raises(DeliveryError) as failed:
        channel(settings, "sns").deliver(message("+15555550100"), "m-1")
    assert failed.value.permanent is permanent


def sigv4_now(headers: dict[str, str]) -> float:
    return datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("sender", "from_line"),
    [
        ("Ada's Shop <shop@ada.example>", "From: Ada's Shop <shop@ada.example>"),
        ("ceo@bank.example", "From: no-reply@verificationemail.com"),
        ("", "From: no-reply@verificationemail.com"),
    ],
)
def test_a_pool_sends_from_domains_that_the_operator_lists(
    settings: Settings, mail_server: MailServer, sender: str, from_line: str
) -> None:
    mail = replace(message(), sender=sender, reply_to="help@ada.example")
    channel(replace(settings, smtp_from_domains="ada.example, b.example"), "smtp").deliver(mail, "m-1")
    head = mail_server.mails[0].partition("\r\n\r\n")[0]
    assert from_line in head
    assert "Reply-To: help@ada.example" in head
