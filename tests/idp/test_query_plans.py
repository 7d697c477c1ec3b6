"""Lists and searches run on indexes, on every engine."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from ostiary.store.db import Store
from ostiary.store.idp import clients, groups, user_pools, users
from ostiary.store.idp.users import Filter
from ostiary.store.tx import Tx

POOL = "us-east-1_abcdefghi"


def plan(store: Store, engine_name: str, read: Callable[[Tx], Any]) -> str:
    """Return the plans of the statements that `read` runs, as the engine explains them."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    with store.read() as tx:
        connection = tx.handle.connection
        event.listen(connection, "before_cursor_execute", note)
        read(tx)
        event.remove(connection, "before_cursor_execute", note)
        if engine_name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if engine_name == "sqlite" else "EXPLAIN"
        assert statements
        rows = [
            row
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        ]
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    "clause",
    [
        None,
        Filter("email", "a@b.c", prefix=False),
        Filter("email", "a@", prefix=True),
        Filter("username", "ada", prefix=False),
        Filter("username", "ad", prefix=True),
        Filter("sub", "0b6f", prefix=True),
        Filter("cognito:user_status", "CONFIRMED", prefix=False),
        Filter("status", "Enabled", prefix=False),
    ],
)
def test_users_are_searched_by_an_index(store: Store, engine_name: str, clause: Filter | None) -> None:
    explained = plan(store, engine_name, lambda tx: users.page(tx, POOL, clause, "0b6f", 60))
    assert "SCAN" not in explained
    assert "Seq Scan" not in explained


@pytest.mark.parametrize(
    "read",
    [
        lambda tx: user_pools.page(tx, "111111111111", "us-east-1", "x", 60),
        lambda tx: user_pools.number_of_users(tx, POOL),
        lambda tx: clients.page(tx, POOL, "x", 60),
        lambda tx: groups.page(tx, POOL, "x", 60),
        lambda tx: groups.members_page(tx, POOL, "g", after="x", limit=60),
        lambda tx: users.aliases_of(tx, POOL, "x"),
    ],
    ids=["pools", "count", "clients", "groups", "members", "aliases"],
)
def test_lists_are_read_by_an_index(store: Store, engine_name: str, read: Callable[[Tx], Any]) -> None:
    explained = plan(store, engine_name, read)
    assert "SCAN" not in explained
    assert "Seq Scan" not in explained
