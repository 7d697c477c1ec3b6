"""PostgreSQL, through psycopg: read committed, synchronous commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError

from ostiary.store.errors import Retry

CONNECTIONS = 20
WARNING = "01000"
"""SQLSTATE of the notice that a commit came back before the standby had it."""
TRANSIENT = {"40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006", "08001", "25006"}
OPTIONS = "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"


class PostgreSQL:
    """One database."""

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(
            address,
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_pre_ping=False,
            connect_args={"options": OPTIONS, "connect_timeout": 3},
        )
        event.listen(self._engine, "connect", _watch_notices)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that is rolled back at the end."""
        with _retryable(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that is committed at the end."""
        with _retryable(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                if transaction.is_active:
                    transaction.rollback()
                raise
            connection.info["warned"] = False
            transaction.commit()
            if connection.info["warned"]:
                connection.invalidate()
                raise Retry("The commit is not on the standby.")

    def insert(self, table: Table) -> Any:
        """Return PostgreSQL's INSERT."""
        return insert(table)

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """Give a connection inside a transaction."""
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()


@contextmanager
def _retryable() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if (
            error.connection_invalidated
            or state in TRANSIENT
            or (state is None and isinstance(error, OperationalError))
        ):
            raise Retry(str(error.orig)) from error
        raise


def _watch_notices(connection: Any, record: Any) -> None:
    def noticed(notice: Any) -> None:
        if notice.sqlstate == WARNING:
            record.info["warned"] = True

    connection.add_notice_handler(noticed)
