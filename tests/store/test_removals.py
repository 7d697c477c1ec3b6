"""What was deleted is nowhere to be seen, and its rows go in bites, all of them, whatever happens meanwhile."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from ostiary.cleaning import Cleaner
from ostiary.context import Services
from ostiary.moving import users_file
from ostiary.store import removals, schema
from ostiary.store.db import Store
from ostiary.store.errors import Retry
from ostiary.store.idp import groups, user_pools, users
from ostiary.store.idp.groups import Group
from ostiary.store.idp.user_pools import UserPool
from tests.fixtures.bulk import fill
from tests.fixtures.still_clock import StillClock

POOL, OTHER = "us-east-1_aaaaaaaaa", "us-east-1_bbbbbbbbb"
MANY = 3 * removals.BITE + 1
KEYS: dict[str, dict[str, Any]] = {
    "user_pool": {},
    "user": {"sub": "ann"},
    "group": {"group_name": "g"},
    "client": {"client_id": "c"},
    "import_file": {"job_id": "j"},
    "identity_pool": {},
    "identity": {"identity_id": "i"},
    "sign_ins": {"sub": "ann"},
    "dataset": {"identity_id": "i", "dataset_name": "d"},
    "topic": {"topic_arn": "t"},
    "platform_application": {"application_arn": "a"},
}
COUNTED = {"dataset", "sign_ins"}
BELONG_TO_NO_POOL = {schema.user_pools, schema.identity_pools}
"""The pools themselves."""


@pytest.fixture
def services(services: Services) -> Services:
    return dataclasses.replace(services, clock=StillClock())


def count(store: Store, table: Table, **where: str) -> int:
    query = select(func.count().label("rows")).select_from(table)
    with store.read() as tx:
        row = tx.one(query.where(*(table.c[name] == value for name, value in where.items())))
    assert row is not None
    return int(row.rows)


def put(store: Store, table: Table, number: int, **values: str) -> None:
    """Insert rows that differ in the texts that are left of their keys; one, where there are none."""
    keys = [table.primary_key.columns, *(index.columns for index in table.indexes if index.unique)]
    free = [{column.name for column in key if column.type.python_type is str} - values.keys() for key in keys]
    texts = {name: f"{'+'.join(values.values())} {name}{{n}}" for names in free for name in names}
    lasting = {name: 2**50 for name in ("expires_at", "last_at") if name in table.c}
    fill(store, table, number if all(free) else 1, **texts, **lasting, **values)


def begin(store: Store, kind: str, owner: str, **more: Any) -> None:
    with store.write() as tx:
        removals.begin(tx, kind, owner, **more, **KEYS[kind])


@pytest.mark.parametrize("kind", KEYS)
def test_all_that_belongs_to_what_was_deleted_goes_and_nothing_else(
    services: Services, clean: Callable[[], int], kind: str
) -> None:
    store, tables = services.store, removals.tables_of(kind)
    owner_column = "pool_id" if "pool_id" in tables[0].c else "account_id"
    for table in tables:
        put(store, table, 40, **{owner_column: POOL}, **KEYS[kind])
        put(store, table, 2, **{owner_column: OTHER}, **{name: f"{value}2" for name, value in KEYS[kind].items()})
    begin(store, kind, POOL, up_to=1 if kind in COUNTED else 0)
    clean()
    assert {table.name: count(store, table, **{owner_column: POOL}) for table in tables} == dict.fromkeys(
        (table.name for table in tables), 0
    )
    assert [table.name for table in tables if not count(store, table, **{owner_column: OTHER})] == []
    assert count(store, schema.removals) == 0


def test_every_table_of_a_pool_is_emptied_with_it() -> None:
    covered = {*removals.tables_of("user_pool"), *removals.tables_of("identity_pool"), *BELONG_TO_NO_POOL}
    assert covered == {table for table in schema.metadata.tables.values() if "pool_id" in table.c}


def test_every_table_of_users_is_emptied_with_them() -> None:
    covered = {*schema.deleted_with("user"), *removals.tables_of("user")}
    assert covered == {table for table in schema.metadata.tables.values() if {"pool_id", "sub"} <= {*table.c.keys()}}


def test_what_is_large_goes_a_bite_at_a_time(services: Services, clean: Callable[[], int]) -> None:
    store = services.store
    put(store, schema.auth_events, MANY, pool_id=POOL, sub="ann")
    put(store, schema.auth_events, 5, pool_id=POOL, sub="bob")
    with store.write() as tx:
        users.delete(tx, POOL, "ann")
    assert count(store, schema.auth_events, sub="ann") == MANY - removals.BITE
    assert clean() >= MANY // removals.BITE
    assert (count(store, schema.auth_events, sub="ann"), count(store, schema.auth_events, sub="bob")) == (0, 5)


def test_others_go_on_with_what_a_process_that_died_was_at(services: Services, clean: Callable[[], int]) -> None:
    store = services.store
    put(store, schema.group_members, MANY, pool_id=POOL, group_name="g")
    begin(store, "group", POOL)
    died = Cleaner(services)
    assert died.run_due()
    assert died.run_due()
    left = count(store, schema.group_members)
    clean()
    assert count(store, schema.group_members) == left > 0, "it is at work, as far as others know"
    services.clock.advance(removals.LEASE_SECONDS)
    clean()
    assert count(store, schema.group_members) == 0


def test_others_go_on_at_once_with_what_a_process_that_stopped_was_at(
    services: Services, clean: Callable[[], int]
) -> None:
    store = services.store
    put(store, schema.group_members, MANY, pool_id=POOL, group_name="g")
    begin(store, "group", POOL)
    stopped = Cleaner(services)
    stopped.run_due()
    stopped.run_due()
    stopped.stop()
    clean()
    assert count(store, schema.group_members) == 0


def test_several_processes_remove_the_same_together(services: Services) -> None:
    store = services.store
    put(store, schema.group_members, MANY, pool_id=POOL, group_name="g")
    begin(store, "group", POOL)
    finishing = [Thread(target=removals.finish, args=(store, POOL)) for _ in range(4)]
    for thread in finishing:
        thread.start()
    for thread in finishing:
        thread.join()
    assert (count(store, schema.group_members), count(store, schema.removals)) == (0, 0)


def test_what_comes_late_into_a_deleted_pool_is_removed_too(services: Services, clean: Callable[[], int]) -> None:
    store, now = services.store, services.clock.now_seconds()
    with store.write() as tx:
        user_pools.create(tx, UserPool(POOL, "1", "people", {}, now, now))
        user_pools.delete(tx, POOL, now)
    clean()
    put(store, schema.users, 1, pool_id=POOL)
    clean()
    assert count(store, schema.users) == 1
    services.clock.advance(removals.SETTLE_SECONDS)
    clean()
    assert (count(store, schema.users), count(store, schema.removals)) == (0, 0)


def test_a_pool_that_was_made_again_keeps_what_it_has(services: Services, clean: Callable[[], int]) -> None:
    store, now = services.store, services.clock.now_seconds()
    pool = UserPool(POOL, "1", "people", {}, now, now)
    with store.write() as tx:
        user_pools.create(tx, pool)
        user_pools.delete(tx, POOL, now)
        user_pools.create(tx, pool)
    put(store, schema.users, 1, pool_id=POOL)
    services.clock.advance(removals.SETTLE_SECONDS)
    clean()
    assert (count(store, schema.users), count(store, schema.removals)) == (1, 0)


def test_nothing_is_made_under_a_name_whose_rows_are_still_there(services: Services) -> None:
    store = services.store
    put(store, schema.group_members, MANY, pool_id=POOL, group_name="g")
    begin(store, "group", POOL)
    with pytest.raises(Retry), store.write() as tx:
        groups.create(tx, Group(POOL, "g", {}, 0, 0))
    removals.finish(store, POOL, "group", group_name="g")
    with store.write() as tx:
        groups.create(tx, Group(POOL, "g", {}, 0, 0))
        assert groups.members_page(tx, POOL, "g", after=None, limit=9) == []


def test_a_pool_whose_rows_are_still_being_removed_is_not_exported(services: Services, tmp_path: Path) -> None:
    with services.store.write() as tx:
        user_pools.create(tx, UserPool(POOL, "1" * 12, "people", {}, 0, 0))
    put(services.store, schema.pool_parts, MANY, pool_id=POOL)
    with services.store.write() as tx:
        user_pools.delete(tx, POOL, 0)
    assert count(services.store, schema.pool_parts, pool_id=POOL)
    with pytest.raises(KeyError):
        users_file.export_users(services, POOL, tmp_path / "users", "a passphrase", lambda _done, _total: None)
