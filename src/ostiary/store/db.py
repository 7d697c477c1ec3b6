"""The database: transactions, the statements that aggregates are made of, and a cache of configuration."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, CursorResult, Executable, Row, Select, Table, delete, select, update

from ostiary.clock import Clock
from ostiary.randomness import Random
from ostiary.store import schema
from ostiary.store.engines import Engine, engine_of
from ostiary.store.errors import AlreadyExists

T = TypeVar("T")
Where = ColumnElement[bool]
CONFIGURATION_VERSION = "configuration_version"
STALE_SECONDS = 0.25
"""How long a change of configuration by another process may go unnoticed."""


class Tx:
    """One transaction."""

    def __init__(self, connection: Connection, engine: Engine) -> None:
        self.connection = connection
        self._engine = engine
        self.changed_configuration = False

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run any statement."""
        return cast("CursorResult[Any]", self.connection.execute(statement, parameters))

    def one(self, query: Select[Any]) -> Row[Any] | None:
        """Return the first row, or None."""
        return self.connection.execute(query).first()

    def all(self, query: Select[Any]) -> list[Row[Any]]:
        """Return every row."""
        return list(self.connection.execute(query).all())

    def insert(self, table: Table, **values: Any) -> None:
        """Insert a row; raises AlreadyExists when a unique key is taken, and the transaction goes on."""
        if not self.insert_if_absent(table, **values):
            raise AlreadyExists(table.name)

    def insert_if_absent(self, table: Table, **values: Any) -> bool:
        """Insert a row; return whether it was not there."""
        statement = self._engine.insert(table).values(values).on_conflict_do_nothing()
        return self.execute(statement).rowcount == 1

    def upsert(self, table: Table, **values: Any) -> None:
        """Insert a row, or change the one with the same primary key."""
        key = [column.name for column in table.primary_key]
        others = {name: value for name, value in values.items() if name not in key}
        statement = self._engine.insert(table).values(values)
        self.execute(statement.on_conflict_do_update(index_elements=key, set_=others))

    def update(self, table: Table, *where: Where, **values: Any) -> int:
        """Change the rows; return how many there were."""
        return self.execute(update(table).where(*where).values(values)).rowcount

    def delete(self, table: Table, *where: Where) -> int:
        """Delete the rows; return how many there were."""
        return self.execute(delete(table).where(*where)).rowcount

    def take(self, table: Table, *where: Where) -> Row[Any] | None:
        """Delete a row and return it, or None: of several who take it at once, one gets it."""
        return self.connection.execute(delete(table).where(*where).returning(*table.c)).first()

    def configuration_changed(self) -> None:
        """Have every process forget the configuration it cached, when this transaction commits."""
        self.upsert(schema.deployment, name=CONFIGURATION_VERSION, value=Random.text(22))
        self.changed_configuration = True


class Store:
    """A database that is open."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self._cache: dict[tuple[str, ...], Any] = {}
        self._cache_lock = Lock()
        self._generation = 0
        self._version = ""
        self._checked_at = float("-inf")

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the database of a SQLAlchemy URL; raises ValueError for an engine that is not supported."""
        return cls(engine_of(url), url)

    def close(self) -> None:
        """Close every connection."""
        self.engine.close()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Begin a transaction that only reads."""
        with self.engine.read() as connection:
            yield Tx(connection, self.engine)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """Begin a transaction that writes; when the block has ended, its changes survive a crash and a power cut."""
        with self.engine.write() as connection:
            tx = Tx(connection, self.engine)
            yield tx
        if tx.changed_configuration:
            self.forget()

    def cached(self, key: tuple[str, ...], load: Callable[[Tx], T | None]) -> T | None:
        """Return the configuration under `key`, loaded when it is not cached; None is never cached.

        A change by this process is seen at once, one by another process within half a second.
        """
        if Clock.monotonic() - self._checked_at > STALE_SECONDS:
            self._check_version()
        if key in self._cache:
            return cast("T", self._cache[key])
        generation = self._generation
        with self.read() as tx:
            value = load(tx)
        with self._cache_lock:
            if value is not None and generation == self._generation:
                self._cache[key] = value
        return value

    def forget(self) -> None:
        """Drop all cached configuration."""
        with self._cache_lock:
            self._generation += 1
            self._cache = {}

    def _check_version(self) -> None:
        self._checked_at = Clock.monotonic()
        with self.read() as tx:
            table = schema.deployment
            row = tx.one(select(table.c.value).where(table.c.name == CONFIGURATION_VERSION))
        version = row.value if row else ""
        if version != self._version:
            self._version = version
            self.forget()
