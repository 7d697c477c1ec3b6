"""E-mail by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

from ostiary.config import LOOPBACK, Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpClient

SECONDS = 10
PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class Smtp:
    """A mail server. `smtps://` is TLS from the start; `smtp://` uses STARTTLS where the server offers it."""

    name = "smtp"

    def __init__(self, settings: Settings) -> None:
        self._url = urlsplit(settings.smtp)
        self._sender = settings.smtp_from
        self._domains = {domain.strip().lower() for domain in settings.smtp_from_domains.split(",")}

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:  # noqa: ARG003
        """Return the channel of the setting `smtp`."""
        return cls(settings) if settings.smtp else None

    def carries(self, medium: str) -> bool:
        """Whether this is mail."""
        return medium == "EMAIL"

    def deliver(self, message: Message, message_id: str) -> None:
        """Send the message; raises DeliveryError."""
        mail = self._mail(message, message_id)
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryError("the recipient was refused", permanent=min(codes) >= PERMANENT) from error
        except smtplib.SMTPDataError as error:
            raise DeliveryError("the message was refused", permanent=error.smtp_code >= PERMANENT) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError("the server cannot send to such an address", permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(type(error).__name__) from error

    def _mail(self, message: Message, message_id: str) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self._from(message), message.recipient
            if message.reply_to:
                mail["Reply-To"] = message.reply_to
            mail["Subject"] = " ".join(message.subject.split())
        except (ValueError, IndexError) as error:  # what the header's grammar does not allow
            raise DeliveryError("the recipient is not an address", permanent=True) from error
        mail["Date"] = formatdate(Clock.system_now())
        mail["Message-ID"] = f"<{message_id}@ostiary>"
        mail.set_content(message.body, subtype=message.format)
        return mail

    def _from(self, message: Message) -> str:
        """Return the pool's own sender where the operator lets pools use its domain."""
        domain = parseaddr(message.sender)[1].rpartition("@")[2].lower()
        return message.sender if domain and domain in self._domains else self._sender

    def _connected(self) -> smtplib.SMTP:
        """Return a session that is ready for mail: passwords go over TLS, or nowhere but loopback."""
        host = self._url.hostname or ""
        secure = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=SECONDS)
        try:
            self._prepare(server, host, secure)
        except BaseException:
            server.close()
            raise
        return server

    def _prepare(self, server: smtplib.SMTP, host: str, secure: ssl.SSLContext) -> None:
        if self._url.scheme != "smtps":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
            elif self._url.username and host not in LOOPBACK:
                # Who stands in between could hide STARTTLS to read the password.
                raise DeliveryError("the server offers no STARTTLS; the password is not sent without")
        if self._url.username:
            try:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            except smtplib.SMTPNotSupportedError as error:
                raise DeliveryError("the server takes no password") from error
