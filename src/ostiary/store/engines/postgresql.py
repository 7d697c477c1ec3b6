"""PostgreSQL, through psycopg: read committed, synchronous commit."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.waiting import Ready
from sqlalchemy import Connection, QueuePool, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from ostiary.runtime.execution import CrowdedError, Places, on_loop, outside, until_ready
from ostiary.store.engines.engine import Carrier, Handle, Heard
from ostiary.store.engines.notifications import Notifications
from ostiary.store.errors import AlreadyExists, InDoubt, Retry, StoreError, Unavailable, Unstorable
from ostiary.store.statements import Statements

CONNECTIONS = 20
OVERFLOW = 30
POOL_SECONDS = 10
WARNING = "01000"
"""SQLSTATE of the notice that a commit came back before the standby had it."""
UNIQUE_VIOLATION = "23505"
LOST = ("08", "57P")
"""Classes of SQLSTATE that mean the connection, or the server behind it, is gone."""
TRANSIENT = {"40001", "40P01", "55P03", "25P03", "25006"}
"""Serialization failure, deadlock, lock time-out, idle time-out, and a primary that has become a standby."""
CANNOT_WRITE = ("53", "58")
"""Classes of SQLSTATE for a full disk, no memory, too many connections, and failing storage."""
SESSION = """
SELECT set_config('statement_timeout', '15s', false),
       set_config('lock_timeout', '10s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
                                        THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
MAKE_LEASE = "CREATE TABLE IF NOT EXISTS schema_lease (name text PRIMARY KEY, taken bigint NOT NULL)"
OFFER_LEASE = "INSERT INTO schema_lease (name, taken) VALUES ('schema', 0) ON CONFLICT DO NOTHING"
TAKE_LEASE = "UPDATE schema_lease SET taken = taken + 1"


class _Connection(psycopg.Connection[Any]):
    """A connection that lets the event loop serve others while the server works."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run a generator of psycopg's to its end, wherever the caller runs."""
        strand = on_loop()
        if strand is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            wanted = next(gen)
            while True:
                ready = until_ready(
                    strand, self.pgconn.socket, reads=bool(wanted & Ready.R), writes=bool(wanted & Ready.W)
                )
                wanted = gen.send(Ready.R if ready[0] else Ready.W)
        except StopIteration as ended:
            return ended.value


class PostgreSQL:
    """One database."""

    driver_error: type[Exception] = psycopg.Error

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine = create_engine(
            self._url.set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            pool_size=CONNECTIONS,
            max_overflow=OVERFLOW,
            pool_use_lifo=True,
            connect_args={"connect_timeout": 5},
        )
        event.listen(self._engine, "do_connect", _connect)
        event.listen(self._engine, "connect", self._configure)
        self._places = Places(CONNECTIONS + OVERFLOW)
        self.statements = Statements(self._engine.dialect, insert)
        self._generation = 0
        self._changing = Lock()

    @contextmanager
    def read(self) -> Iterator[Handle]:
        """Give a connection on which each statement sees what is committed when it begins."""
        with self._checked_out() as handle:
            yield handle

    @contextmanager
    def write(self) -> Iterator[Handle]:
        """Give a connection inside a transaction; return when the commit is on disk, and on a synchronous standby."""
        with self._checked_out() as handle:
            self._control(handle, "BEGIN")
            try:
                yield handle
            except BaseException:
                with suppress(psycopg.Error):
                    handle.driver.execute("ROLLBACK")
                raise
            self._commit(handle)

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that holds the lease's row, so that others wait until it ends."""
        with self._checked_out() as handle:
            driver = handle.driver
            _offer_lease(driver)
            with driver.transaction():
                driver.execute("SET LOCAL lock_timeout = 0")
                driver.execute("SET LOCAL statement_timeout = 0")
                driver.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                driver.execute(TAKE_LEASE)
                yield handle.connection

    def translated(self, error: BaseException | None) -> StoreError:
        """Return the store's error for an SQLSTATE."""
        state = getattr(error, "sqlstate", None)
        if state == UNIQUE_VIOLATION:
            return AlreadyExists(str(error))
        if state is None and isinstance(error, psycopg.DataError):
            return Unstorable(str(error))
        lost = isinstance(error, psycopg.OperationalError) if state is None else state.startswith(LOST)
        if lost or state in TRANSIENT:
            return Retry(str(error))
        if state is not None and state.startswith(CANNOT_WRITE):
            return Unavailable(str(error))
        return StoreError(str(error))

    def carrier(self, heard: Heard) -> Carrier | None:
        """Begin to carry hints by NOTIFY."""
        arguments = self._engine.dialect.create_connect_args(self._url)[1]
        return Notifications(arguments, heard)

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()

    @contextmanager
    def _checked_out(self) -> Iterator[Handle]:
        if not self._places.take(self._places.give, POOL_SECONDS):
            raise Unavailable("All connections to the database are in use.")
        try:
            with self._connected() as handle:
                yield handle
        finally:
            self._places.give()

    @contextmanager
    def _connected(self) -> Iterator[Handle]:
        try:
            # To connect takes long; a connection that is there already does not.
            idle = cast("QueuePool", self._engine.pool).checkedin()
            connection = self._engine.connect() if idle else outside(self._engine.connect)
        except DBAPIError as error:
            raise self.translated(error.orig) from error
        except CrowdedError as error:
            raise Unavailable("Too many wait for the database already.") from error
        with connection:
            driver: Any = connection.connection.driver_connection
            generation = connection.info["generation"]
            try:
                yield Handle(connection, driver)
            finally:
                if driver.closed or driver.info.transaction_status != TransactionStatus.IDLE:
                    connection.invalidate()
                    self._replace_pool(generation)

    def _replace_pool(self, generation: int) -> None:
        """Give up every connection that is as old as one that was lost: the server has probably restarted."""
        with self._changing:
            if generation == self._generation:
                self._generation += 1
                self._engine.dispose()

    def _control(self, handle: Handle, statement: str) -> None:
        try:
            handle.driver.execute(statement)
        except psycopg.Error as error:
            raise self.translated(error) from error

    def _commit(self, handle: Handle) -> None:
        handle.connection.info["warned"] = False
        try:
            outcome = handle.driver.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            translated = self.translated(error)
            if handle.driver.closed:
                translated = InDoubt(str(error))
            raise translated from error
        if outcome != "COMMIT":
            raise Retry("A statement had failed, and PostgreSQL rolled the transaction back.")
        if handle.connection.info["warned"]:
            handle.driver.close()
            raise InDoubt("The commit is not on the standby.")

    def _configure(self, driver: Any, record: Any) -> None:
        record.info["generation"] = self._generation
        driver.execute(SESSION)

        def noticed(notice: Any) -> None:
            if notice.sqlstate == WARNING:
                record.info["warned"] = True

        driver.add_notice_handler(noticed)


def _connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> _Connection:
    return _Connection.connect(**options)


def _offer_lease(driver: Any) -> None:
    """Make the lease's table and its one row; of several who do it at once, the others find it made."""
    with suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
        driver.execute(MAKE_LEASE)
    driver.execute(OFFER_LEASE)
