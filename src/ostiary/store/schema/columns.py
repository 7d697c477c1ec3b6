"""What tables are made of."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy import text as sql

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text is compared byte by byte on every engine, so that pages and prefixes are the same and use the index."""


def table(name: str, key: tuple[str, ...], *columns: Column[Any] | Index) -> Table:
    """Return a table with `key` as its primary key."""
    return Table(name, metadata, *columns, PrimaryKeyConstraint(*key))


def text(name: str, *, null: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, TEXT, nullable=null)


def when(name: str, *, null: bool = False) -> Column[int]:
    """Return a column of a time, in seconds since the epoch."""
    return Column(name, BigInteger, nullable=null)


def only_where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of those rows only."""
    return {"sqlite_where": sql(condition), "postgresql_where": sql(condition)}
