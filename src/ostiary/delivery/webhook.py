"""Messages as signed JSON, posted to an address of the operator's (docs/guide/delivery.md)."""

from typing import Self

import msgspec

from ostiary.config import Settings
from ostiary.crypto.webhook_signature import signed_headers
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpClient, HttpError

SUCCESSES = range(200, 300)
_OF_FUNCTIONS = {"function", "event", "key"}
PERMANENT = {400, 401, 403, 404, 410, 413, 422}


class Webhook:
    """An address that takes e-mail and text messages."""

    name = "webhook"

    def __init__(self, url: str, secret: str, http: HttpClient) -> None:
        self._url, self._secret, self._http = url, secret.encode(), http

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:
        """Return the channel of the setting `delivery_webhook`."""
        return (
            cls(settings.delivery_webhook, settings.delivery_webhook_secret, http)
            if settings.delivery_webhook
            else None
        )

    def carries(self, medium: str) -> bool:
        """Whether it takes the medium."""
        return medium in {"EMAIL", "SMS"}

    def deliver(self, message: Message, message_id: str) -> None:
        """Post the message; raises DeliveryError."""
        told = {name: value for name, value in msgspec.to_builtins(message).items() if name not in _OF_FUNCTIONS}
        body = msgspec.json.encode({"message_id": message_id, **told})
        headers = {
            "content-type": "application/json",
            "ostiary-message-id": message_id,
            **signed_headers(self._secret, Clock.system_now(), body),
        }
        try:
            answer = self._http.post(self._url, content=body, headers=headers)
        except HttpError as error:
            raise DeliveryError(str(error)) from error
        if answer.status not in SUCCESSES:
            raise DeliveryError(f"the webhook answered {answer.status}", permanent=answer.status in PERMANENT)
