"""What every database engine must do alike."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from ostiary.store.db import STALE_SECONDS, Store, Tx
from ostiary.store.errors import AlreadyExists, Retry, Unstorable
from ostiary.store.schema import accounts, codes, groups, spent, users
from tests.fixtures.waiting import PATIENCE, until

POOL = "us-east-1_aaaaaaaaa"
THREADS = 50


def _spend(tx: Tx, name: str, expires_at: int = 0) -> None:
    tx.insert(spent, pool_id=POOL, id=name, expires_at=expires_at)


def _is_spent(store: Store, name: str) -> bool:
    with store.read() as tx:
        return tx.get(spent, pool_id=POOL, id=name) is not None


def _at_once(store: Store, run: Callable[[Tx, int], object]) -> list[object]:
    """Run `run(tx, number)` in as many transactions as there are threads, all begun at once."""
    barrier = Barrier(THREADS)

    def one(number: int) -> object:
        barrier.wait()
        with store.write() as tx:
            return run(tx, number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


# -- statements ------------------------------------------------------------------------------------------------------
def test_a_row_comes_back_with_the_types_that_went_in(store: Store) -> None:
    row = {
        "pool_id": POOL,
        "sub": "s",
        "username": "Zoë 🙂 O'Hara %(x)s ?",
        "username_key": "zoë",
        "status": "CONFIRMED",
        "enabled": False,
        "attributes": '{"name": "\\u0000"}',
        "sealed_verifier": b"\x00\xff'",
        "temporary_password_expires_at": None,
        "tokens_valid_after": 2**53,
        "created_at": -1,
        "modified_at": 0,
        "factors": None,
    }
    with store.write() as tx:
        tx.insert(users, **row)
    with store.read() as tx:
        for found in (
            tx.get(users, pool_id=POOL, sub="s"),
            tx.one(select(users).where(users.c.sub == "s")),
            tx.one(select(users).where(users.c.sub == bindparam("sub")), sub="s"),
        ):
            assert found is not None
            assert dict(zip(found._fields, found, strict=True)) == row
            assert found.enabled is False
            assert bytes(found.sealed_verifier) == row["sealed_verifier"]


def test_a_row_that_is_not_there_is_none(store: Store) -> None:
    with store.write() as tx:
        assert tx.get(spent, pool_id=POOL, id="x") is None
        assert tx.one(select(spent)) is None
        assert tx.all(select(spent)) == []
        assert tx.take(spent, {"pool_id": POOL}) is None
        assert tx.update(spent, {"pool_id": POOL}, expires_at=1) == 0
        assert tx.delete(spent, {"pool_id": POOL}) == 0


def test_a_taken_key_is_an_error_and_the_transaction_goes_on(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "once")
        with pytest.raises(AlreadyExists, match="spent"):
            _spend(tx, "once")
        _spend(tx, "twice")
    assert _is_spent(store, "once")
    assert _is_spent(store, "twice")


def test_insert_if_absent_says_whether_any_unique_key_was_free(store: Store) -> None:
    row = {"username": "u", "status": "", "enabled": True, "attributes": "{}", "tokens_valid_after": 0, "created_at": 0}
    with store.write() as tx:
        assert tx.insert_if_absent(users, pool_id=POOL, sub="1", username_key="k", modified_at=0, **row)
        assert not tx.insert_if_absent(users, pool_id=POOL, sub="1", username_key="other", modified_at=0, **row)
        assert not tx.insert_if_absent(users, pool_id=POOL, sub="2", username_key="k", modified_at=0, **row)


def test_upsert_inserts_and_then_changes_what_it_is_given(store: Store) -> None:
    row = {"pool_id": POOL, "group_name": "g", "configuration": "{}", "created_at": 1, "modified_at": 1}
    with store.write() as tx:
        tx.upsert(groups, **row)
        tx.upsert(groups, **{**row, "configuration": "[]", "modified_at": 2})
        found = tx.get(groups, pool_id=POOL, group_name="g")
        assert found is not None
        assert tuple(found) == (POOL, "g", "[]", 1, 2)


@pytest.mark.parametrize(
    "where",
    [
        ({"pool_id": POOL, "id": "b"},),
        (spent.c.pool_id == POOL, spent.c.id == "b"),
        ({"pool_id": POOL}, spent.c.id > "a"),
    ],
    ids=["mapping", "expressions", "both"],
)
def test_conditions_hit_the_same_rows_however_they_are_written(store: Store, where: tuple[Any, ...]) -> None:
    with store.write() as tx:
        _spend(tx, "a")
        _spend(tx, "b")
        assert tx.update(spent, *where, expires_at=7) == 1
        assert tx.update(spent, *where, expires_at=spent.c.expires_at + 1) == 1
        taken = tx.take(spent, *where)
        assert taken is not None
        assert taken.expires_at == 8
        assert tx.delete(spent, *where) == 0
        assert tx.delete(spent, {"pool_id": POOL}) == 1


def test_a_constant_query_gives_all_rows_in_order(store: Store) -> None:
    query = select(spent.c.id).where(spent.c.id > bindparam("after")).order_by(spent.c.id).limit(bindparam("most"))
    with store.write() as tx:
        for name in "cab":
            _spend(tx, name)
        assert [row.id for row in tx.all(query, after="a", most=10)] == ["b", "c"]
        assert [row.id for row in tx.all(query, after="", most=1)] == ["a"]


@pytest.mark.parametrize("name", ["nul \0", "\0", "half a pair \ud800"])
def test_text_that_no_database_holds_is_refused_and_never_found(store: Store, name: str) -> None:
    constant = select(spent).where(spent.c.id == bindparam("id"))
    with store.write() as tx:
        _spend(tx, "a")
        with pytest.raises(Unstorable):
            _spend(tx, name)
        with pytest.raises(Unstorable):
            tx.update(spent, {"pool_id": POOL, "id": "a"}, id=name)
        assert tx.get(spent, pool_id=POOL, id=name) is None
        assert tx.take(spent, {"pool_id": POOL, "id": name}) is None
        assert tx.all(constant, id=name) == []
        _spend(tx, "b")
    assert _is_spent(store, "a")
    assert _is_spent(store, "b")


# -- transactions ----------------------------------------------------------------------------------------------------
def test_a_block_that_fails_changes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as tx:
            _spend(tx, "lost")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not _is_spent(store, "lost")


def test_a_block_that_goes_on_after_a_failed_statement_changes_nothing(store: Store) -> None:
    def go_on() -> None:
        with store.write() as tx:
            _spend(tx, "lost")
            with pytest.raises(AlreadyExists):
                tx.execute(insert(spent).values(pool_id=POOL, id="lost", expires_at=0))
            with pytest.raises(Retry):
                _spend(tx, "later")

    with pytest.raises(Retry):
        go_on()
    assert not _is_spent(store, "lost")
    assert not _is_spent(store, "later")


def test_a_change_onto_a_taken_key_is_already_there(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "a")
        _spend(tx, "b")
    with pytest.raises(AlreadyExists), store.write() as tx:
        tx.update(spent, {"pool_id": POOL, "id": "a"}, id="b")
    assert _is_spent(store, "a")


def test_nobody_sees_what_is_not_committed(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "early")
        assert tx.get(spent, pool_id=POOL, id="early") is not None
        assert not _is_spent(store, "early")
    assert _is_spent(store, "early")


def test_readers_never_wait_for_a_writer(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "held")
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda _: _is_spent(store, "held"), range(THREADS)))
    assert found == [False] * THREADS


def test_a_reading_transaction_refuses_to_write(store: Store) -> None:
    with store.read() as tx:
        for write in (
            lambda: _spend(tx, "x"),
            lambda: tx.update(spent, {"pool_id": POOL}, expires_at=1),
            lambda: tx.delete(spent, {"pool_id": POOL}),
            lambda: tx.take(spent, {"pool_id": POOL}),
            lambda: tx.execute(update(spent).values(expires_at=1)),
        ):
            with pytest.raises(TypeError, match="only reads"):
                write()
    assert not _is_spent(store, "x")


def test_a_block_inside_a_block_of_one_thread_is_refused(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "outer")
        with pytest.raises(RuntimeError, match="one transaction at a time"), store.write():
            pass
    with store.write() as tx:
        assert tx.delete(spent, {"pool_id": POOL}) == 1


def test_an_acknowledged_write_is_there_after_opening_again(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "kept")
    with _another(store) as other:
        assert _is_spent(other, "kept")


# -- races -----------------------------------------------------------------------------------------------------------
def test_of_fifty_who_take_a_row_one_gets_it(store: Store) -> None:
    """PWD-11, TOK single use: a code, a session and a refresh rotation are all taken this way."""
    with store.write() as tx:
        _spend(tx, "code")
    taken = _at_once(store, lambda tx, _: tx.take(spent, {"pool_id": POOL, "id": "code"}))
    assert len([row for row in taken if row is not None]) == 1


def test_of_fifty_who_insert_a_key_one_does(store: Store) -> None:
    done = _at_once(store, lambda tx, _: tx.insert_if_absent(spent, pool_id=POOL, id="name", expires_at=0))
    assert done.count(True) == 1


def test_of_fifty_who_compare_and_swap_one_does(store: Store) -> None:
    with store.write() as tx:
        _spend(tx, "row", expires_at=0)
    where = {"pool_id": POOL, "id": "row", "expires_at": 0}
    done = _at_once(store, lambda tx, number: tx.update(spent, where, expires_at=number + 1))
    assert sorted(map(int, map(str, done))) == [0] * (THREADS - 1) + [1]


def test_fifty_attempts_are_all_counted(store: Store) -> None:
    code = {"code_hash": "", "destination": "", "attempts": 0, "created_at": 0, "expires_at": 0}
    with store.write() as tx:
        tx.insert(codes, pool_id=POOL, sub="s", purpose="p", **code)
    _at_once(store, lambda tx, _: tx.update(codes, {"pool_id": POOL, "sub": "s"}, attempts=codes.c.attempts + 1))
    with store.read() as tx:
        row = tx.get(codes, pool_id=POOL, sub="s", purpose="p")
    assert row is not None
    assert row.attempts == THREADS


def test_of_blocks_at_once_only_the_failing_ones_change_nothing(store: Store) -> None:
    def run(tx: Tx, number: int) -> None:
        _spend(tx, str(number))
        if number % 3 == 0:
            raise LookupError

    def one(number: int) -> bool:
        try:
            with store.write() as tx:
                run(tx, number)
        except LookupError:
            return False
        return _is_spent(store, str(number))

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(one, range(200)))
    assert done == [number % 3 != 0 for number in range(200)]
    with store.read() as tx:
        assert len(tx.all(select(spent.c.id))) == sum(done)


# -- the cache of configuration --------------------------------------------------------------------------------------
@contextmanager
def _another(store: Store) -> Iterator[Store]:
    """Open the same database as another process would."""
    other = Store.open(store.url)
    try:
        yield other
    finally:
        other.close()


def _name(tx: Tx) -> str | None:
    row = tx.get(accounts, account_id="1")
    return None if row is None else str(row.name)


def _rename(store: Store, name: str) -> None:
    with store.write() as tx:
        tx.upsert(accounts, account_id="1", name=name, created_at=0)
        tx.configuration_changed()


def test_configuration_is_loaded_once(store: Store) -> None:
    _rename(store, "first")
    assert store.cached(("account", "1"), _name) == "first"
    assert store.cached(("account", "1"), lambda _: pytest.fail("loaded again")) == "first"


def test_what_is_absent_is_looked_for_again(store: Store) -> None:
    assert store.cached(("account", "1"), _name) is None
    with store.write() as tx:
        tx.insert(accounts, account_id="1", name="new", created_at=0)
    assert store.cached(("account", "1"), _name) == "new"


def test_a_change_is_seen_at_once_by_the_process_that_made_it(store: Store) -> None:
    for number in range(20):
        _rename(store, str(number))
        assert store.cached(("account", "1"), _name) == str(number)


def test_a_change_that_is_rolled_back_is_not_seen(store: Store) -> None:
    _rename(store, "old")
    with pytest.raises(LookupError), store.write() as tx:
        tx.update(accounts, {"account_id": "1"}, name="new")
        tx.configuration_changed()
        raise LookupError
    assert store.cached(("account", "1"), _name) == "old"


def test_a_change_by_another_process_is_seen_within_half_a_second(store: Store) -> None:
    _rename(store, "old")
    assert store.cached(("account", "1"), _name) == "old"
    with _another(store) as other:
        _rename(other, "new")
    until(lambda: store.cached(("account", "1"), _name) == "new", "the new name")
    assert STALE_SECONDS < 0.5


def test_what_was_loaded_before_a_change_is_not_kept_after_it(store: Store) -> None:
    _rename(store, "old")
    loading, changed = Event(), Event()

    def slowly(tx: Tx) -> str | None:
        name = _name(tx)
        loading.set()
        assert changed.wait(PATIENCE)
        return name

    slow = Thread(target=lambda: store.cached(("account", "1"), slowly))
    slow.start()
    assert loading.wait(PATIENCE)
    _rename(store, "new")
    changed.set()
    slow.join()
    assert store.cached(("account", "1"), _name) == "new"
