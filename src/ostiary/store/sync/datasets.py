"""Datasets of identities: their sync counts and sizes. Their records are in `store/sync/records.py`. Times are ms."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx
from ostiary.store.sync import usage

_TABLE = schema.datasets
_OF_IDENTITY = (_TABLE.c.pool_id == bindparam("pool_id"), _TABLE.c.identity_id == bindparam("identity_id"))
_LOCKED = select(_TABLE).where(*_OF_IDENTITY, _TABLE.c.dataset_name == bindparam("dataset_name")).with_for_update()
_EXISTING = select(_TABLE).where(*_OF_IDENTITY, _TABLE.c.created_at.is_not(None)).order_by(_TABLE.c.dataset_name)
_DELETED = (
    select(_TABLE.c.dataset_name, _TABLE.c.sync_count)
    .where(*_OF_IDENTITY, _TABLE.c.created_at.is_(None), _TABLE.c.dataset_name != "")
    .order_by(_TABLE.c.modified_at.desc())
    .with_for_update(skip_locked=True)
)
_REMEMBERED = select(_TABLE).where(*_OF_IDENTITY, _TABLE.c.created_at.is_(None), _TABLE.c.dataset_name != "")
_NEXT = (
    select(_TABLE.c.pool_id, _TABLE.c.identity_id, _TABLE.c.dataset_name)
    .where(
        _TABLE.c.pool_id == bindparam("pool_id"),
        _TABLE.c.identity_id >= bindparam("identity_id"),
        or_(_TABLE.c.identity_id > bindparam("identity_id"), _TABLE.c.dataset_name > bindparam("dataset_name")),
        _TABLE.c.created_at.is_not(None),
    )
    .order_by(_TABLE.c.pool_id, _TABLE.c.identity_id, _TABLE.c.dataset_name)
    .limit(bindparam("most"))
)
_COUNT = select(func.count().label("number")).where(*_OF_IDENTITY, _TABLE.c.created_at.is_not(None))


class Key(NamedTuple):
    """Which dataset: after a merge not always the identity and name that a client calls it by."""

    pool_id: str
    identity_id: str
    dataset_name: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset, as its row says; one that was deleted, or never was, has no `created_at`."""

    key: Key
    sync_count: int = 0
    deleted_count: int = 0
    forgotten_count: int = 0
    num_records: int = 0
    data_storage: int = 0
    created_at: int | None = None
    modified_at: int = 0
    modified_by: str = ""

    @property
    def exists(self) -> bool:
        """Whether it is there now."""
        return self.created_at is not None

    def deleted_after(self, sync_count: int) -> bool:
        """Whether somebody who has seen `sync_count` must forget what they have and begin anew."""
        return sync_count > 0 and (not self.exists or sync_count < max(self.deleted_count, self.forgotten_count))


def find(tx: Tx, key: Key) -> Dataset:
    """Return a dataset."""
    return _dataset(key, tx.get(_TABLE, **key._asdict()))


def lock(tx: Tx, key: Key) -> Dataset:
    """Return a dataset; when it has a row, nobody else changes it until this transaction ends."""
    return _dataset(key, tx.one(_LOCKED, **key._asdict()))


def lock_names(tx: Tx, key: Key) -> int:
    """Let nobody else create or drop datasets of an identity until this transaction ends.

    Returns the sync count that a dataset without a row begins after.
    """
    names = key._replace(dataset_name="")
    unused = {**names._asdict(), **_columns(Dataset(names))}
    tx.insert_if_absent(_TABLE, **unused)
    return lock(tx, names).sync_count


def save(tx: Tx, dataset: Dataset) -> None:
    """Store a dataset that this transaction has locked, or whose names it has."""
    tx.upsert(_TABLE, **dataset.key._asdict(), **_columns(dataset))


def deleted(tx: Tx, pool_id: str, identity_id: str) -> list[Dataset]:
    """Return the deleted datasets of an identity that are still remembered."""
    rows = tx.all(_REMEMBERED, pool_id=pool_id, identity_id=identity_id)
    return [_dataset(Key(row.pool_id, row.identity_id, row.dataset_name), row) for row in rows]


def drop_deleted(tx: Tx, key: Key, keep: int) -> None:
    """Drop the rows of an identity's deleted datasets, but for the `keep` that were deleted last.

    Those that somebody makes again at this moment stay: they are locked before the names are, as by who makes them.
    """
    gone = tx.all(_DELETED, pool_id=key.pool_id, identity_id=key.identity_id)[keep:]
    if not gone:
        return
    highest = max(lock_names(tx, key), *(row.sync_count for row in gone))
    save(tx, Dataset(key._replace(dataset_name=""), sync_count=highest))
    for row in gone:
        tx.delete(_TABLE, key._replace(dataset_name=row.dataset_name)._asdict())


def count(tx: Tx, pool_id: str, identity_id: str) -> int:
    """Return how many datasets an identity has."""
    row = tx.one(_COUNT, pool_id=pool_id, identity_id=identity_id)
    return 0 if row is None else int(row.number)


def of_identity(tx: Tx, pool_id: str, identity_id: str) -> list[Dataset]:
    """Return the datasets of an identity, by name; a limit keeps them few."""
    rows = tx.all(_EXISTING, pool_id=pool_id, identity_id=identity_id)
    return [_dataset(Key(row.pool_id, row.identity_id, row.dataset_name), row) for row in rows]


def page(tx: Tx, pool_id: str, after: tuple[str, str], most: int) -> list[Key]:
    """Return at most `most` datasets of a pool, those behind the identity and name `after`."""
    place = {"identity_id": after[0], "dataset_name": after[1], "most": most}
    return [Key(row.pool_id, row.identity_id, row.dataset_name) for row in tx.all(_NEXT, pool_id=pool_id, **place)]


def delete_all(tx: Tx, pool_id: str, identity_ids: Iterable[str], now: int) -> None:
    """Delete the datasets, the records and the devices of identities that are gone, for good."""
    for identity_id in identity_ids:
        storage = sum(dataset.data_storage for dataset in of_identity(tx, pool_id, identity_id))
        if storage:
            usage.count(tx, pool_id, identity_id, storage=-storage, now=now)
        removals.begin(tx, "identity", pool_id, identity_id=identity_id)


_COLUMNS = tuple(name for name in Dataset.__slots__ if name != "key")


def _columns(dataset: Dataset) -> dict[str, Any]:
    return {name: getattr(dataset, name) for name in _COLUMNS}


def _dataset(key: Key, row: Any) -> Dataset:
    return Dataset(key) if row is None else Dataset(key, *(getattr(row, name) for name in _COLUMNS))
