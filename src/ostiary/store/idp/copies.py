"""Whole rows of a user pool and of its users, to be carried to another deployment.

Rows are dicts of column to value, as the database has them. What dies by itself (codes, sign-ins, sessions, messages)
stays behind: each table says so (`store/schema`).
"""

from typing import Any

from sqlalchemy import Table, select

from ostiary.store import schema
from ostiary.store.db import Tx

Rows = list[tuple[str, dict[str, Any]]]
"""Pairs of table and row."""
OF_POOL, OF_USER = schema.moved_with("user_pool"), schema.moved_with("user")
_TABLES = {table.name: table for table in (*OF_POOL, *OF_USER)}
BINARY = {(table.name, column.name) for table, column in schema.binary_columns() if table.name in _TABLES}
"""Every column that holds bytes, with its table."""
SEALED = {(table, column) for table, column in BINARY if schema.purposes_of(_TABLES[table].c[column])}
"""Those of them that hold ciphertext."""


def of_pool(tx: Tx, pool_id: str) -> Rows:
    """Return the pool's own rows."""
    return [found for table in OF_POOL for found in _rows(tx, table, table.c.pool_id == pool_id)]


def of_user(tx: Tx, pool_id: str, sub: str) -> Rows:
    """Return a user's rows."""
    return [found for table in OF_USER for found in _rows(tx, table, table.c.pool_id == pool_id, table.c.sub == sub)]


def _rows(tx: Tx, table: Table, *where: Any) -> Rows:
    names = [f"{column.name}" for column in table.c]  # plain text: SQLAlchemy's own is a kind of str
    return [(f"{table.name}", dict(zip(names, row, strict=True))) for row in tx.all(select(table).where(*where))]


def insert(tx: Tx, rows: Rows) -> int:
    """Insert the rows whose keys are free, the first one first; return how many that were."""
    done = 0
    for name, row in rows:
        table = _TABLES[name]
        known = {column: value for column, value in row.items() if column in table.c}
        done += tx.insert_if_absent(table, **known)
    tx.configuration_changed()
    return done
