"""Records of datasets, removed ones among them. Times are milliseconds."""

from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from ostiary.store import schema
from ostiary.store.datasets import Key
from ostiary.store.db import Tx

_TABLE = schema.records
_OF_DATASET = (
    _TABLE.c.pool_id == bindparam("pool_id"),
    _TABLE.c.identity_id == bindparam("identity_id"),
    _TABLE.c.dataset_name == bindparam("dataset_name"),
)
_COLUMNS = (
    _TABLE.c.record_key,
    _TABLE.c.value,
    _TABLE.c.sync_count,
    _TABLE.c.modified_at,
    _TABLE.c.modified_by,
    _TABLE.c.device_modified_at,
)
_ONE = select(*_COLUMNS).where(*_OF_DATASET, _TABLE.c.record_key == bindparam("record_key"))
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


def find(tx: Tx, dataset: Key, key: str) -> Record | None:
    """Return a record."""
    row = tx.one(_ONE, **dataset._asdict(), record_key=key)
    return None if row is None else Record._make(row)


def of_dataset(tx: Tx, dataset: Key) -> list[Record]:
    """Return all records, by key."""
    return [Record(*row) for row in tx.tuples(_ALL, **dataset._asdict())]


def changed(tx: Tx, dataset: Key, after: tuple[int, str], up_to: int, most: int) -> list[Record]:
    """Return at most `most` records in the order of their changes, those behind the count and key `after`."""
    place = {"after_count": after[0], "after_key": after[1], "up_to": up_to, "most": most}
    return [Record(*row) for row in tx.tuples(_CHANGED, **dataset._asdict(), **place)]


def put(tx: Tx, dataset: Key, record: Record) -> None:
    """Store a record of a dataset that this transaction has locked."""
    tx.upsert(
        _TABLE,
        **dataset._asdict(),
        record_key=record.key,
        value=record.value,
        sync_count=record.sync_count,
        modified_at=record.modified_at,
        modified_by=record.modified_by,
        device_modified_at=record.device_modified_at,
    )


def forget_removed(tx: Tx, dataset: Key, keep: int) -> int:
    """Delete the records that were removed, but for the `keep` that were so last; return the highest count of those."""
    gone = tx.all(_REMOVED, **dataset._asdict())[keep:]
    for row in gone:
        tx.delete(_TABLE, {**dataset._asdict(), "record_key": row.record_key})
    return max((row.sync_count for row in gone), default=0)


def delete_all(tx: Tx, dataset: Key) -> None:
    """Delete the records of a dataset."""
    tx.delete(_TABLE, dataset._asdict())
