"""E-mail by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Self
from urllib.parse import unquote, urlsplit

from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.http_client import HttpClient

TIMEOUT_SECONDS = 10
PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class Smtp:
    """A mail server. `smtps://` is TLS from the start; `smtp://` uses STARTTLS where the server offers it."""

    name = "smtp"

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:  # noqa: ARG003
        """Return the channel of the setting `smtp`."""
        return cls(settings.smtp, settings.smtp_from) if settings.smtp else None

    def carries(self, medium: str) -> bool:
        """Whether this is mail."""
        return medium == "EMAIL"

    def deliver(self, message: Message, message_id: str) -> None:
        """Send the message; raises DeliveryError."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.recipient, _one_line(message.subject)
        mail["Message-ID"] = f"<{message_id}@ostiary>"
        mail.set_content(message.body, subtype="html")
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryError("the recipient was refused", permanent=min(codes) >= PERMANENT) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        host = self._url.hostname or ""
        secure = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=TIMEOUT_SECONDS, context=secure
            )
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server


def _one_line(text: str) -> str:
    return " ".join(text.split())
