"""SMS, through the outbox that user pools use."""

import re

from ostiary.context import Context
from ostiary.delivery import outbox
from ostiary.store.db import Tx
from ostiary.store.sns import sms

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
SECONDS = 6 * 3600
"""For how long SNS tries (developer guide, "Message delivery retries")."""


def is_number(text: str) -> bool:
    """Whether this is a phone number in E.164's form."""
    return _NUMBER.fullmatch(text) is not None


def owe(tx: Tx, ctx: Context, account_id: str, phone_number: str, text: str) -> None:
    """Write an SMS into the outbox, unless the phone's owner wants none of the account."""
    if sms.is_opted_out(tx, account_id, phone_number):
        return
    message = outbox.Message(
        pool_id=account_id,
        medium="SMS",
        recipient=phone_number,
        subject="",
        body=text,
        code="",
        trigger_source="SNS",
        username="",
        expires_at=ctx.clock.now_seconds() + SECONDS,
    )
    outbox.enqueue(tx, ctx, message)
