"""SQLite: write-ahead log, every commit synced, one writer whose waiting blocks share a commit."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, NullPool, Select, create_engine, event, func, make_url, select
from sqlalchemy.dialects.sqlite import insert

from ostiary.store.engines.engine import Carrier, Handle, Heard
from ostiary.store.errors import AlreadyExists, Retry, StoreError, Unavailable
from ostiary.store.statements import Statements

BUSY_SECONDS = 15
MOST_BLOCKS_A_COMMIT = 64
PATIENCE_SECONDS = 1.0
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
        self._settled = Event()
        self._error: StoreError | None = None

    def settle(self, error: StoreError | None = None) -> None:
        """Let the blocks go: their changes are durable, or lost by `error`."""
        self._error = error
        self._settled.set()

    def settled(self, seconds: float) -> bool:
        """Wait; return whether the changes are durable, or False after `seconds`; raises what lost them."""
        if not self._settled.wait(seconds):
            return False
        if self._error is not None:
            raise type(self._error)(*self._error.args) from self._error
        return True


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
        self._writing = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    @contextmanager
    def read(self) -> Iterator[Handle]:
        """Give a connection that sees one snapshot."""
        try:
            reader = self._readers.pop()
        except IndexError:
            reader = self._open()
        reader.driver.execute("BEGIN")
        try:
            yield reader
        finally:
            reader.driver.rollback()
            self._readers.append(reader)

    @contextmanager
    def write(self) -> Iterator[Handle]:
        """Give the writer's connection inside a savepoint; return when the commit that holds it is on disk.

        The last block of those that wait together commits for all of them: one sync however many they are.
        """
        with self._turn():
            try:
                batch = self._join()
                yield from self._block()
            finally:
                self._commit_if_last()
        while not batch.settled(PATIENCE_SECONDS):
            # The block that was to commit for this one never came: its thread was interrupted while it waited.
            with self._turn():
                self._commit_if_last()

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
        with self._writing:
            if self._kept_writer is not None:
                self._kept_writer.connection.close()
                self._kept_writer = None
        while self._readers:
            self._readers.pop().connection.close()

    def _open(self) -> Handle:
        connection = self._engine.connect()
        return Handle(connection, connection.connection.driver_connection)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._counting:
            self._waiting += 1
        try:
            self._writing.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        try:
            yield
        finally:
            self._writing.release()

    @property
    def _writer(self) -> Handle:
        if self._kept_writer is None:
            self._kept_writer = self._open()
        return self._kept_writer

    def _join(self) -> _Batch:
        if self._batch is None:
            try:
                self._writer.driver.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise self.translated(error) from error
            self._batch = _Batch()
        self._batch.blocks += 1
        return self._batch

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

    def _commit_if_last(self) -> None:
        batch, driver = self._batch, self._writer.driver
        if batch is None:
            return
        if not driver.in_transaction:
            self._batch = None
            batch.settle(Retry("Another block failed in a way that rolled back all that shared its transaction."))
        elif not self._waiting or batch.blocks >= MOST_BLOCKS_A_COMMIT:
            self._batch = None
            batch.settle(self._commit(driver))

    def _commit(self, driver: Any) -> StoreError | None:
        try:
            driver.execute("COMMIT")
        except sqlite3.Error as error:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            return self.translated(error)
        return None


def _gathered(query: Select[Any]) -> Select[Any]:
    """Have a query's rows come as one: the driver gives the interpreter's lock away, and waits for it, at each row."""
    rows = query.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def _configure(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
