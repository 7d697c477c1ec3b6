"""SMS by Twilio's Messages API (https://www.twilio.com/docs/messaging/api/message-resource)."""

import base64
from typing import Self

from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.functions.runner import document
from ostiary.runtime.http_client import HttpClient, HttpError

SUCCESSES = range(200, 300)
REFUSED = 400
"""A number that cannot get a message; a wrong token or too many requests can be mended."""


class Twilio:
    """An account at Twilio, which sends from a number or a messaging service (`MG…`)."""

    name = "twilio"

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        address, account = settings.twilio_url.rstrip("/"), settings.twilio_account_sid
        self._url = f"{address}/2010-04-01/Accounts/{account}/Messages.json"
        login = f"{account}:{settings.twilio_auth_token}".encode()
        self._authorization = f"Basic {base64.b64encode(login).decode()}"

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:
        """Return the channel of the settings `twilio_…`."""
        return cls(settings, http) if settings.twilio_account_sid else None

    def carries(self, medium: str) -> bool:
        """Whether this is a text message."""
        return medium == "SMS"

    def deliver(self, message: Message, message_id: str) -> None:  # noqa: ARG002 - Twilio takes no id of ours
        """Hand the message over; raises DeliveryError."""
        sender = self._settings.twilio_from
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        form = {"To": message.recipient, by: sender, "Body": message.body}
        try:
            answer = self._http.post(self._url, form=form, headers={"authorization": self._authorization})
        except HttpError as error:
            raise DeliveryError(str(error)) from error
        if answer.status not in SUCCESSES:
            code = document(answer.body).get("code", answer.status)
            raise DeliveryError(f"Twilio refused it ({code})", permanent=answer.status == REFUSED)
