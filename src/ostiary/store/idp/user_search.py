"""Users by any of their attributes: a bounded walk along the key, for what no index answers.

One call looks at SCAN users at most and says where the next one begins, so that none takes long in a pool of any size;
the database sorts most of them out, and what is left is compared as text is compared where case does not count.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select, true

from ostiary.store import schema
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.users import User, folded

SCAN = 5_000
"""Users that one call looks at."""
OWN = frozenset({"username", "sub", "status", "cognito:user_status"})
"""What is no attribute and can be searched for, too."""
_TABLE = schema.users
_COMPARED = (_TABLE.c.sub, _TABLE.c.username, _TABLE.c.status, _TABLE.c.enabled, _TABLE.c.attributes)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: `name` is an attribute, `username`, `sub`, `status` or `cognito:user_status`."""

    name: str
    value: str
    how: Literal["is", "begins", "contains"]

    def fits(self, candidate: "Candidate") -> bool:
        """Whether the user has it."""
        value = candidate.value(self.name)
        if value is None:
            return False
        found, wanted = folded(value), folded(self.value)
        if self.how == "is":
            return found == wanted
        return found.startswith(wanted) if self.how == "begins" else wanted in found


@dataclass(frozen=True, slots=True)
class Candidate:
    """So much of a user as is compared; `attributes` is JSON."""

    sub: str
    username: str
    status: str
    enabled: bool
    attributes: str

    def value(self, name: str) -> str | None:
        """Return an attribute, or what else can be searched for."""
        if name in OWN:
            own = {"username": self.username, "sub": self.sub, "cognito:user_status": self.status}
            return own.get(name, "Enabled" if self.enabled else "Disabled")
        found: str | None = json.loads(self.attributes).get(name)
        return found


def search(tx: Tx, pool_id: str, wanted: Search, after: str | None, limit: int) -> tuple[list[User], str | None]:
    """Return at most `limit` users behind the sub `after`, and behind which sub to go on; None at the end."""
    last, complete = _reach(tx, pool_id, after)
    if last is None:
        return [], None
    found: list[User] = []
    for candidate in _candidates(tx, pool_id, wanted, after, last):
        user = users.find(tx, pool_id, candidate.sub) if wanted.fits(candidate) else None
        if user is not None:
            found.append(user)
            if len(found) == limit:
                return found, None if complete and user.sub == last else user.sub
    return found, None if complete else last


def _reach(tx: Tx, pool_id: str, after: str | None) -> tuple[str | None, bool]:
    """Return the last sub that this call looks at, and whether it is the pool's last one."""
    ahead = select(_TABLE.c.sub).where(_TABLE.c.pool_id == pool_id, *_behind(after)).order_by(_TABLE.c.sub).limit(SCAN)
    within = ahead.subquery()
    columns: list[Any] = [func.max(within.c.sub).label("last"), func.count().label("number")]
    row = tx.one(select(*columns).select_from(within))
    return (None, True) if row is None else (row.last, row.number < SCAN)


def _candidates(tx: Tx, pool_id: str, wanted: Search, after: str | None, last: str) -> Iterator[Candidate]:
    """Go through the users up to `last` who may have it, some at a time."""
    while True:
        here = (_TABLE.c.pool_id == pool_id, _TABLE.c.sub <= last, *_behind(after))
        query = select(*_COMPARED).where(*here, _may_fit(wanted)).order_by(_TABLE.c.sub).limit(_AT_ONCE)
        rows = tx.all(query)
        for row in rows:
            yield Candidate(row.sub, row.username, row.status, bool(row.enabled), row.attributes)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].sub


def _behind(after: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if after is None else (_TABLE.c.sub > after,)


def _may_fit(wanted: Search) -> ColumnElement[bool]:
    """Sort out by the database who cannot have it: what is not ASCII stands as escapes in JSON, and is compared here.

    Folding makes ASCII of some that is not, never the other way round.
    """
    if wanted.name in OWN:
        return true()
    attributes, value = _TABLE.c.attributes, folded(wanted.value)
    named = attributes.contains(f"{json.dumps(wanted.name)}: ", autoescape=True)
    odd = attributes.contains("\\u", autoescape=True)
    if not value.isascii():
        return named & odd
    return named & or_(attributes.icontains(json.dumps(value)[1:-1], autoescape=True), odd)
