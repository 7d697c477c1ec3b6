"""The outbox of pushes: each endpoint's leave one after the other, the oldest first."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_T = schema.pushes
_DUE = select(_T).where(_T.c.due_at <= bindparam("now")).order_by(_T.c.due_at).limit(bindparam("most"))
_FIRST = (
    select(_T)
    .where(_T.c.account_id == bindparam("account_id"), _T.c.endpoint_arn == bindparam("endpoint_arn"))
    .order_by(_T.c.push_id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Push:
    """A push that is owed; `sealed` holds what is sent. Times are epoch seconds."""

    account_id: str
    endpoint_arn: str
    push_id: str
    collapse_key: str
    sealed: bytes = field(repr=False)
    attempts: int
    due_at: int
    expires_at: int


def add(tx: Tx, push: Push) -> None:
    """Insert a push, in the place of one with its collapse key that nobody sends yet."""
    values = {name: getattr(push, name) for name in Push.__slots__}
    if tx.insert_if_absent(_T, **values):
        return
    waiting = {name: values[name] for name in ("account_id", "endpoint_arn", "collapse_key")}
    if tx.update(_T, waiting, sealed=push.sealed, expires_at=push.expires_at) == 0:
        tx.insert(_T, **values)  # it was taken in this very moment


def due(tx: Tx, now: int, most: int) -> list[Push]:
    """Return at most `most` pushes whose time has come."""
    return [_push(row) for row in tx.all(_DUE, now=now, most=most)]


def claim_next(tx: Tx, account_id: str, endpoint_arn: str, now: int, until: int) -> Push | None:
    """Take an endpoint's oldest push until `until`; None when it is not due, or somebody else has it.

    From now on a push with its collapse key is another one. What is claimed counts as tried.
    """
    row = tx.one(_FIRST, account_id=account_id, endpoint_arn=endpoint_arn)
    if row is None or row.due_at > now:
        return None
    where = {**_key(row), "due_at": row.due_at, "attempts": row.attempts}
    if tx.update(_T, where, due_at=until, attempts=row.attempts + 1, collapse_key=row.push_id) == 0:
        return None
    # Read again: until now somebody may have put a newer one in its place.
    taken = tx.get(_T, **_key(row))
    return None if taken is None else _push(taken)


def postpone(tx: Tx, push: Push, until: int) -> None:
    """Have a push tried again at `until`."""
    tx.update(_T, _key(push), due_at=until)


def remove(tx: Tx, push: Push) -> None:
    """Delete a push."""
    tx.delete(_T, _key(push))


def _key(push: Any) -> dict[str, str]:
    return {"account_id": push.account_id, "endpoint_arn": push.endpoint_arn, "push_id": push.push_id}


def _push(row: Any) -> Push:
    values = {name: getattr(row, name) for name in Push.__slots__}
    return Push(**values | {"sealed": bytes(row.sealed)})
