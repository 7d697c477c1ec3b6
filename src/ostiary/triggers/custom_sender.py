"""CustomEmailSender, CustomSMSSender: a function sends the message; the code comes to it encrypted (LMB-03)."""

from typing import Any, Literal

from ostiary.context import Context
from ostiary.store.idp.user_pools import UserPool
from ostiary.triggers.custom_message import Source
from ostiary.triggers.event import Occasion, document, function_of

Notice = Literal["AccountTakeOverNotification", "AccountNotice"]
"""Messages that CustomMessage does not write; the second one is ours."""
Medium = Literal["EMAIL", "SMS"]
_NAMES = {"EMAIL": "CustomEmailSender", "SMS": "CustomSMSSender"}
_TYPES = {"EMAIL": "customEmailSenderRequestV1", "SMS": "customSMSSenderRequestV1"}


def sender_of(pool: UserPool, medium: Medium) -> str:
    """Return the ARN of the function that sends the pool's messages of a medium, or nothing."""
    return function_of(pool, _NAMES[medium])


def event(ctx: Context, source: Source | Notice, occasion: Occasion, medium: Medium) -> dict[str, Any]:
    """Return the event of a message; its code is put in, encrypted, when it leaves."""
    request = {
        "type": _TYPES[medium],
        "code": None,
        "clientMetadata": None if occasion.metadata is None else dict(occasion.metadata),
        "userAttributes": dict(occasion.attributes),
    }
    return document(ctx, f"{_NAMES[medium]}_{source}", occasion, request=request, defaults={})
