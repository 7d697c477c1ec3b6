"""A transaction: the statements that aggregates are made of."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from operator import eq
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Column,
    ColumnElement,
    CursorResult,
    Executable,
    Row,
    Select,
    Table,
    delete,
    update,
)
from sqlalchemy.exc import DBAPIError

from ostiary.runtime.randomness import Random
from ostiary.store import schema
from ostiary.store.engines.engine import Engine, Handle
from ostiary.store.errors import AlreadyExists, Retry, StoreError, Unstorable
from ostiary.store.statements import PLAIN, Prepared

T = TypeVar("T")
Where = ColumnElement[bool] | Mapping[str, Any]
"""A condition; a mapping of column names to values (all equal, none of them None) costs the least."""
CONFIGURATION_VERSION = "configuration_version"


@dataclasses.dataclass(slots=True, eq=False)
class Tx:
    """One transaction. After a statement has failed nothing more can be done in it, whatever the engine.

    Values are given by column name. Methods raise AlreadyExists for a taken unique key, Retry when the transaction
    was rolled back and may be run again, Unavailable when the database cannot write, Unstorable for text that no
    database holds; looking for such text finds nothing.
    """

    handle: Handle
    engine: Engine
    writes: bool
    changed_configuration: bool = False
    failed: bool = False
    after_commit: list[Callable[[], None]] = dataclasses.field(default_factory=list)
    """What is called when the changes are durable, by the thread that made them; never when they are not."""

    def get(self, table: Table, /, **key: Any) -> Row[Any] | None:
        """Return the row whose columns equal `key`, or None; the quickest of all lookups."""
        return self._first(self.engine.statements.get(table, tuple(key)), _where(key))

    def one(self, query: Select[Any], /, **parameters: Any) -> Row[Any] | None:
        """Return the first row, or None.

        With `parameters`, `query` must be a constant of its module with a `bindparam` for each: it is compiled once.
        """
        if parameters:
            return self._first(self.engine.statements.prepared(query), parameters)
        return self._guard(lambda: self.handle.connection.execute(query).first())

    def all(self, query: Select[Any], /, **parameters: Any) -> list[Row[Any]]:
        """Return every row; `parameters` as for `one`."""
        if parameters:
            return self._rows(self.engine.statements.prepared(query), parameters)
        return self._guard(lambda: list(self.handle.connection.execute(query).all()))

    def tuples(self, query: Select[Any], /, **parameters: Any) -> Sequence[Sequence[Any]]:
        """Return the columns of every row, which must be texts, whole numbers or None; `parameters` as for `one`."""
        prepared, gathered = self.engine.statements.gathered(query)
        try:
            rows = self._guard(lambda: self._run(prepared, parameters).fetchall())
        except Unstorable:
            return []
        found: list[Sequence[Any]] = msgspec.json.decode(rows[0][0]) if gathered else rows
        return found

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run any statement."""
        self._refuse_in_read(writes=getattr(statement, "is_dml", False))
        connection = self.handle.connection
        return self._guard(lambda: cast("CursorResult[Any]", connection.execute(statement, parameters)))

    def insert(self, table: Table, /, **values: Any) -> None:
        """Insert a row; raises AlreadyExists when a unique key is taken, and the transaction goes on."""
        if not self.insert_if_absent(table, **values):
            raise AlreadyExists(table.name)

    def insert_if_absent(self, table: Table, /, **values: Any) -> bool:
        """Insert a row; return whether its unique keys were free."""
        return self._change(self.engine.statements.insert(table, tuple(values)), values) == 1

    def upsert(self, table: Table, /, **values: Any) -> None:
        """Insert a row, or change the one with the same primary key."""
        self._change(self.engine.statements.upsert(table, tuple(values)), values)

    def upsert_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Upsert several rows of the same columns in one exchange with the database; none is fine."""
        if rows:
            prepared = self.engine.statements.upsert(table, tuple(rows[0]))
            self._check_change(*rows)
            many = [prepared.parameters(row) for row in rows]
            self._guard(lambda: self.handle.driver.cursor().executemany(prepared.sql, many))

    def accumulate(self, table: Table, adding: tuple[str, ...], /, **values: Any) -> None:
        """Insert a row, or change the one with the same primary key: the columns in `adding` grow by their values."""
        self._change(self.engine.statements.upsert(table, tuple(values), adding), values)

    def update(self, table: Table, /, *where: Where, **values: Any) -> int:
        """Change the rows; return how many there were. A value may be an SQL expression."""
        key = _key(table, where)
        if key is not None and all(type(value) in PLAIN for value in values.values()):
            prepared = self.engine.statements.update(table, tuple(values), tuple(key))
            return self._change(prepared, {**values, **_where(key)})
        return self.execute(update(table).where(*_expressions(table, where)).values(values)).rowcount

    def delete(self, table: Table, *where: Where) -> int:
        """Delete the rows; return how many there were."""
        key = _key(table, where)
        if key is not None:
            return self._change(self.engine.statements.delete(table, tuple(key)), _where(key))
        return self.execute(delete(table).where(*_expressions(table, where))).rowcount

    def take(self, table: Table, *where: Where) -> Row[Any] | None:
        """Delete a row and return it, or None: of several who take it at once, one gets it."""
        self._refuse_in_read(writes=True)
        key = _key(table, where)
        if key is not None:
            return self._first(self.engine.statements.take(table, tuple(key)), _where(key))
        statement = delete(table).where(*_expressions(table, where)).returning(*table.c)
        return self._guard(lambda: self.handle.connection.execute(statement).first())

    def configuration_changed(self) -> None:
        """Have every process forget the configuration it cached, when this transaction commits."""
        self.upsert(schema.deployment, name=CONFIGURATION_VERSION, value=Random.text(22))
        self.changed_configuration = True

    def _first(self, prepared: Prepared, values: Mapping[str, Any]) -> Row[Any] | None:
        rows = self._rows(prepared, values)
        return rows[0] if rows else None

    def _rows(self, prepared: Prepared, values: Mapping[str, Any]) -> list[Row[Any]]:
        # All rows are fetched: an SQLite statement that is not run to its end keeps its snapshot open.
        try:
            rows = self._guard(lambda: self._run(prepared, values).fetchall())
        except Unstorable:
            return []  # what cannot be stored is not there
        return [prepared.row(row) for row in rows]

    def _check_change(self, *rows: Mapping[str, Any]) -> None:
        self._refuse_in_read(writes=True)
        if any(type(value) is str and "\0" in value for row in rows for value in row.values()):
            raise Unstorable("Text must not contain NUL characters.")

    def _change(self, prepared: Prepared, values: Mapping[str, Any]) -> int:
        self._check_change(values)
        return self._guard(lambda: cast("int", self._run(prepared, values).rowcount))

    def _run(self, prepared: Prepared, values: Mapping[str, Any]) -> Any:
        return self.handle.driver.execute(prepared.sql, prepared.parameters(values))

    def _guard(self, run: Callable[[], T]) -> T:
        if self.failed:
            raise Retry("A statement of this transaction failed before.")
        try:
            return run()
        except UnicodeEncodeError as error:
            raise Unstorable(str(error)) from error
        except DBAPIError as error:
            raise self._failure(error.orig) from error
        except self.engine.driver_error as error:
            raise self._failure(error) from error

    def _failure(self, error: BaseException | None) -> StoreError:
        translated = self.engine.translated(error)
        self.failed = not isinstance(translated, Unstorable)  # that never reached the database
        return translated

    def _refuse_in_read(self, *, writes: bool) -> None:
        if writes and not self.writes:
            raise TypeError("This transaction only reads.")


def _where(key: Mapping[str, Any]) -> dict[str, Any]:
    return {f"where_{name}": value for name, value in key.items()}


def _key(table: Table, where: tuple[Where, ...]) -> Mapping[str, Any] | None:
    """Return the columns and values of a condition that is nothing but equalities, or None."""
    if len(where) == 1 and isinstance(where[0], Mapping):
        return where[0]
    key: dict[str, Any] = {}
    for condition in where:
        if isinstance(condition, Mapping):
            equal = condition
        elif _is_equality(table, condition):
            equal = {condition.left.key: condition.right.value}
        else:
            return None
        if key.keys() & equal.keys():
            return None
        key.update(equal)
    return key


def _is_equality(table: Table, condition: Any) -> bool:
    return (
        type(condition) is BinaryExpression
        and condition.operator is eq
        and type(condition.left) is Column
        and condition.left.table is table
        and type(condition.right) is BindParameter
        and type(condition.right.value) in PLAIN
    )


def _expressions(table: Table, where: tuple[Where, ...]) -> list[ColumnElement[bool]]:
    expressions: list[ColumnElement[bool]] = []
    for condition in where:
        if isinstance(condition, Mapping):
            expressions += [table.c[name] == value for name, value in condition.items()]
        else:
            expressions.append(condition)
    return expressions
