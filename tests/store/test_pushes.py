"""The outbox of pushes: oldest first for each endpoint, one sender at a time, the newest of what collapses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ostiary.store import pushes
from ostiary.store.db import Store
from ostiary.store.pushes import Push

FIRST = Push("1", "e", "a", "a", b"1", 0, 100, 900)


def add(store: Store, *owed: Push) -> None:
    with store.write() as tx:
        for push in owed:
            pushes.add(tx, push)


def claim(store: Store, now: int = 100, endpoint: str = "e") -> Push | None:
    with store.write() as tx:
        return pushes.claim_next(tx, "1", endpoint, now, now + 60)


def test_the_oldest_leaves_first_and_the_next_waits_for_it(store: Store) -> None:
    add(store, replace(FIRST, push_id="b", collapse_key="b"), FIRST)
    first = claim(store)
    assert first is not None
    assert (first.push_id, first.attempts) == ("a", 1)
    assert claim(store) is None
    with store.write() as tx:
        pushes.remove(tx, first)
    second = claim(store)
    assert second is not None
    assert second.push_id == "b"


def test_the_newest_of_what_collapses_is_sent(store: Store) -> None:
    one = replace(FIRST, collapse_key="c")
    add(store, one, replace(one, push_id="b", sealed=b"2", expires_at=950))
    claimed = claim(store)
    assert claimed is not None
    assert (claimed.push_id, claimed.sealed, claimed.expires_at) == ("a", b"2", 950)
    assert claim(store, now=159) is None


def test_what_is_being_sent_is_not_replaced(store: Store) -> None:
    one = replace(FIRST, collapse_key="c")
    add(store, one)
    taken = claim(store)
    add(store, replace(one, push_id="b", sealed=b"2"))
    assert taken is not None
    with store.write() as tx:
        pushes.remove(tx, taken)
    later = claim(store)
    assert later is not None
    assert (later.push_id, later.sealed) == ("b", b"2")


def test_one_of_many_gets_a_push(store: Store) -> None:
    add(store, FIRST)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: claim(store), range(8)))
    assert sum(push is not None for push in taken) == 1


def test_a_sender_that_died_leaves_its_push_to_others(store: Store) -> None:
    add(store, FIRST)
    claim(store)
    again = claim(store, now=160)
    assert again is not None
    assert again.attempts == 2


def test_what_is_due_is_found(store: Store) -> None:
    add(store, FIRST, replace(FIRST, endpoint_arn="f", push_id="x", collapse_key="x", due_at=101))
    with store.read() as tx:
        assert [push.push_id for push in pushes.due(tx, 100, 10)] == ["a"]
        assert [push.push_id for push in pushes.due(tx, 101, 10)] == ["a", "x"]
