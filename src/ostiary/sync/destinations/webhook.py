"""Streams as signed JSON, posted to an address of the operator's (docs/guide/streams.md)."""

from typing import Self

from ostiary.context import Context
from ostiary.crypto.webhook_signature import signed_headers
from ostiary.delivery.webhook import SUCCESSES
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpError
from ostiary.store.sync.stream import StreamRecord
from ostiary.sync.destinations.destination import DestinationError, Stream

_LATER = {408, 425, 429}
_FAILING = 500


class Webhook:
    """An address that takes the records of every stream."""

    name = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret.encode()

    @classmethod
    def configured(cls, ctx: Context) -> Self | None:
        """Return the address of the setting `stream_webhook`."""
        settings = ctx.settings
        return cls(settings.stream_webhook, settings.stream_webhook_secret) if settings.stream_webhook else None

    def put(self, ctx: Context, stream: Stream, record: StreamRecord) -> None:
        """Post a record; raises DestinationError."""
        body = record.body.encode()
        headers = {
            "content-type": "application/json",
            "ostiary-stream": stream.name,
            "ostiary-message-id": f"{record.pool_id}/{record.lane}/{record.position}",
            **signed_headers(self._secret, Clock.system_now(), body),
        }
        try:
            answer = ctx.http.post(self._url, content=body, headers=headers)
        except HttpError as error:
            raise DestinationError(str(error)) from error
        if answer.status not in SUCCESSES:
            later = answer.status >= _FAILING or answer.status in _LATER
            raise DestinationError(f"the webhook answered {answer.status}", broken=not later)
