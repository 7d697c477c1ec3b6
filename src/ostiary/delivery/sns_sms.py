"""SMS by Amazon SNS, or an address that speaks its API: a signed `Publish` to a phone number."""

from typing import Self
from urllib.parse import urlencode

from ostiary.aws import outgoing
from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.runtime.http_client import HttpClient, HttpError

SUCCESSES = range(200, 300)
_REFUSALS = (b"<Code>InvalidParameter</Code>", b"<Code>InvalidParameterValue</Code>", b"<Code>ValidationError</Code>")
"""A number that cannot get a message; throttling, a wrong key and opted-out numbers may change."""


class SnsSms:
    """The Query API of SNS, version 2010-03-31."""

    name = "sns"

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        self._region = settings.sns_region or settings.region
        self._url = f"{settings.sns_endpoint.rstrip('/')}/"

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:
        """Return the channel of the settings `sns_…`."""
        return cls(settings, http) if settings.sns_endpoint else None

    def carries(self, medium: str) -> bool:
        """Whether this is a text message."""
        return medium == "SMS"

    def deliver(self, message: Message, message_id: str) -> None:  # noqa: ARG002 - SNS takes no id of ours
        """Hand the message over; raises DeliveryError."""
        body = urlencode(self._publish(message)).encode()
        headers = outgoing.signed(
            "POST",
            self._url,
            {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
            body=body,
            key=outgoing.Key(self._settings.sns_access_key_id, self._settings.sns_secret_access_key),
            region=self._region,
            service="sns",
        )
        try:
            answer = self._http.post(self._url, content=body, headers=headers)
        except HttpError as error:
            raise DeliveryError(str(error)) from error
        if answer.status not in SUCCESSES:
            permanent = any(code in answer.body for code in _REFUSALS)
            raise DeliveryError(f"SNS answered {answer.status}", permanent=permanent)

    def _publish(self, message: Message) -> dict[str, str]:
        attributes = {"AWS.SNS.SMS.SMSType": "Transactional"}
        if self._settings.sns_sender_id:
            attributes["AWS.SNS.SMS.SenderID"] = self._settings.sns_sender_id
        form = {"Action": "Publish", "Version": "2010-03-31"}
        form |= {"PhoneNumber": message.recipient, "Message": message.body}
        for number, (name, value) in enumerate(attributes.items(), 1):
            entry = f"MessageAttributes.entry.{number}"
            form |= {f"{entry}.Name": name, f"{entry}.Value.DataType": "String", f"{entry}.Value.StringValue": value}
        return form
