"""Records of datasets, removed ones among them. Times are milliseconds."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, or_, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx
from ostiary.store.sync.datasets import Dataset, Key

_TABLE = schema.records
_OF_DATASET = (
    _TABLE.c.pool_id == bindparam("pool_id"),
    _TABLE.c.identity_id == bindparam("identity_id"),
    _TABLE.c.dataset_name == bindparam("dataset_name"),
    _TABLE.c.sync_count > bindparam("deleted_count"),
)
"""A dataset's records; those of one that was deleted before it are there until they are removed."""
_COLUMNS = (
    _TABLE.c.record_key,
    _TABLE.c.value,
    _TABLE.c.sync_count,
    _TABLE.c.modified_at,
    _TABLE.c.modified_by,
    _TABLE.c.device_modified_at,
)
_ALL = select(*_COLUMNS).where(*_OF_DATASET).order_by(_TABLE.c.record_key)
_REMOVED = (
    select(_TABLE.c.record_key, _TABLE.c.sync_count)
    .where(*_OF_DATASET, _TABLE.c.value.is_(None))
    .order_by(_TABLE.c.sync_count.desc(), _TABLE.c.record_key)
)
_CHANGED = (
    select(*_COLUMNS)
    .where(
        *_OF_DATASET,
        _TABLE.c.sync_count >= bindparam("after_count"),
        or_(_TABLE.c.sync_count > bindparam("after_count"), _TABLE.c.record_key > bindparam("after_key")),
        _TABLE.c.sync_count <= bindparam("up_to"),
    )
    .order_by(_TABLE.c.sync_count, _TABLE.c.record_key)
    .limit(bindparam("most"))
)


class Record(NamedTuple):
    """A record; one that was removed has no value."""

    key: str
    value: str | None
    sync_count: int
    modified_at: int
    modified_by: str
    device_modified_at: int | None

    @property
    def size(self) -> int:
        """Bytes of key and value; nothing for one that was removed."""
        return 0 if self.value is None else len(self.key.encode()) + len(self.value.encode())


@cache
def _named(many: int) -> Select[Any]:
    return select(*_COLUMNS).where(*_OF_DATASET, _TABLE.c.record_key.in_([bindparam(f"key_{n}") for n in range(many)]))


def find(tx: Tx, dataset: Dataset, keys: Sequence[str]) -> dict[str, Record]:
    """Return the records of these keys that there are, by key."""
    if not keys:
        return {}
    # As many keys as the next power of two, so that few statements are kept; the last key fills them.
    many = 1 << (len(keys) - 1).bit_length()
    named = {f"key_{n}": keys[min(n, len(keys) - 1)] for n in range(many)}
    rows = tx.tuples(_named(many), **_place(dataset), **named)
    return {row[0]: Record(*row) for row in rows}


def of_dataset(tx: Tx, dataset: Dataset) -> list[Record]:
    """Return all records, by key."""
    return [Record(*row) for row in tx.tuples(_ALL, **_place(dataset))]


def changed(tx: Tx, dataset: Dataset, after: tuple[int, str], up_to: int, most: int) -> list[Record]:
    """Return at most `most` records in the order of their changes, those behind the count and key `after`."""
    within = {"after_count": after[0], "after_key": after[1], "up_to": up_to, "most": most}
    return [Record(*row) for row in tx.tuples(_CHANGED, **_place(dataset), **within)]


def put(tx: Tx, dataset: Key, records: Sequence[Record]) -> None:
    """Store records of a dataset that this transaction has locked."""
    names = [column.name for column in _COLUMNS]
    tx.upsert_all(_TABLE, [{**dataset._asdict(), **dict(zip(names, record, strict=True))} for record in records])


def forget_removed(tx: Tx, dataset: Dataset, keep: int) -> int:
    """Delete the records that were removed, but for the `keep` that were so last; return the highest count of those."""
    gone = tx.all(_REMOVED, **_place(dataset))[keep:]
    for row in gone:
        tx.delete(_TABLE, {**dataset.key._asdict(), "record_key": row.record_key})
    return max((row.sync_count for row in gone), default=0)


def delete_all(tx: Tx, dataset: Dataset) -> None:
    """Delete the records of a dataset up to the count with which it is deleted, in bites."""
    pool_id, identity_id, name = dataset.key
    removals.begin(tx, "dataset", pool_id, up_to=dataset.deleted_count, identity_id=identity_id, dataset_name=name)


def _place(dataset: Dataset) -> dict[str, Any]:
    return {**dataset.key._asdict(), "deleted_count": dataset.deleted_count}
