"""What the store asks of a database engine."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Table


class Engine(Protocol):
    """Transactions on one database. A block that leaves by an exception changes nothing."""

    def read(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one snapshot and never waits for a writer."""

    def write(self) -> AbstractContextManager[Connection]:
        """Give a connection inside a transaction; the block's end returns when its changes are durable."""

    def insert(self, table: Table) -> Any:
        """Return the engine's own INSERT, which knows ON CONFLICT."""

    def migration(self) -> AbstractContextManager[Connection]:
        """Give a connection for changing the schema."""

    def close(self) -> None:
        """Close every connection."""
