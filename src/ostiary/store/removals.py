"""What was deleted and still has rows, which nobody sees any more: they go in bites, each a transaction of its own.

Whoever deletes something takes away the row by which it is found, and calls `begin` in the same transaction: what is
small is gone by that. Whoever makes something of the same name calls `finish` first, and `check_none` where it is made.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from ostiary.store import schema
from ostiary.store.db import Store, Tx
from ostiary.store.errors import Retry

BITE = 300
"""Rows that one transaction removes at most."""
LEASE_SECONDS = 5
"""How long a removal is a worker's who does nothing about it."""
SETTLE_SECONDS = 60
"""When a pool's tables are looked through once more, for what a request put there that began before it was deleted."""
_TABLE = schema.removals


class _Kind(NamedTuple):
    """What is removed: rows whose column `owner` names the owner; their tables name this kind (`store/schema`)."""

    owner: str = "pool_id"
    bite: int = BITE
    counted: str = ""
    """The column that is `up_to` at most in what goes."""
    pool: Table | None = None
    """Where the owner itself would stand, if it were made again."""


_KINDS = {
    "user_pool": _Kind(pool=schema.user_pools),
    "user": _Kind(),
    "group": _Kind(),
    "client": _Kind(),
    "import_file": _Kind(bite=10),
    "identity_pool": _Kind(pool=schema.identity_pools),
    "identity": _Kind(),
    "sign_ins": _Kind(counted="rotated_at"),
    "dataset": _Kind(counted="sync_count"),
    "topic": _Kind("account_id"),
    "platform_application": _Kind("account_id"),
}
_TABLES = {kind: schema.removed_with(kind) for kind in _KINDS}
_WALKED = {"client": "origin_jti"}
"""Kinds that no index finds: all rows of the owner are looked at, in the order of this last column of their key."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something deleted: `key` is a JSON object; times are epoch seconds, `settles_at` 0 where nothing comes late."""

    owner: str
    kind: str
    key: str = "{}"
    position: str = ""
    up_to: int = 0
    settles_at: int = 0
    due_at: int = 0


class _Bite(NamedTuple):
    """Keys of rows by table, how far that is, and whether it is all that there is."""

    keys: list[tuple[Table, Sequence[Any]]]
    position: str
    is_last: bool


def tables_of(kind: str) -> tuple[Table, ...]:
    """Return where something of this kind may have rows, beside the one by which it is found."""
    return _TABLES[kind]


def begin(tx: Tx, kind: str, owner: str, *, up_to: int = 0, now: int | None = None, **key: str) -> None:
    """Remove the first rows, and have the others removed afterwards, if there are more.

    With `now` what comes late is removed too, by a second look a while after.
    """
    removal = Removal(owner, kind, json.dumps(key), up_to=up_to, settles_at=0 if now is None else now + SETTLE_SECONDS)
    bite = _find(tx, removal)
    _delete(tx, bite)
    if bite.is_last:
        removal = replace(removal, due_at=removal.settles_at)
    if not bite.is_last or removal.settles_at:
        left = replace(removal, position=bite.position)
        tx.upsert(_TABLE, **{name: getattr(left, name) for name in Removal.__slots__})


def waiting(tx: Tx, now: int) -> Removal | None:
    """Return a removal that nobody is at."""
    row = tx.one(select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at).limit(1))
    return None if row is None else _removal(row)


def step(store: Store, removal: Removal, now: int) -> Removal | None:
    """Remove a bite; return the removal as it stands then, this caller's for a while, or None when there is no more.

    Rows are looked for before the transaction that removes them, so that it is short however long that takes.
    """
    with store.read() as tx:
        bite = _find(tx, removal)
    with store.write() as tx:
        pool = _KINDS[removal.kind].pool
        if pool is not None and tx.get(pool, pool_id=removal.owner) is not None:
            _put(tx, removal, None)  # it was made again
            return None
        if bite.is_last:
            _put(tx, removal, None if removal.settles_at <= now else replace(removal, due_at=removal.settles_at))
            left = None
        else:
            left = replace(removal, position=bite.position, due_at=now + LEASE_SECONDS)
            _put(tx, removal, left)
        _delete(tx, bite)
    return left


def release(store: Store, removal: Removal) -> None:
    """Let somebody else go on with a removal at once."""
    with store.write() as tx:
        tx.update(_TABLE, _key(removal) | {"due_at": removal.due_at}, due_at=0)


def finish(store: Store, owner: str, kind: str | None = None, **key: str) -> None:
    """Remove all that is left of what was deleted: everything of an owner, or one thing; in bites too."""
    where = [_TABLE.c.owner == owner]
    if kind is not None:
        where += [_TABLE.c.kind == kind, _TABLE.c.key == json.dumps(key)]
    while True:
        with store.read() as tx:
            row = tx.one(select(_TABLE).where(*where).limit(1))
        if row is None:
            return
        removal = _removal(row)
        with suppress(Retry):  # somebody else got on with it
            step(store, removal, max(removal.settles_at, removal.due_at))


def check_none(tx: Tx, kind: str, owner: str, **key: str) -> None:
    """Raise Retry while something of this name is being removed."""
    if tx.get(_TABLE, owner=owner, kind=kind, key=json.dumps(key)) is not None:
        raise Retry("What had this name before is being removed.")


def find_keys(tx: Tx, table: Table, *where: ColumnElement[bool], most: int = BITE) -> Sequence[Any]:
    """Return the primary keys of at most `most` rows."""
    return tx.all(select(*table.primary_key).where(*where).limit(most))


def delete_keys(tx: Tx, table: Table, keys: Sequence[Any], *where: ColumnElement[bool]) -> None:
    """Delete the rows of these primary keys, those of them that meet a condition."""
    if keys:
        first, *others = table.primary_key
        named = first.in_([key[0] for key in keys])
        if others:
            named = tuple_(first, *others).in_([tuple(key) for key in keys])
        tx.execute(delete(table).where(named, *where))


def _find(tx: Tx, removal: Removal) -> _Bite:
    kind = _KINDS[removal.kind]
    if removal.kind in _WALKED:
        return _walk(tx, removal, kind)
    left, found = kind.bite, []
    for table in _TABLES[removal.kind]:
        keys = find_keys(tx, table, *_condition(table, kind, removal), most=left)
        found.append((table, keys))
        left -= len(keys)
        if not left:
            break
    return _Bite(found, "", left > 0)


def _walk(tx: Tx, removal: Removal, kind: _Kind) -> _Bite:
    (table,) = _TABLES[removal.kind]
    wanted, along = json.loads(removal.key), table.c[_WALKED[removal.kind]]
    query = select(*table.primary_key, *(table.c[name] for name in wanted))
    query = query.where(table.c[kind.owner] == removal.owner, along > removal.position).order_by(along)
    rows = tx.all(query.limit(kind.bite))
    size = len(table.primary_key)
    keys = [row[:size] for row in rows if row[size:] == tuple(wanted.values())]
    position = getattr(rows[-1], along.key) if rows else removal.position
    return _Bite([(table, keys)], position, len(rows) < kind.bite)


def _condition(table: Table, kind: _Kind, removal: Removal) -> list[ColumnElement[bool]]:
    where = [table.c[kind.owner] == removal.owner]
    where += [table.c[name] == value for name, value in json.loads(removal.key).items()]
    return [*where, table.c[kind.counted] <= removal.up_to] if kind.counted else where


def _delete(tx: Tx, bite: _Bite) -> None:
    for table, keys in bite.keys:
        delete_keys(tx, table, keys)


def _put(tx: Tx, removal: Removal, after: Removal | None) -> None:
    """Write what becomes of a removal, which nobody else can change until this transaction ends; raises Retry."""
    unchanged = _key(removal) | {"due_at": removal.due_at, "position": removal.position}
    if after is None:
        done = tx.delete(_TABLE, unchanged)
    else:
        done = tx.update(_TABLE, unchanged, due_at=after.due_at, position=after.position)
    if done != 1:
        raise Retry("Somebody else is at this removal.")


def _key(removal: Removal) -> dict[str, Any]:
    return {"owner": removal.owner, "kind": removal.kind, "key": removal.key}


def _removal(row: Any) -> Removal:
    return Removal(*(getattr(row, name) for name in Removal.__slots__))
