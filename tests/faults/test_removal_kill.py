"""`kill -9` of the server in the middle of removing what a deleted pool had: the next one removes the rest."""

import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import func, select

from ostiary.store import removals, schema
from ostiary.store.db import Store
from tests.fixtures.bulk import fill
from tests.fixtures.process import advance_clock, free_port, root_client, serving_process
from tests.fixtures.waiting import until

ROWS = (4_000, 40_000)
"""Whoever looks too seldom, on a machine that is busy, finds all removed before the kill, and tries again with more."""


def left(store: Store) -> int:
    with store.read() as tx:
        row: Any = tx.one(select(func.count().label("rows")).select_from(schema.users))
    return int(row.rows)


def pool_killed_within(store: Store, database: str, folder: Path, rows: int) -> str:
    """Kill a server in the middle of removing a pool of so many users; return its id, or nothing when it was over."""
    port = free_port()
    admin = root_client(port, "cognito-idp")
    with serving_process(folder, database, port) as process:
        pool_id = str(admin.create_user_pool(PoolName="people")["UserPool"]["Id"])
        columns = {"sub": "s{n}", "username": "p{n}", "username_key": "p{n}", "attributes": "{}"}
        fill(store, schema.users, rows, pool_id=pool_id, status="CONFIRMED", **columns)
        admin.delete_user_pool(UserPoolId=pool_id)
        until(lambda: left(store) < rows - removals.BITE, "the first bites")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return pool_id if left(store) else ""


def test_a_pools_removal_goes_on_after_a_kill(store: Store, database: str, tmp_path: Path) -> None:
    tries = (pool_killed_within(store, database, tmp_path, rows) for rows in ROWS)
    pool_id = next(filter(None, tries), "")
    assert pool_id, "every removal was over before the kill"
    port = free_port()
    admin = root_client(port, "cognito-idp")
    with serving_process(tmp_path, database, port):
        with pytest.raises(ClientError, match="does not exist"):
            admin.describe_user_pool(UserPoolId=pool_id)
        advance_clock(port, removals.LEASE_SECONDS + 1)
        until(lambda: left(store) == 0, "the end of all rows")
