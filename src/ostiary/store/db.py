"""The database: transactions, and a cache of the configuration in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, select

from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import holding, outside
from ostiary.store import migrations, schema
from ostiary.store.engines import Engine, engine_of
from ostiary.store.errors import Retry
from ostiary.store.hints import Hints
from ostiary.store.migrations import SchemaState
from ostiary.store.tx import CONFIGURATION_VERSION, Tx

__all__ = ["Store", "Tx"]

T = TypeVar("T")
STALE_SECONDS = 0.25
"""How long this process goes without asking whether another one changed the configuration."""
MOST_CACHED = 100_000
_VERSION = select(schema.deployment.c.value).where(schema.deployment.c.name == bindparam("name"))


class Store:
    """A database that is open."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self.hints = Hints(engine)
        self._writing = ContextVar("writing", default=False)
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
        self.hints.close()
        self.engine.close()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Begin a transaction that only reads: one snapshot on SQLite, one for each statement on PostgreSQL."""
        with self.engine.read() as handle, holding():
            yield Tx(handle, self.engine, writes=False)

    def scan(self, look: Callable[[Tx], T]) -> T:
        """Return what `look` finds in a transaction that reads so much that nobody should wait for it meanwhile."""

        def run() -> T:
            with self.read() as tx:
                return look(tx)

        return outside(run)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """Begin a transaction that writes; when the block has ended, its changes survive a crash and a power cut.

        A block that leaves by an exception changes nothing. Raises Retry when the transaction was not done but may be
        run again, Unavailable when the disk is full, InDoubt when a connection was lost during the commit, and
        RuntimeError for a block inside a block.
        """
        if self._writing.get():
            raise RuntimeError("Whoever writes does so in one transaction at a time.")
        with self.engine.write() as handle, holding():
            writing = self._writing.set(True)
            try:
                tx = Tx(handle, self.engine, writes=True)
                yield tx
                if tx.failed:
                    raise Retry("A statement failed and the block went on.")
            finally:
                self._writing.reset(writing)
        if tx.changed_configuration:
            self.forget()
        for follow in tx.after_commit:
            follow()

    def migrate(self) -> None:
        """Bring the schema up to date; raises SchemaError when it is newer than this version knows."""
        migrations.migrate(self.engine)

    def schema_state(self) -> SchemaState:
        """Return how the schema stands to this version: `empty`, `older`, `current` or `newer`."""
        return migrations.schema_state(self.engine)

    def check_schema(self) -> None:
        """Raise SchemaError, with what to do, unless the schema is the one this version works with."""
        migrations.check_schema(self.engine)

    def cached(self, key: tuple[str, ...], load: Callable[[Tx], T | None]) -> T | None:
        """Return the configuration under `key`, loaded when it is not cached; None is never cached.

        A change by this process is seen at once, one by another process within half a second.
        """
        if Clock.monotonic() - self._checked_at > STALE_SECONDS:
            self._check_version()
        kept = self._cache.get(key)
        if kept is not None:
            return cast("T", kept)
        generation = self._generation
        with self.read() as tx:
            value = load(tx)
        with self._cache_lock:
            # What was loaded before somebody's change must not be kept after it.
            if value is not None and generation == self._generation:
                if len(self._cache) >= MOST_CACHED:
                    self._cache = {}
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
            row = tx.one(_VERSION, name=CONFIGURATION_VERSION)
        version = row.value if row else ""
        if version != self._version:
            self._version = version
            self.forget()
