"""The thread that imports users. Any number of processes may run one: a job is leased, and goes on where it was."""

from collections.abc import Iterator
from dataclasses import replace

import structlog

from ostiary.aws.errors import ServiceError
from ostiary.background import Worker
from ostiary.context import Context, Services
from ostiary.idp.directory import lookup, names
from ostiary.idp.directory.new_users import insert, new_user
from ostiary.idp.imports import csv_rows, foreign_passwords
from ostiary.idp.imports.csv_rows import Row, RowError, Sheet
from ostiary.idp.imports.uploads import CHUNK_PURPOSE
from ostiary.runtime.clock import Clock
from ostiary.store.db import Tx
from ostiary.store.errors import Conflict
from ostiary.store.idp import import_jobs, user_pools, users
from ostiary.store.idp.import_jobs import ImportJob, LogLine, Progress
from ostiary.store.idp.user_pools import UserPool

POLL_SECONDS = 0.5
LEASE_SECONDS = 60
BATCH = 50
"""Rows that are imported in one transaction."""
REST = 1
"""How many times as long as a transaction took the next one waits."""
_BOM = "\ufeff"
_WRONG_HEADER = "The header of the CSV file does not match the header expected for the user import job."
_TOO_MANY = "Too many users have failed or been skipped during the import."
_STOPPED = "The Import Job was stopped by the developer."
_DONE = "Import Job Completed Successfully."

log = structlog.get_logger()


class ImportWorker(Worker):
    """Imports until it is stopped."""

    def __init__(self, services: Services) -> None:
        super().__init__("import", POLL_SECONDS, rest=REST)
        self._ctx = services.anonymous()
        self._holder = services.random.uuid()

    def run_due(self) -> bool:
        """Run one job that waits, to its end or until the worker is stopped; whether there was one."""
        now = self._ctx.clock.now_seconds()
        with self._ctx.store.read() as tx:
            job = import_jobs.waiting(tx, now)
        if job is None:
            return False
        try:
            self._work(self._leased(job))
        except Conflict:
            return False  # somebody else has it, or stopped it
        return True

    def _leased(self, job: ImportJob, **changes: object) -> ImportJob:
        until = self._ctx.clock.now_seconds() + LEASE_SECONDS
        with self._ctx.store.write() as tx:
            status = "InProgress" if job.status == "Pending" else job.status
            return import_jobs.change(tx, job, status=status, worker=self._holder, leased_until=until, **changes)

    def _work(self, job: ImportJob) -> None:
        ctx = self._ctx
        with ctx.store.read() as tx:
            pool = user_pools.find(tx, job.pool_id)
        if job.status == "Stopping" or pool is None:
            self._end(job, "Stopped", _STOPPED)
            return
        lines = _lines(ctx, job)
        header = csv_rows.split(next(_lines(ctx, replace(job, progress=Progress())))[1].removeprefix(_BOM))
        algorithm = job.configuration.get("PasswordHashingAlgorithm", "")
        allowed = [csv_rows.HASH] if algorithm and csv_rows.HASH in header else []
        if sorted(header) != sorted([*csv_rows.header_of(pool), *allowed]):
            self._end(job, "Failed", _WRONG_HEADER)
            return
        sheet = Sheet(pool, header, algorithm)
        batch: list[tuple[int, int, str]] = []
        began = Clock.monotonic()
        for offset, line in lines:
            number = job.progress.line + len(batch) + 1
            batch.append((number, offset, line))
            if len(batch) == BATCH:
                job, batch = self._import(job, sheet, batch), []
                began = self.pause(began)
                if self.stopping:
                    self._release(job)
                    return
        job = self._import(job, sheet, batch)
        progress = job.progress
        failed = progress.imported == 0 and progress.failed + progress.skipped > 0
        self._end(job, "Failed" if failed else "Succeeded", _TOO_MANY if failed else _DONE)

    def _import(self, job: ImportJob, sheet: Sheet, batch: list[tuple[int, int, str]]) -> ImportJob:
        """Import some rows and remember how far that is, in one transaction; row by row where one is in the way."""
        if not batch:
            return job
        try:
            return self._write(job, sheet, batch)
        except ServiceError:
            for row in batch:
                job = self._write(job, sheet, [row])
            return job

    def _write(self, job: ImportJob, sheet: Sheet, batch: list[tuple[int, int, str]]) -> ImportJob:
        ctx, progress = self._ctx, job.progress
        until = ctx.clock.now_seconds() + LEASE_SECONDS
        with ctx.store.write() as tx:
            for number, offset, line in batch:
                counts = {"imported": 0, "skipped": 0, "failed": 0}
                if number > 1 and line.strip():
                    outcome, text = _import_row(tx, ctx, sheet, line)
                    counts[outcome] = 1
                    if text:
                        import_jobs.note(tx, job.pool_id, job.job_id, LogLine(number, outcome.upper(), text))
                progress = Progress(
                    offset=offset,
                    line=number,
                    imported=progress.imported + counts["imported"],
                    skipped=progress.skipped + counts["skipped"],
                    failed=progress.failed + counts["failed"],
                )
            return import_jobs.change(tx, job, progress=progress, leased_until=until)

    def _release(self, job: ImportJob) -> None:
        with self._ctx.store.write() as tx:
            import_jobs.change(tx, job, worker="", leased_until=0)

    def _end(self, job: ImportJob, status: str, message: str) -> None:
        now = self._ctx.clock.now_seconds()
        ended = {**job.configuration, "CompletionDate": now, "CompletionMessage": message}
        with self._ctx.store.write() as tx:
            import_jobs.change(tx, job, status=status, configuration=ended, worker="", leased_until=0)
            import_jobs.drop_file(tx, job.pool_id, job.job_id)
        log.info("import_ended", pool_id=job.pool_id, job_id=job.job_id, status=status)


def _lines(ctx: Context, job: ImportJob) -> Iterator[tuple[int, str]]:
    """Yield the lines of the file that are not done yet, each with the offset of its end."""
    offset = job.progress.offset
    number, kept = 0, b""
    position = 0
    while True:
        with ctx.store.read() as tx:
            sealed = import_jobs.chunk(tx, job.pool_id, job.job_id, number)
        if sealed is None:
            break
        content = ctx.keyring.open(sealed, CHUNK_PURPOSE)
        start = position
        position += len(content)
        number += 1
        if position <= offset:
            continue
        kept += content[max(offset - start, 0) :] if not kept else content
        *whole, kept = kept.split(b"\n")
        for line in whole:
            offset += len(line) + 1
            yield offset, line.decode("utf-8", "replace").rstrip("\r")
    if kept:
        yield offset + len(kept), kept.decode("utf-8", "replace").rstrip("\r")


def _import_row(tx: Tx, ctx: Context, sheet: Sheet, line: str) -> tuple[str, str]:
    """Import a row; return `imported`, `skipped` or `failed`, and what the log says of it."""
    try:
        row = csv_rows.read(sheet, line)
    except RowError as error:
        return "failed", str(error)
    pool = sheet.pool
    if lookup.find_user(tx, pool, row.username) is not None:
        return "skipped", "A user of this name exists."
    for alias in names.alias_keys(pool, row.attributes):
        if users.alias_owner(tx, pool.pool_id, alias) is not None:
            return "failed", "Another user has this address."
    _create(tx, ctx, pool, row)
    return "imported", ""


def _create(tx: Tx, ctx: Context, pool: UserPool, row: Row) -> None:
    status = "CONFIRMED" if row.foreign else "RESET_REQUIRED"
    user = new_user(ctx, pool, row.username, row.attributes, status=status, password=None)
    insert(tx, pool, user, already="User already exists")
    if row.foreign:
        foreign_passwords.keep(tx, ctx, user, row.foreign)
