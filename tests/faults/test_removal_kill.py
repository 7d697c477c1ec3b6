"""`kill -9` of the server in the middle of removing what a deleted pool had: the next one removes the rest."""

import signal
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import func, select

from ostiary.store import removals, schema
from ostiary.store.db import Store
from tests.fixtures.bulk import fill
from tests.fixtures.process import advance_clock, free_port, root_client, serving_process

MANY = 4_000
SECONDS = 120
"""For the busiest of machines: each step is waited for, and no longer than it takes."""


def left(store: Store) -> int:
    with store.read() as tx:
        row: Any = tx.one(select(func.count().label("rows")).select_from(schema.users))
    return int(row.rows)


def wait_until_fewer(store: Store, rows: int) -> int:
    deadline = monotonic() + SECONDS
    while (found := left(store)) >= rows:
        assert monotonic() < deadline, f"{found} rows are left"
        sleep(0.01)
    return found


def test_a_pools_removal_goes_on_after_a_kill(store: Store, database: str, tmp_path: Path) -> None:
    port = free_port()
    admin = root_client(port, "cognito-idp")
    with serving_process(tmp_path, database, port) as process:
        pool_id = admin.create_user_pool(PoolName="people")["UserPool"]["Id"]
        columns = {"sub": "s{n}", "username": "p{n}", "username_key": "p{n}", "attributes": "{}"}
        fill(store, schema.users, MANY, pool_id=pool_id, status="CONFIRMED", **columns)
        admin.delete_user_pool(UserPoolId=pool_id)
        wait_until_fewer(store, MANY - removals.BITE)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert left(store) > 0, "it was killed in the middle"
    with serving_process(tmp_path, database, port):
        with pytest.raises(ClientError, match="does not exist"):
            admin.describe_user_pool(UserPoolId=pool_id)
        advance_clock(port, removals.LEASE_SECONDS + 1)
        assert wait_until_fewer(store, 1) == 0
