"""What is owed to the streams of pools, in lanes that each keep their order."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from ostiary.store import schema
from ostiary.store.db import Tx

_RECORDS = schema.sync_stream_records
_OF_LANE = (_RECORDS.c.pool_id == bindparam("pool_id"), _RECORDS.c.lane == bindparam("lane"))
_LAST = select(_RECORDS.c.position).where(*_OF_LANE).order_by(_RECORDS.c.position.desc()).limit(1)
_HEAD = select(_RECORDS).where(*_OF_LANE).order_by(_RECORDS.c.position).limit(bindparam("most"))
_BEHIND = (
    select(_RECORDS.c.position).where(*_OF_LANE).order_by(_RECORDS.c.position).limit(1).offset(bindparam("number"))
)
_NEXT_LANE = (
    select(_RECORDS.c.pool_id, _RECORDS.c.lane)
    .where(
        _RECORDS.c.pool_id >= bindparam("pool_id"),
        or_(
            _RECORDS.c.pool_id > bindparam("pool_id"),
            and_(_RECORDS.c.pool_id == bindparam("pool_id"), _RECORDS.c.lane > bindparam("lane")),
        ),
    )
    .order_by(_RECORDS.c.pool_id, _RECORDS.c.lane)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A record that is owed: `body` is its JSON, `position` sorts within the lane, `created_at` is epoch seconds."""

    pool_id: str
    lane: str
    position: str
    partition_key: str
    body: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Payload:
    """What was too large for a record; `expires_at` is epoch seconds."""

    pool_id: str
    payload_id: str
    body: str
    expires_at: int


def add(tx: Tx, record: StreamRecord) -> None:
    """Insert a record."""
    tx.insert(_RECORDS, **{name: getattr(record, name) for name in StreamRecord.__slots__})


def last_position(tx: Tx, pool_id: str, lane: str) -> str:
    """Return the position of the newest record of a lane; empty when nothing is owed."""
    row = tx.one(_LAST, pool_id=pool_id, lane=lane)
    return "" if row is None else str(row.position)


def lanes(tx: Tx) -> list[tuple[str, str]]:
    """Return (pool, lane) wherever something is owed: one look at the index for each."""
    found: list[tuple[str, str]] = []
    row = tx.one(_NEXT_LANE, pool_id="", lane="")
    while row is not None:
        found.append((row.pool_id, row.lane))
        row = tx.one(_NEXT_LANE, pool_id=row.pool_id, lane=row.lane)
    return found


def head(tx: Tx, pool_id: str, lane: str, most: int) -> list[StreamRecord]:
    """Return at most `most` records of a lane, the oldest first."""
    return [_record(row) for row in tx.all(_HEAD, pool_id=pool_id, lane=lane, most=most)]


def exceeds(tx: Tx, pool_id: str, lane: str, number: int) -> bool:
    """Whether a lane holds more records than `number`."""
    return tx.one(_BEHIND, pool_id=pool_id, lane=lane, number=number) is not None


def remove_through(tx: Tx, record: StreamRecord) -> None:
    """Delete a lane's records up to this one."""
    mine = (_RECORDS.c.pool_id == record.pool_id, _RECORDS.c.lane == record.lane)
    tx.delete(_RECORDS, *mine, _RECORDS.c.position <= record.position)


def add_payload(tx: Tx, payload: Payload) -> None:
    """Insert a payload."""
    tx.insert(schema.sync_stream_payloads, **{name: getattr(payload, name) for name in Payload.__slots__})


def payload(tx: Tx, pool_id: str, payload_id: str, now: int) -> str | None:
    """Return a payload's body, unless it has expired."""
    row = tx.get(schema.sync_stream_payloads, pool_id=pool_id, payload_id=payload_id)
    return None if row is None or row.expires_at <= now else str(row.body)


def _record(row: Any) -> StreamRecord:
    return StreamRecord(*(getattr(row, name) for name in StreamRecord.__slots__))
