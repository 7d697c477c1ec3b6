"""PostgreSQL: lost connections, doubtful commits, and what every session is set to."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from ostiary.store.db import Store, Tx
from ostiary.store.errors import InDoubt, Retry, StoreError
from ostiary.store.schema import spent
from tests.fixtures.engines import PostgresServer
from tests.fixtures.waiting import PATIENCE, until

POOL = "p"
AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON spent DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION at_commit();
"""
"""What happens while a commit is under way, as a standby that is silent or a server that dies would make it happen."""


@pytest.fixture
def engine_name() -> str:
    """Only PostgreSQL here."""
    return "postgresql"


def _spend(store: Store, name: str) -> None:
    with store.write() as tx:
        tx.insert(spent, pool_id=POOL, id=name, expires_at=0)


def _is_spent(store: Store, name: str) -> bool:
    with store.read() as tx:
        return tx.get(spent, pool_id=POOL, id=name) is not None


def _setting(tx: Tx, name: str) -> Any:
    return tx.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one()


def _run(url: str, script: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script.encode())


def _end_sessions(server: PostgresServer, url: str) -> None:
    name = make_url(url).database
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_sessions_are_bounded_and_commit_durably(store: Store) -> None:
    with store.read() as tx:
        assert _setting(tx, "statement_timeout") == "15s"
        assert _setting(tx, "lock_timeout") == "10s"
        assert _setting(tx, "idle_in_transaction_session_timeout") == "1min"
        assert _setting(tx, "synchronous_commit") == "on"


@pytest.mark.parametrize(
    ("theirs", "ours"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply"), ("on", "on")]
)
def test_a_server_that_does_not_wait_for_the_disk_is_told_to(database: str, theirs: str, ours: str) -> None:
    _run(database, f"ALTER DATABASE {make_url(database).database} SET synchronous_commit = {theirs}")
    store = Store.open(database)
    with store.write() as tx:
        assert _setting(tx, "synchronous_commit") == ours
    store.close()


def test_writing_is_read_committed(store: Store) -> None:
    with store.write() as tx:
        assert _setting(tx, "transaction_isolation") == "read committed"


# -- lost connections ------------------------------------------------------------------------------------------------
def test_a_connection_lost_in_a_block_is_retryable(store: Store, postgres_server: PostgresServer) -> None:
    with pytest.raises(Retry) as raised, store.write() as tx:
        tx.insert(spent, pool_id=POOL, id="lost", expires_at=0)
        _end_sessions(postgres_server, store.url)
        tx.insert(spent, pool_id=POOL, id="lost too", expires_at=0)
    assert raised.value.retryable
    assert not _is_spent(store, "lost")


def test_a_connection_lost_before_an_sqlalchemy_statement_is_retryable(
    store: Store, postgres_server: PostgresServer
) -> None:
    with pytest.raises(Retry), store.read() as tx:
        _end_sessions(postgres_server, store.url)
        tx.execute(text("SELECT 1"))
    assert not _is_spent(store, "x")


def test_after_a_restart_of_the_server_each_operation_fails_at_most_once(
    store: Store, postgres_server: PostgresServer
) -> None:
    together = Barrier(20)

    def fill(_: int) -> None:
        with store.read() as tx:
            tx.execute(text("SELECT 1"))
            together.wait(PATIENCE)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(fill, range(20)))
    _end_sessions(postgres_server, store.url)
    with pytest.raises(Retry):
        _spend(store, "again")
    for number in range(30):
        _spend(store, str(number))


def test_a_server_that_is_not_there_is_retryable() -> None:
    store = Store.open("postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(Retry), store.read():
        pass
    store.close()


def test_a_deadlock_is_retryable_and_one_of_the_two_goes_on(store: Store) -> None:
    _spend(store, "a")
    _spend(store, "b")
    both_have_one = Barrier(2)

    def cross(names: str) -> bool:
        try:
            with store.write() as tx:
                tx.update(spent, {"pool_id": POOL, "id": names[0]}, expires_at=1)
                both_have_one.wait(PATIENCE)
                tx.update(spent, {"pool_id": POOL, "id": names[1]}, expires_at=1)
        except Retry:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(cross, ["ab", "ba"])) == [False, True]


# -- doubtful commits ------------------------------------------------------------------------------------------------
def test_a_commit_that_comes_back_with_a_warning_is_not_acknowledged(store: Store) -> None:
    """A cancelled wait for the synchronous standby is reported as success with a warning of class 01000."""
    _run(store.url, AT_COMMIT.format(body="RAISE WARNING 'canceling wait for synchronous replication';"))
    with pytest.raises(InDoubt, match="standby"):
        _spend(store, "doubtful")
    with pytest.raises(InDoubt):
        _spend(store, "doubtful too")


def test_a_notice_that_is_no_warning_does_not_matter(store: Store) -> None:
    _run(store.url, AT_COMMIT.format(body="RAISE NOTICE 'all is well';"))
    _spend(store, "fine")
    assert _is_spent(store, "fine")


def test_a_warning_before_the_commit_does_not_matter(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("DO $$ BEGIN RAISE WARNING 'early'; END $$"))
        tx.insert(spent, pool_id=POOL, id="fine", expires_at=0)
    assert _is_spent(store, "fine")


def test_a_connection_lost_during_a_commit_is_in_doubt_and_not_retryable(
    store: Store, postgres_server: PostgresServer
) -> None:
    _run(store.url, AT_COMMIT.format(body="PERFORM pg_sleep(300);"))
    failures: list[StoreError] = []

    def write() -> None:
        try:
            _spend(store, "doubtful")
        except StoreError as error:
            failures.append(error)

    block = Thread(target=write)
    block.start()
    with psycopg.connect(postgres_server.url, autocommit=True) as watching:
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = %s"
        until(lambda: watching.execute(sleeping, [make_url(store.url).database]).fetchone() != (0,), "the sleep")
    _end_sessions(postgres_server, store.url)
    block.join(PATIENCE)
    assert [type(failure) for failure in failures] == [InDoubt]
    assert not getattr(failures[0], "retryable", False)


def test_a_commit_that_the_server_refuses_is_an_error(store: Store) -> None:
    _run(store.url, AT_COMMIT.format(body="RAISE EXCEPTION 'no';"))
    with pytest.raises(StoreError):
        _spend(store, "refused")
    assert not _is_spent(store, "refused")


def test_the_pool_is_not_used_up_by_blocks_that_fail(store: Store) -> None:
    for _ in range(60):
        with pytest.raises(LookupError), store.write() as tx:
            tx.insert(spent, pool_id=POOL, id="x", expires_at=0)
            raise LookupError
    with store.write() as tx:
        assert tx.take(spent, {"pool_id": POOL}) is None
