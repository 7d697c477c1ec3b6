"""SQLite: commits that are shared, synced, and all or nothing when the disk is full."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from ostiary.runtime import execution
from ostiary.runtime.execution import Waiter
from ostiary.store.db import Store
from ostiary.store.engines import sqlite
from ostiary.store.errors import Retry, Unavailable
from ostiary.store.schema import spent
from tests.fixtures.waiting import PATIENCE

POOL = "p"
BLOCKS = 400


@pytest.fixture
def engine_name() -> str:
    """Only SQLite here."""
    return "sqlite"


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    """Record what the writer's connection is told."""
    heard: list[str] = []
    driver = _driver(store)
    driver.set_trace_callback(heard.append)
    yield heard
    driver.set_trace_callback(None)


def _engine(store: Store) -> sqlite.SQLite:
    assert isinstance(store.engine, sqlite.SQLite)
    return store.engine


def _driver(store: Store) -> Any:
    return _engine(store)._writer.driver


def _spend(store: Store, name: str, size: int = 0) -> None:
    with store.write() as tx:
        tx.insert(spent, pool_id=POOL, id=name + "." * size, expires_at=0)


def _count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(text("SELECT count(*) FROM spent")).scalar_one())


def _fill(store: Store, spare_pages: int) -> None:
    """Let the database grow by only so many pages more."""
    driver = _driver(store)
    pages = driver.execute("PRAGMA page_count").fetchone()[0]
    driver.execute(f"PRAGMA max_page_count = {pages + spare_pages}").fetchall()


# -- group commit ----------------------------------------------------------------------------------------------------
def test_blocks_that_wait_together_share_a_commit(store: Store, statements: list[str]) -> None:
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda number: _spend(store, str(number)), range(BLOCKS)))
    assert _count(store) == BLOCKS
    assert statements.count("SAVEPOINT block") == BLOCKS
    assert statements.count("COMMIT") < BLOCKS / 4


def test_one_commit_never_waits_for_more_than_its_share_of_blocks(store: Store, statements: list[str]) -> None:
    with ThreadPoolExecutor(100) as pool:
        list(pool.map(lambda number: _spend(store, str(number)), range(BLOCKS)))
    shared = 0
    for statement in statements:
        shared = 0 if statement == "COMMIT" else shared + (statement == "SAVEPOINT block")
        assert shared <= sqlite.MOST_BLOCKS_A_COMMIT


def test_a_block_ends_only_after_its_commit(store: Store, statements: list[str]) -> None:
    def one(number: int) -> None:
        _spend(store, str(number))
        statements.append(f"acknowledged {number}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(BLOCKS)))
    durable: set[str] = set()
    waiting: set[str] = set()
    for statement in statements:
        if statement.startswith("INSERT"):
            waiting.add(statement.split("'")[3])
        elif statement == "COMMIT":
            durable, waiting = durable | waiting, set()
        elif statement.startswith("acknowledged"):
            # The trace speaks before a statement runs; that the commit has also ended is what tests/faults prove.
            assert statement.removeprefix("acknowledged ") in durable


def test_a_commit_left_to_a_thread_that_was_interrupted_is_still_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block leaves its commit to the one behind it, and that one is interrupted when its turn comes."""
    engine, entered, ends = _engine(store), Event(), Event()

    def first() -> None:
        with store.write() as tx:
            tx.insert(spent, pool_id=POOL, id="left", expires_at=0)
            entered.set()
            assert ends.wait(PATIENCE)

    class Interrupted(Waiter):
        def wait(self, seconds: float | None = None) -> bool:
            super().wait(seconds)
            raise KeyboardInterrupt

    def second() -> None:
        with pytest.raises(KeyboardInterrupt):
            _spend(store, "never")

    blocks = [Thread(target=first), Thread(target=second)]
    blocks[0].start()
    assert entered.wait(PATIENCE)
    with monkeypatch.context() as patched:
        patched.setattr(execution, "Waiter", Interrupted)
        blocks[1].start()
        while not engine._turn.are_wanted:
            pass
    ends.set()
    for block in blocks:
        block.join(PATIENCE)
        assert not block.is_alive()
    assert _count(store) == 1


def test_the_database_is_safe_against_power_cuts(store: Store) -> None:
    driver = _driver(store)
    assert driver.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert driver.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_only_the_owner_can_read_a_new_database_file(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    store.migrate()
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    store.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Store.open(url)


def test_an_engine_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'mysql' databases; there are sqlite, postgresql"):
        Store.open("mysql://somewhere/db")


# -- a full disk -----------------------------------------------------------------------------------------------------
def test_a_full_disk_is_an_error_and_what_was_there_stays(store: Store) -> None:
    _spend(store, "before")
    _fill(store, 0)
    with pytest.raises(Unavailable, match="full"):
        _spend(store, "big", size=100_000)
    assert _count(store) == 1
    _fill(store, 1000)
    _spend(store, "after")
    assert _count(store) == 2


def test_statements_after_the_one_that_filled_the_disk_do_not_count(store: Store) -> None:
    _fill(store, 0)
    with pytest.raises(Retry), store.write() as tx:
        with pytest.raises(Unavailable):
            tx.insert(spent, pool_id=POOL, id="." * 100_000, expires_at=0)
        with pytest.raises(Retry):
            tx.insert(spent, pool_id=POOL, id="small", expires_at=0)
    assert _count(store) == 0


def test_a_block_that_shared_its_transaction_with_a_filled_disk_may_run_again(store: Store) -> None:
    """SQLite rolls the whole transaction back when the disk is full: nobody in it may be told it is done."""
    _fill(store, 1)
    entered, waits = Event(), Event()
    lost: list[Exception] = []

    def innocent() -> None:
        try:
            with store.write() as tx:
                tx.insert(spent, pool_id=POOL, id="small", expires_at=0)
                entered.set()
                assert waits.wait(PATIENCE)
        except Retry as error:
            lost.append(error)

    def guilty() -> None:
        with pytest.raises(Unavailable):
            _spend(store, "big", size=100_000)

    threads = [Thread(target=innocent), Thread(target=guilty)]
    threads[0].start()
    assert entered.wait(PATIENCE)
    threads[1].start()
    while not _engine(store)._turn.are_wanted:
        pass
    waits.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert _count(store) == 0
    assert len(lost) == 1


def test_many_threads_on_a_filling_disk_keep_exactly_what_was_acknowledged(store: Store) -> None:
    _fill(store, 40)

    def one(number: int) -> bool:
        try:
            _spend(store, str(number), size=2000)
        except (Unavailable, Retry):
            return False
        return True

    acknowledged = int(one(-1))
    with ThreadPoolExecutor(30) as pool:
        acknowledged += sum(pool.map(one, range(200)))
    assert 0 < acknowledged < 200
    assert _count(store) == acknowledged
    assert _driver(store).execute("PRAGMA integrity_check").fetchone()[0] == "ok"
