"""The queue of a stream: lanes that keep their order, and leases that one process holds at a time."""

import json
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.context import Context
from ostiary.store import leases, schema
from ostiary.store.db import Store
from ostiary.store.sync import stream
from ostiary.sync.change import Change
from ostiary.sync.streams import LANES, enqueue, lane_of

POOL = "us-east-1:pool"


def _change(identity_id: str, count: int) -> Change:
    return Change(POOL, identity_id, "notes", count, "replace", "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jumps=st.lists(st.floats(-7200, 7200), min_size=1, max_size=12), people=st.integers(1, 3))
def test_a_lane_keeps_its_order_whatever_the_clock_does(
    context: Callable[..., Context], jumps: list[float], people: int
) -> None:
    ctx = context()
    with ctx.store.write() as tx:
        tx.delete(schema.sync_stream_records, {"pool_id": POOL})
        for count, jump in enumerate(jumps):
            ctx.clock.advance(jump)
            enqueue(tx, ctx, _change(f"identity-{count % people}", count))
        queued = [stream.head(tx, POOL, f"{lane:02d}", 100) for lane in range(LANES)]
    for lane in queued:
        counts = [json.loads(record.body)["syncCount"] for record in lane]
        assert counts == sorted(counts)
    assert sum(map(len, queued)) == len(jumps)


def test_every_lane_with_something_in_it_is_found(context: Callable[..., Context]) -> None:
    ctx = context()
    people = [f"identity-{number}" for number in range(40)]
    with ctx.store.write() as tx:
        for person in people:
            enqueue(tx, ctx, _change(person, 1))
        found = stream.lanes(tx)
    assert found == sorted({(POOL, lane_of(person)) for person in people})


def test_a_lease_is_one_holders_until_it_runs_out_or_is_given_back(store: Store) -> None:
    with store.write() as tx:
        assert leases.is_free(tx, "work", 0)
        assert leases.take(tx, "work", "one", 0, 10)
        assert leases.take(tx, "work", "one", 5, 15)
        assert not leases.take(tx, "work", "two", 14, 30)
        assert not leases.is_free(tx, "work", 14)
        assert leases.take(tx, "work", "two", 15, 30)
        leases.release(tx, "work", "one")
        assert not leases.take(tx, "work", "one", 16, 40)
        leases.close(tx, "work", "two", 50)
        assert not leases.take(tx, "work", "two", 49, 60)
        assert leases.take(tx, "work", "one", 50, 60)
        leases.release(tx, "work", "one")
        assert leases.is_free(tx, "work", 50)
