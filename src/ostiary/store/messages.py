"""The outbox table: messages that are owed to users."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

DUE, SENT = "due", "sent"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A row. `message_id` sorts by the time it was made; `sealed` holds the content; times are epoch seconds."""

    message_id: str
    pool_id: str
    medium: str
    recipient: str
    sealed: bytes
    state: str
    attempts: int
    created_at: int
    due_at: int
    expires_at: int


def add(tx: Tx, message: StoredMessage) -> None:
    """Insert a message."""
    tx.insert(schema.messages, **{name: getattr(message, name) for name in StoredMessage.__slots__})


def due(tx: Tx, now: int, limit: int) -> list[StoredMessage]:
    """Return at most `limit` messages whose time has come, the oldest first."""
    table = schema.messages
    query = select(table).where(table.c.state == DUE, table.c.due_at <= now).order_by(table.c.due_at).limit(limit)
    return [_message(row) for row in tx.all(query)]


def claim(tx: Tx, message: StoredMessage, until: int, *, tried: bool = True) -> bool:
    """Take the message until `until`, and count a try; return whether nobody else had taken it."""
    table = schema.messages
    unchanged = (table.c.message_id == message.message_id, table.c.due_at == message.due_at, table.c.state == DUE)
    return tx.update(table, *unchanged, due_at=until, attempts=message.attempts + tried) == 1


def postpone(tx: Tx, message_id: str, until: int) -> None:
    """Have the message tried again at `until`."""
    tx.update(schema.messages, schema.messages.c.message_id == message_id, due_at=until)


def keep_as_sent(tx: Tx, message_id: str) -> None:
    """Keep a message that has left, for the development outbox."""
    tx.update(schema.messages, schema.messages.c.message_id == message_id, state=SENT)


def remove(tx: Tx, message_id: str) -> None:
    """Delete a message."""
    tx.delete(schema.messages, schema.messages.c.message_id == message_id)


def newest(tx: Tx, recipient: str | None, limit: int) -> Sequence[StoredMessage]:
    """Return the newest messages first, all or those to one recipient."""
    table = schema.messages
    query = select(table).order_by(table.c.message_id.desc()).limit(limit)
    return [
        _message(row) for row in tx.all(query if recipient is None else query.where(table.c.recipient == recipient))
    ]


def _message(row: Any) -> StoredMessage:
    return StoredMessage(*(getattr(row, name) for name in StoredMessage.__slots__))
