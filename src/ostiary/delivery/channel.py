"""What every delivery channel is."""

from typing import Protocol, Self

from ostiary.config import Settings
from ostiary.delivery.outbox import Message
from ostiary.runtime.http_client import HttpClient


class DeliveryError(Exception):
    """The message did not leave. `permanent` means that trying again cannot help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Channel(Protocol):
    """Carries messages to people."""

    name: str

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:
        """Return the channel that the settings describe, or None when they do not."""

    def carries(self, medium: str) -> bool:
        """Whether it takes messages of this medium, `EMAIL` or `SMS`."""

    def deliver(self, message: Message, message_id: str) -> None:
        """Hand the message over; raises DeliveryError. The same id may come again after a crash."""
