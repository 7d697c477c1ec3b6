"""The outbox of pushes. Each endpoint has a queue: whoever holds its lease sends its pushes, the oldest first."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_PUSHES, _QUEUES = schema.pushes, schema.push_queues
_NEXT_APPLICATION = (
    select(_QUEUES.c.application_arn)
    .where(_QUEUES.c.application_arn > bindparam("after"))
    .order_by(_QUEUES.c.application_arn)
    .limit(1)
)
_DUE = (
    select(_QUEUES)
    .where(_QUEUES.c.application_arn == bindparam("application_arn"), _QUEUES.c.due_at <= bindparam("now"))
    .order_by(_QUEUES.c.due_at)
    .limit(bindparam("most"))
)
_FIRST = (
    select(_PUSHES)
    .where(_PUSHES.c.account_id == bindparam("account_id"), _PUSHES.c.endpoint_arn == bindparam("endpoint_arn"))
    .order_by(_PUSHES.c.push_id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class StoredPush:
    """A push that is owed. `push_id` sorts by the time it was made, `sealed` is its content, times are epoch seconds.

    `collapse_key` is the id where a push does not take the place of others.
    """

    account_id: str
    endpoint_arn: str
    push_id: str
    collapse_key: str
    sealed: bytes = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Queue:
    """An endpoint that is owed pushes. Nobody touches it before `due_at`; while it is leased, that is the lease's end.

    `failures` is how often sending failed in a row.
    """

    account_id: str
    endpoint_arn: str
    application_arn: str
    due_at: int
    failures: int


def lock(tx: Tx, queue: Queue) -> None:
    """Make the endpoint's queue unless it is there; others who touch it wait until this transaction ends."""
    # A queue that is being emptied may vanish between the two statements.
    while not tx.insert_if_absent(_QUEUES, **{name: getattr(queue, name) for name in Queue.__slots__}) and not (
        tx.update(_QUEUES, _key(queue), application_arn=queue.application_arn)
    ):
        pass


def add(tx: Tx, push: StoredPush) -> None:
    """Insert a push in the place of the one that has its collapse key; its queue must be locked."""
    tx.delete(_PUSHES, {**_key(push), "collapse_key": push.collapse_key})
    tx.insert(_PUSHES, **{name: getattr(push, name) for name in StoredPush.__slots__})


def waiting_application(tx: Tx, after: str) -> str | None:
    """Return the first application, by ARN and behind `after`, that has queues."""
    row = tx.one(_NEXT_APPLICATION, after=after)
    return None if row is None else str(row.application_arn)


def due(tx: Tx, application_arn: str, now: int, most: int) -> list[Queue]:
    """Return at most `most` queues of an application whose time has come, the most overdue first."""
    return [_queue(row) for row in tx.all(_DUE, application_arn=application_arn, now=now, most=most)]


def claim(tx: Tx, queue: Queue, until: int) -> Queue | None:
    """Take a queue until `until`; None when somebody else took it first."""
    return replace(queue, due_at=until) if tx.update(_QUEUES, _held(queue), due_at=until) else None


def first(tx: Tx, queue: Queue) -> StoredPush | None:
    """Return the oldest push of a queue."""
    row = tx.one(_FIRST, **_key(queue))
    return None if row is None else StoredPush(*(getattr(row, name) for name in StoredPush.__slots__))


def advance(tx: Tx, queue: Queue, push: StoredPush, until: int) -> Queue | None:
    """Forget a push that has left; keep its queue until `until`. None when it is empty and gone, or somebody else's."""
    held = tx.update(_QUEUES, _held(queue), due_at=until, failures=0)
    tx.delete(_PUSHES, {**_key(push), "push_id": push.push_id})
    if not held:
        return None
    kept = replace(queue, due_at=until, failures=0)
    if first(tx, kept) is not None:
        return kept
    # Whoever adds a push at this moment waits for the lock that this transaction has had since its first statement.
    tx.delete(_QUEUES, _held(kept))
    return None


def postpone(tx: Tx, queue: Queue, until: int, failures: int) -> None:
    """Give a queue back so that nobody takes it before `until`."""
    tx.update(_QUEUES, _held(queue), due_at=until, failures=failures)


def _key(of: Queue | StoredPush) -> dict[str, Any]:
    return {"account_id": of.account_id, "endpoint_arn": of.endpoint_arn}


def _held(queue: Queue) -> dict[str, Any]:
    return {**_key(queue), "due_at": queue.due_at}


def _queue(row: Any) -> Queue:
    return Queue(*(getattr(row, name) for name in Queue.__slots__))
