"""Messages that a function of the pool's sends: it gets the code encrypted, and nothing else does (LMB-03)."""

import base64
import html
from typing import Self

import msgspec

from ostiary.context import Services
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.encryption import Keys
from ostiary.delivery.outbox import Message
from ostiary.functions.runner import Invocation, TriggerError

SECONDS = 5.0
_AGAIN = {"timeout", "throttled", "unreachable"}


class CustomSender:
    """Calls the functions that CustomEmailSender and CustomSMSSender name."""

    name = "function"

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = Keys(services.settings)

    @classmethod
    def configured(cls, services: Services) -> Self | None:
        """Return the channel where the settings say of any function where it runs."""
        return cls(services) if services.settings.functions else None

    def deliver(self, message: Message, message_id: str) -> None:
        """Call the function with the message's event; raises DeliveryError. What it answers does not matter."""
        event = msgspec.json.decode(message.event)
        event["request"]["code"] = self._encrypted(message) if message.code else None
        invocation = Invocation(message.function, msgspec.json.encode(event), SECONDS, message_id)
        try:
            self._services.functions.run(invocation)
        except TriggerError as error:
            raise DeliveryError(str(error), permanent=error.kind not in _AGAIN) from error

    def _encrypted(self, message: Message) -> str:
        # AWS's mails are HTML: a temporary password comes ready to be put into one.
        is_mailed_password = message.trigger_source == "CustomEmailSender_AdminCreateUser"
        code = html.escape(message.code) if is_mailed_password else message.code
        context = {"userpool-id": message.pool_id}
        return base64.b64encode(self._keys.encrypted(code.encode(), message.key, context)).decode()
