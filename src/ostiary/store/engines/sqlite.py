"""SQLite: write-ahead log, every commit synced, one writer whose waiting blocks share a commit."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, Select, create_engine, event, func, make_url, select
from sqlalchemy.dialects.sqlite import insert

from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import CrowdedError, Places, Waiter, is_holding, on_loop, outside, pause
from ostiary.store.engines.engine import Carrier, Handle, Heard
from ostiary.store.errors import AlreadyExists, Retry, StoreError, Unavailable
from ostiary.store.statements import Statements

BUSY_SECONDS = 15
BUSY_PAUSE = 0.0005
"""How soon a writer asks again while another process writes: SQLite's own waiting gets longer and longer."""
MOST_BLOCKS_A_COMMIT = 64
SNAPSHOT = "SELECT 1 FROM sqlite_schema LIMIT 1"
"""Reads something, with which a transaction's snapshot begins: from then on nobody is in its way."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "temp_store=MEMORY",
    "cache_size=-4096",
    "journal_size_limit=67108864",
)
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CANNOT_WRITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


class _Batch:
    """The blocks that one commit makes durable."""

    def __init__(self) -> None:
        self.blocks = 0
        self._waiters: list[Waiter] = []
        self._error: StoreError | None = None

    def join(self) -> Waiter:
        """Return what a block waits with, when it has ended, for the commit."""
        self.blocks += 1
        self._waiters.append(Waiter())
        return self._waiters[-1]

    def settle(self, error: StoreError | None) -> None:
        """Let the blocks go: their changes are durable, or lost by `error`."""
        self._error = error
        for waiter in self._waiters:
            waiter.wake()

    def check(self) -> None:
        """Raise what lost the changes."""
        if self._error is not None:
            raise type(self._error)(*self._error.args) from self._error


class SQLite:
    """One database file."""

    driver_error: type[Exception] = sqlite3.Error

    def __init__(self, url: str) -> None:
        file = make_url(url).database
        if not file or file == ":memory:":
            raise ValueError("SQLite needs a file: sqlite:///path/to/ostiary.sqlite3")
        Path(file).touch(mode=0o600)
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "cached_statements": 512},
        )
        event.listen(self._engine, "connect", _configure)
        self.statements = Statements(self._engine.dialect, insert, _gathered)
        self._readers: deque[Handle] = deque()
        self._kept_writer: Handle | None = None
        self._turn = Places(1)
        self._batch: _Batch | None = None
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")

    @contextmanager
    def read(self) -> Iterator[Handle]:
        """Give a connection that sees one snapshot."""
        try:
            reader = self._readers.pop()
        except IndexError:
            reader = self._opened()
        try:
            reader.driver.execute("BEGIN")
            self._until_free(reader, SNAPSHOT)
            yield reader
        finally:
            reader.driver.rollback()
            self._readers.append(reader)

    @contextmanager
    def write(self) -> Iterator[Handle]:
        """Give the writer's connection inside a savepoint; return when the commit that holds it is on disk.

        The last block of those that wait together commits for all of them: one sync however many they are.
        """
        self._turn.take(self._pass_on)
        try:
            batch = self._begun()
            yield from self._block()
            durable = batch.join()
        finally:
            self._pass_on()
        durable.wait()
        batch.check()

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """Give a connection inside an immediate transaction, so that two processes migrate one after the other."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def translated(self, error: BaseException | None) -> StoreError:
        """Return the store's error for one of SQLite's codes."""
        code = getattr(error, "sqlite_errorcode", 0)
        if code in _UNIQUE:
            return AlreadyExists(str(error))
        if code & 0xFF in _BUSY:
            return Retry(str(error))
        if code & 0xFF in _CANNOT_WRITE:
            return Unavailable(str(error))
        return StoreError(str(error))

    def carrier(self, heard: Heard) -> Carrier | None:  # noqa: ARG002
        """Return None: a file tells nobody that it has changed."""
        return None

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._committer.shutdown()
        self._turn.take(self._turn.give)
        if self._kept_writer is not None:
            self._kept_writer.connection.close()
            self._kept_writer = None
        self._turn.give()
        while self._readers:
            self._readers.pop().connection.close()

    def _opened(self) -> Handle:
        """Open a connection: files are read, and another process may hold them."""
        try:
            return outside(self._open)
        except CrowdedError as error:
            raise Unavailable("Too many wait for others already.") from error

    def _open(self) -> Handle:
        connection = self._engine.connect()
        connection.exec_driver_sql("PRAGMA busy_timeout=0")  # nobody waits inside SQLite from now on
        return Handle(connection, connection.connection.driver_connection)

    @property
    def _writer(self) -> Handle:
        if self._kept_writer is None:
            self._kept_writer = self._opened()
        return self._kept_writer

    def _begun(self) -> _Batch:
        """Return the batch of the transaction that is open, or of one that begins."""
        if self._batch is None:
            self._until_free(self._writer, "BEGIN IMMEDIATE")
            self._batch = _Batch()
        return self._batch

    def _until_free(self, handle: Handle, statement: str) -> None:
        """Run a statement as soon as no other process is in its way."""
        until = Clock.monotonic() + BUSY_SECONDS
        while True:
            try:
                handle.driver.execute(statement)
            except sqlite3.Error as error:
                is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY
                if not is_busy or is_holding() or Clock.monotonic() > until:
                    raise self.translated(error) from error
            else:
                return
            pause(BUSY_PAUSE)

    def _block(self) -> Iterator[Handle]:
        driver = self._writer.driver
        driver.execute("SAVEPOINT block")
        try:
            yield self._writer
        except BaseException:
            # A full disk may have rolled the whole transaction back already; then there is no savepoint to go back to.
            if driver.in_transaction:
                driver.execute("ROLLBACK TO block")
                driver.execute("RELEASE block")
            raise
        driver.execute("RELEASE block")

    def _pass_on(self) -> None:
        """Commit if nobody waits to write in the same transaction, and let the next one have its turn."""
        batch = self._batch
        if batch is None:
            self._turn.give()
        elif not self._writer.driver.in_transaction:
            self._settle(batch, Retry("Another block rolled back all that shared its transaction."))
        elif self._turn.are_wanted and batch.blocks < MOST_BLOCKS_A_COMMIT:
            self._turn.give()
        elif on_loop():
            self._committer.submit(self._commit, batch)
        else:
            self._commit(batch)

    def _settle(self, batch: _Batch, error: StoreError | None) -> None:
        self._batch = None
        batch.settle(error)
        self._turn.give()

    def _commit(self, batch: _Batch) -> None:
        driver, lost = self._writer.driver, None
        try:
            driver.execute("COMMIT")
        except sqlite3.Error as error:
            lost = self.translated(error)
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        self._settle(batch, lost)


def _gathered(query: Select[Any]) -> Select[Any]:
    """Have a query's rows come as one: the driver gives the interpreter's lock away, and waits for it, at each row."""
    rows = query.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def _configure(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
