"""Jobs that import users: their file, their progress, and what became of rows."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx
from ostiary.store.errors import Conflict

RUNNING = ("Pending", "InProgress", "Stopping")
_FAR = 10**16


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `offset` bytes and `line` lines of the file are done."""

    offset: int = 0
    line: int = 0
    imported: int = 0
    skipped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ImportJob:
    """A job. `configuration` has the members of UserImportJobType that are not counted; times are epoch seconds."""

    pool_id: str
    job_key: str
    job_id: str
    status: str
    configuration: dict[str, Any]
    progress: Progress
    worker: str
    leased_until: int
    created_at: int


def key_at(microseconds: int) -> str:
    """Return the key of a job of this time: a later one sorts before an earlier one."""
    return f"{_FAR - microseconds:016d}"


def _job(row: Any) -> ImportJob:
    return ImportJob(
        pool_id=row.pool_id,
        job_key=row.job_key,
        job_id=row.job_id,
        status=row.status,
        configuration=json.loads(row.configuration),
        progress=Progress(**json.loads(row.progress)),
        worker=row.worker,
        leased_until=row.leased_until,
        created_at=row.created_at,
    )


def create(tx: Tx, job: ImportJob) -> None:
    """Insert `job`."""
    tx.insert(
        schema.import_jobs,
        pool_id=job.pool_id,
        job_key=job.job_key,
        job_id=job.job_id,
        status=job.status,
        configuration=json.dumps(job.configuration),
        progress=json.dumps(dataclasses.asdict(job.progress)),
        worker=job.worker,
        leased_until=job.leased_until,
        created_at=job.created_at,
    )


def find(tx: Tx, pool_id: str, job_id: str) -> ImportJob | None:
    """Return the job of this id."""
    row = tx.get(schema.import_jobs, pool_id=pool_id, job_id=job_id)
    return None if row is None else _job(row)


def page(tx: Tx, pool_id: str, after: str | None, limit: int) -> list[ImportJob]:
    """Return at most `limit` jobs of the pool, newest first, behind the key `after`."""
    jobs = schema.import_jobs
    query = select(jobs).where(jobs.c.pool_id == pool_id)
    if after is not None:
        query = query.where(jobs.c.job_key > after)
    return [_job(row) for row in tx.all(query.order_by(jobs.c.job_key).limit(limit))]


def is_running(tx: Tx, pool_id: str) -> bool:
    """Whether an import into the pool is under way."""
    jobs = schema.import_jobs
    found = tx.one(select(jobs.c.job_id).where(jobs.c.pool_id == pool_id, jobs.c.status.in_(RUNNING)).limit(1))
    return found is not None


def waiting(tx: Tx, now: int) -> ImportJob | None:
    """Return a job that should run and that nobody runs."""
    jobs = schema.import_jobs
    row = tx.one(select(jobs).where(jobs.c.status.in_(RUNNING), jobs.c.leased_until <= now).limit(1))
    return None if row is None else _job(row)


def change(tx: Tx, job: ImportJob, **changes: Any) -> ImportJob:
    """Write members of a job that nobody changed since it was read; raises Conflict when somebody did."""
    jobs = schema.import_jobs
    after = dataclasses.replace(job, **changes)
    changed = tx.update(
        jobs,
        jobs.c.pool_id == job.pool_id,
        jobs.c.job_key == job.job_key,
        jobs.c.status == job.status,
        jobs.c.worker == job.worker,
        jobs.c.leased_until == job.leased_until,
        status=after.status,
        configuration=json.dumps(after.configuration),
        progress=json.dumps(dataclasses.asdict(after.progress)),
        worker=after.worker,
        leased_until=after.leased_until,
    )
    if changed != 1:
        raise Conflict(job.job_id)
    return after


# -- the file --------------------------------------------------------------------------------------------------------
def put_chunk(tx: Tx, pool_id: str, job_id: str, number: int, sealed: bytes) -> None:
    """Keep a piece of the file; it replaces the piece of an earlier upload."""
    tx.upsert(schema.import_chunks, pool_id=pool_id, job_id=job_id, number=number, sealed=sealed)


def chunk(tx: Tx, pool_id: str, job_id: str, number: int) -> bytes | None:
    """Return a piece of the file, None behind its end."""
    row = tx.get(schema.import_chunks, pool_id=pool_id, job_id=job_id, number=number)
    return None if row is None else bytes(row.sealed)


def drop_chunks(tx: Tx, pool_id: str, job_id: str, first: int) -> None:
    """Forget the pieces of the file from `first` on."""
    chunks = schema.import_chunks
    tx.delete(chunks, chunks.c.pool_id == pool_id, chunks.c.job_id == job_id, chunks.c.number >= first)


def drop_file(tx: Tx, pool_id: str, job_id: str) -> None:
    """Forget the file of a job that has ended, in bites."""
    removals.begin(tx, "import_file", pool_id, job_id=job_id)


def number_of_chunks(tx: Tx, pool_id: str, job_id: str) -> int:
    """Return how many pieces of the file there are."""
    chunks = schema.import_chunks
    query = select(func.count()).select_from(chunks).where(chunks.c.pool_id == pool_id, chunks.c.job_id == job_id)
    row = tx.one(query)
    return 0 if row is None else int(row[0])


# -- the log ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LogLine:
    """What became of a line of the file: `outcome` is `SKIPPED` or `FAILED`."""

    line: int
    outcome: str
    message: str


def note(tx: Tx, pool_id: str, job_id: str, entry: LogLine) -> None:
    """Write a line of the log."""
    tx.upsert(
        schema.import_log,
        pool_id=pool_id,
        job_id=job_id,
        line=entry.line,
        outcome=entry.outcome,
        message=entry.message,
    )


def log(tx: Tx, pool_id: str, job_id: str, after: int, limit: int) -> list[LogLine]:
    """Return at most `limit` lines of the log, behind the line `after`."""
    lines = schema.import_log
    query = select(lines).where(lines.c.pool_id == pool_id, lines.c.job_id == job_id, lines.c.line > after)
    rows = tx.all(query.order_by(lines.c.line).limit(limit))
    return [LogLine(row.line, row.outcome, row.message) for row in rows]
