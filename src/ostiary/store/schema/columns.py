"""What tables are made of."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy import text as sql

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text is compared byte by byte on every engine, so that pages and prefixes are the same and use the index."""


Mover = Literal["user_pool", "user", ""]


class Facts(NamedTuple):
    """What holds of all rows of a table: deletion (`removals.py`) and copies (`idp/copies.py`) go by it."""

    at_once: tuple[str, ...] = ()
    """What takes its rows along in the transaction in which it is deleted: they are few."""
    in_bites: tuple[str, ...] = ()
    """What takes its rows along in bites, by the names of `removals.py`."""
    is_work: bool = False
    """Whether workers take its rows up by themselves: of what is deleted these go first."""
    moves_with: Mover = ""
    """With what its rows are carried to another deployment; they stay behind where it is empty."""


def table(
    name: str,
    key: tuple[str, ...],
    *columns: Column[Any] | Index,
    at_once: tuple[str, ...] = (),
    in_bites: tuple[str, ...] = (),
    is_work: bool = False,
    moves_with: Mover = "",
) -> Table:
    """Return a table with `key` as its primary key, and its `Facts`."""
    facts = Facts(at_once, in_bites, is_work, moves_with)
    return Table(name, metadata, *columns, PrimaryKeyConstraint(*key), info={"facts": facts})


def facts_of(table: Table) -> Facts:
    """Return what holds of all rows of a table."""
    facts: Facts = table.info["facts"]
    return facts


def deleted_with(kind: str) -> tuple[Table, ...]:
    """Return the tables whose rows of something of this kind are deleted in the same transaction."""
    return tuple(table for table in metadata.tables.values() if kind in facts_of(table).at_once)


def removed_with(kind: str) -> tuple[Table, ...]:
    """Return the tables whose rows of something of this kind go in bites, in the order in which they go."""
    found = [table for table in metadata.tables.values() if kind in facts_of(table).in_bites]
    return tuple(sorted(found, key=lambda table: not facts_of(table).is_work))


def moved_with(kind: Mover) -> tuple[Table, ...]:
    """Return the tables whose rows are carried to another deployment with something of this kind."""
    return tuple(table for table in metadata.tables.values() if facts_of(table).moves_with == kind)


def purposes_of(column: Column[Any]) -> tuple[str, ...]:
    """Return what a column is sealed for, one of these; none where it is not sealed."""
    purposes: tuple[str, ...] = column.info.get("sealed_for", ())
    return purposes


def binary_columns() -> Iterable[tuple[Table, Column[Any]]]:
    """Yield each column that holds bytes, with its table."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, LargeBinary):
                yield table, column


def text(name: str, *, null: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, TEXT, nullable=null)


def when(name: str, *, null: bool = False) -> Column[int]:
    """Return a column of a time, in seconds since the epoch."""
    return Column(name, BigInteger, nullable=null)


def sealed(name: str, *purposes: str, null: bool = False) -> Column[bytes]:
    """Return a column of ciphertext of `crypto/seal.py`, sealed for one of these purposes."""
    return Column(name, LargeBinary, nullable=null, info={"sealed_for": purposes})


def in_clear(name: str) -> Column[bytes]:
    """Return a column of bytes that are no secret."""
    return Column(name, LargeBinary, nullable=False, info={"in_clear": True})


def only_where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of those rows only."""
    return {"sqlite_where": sql(condition), "postgresql_where": sql(condition)}
