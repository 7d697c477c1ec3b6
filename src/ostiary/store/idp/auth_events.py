"""What users did where threat protection watches, newest first, kept for a bounded time and number."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

MOST = 1000
"""How many events of a user are kept."""
_FAR = 10**16


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """An event. `document` is an AuthEventType, with members of our own that answers leave out; times are seconds."""

    pool_id: str
    sub: str
    event_key: str
    event_id: str
    document: dict[str, Any] = field(repr=False)
    created_at: int


def key_at(microseconds: int, event_id: str) -> str:
    """Return the key of an event of this time: a later one sorts before an earlier one."""
    return f"{_FAR - microseconds:016d}-{event_id[:8]}"


def _event(row: Any) -> AuthEvent:
    return AuthEvent(row.pool_id, row.sub, row.event_key, row.event_id, json.loads(row.document), row.created_at)


def add(tx: Tx, event: AuthEvent, oldest_key: str) -> None:
    """Insert `event`, and forget the user's events behind `oldest_key` and beyond MOST."""
    events = schema.auth_events
    tx.insert(
        events,
        pool_id=event.pool_id,
        sub=event.sub,
        event_key=event.event_key,
        event_id=event.event_id,
        document=json.dumps(event.document),
        created_at=event.created_at,
    )
    mine = (events.c.pool_id == event.pool_id, events.c.sub == event.sub)
    beyond = tx.one(select(events.c.event_key).where(*mine).order_by(events.c.event_key).offset(MOST).limit(1))
    last = oldest_key if beyond is None else min(oldest_key, beyond.event_key)
    tx.delete(events, *mine, events.c.event_key >= last)


def page(tx: Tx, pool_id: str, sub: str, after: str | None, limit: int) -> list[AuthEvent]:
    """Return at most `limit` events of the user, newest first, behind the key `after`."""
    events = schema.auth_events
    query = select(events).where(events.c.pool_id == pool_id, events.c.sub == sub)
    if after is not None:
        query = query.where(events.c.event_key > after)
    return [_event(row) for row in tx.all(query.order_by(events.c.event_key).limit(limit))]


def find(tx: Tx, pool_id: str, sub: str, event_id: str) -> AuthEvent | None:
    """Return the user's event of this id."""
    row = tx.get(schema.auth_events, pool_id=pool_id, sub=sub, event_id=event_id)
    return None if row is None else _event(row)


def update(tx: Tx, event: AuthEvent, document: dict[str, Any]) -> bool:
    """Replace the document; whether the event was still there."""
    key = {"pool_id": event.pool_id, "sub": event.sub, "event_key": event.event_key}
    return tx.update(schema.auth_events, key, document=json.dumps(document)) == 1
