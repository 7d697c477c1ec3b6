"""Every column that holds ciphertext of `crypto/seal.py`, and its rows, page by page, to be sealed anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, select, tuple_

from ostiary.store import schema
from ostiary.store.db import Tx

PURPOSES: Mapping[tuple[str, str], tuple[str, ...]] = {
    (table.name, column.name): purposes
    for table, column in schema.binary_columns()
    if (purposes := schema.purposes_of(column))
}
"""What each column, of each table, is sealed for: one of these."""


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row: the values of its primary key, in order, and of its sealed columns."""

    key: tuple[Any, ...]
    sealed: dict[str, bytes]


def columns() -> Iterator[tuple[str, str]]:
    """Yield table and column of all bytes that are not said to be no secret."""
    for table, column in schema.binary_columns():
        if not column.info.get("in_clear"):
            yield table.name, column.name


def page(tx: Tx, name: str, after: tuple[Any, ...] | None, limit: int) -> list[SealedRow]:
    """Return at most `limit` rows of a table, by primary key, behind the key `after`."""
    table = schema.metadata.tables[name]
    key, sealed = list(table.primary_key.columns), [table.c[column] for owner, column in PURPOSES if owner == name]
    query = select(*key, *sealed).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after) if len(key) > 1 else key[0] > after[0])
    rows = [tuple(row) for row in tx.all(query)]
    names = [column.name for column in sealed]
    return [
        SealedRow(
            row[: len(key)],
            {column: bytes(value) for column, value in zip(names, row[len(key) :], strict=True) if value is not None},
        )
        for row in rows
    ]


def replace(tx: Tx, name: str, row: SealedRow, column: str, value: bytes) -> bool:
    """Write a sealed column of a row unless it was changed since it was read; whether that was so."""
    table: Table = schema.metadata.tables[name]
    key = zip(table.primary_key.columns, row.key, strict=True)
    same = and_(*(part == value for part, value in key), table.c[column] == row.sealed[column])
    return tx.update(table, same, **{column: value}) == 1
