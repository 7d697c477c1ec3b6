"""What the store asks of a database engine."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from ostiary.store.errors import StoreError
from ostiary.store.statements import Statements


@dataclass(frozen=True, slots=True, eq=False)
class Handle:
    """A connection that a block has for itself: SQLAlchemy's, and the driver's own beneath it."""

    connection: Connection
    driver: Any


Heard = Callable[[Sequence[str]], None]
"""Is given hints, on any thread, and returns at once."""


class Carrier(Protocol):
    """Carries hints between the processes that share a database; it may lose them."""

    def tell(self, hints: Sequence[str]) -> None:
        """Send hints to the others, soon."""

    def close(self) -> None:
        """End."""


class Engine(Protocol):
    """Transactions on one database. A block that leaves by an exception changes nothing."""

    statements: Statements
    driver_error: type[Exception]

    def read(self) -> AbstractContextManager[Handle]:
        """Give a connection for reading, which never waits for a writer."""

    def write(self) -> AbstractContextManager[Handle]:
        """Give a connection inside a transaction; the block's end returns when its changes are durable."""

    def migration(self) -> AbstractContextManager[Connection]:
        """Give a connection inside the only transaction that may change the schema; others wait for their turn."""

    def translated(self, error: BaseException | None) -> StoreError:
        """Return the store's error for one of the driver."""

    def carrier(self, heard: Heard) -> Carrier | None:
        """Begin to carry hints, those of others to `heard`; None where the database cannot."""

    def close(self) -> None:
        """Close every connection."""
