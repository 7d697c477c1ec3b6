"""Messages to users, kept in the transaction that causes them until a channel has taken them."""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from ostiary.context import Context
from ostiary.crypto.seal import Keyring
from ostiary.store import messages
from ostiary.store.db import Tx

PURPOSE = "message"
FUNCTION = "FUNCTION"
"""The medium, to channels, of messages that a function sends."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `code` is the code or temporary password that `body` contains; `expires_at` is epoch seconds."""

    pool_id: str
    medium: Literal["EMAIL", "SMS", "LOG"]
    recipient: str
    subject: str
    body: str = field(repr=False)
    code: str = field(repr=False)
    trigger_source: str
    username: str
    expires_at: int
    sender: str = ""
    """Who the pool says that its mail is from; empty for the server's own address."""
    reply_to: str = ""
    function: str = ""
    """The ARN of the function that sends it in our place; empty for a channel."""
    event: str = field(default="", repr=False)
    """What that function gets, as JSON; the code is put in, encrypted, when it leaves."""
    key: str = ""
    """The ARN of the key that the code is encrypted under."""
    format: Literal["html", "plain"] = "html"
    """What the body of a mail is."""


def enqueue(tx: Tx, ctx: Context, message: Message) -> None:
    """Write the message into the outbox: it leaves after the transaction is durable, or never."""
    now = ctx.clock.now()
    stored = messages.StoredMessage(
        message_id=f"{int(now * 1_000_000):016x}-{ctx.random.text(12)}",
        pool_id=message.pool_id,
        medium=FUNCTION if message.function else message.medium,
        recipient=message.recipient,
        sealed=sealed(ctx.keyring, message),
        state=messages.DUE,
        attempts=0,
        created_at=int(now),
        due_at=int(now),
        expires_at=message.expires_at,
    )
    messages.add(tx, stored)


def sealed(keyring: Keyring, message: Message) -> bytes:
    """Return the content of a row for a message."""
    return keyring.seal(msgspec.json.encode(message), PURPOSE)


def opened(keyring: Keyring, stored: messages.StoredMessage) -> Message:
    """Return the content of a row."""
    return msgspec.json.decode(keyring.open(bytes(stored.sealed), PURPOSE), type=Message)
