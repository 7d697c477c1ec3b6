"""Statements that are compiled once and then run on the driver itself.

Building and compiling an SQLAlchemy expression costs several times what SQLite needs to run it, so the statements of
the hot path are made per shape (table and column names) and kept.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Dialect, Executable, Row, Select, Table, bindparam, delete, select, update
from sqlalchemy.engine.result import SimpleResultMetaData

MakeInsert = Callable[[Table], Any]
Gather = Callable[[Select[Any]], Select[Any]]
"""Makes a query of one row of a query: a JSON array of all its rows, each an array."""
PLAIN = frozenset({str, int, bool, bytes, float, type(None)})
"""The types of values that a kept statement takes; anything else is an SQL expression."""


class Prepared:
    """SQL in a driver's own notation, how it takes its parameters, and how it gives its rows."""

    def __init__(self, statement: Executable, dialect: Dialect, columns: Iterable[Column[Any]] = ()) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError("A kept statement must not have lists among its parameters.")
        self.sql: str = compiled.string
        self._order: tuple[str, ...] | None = tuple(compiled.positiontup) if compiled.positional else None
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        returned = list(columns)
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned]
        self._metadata = SimpleResultMetaData([column.key for column in returned])
        self._processors = processors if any(processors) else None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them: by position or by name."""
        named = {**self._constants, **values} if self._constants else values
        return named if self._order is None else [named[name] for name in self._order]

    def row(self, data: Any) -> Row[Any]:
        """Return a row of the driver with the columns' names and types."""
        return Row(self._metadata, self._processors, self._metadata._key_to_index, data)  # noqa: SLF001


class Statements:
    """The kept statements of one dialect."""

    def __init__(self, dialect: Dialect, make_insert: MakeInsert, gather: Gather | None = None) -> None:
        self._dialect = dialect
        self._make_insert = make_insert
        self._gather = gather
        self._kept: dict[Any, Prepared] = {}

    def prepared(self, query: Select[Any]) -> Prepared:
        """Return a query that lives as long as the process, with `bindparam` where values go."""
        return self._keep(query, lambda: query, query.selected_columns)

    def gathered(self, query: Select[Any]) -> tuple[Prepared, bool]:
        """Return a query as `prepared` does, and whether all its rows come as one JSON text."""
        gather = self._gather
        if gather is None:
            return self.prepared(query), False
        return self._keep(("gathered", query), lambda: gather(query)), True

    def get(self, table: Table, names: tuple[str, ...]) -> Prepared:
        """Return SELECT … WHERE name = :where_name for all names."""
        return self._keep(("get", table, names), lambda: select(table).where(*_equal(table, names)), table.c)

    def insert(self, table: Table, names: tuple[str, ...]) -> Prepared:
        """Return INSERT … ON CONFLICT DO NOTHING."""
        return self._keep(("insert", table, names), lambda: self._values(table, names).on_conflict_do_nothing())

    def upsert(self, table: Table, names: tuple[str, ...], adding: tuple[str, ...] = ()) -> Prepared:
        """Return INSERT … ON CONFLICT (primary key) DO UPDATE of the other columns; those in `adding` grow."""

        def make() -> Executable:
            key = [column.name for column in table.primary_key]
            statement = self._values(table, names)
            others = {name: statement.excluded[name] for name in names if name not in key}
            others |= {name: table.c[name] + statement.excluded[name] for name in adding}
            updated: Executable = statement.on_conflict_do_update(index_elements=key, set_=others)
            return updated

        return self._keep(("upsert", table, names, adding), make)

    def update(self, table: Table, names: tuple[str, ...], where: tuple[str, ...]) -> Prepared:
        """Return UPDATE … SET name = :name … WHERE name = :where_name …."""

        def make() -> Executable:
            return update(table).where(*_equal(table, where)).values({name: bindparam(name) for name in names})

        return self._keep(("update", table, names, where), make)

    def delete(self, table: Table, where: tuple[str, ...]) -> Prepared:
        """Return DELETE … WHERE name = :where_name …."""
        return self._keep(("delete", table, where), lambda: delete(table).where(*_equal(table, where)))

    def take(self, table: Table, where: tuple[str, ...]) -> Prepared:
        """Return DELETE … WHERE name = :where_name … RETURNING every column."""

        def make() -> Executable:
            return delete(table).where(*_equal(table, where)).returning(*table.c)

        return self._keep(("take", table, where), make, table.c)

    def _values(self, table: Table, names: tuple[str, ...]) -> Any:
        return self._make_insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names})

    def _keep(self, key: Any, make: Callable[[], Executable], columns: Iterable[Any] = ()) -> Prepared:
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = Prepared(make(), self._dialect, columns)
        return kept


def _equal(table: Table, names: tuple[str, ...]) -> list[Any]:
    return [table.c[name] == bindparam(f"where_{name}", type_=table.c[name].type) for name in names]
