"""SQLite: write-ahead log, every commit synced, one writer whose waiting blocks share a commit."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, NullPool, Table, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import insert

BUSY_MILLISECONDS = 15_000
MOST_BLOCKS_A_COMMIT = 64
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16384")


class _Batch:
    """The blocks that one commit makes durable."""

    def __init__(self) -> None:
        self.blocks = 0
        self.settled = Event()
        self.error: BaseException | None = None

    def settle(self, error: BaseException | None) -> None:
        self.error = error
        self.settled.set()


class SQLite:
    """One database file."""

    def __init__(self, url: str) -> None:
        if not make_url(url).database:
            raise ValueError("SQLite needs a file: sqlite:///path/to/ostiary.sqlite3")
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
        )
        event.listen(self._engine, "connect", _configure)
        self._readers: deque[Connection] = deque()
        self._writer: Connection | None = None
        self._writing = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._engine.connect()
        raw: Any = connection.connection.driver_connection
        raw.execute("BEGIN")
        try:
            yield connection
        finally:
            raw.rollback()
            self._readers.append(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the writer's connection inside a savepoint; return when the commit that holds it is on disk.

        The last block of those that wait together commits for all of them: one sync however many they are.
        """
        with self._counting:
            self._waiting += 1
        with self._writing:
            with self._counting:
                self._waiting -= 1
            try:
                batch = self._join()
                yield from self._block()
            finally:
                self._commit_if_last()
        batch.settled.wait()
        if batch.error is not None:
            raise batch.error

    def insert(self, table: Table) -> Any:
        """Return SQLite's INSERT."""
        return insert(table)

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

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        while self._readers:
            self._readers.pop().close()

    def _join(self) -> _Batch:
        if self._batch is None:
            if self._writer is None:
                self._writer = self._engine.connect()
            self._raw.execute("BEGIN IMMEDIATE")
            self._batch = _Batch()
        self._batch.blocks += 1
        return self._batch

    def _block(self) -> Iterator[Connection]:
        self._raw.execute("SAVEPOINT block")
        try:
            assert self._writer is not None  # noqa: S101 - _join made it
            yield self._writer
        except BaseException:
            # A full disk may have rolled the whole transaction back already; then there is no savepoint to go back to.
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK TO block")
                self._raw.execute("RELEASE block")
            raise
        self._raw.execute("RELEASE block")

    def _commit_if_last(self) -> None:
        batch = self._batch
        if batch is None or (self._waiting and batch.blocks < MOST_BLOCKS_A_COMMIT and self._raw.in_transaction):
            return
        self._batch = None
        try:
            if not self._raw.in_transaction:
                raise OSError("The database rolled the transaction back.")  # noqa: TRY301
            self._raw.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - raised again by every block of the batch
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            batch.settle(error)
        else:
            batch.settle(None)

    @property
    def _raw(self) -> Any:
        assert self._writer is not None  # noqa: S101 - _join made it
        return self._writer.connection.driver_connection


def _configure(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
