"""Bulk publishes: the last one of each pool and how far it came."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

Status = Literal["IN_PROGRESS", "FAILED", "SUCCEEDED"]
IN_PROGRESS: Status = "IN_PROGRESS"
_JOBS = schema.sync_bulk_publishes
_WITH_STATUS = select(_JOBS).where(_JOBS.c.status == bindparam("status")).order_by(_JOBS.c.pool_id).limit(100)


@dataclass(frozen=True, slots=True)
class BulkPublish:
    """A job. Datasets up to (`after_identity`, `after_dataset`) are queued, the last at `last_position`.

    Times are epoch seconds; `published` counts datasets.
    """

    pool_id: str
    job_id: str
    status: Status
    failure: str
    after_identity: str
    after_dataset: str
    last_position: str
    published: int
    started_at: int
    completed_at: int | None


def find(tx: Tx, pool_id: str) -> BulkPublish | None:
    """Return the last job of a pool."""
    row = tx.get(_JOBS, pool_id=pool_id)
    return None if row is None else _job(row)


def unfinished(tx: Tx) -> list[BulkPublish]:
    """Return at most 100 jobs that are under way."""
    return [_job(row) for row in tx.all(_WITH_STATUS, status=IN_PROGRESS)]


def replace_job(tx: Tx, before: BulkPublish | None, job: BulkPublish) -> bool:
    """Store a new job in the place of `before`; return whether nobody else began one meanwhile."""
    values = {name: getattr(job, name) for name in BulkPublish.__slots__}
    if before is None:
        return tx.insert_if_absent(_JOBS, **values)
    return tx.update(_JOBS, {"pool_id": job.pool_id, "job_id": before.job_id, "status": before.status}, **values) == 1


def advance(tx: Tx, before: BulkPublish, after: BulkPublish) -> bool:
    """Store a step of a job; return whether it stood at `before`: of two who take the same step, one does."""
    names = ("pool_id", "job_id", "status", "after_identity", "after_dataset", "last_position")
    stood = {name: getattr(before, name) for name in names}
    changed = {name: getattr(after, name) for name in BulkPublish.__slots__ if name != "pool_id"}
    return tx.update(_JOBS, stood, **changed) == 1


def _job(row: Any) -> BulkPublish:
    return BulkPublish(*(getattr(row, name) for name in BulkPublish.__slots__))
