"""Whatever five devices do, and whatever is lost on the way, they end with the same data (behaviour/sync.md 5)."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.context import Context
from ostiary.store.db import Store, Tx
from ostiary.store.identity import identities, identity_pools
from ostiary.store.identity.identities import Identity
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.store.sync import datasets, records
from ostiary.store.sync.datasets import Key
from ostiary.sync import changes, updates
from tests.fixtures.context import Api
from tests.sync.device import Device, ServerFailedError

DEVICES = 5
PASSES = 12
"""In so many passes over all devices, nothing being lost, they must agree."""
_devices = st.integers(0, DEVICES - 1)
_keys = st.sampled_from("abcd")
_troubles = st.sampled_from(
    ["none", "none", "none", "answer lost", "asked twice", "server fails", "server restarts", "device restarts"],
)
SERVERS = {"server fails", "server restarts"}
"""What befalls the server in the middle of a transaction, and not the device."""
ACTIONS = st.one_of(
    st.tuples(st.just("put"), _devices, _keys, st.text("xyz", max_size=2)),
    st.tuples(st.just("put"), _devices, _keys, st.none()),
    st.tuples(st.just("synchronize"), _devices, _troubles, st.none() | _devices),
    st.tuples(st.just("synchronize"), _devices, _troubles, st.none() | _devices),
    st.tuples(st.just("synchronize"), _devices, _troubles, st.none() | _devices),
    st.tuples(st.just("delete"), _devices, st.none(), st.none()),
)


class Process:
    """What serves: it loses what is under way when it is started again, and keeps what it acknowledged."""

    def __init__(self, ctx: Context, database: str) -> None:
        self.ctx, self._database = ctx, database

    def restart(self) -> None:
        """End, with every connection, and begin again on the same database."""
        self.ctx.store.close()
        store = Store.open(self._database)
        self.ctx = dataclasses.replace(self.ctx, services=dataclasses.replace(self.ctx.services, store=store))


@dataclass
class Server:
    """The operations, and what must always hold of what they keep."""

    process: Process
    key: Key
    acknowledged: dict[tuple[str, int], str | None] = field(default_factory=dict)
    highest: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __call__(self, operation: str, **req: Any) -> dict[str, Any]:
        """Call an operation."""
        return Api(self.process.ctx, "cognito-sync")(operation, **req)

    def check(self) -> None:
        """Sync counts never go back, no acknowledged write is lost, and the sizes are those of the records."""
        with self.process.ctx.store.read() as tx:
            dataset = datasets.find(tx, self.key)
            kept = {record.key: record for record in records.of_dataset(tx, dataset)}
        assert dataset.sync_count >= self.highest
        self.highest = dataset.sync_count
        for record_key, record in kept.items():
            assert record.sync_count >= self.counts.get(record_key, 0)
            self.counts[record_key] = record.sync_count
        assert all(record.sync_count <= dataset.sync_count for record in kept.values())
        assert dataset.data_storage == sum(record.size for record in kept.values())
        assert dataset.num_records == sum(record.value is not None for record in kept.values())
        for (key, count), value in self.acknowledged.items():
            if key in kept:
                found = kept[key]
                assert found.sync_count > count or (found.sync_count, found.value) == (count, value)
            else:
                assert count <= max(dataset.deleted_count, dataset.forgotten_count)

    def values(self) -> dict[str, str]:
        """Return what is there."""
        with self.process.ctx.store.read() as tx:
            found = records.of_dataset(tx, datasets.find(tx, self.key))
        return {record.key: record.value for record in found if record.value is not None}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Hold whether the server breaks down in the middle of each transaction: `failing[0]`."""
    state = [False]

    def consumer(_tx: Tx, _ctx: Context, _change: changes.Change) -> None:
        if state[0]:
            raise ServerFailedError

    monkeypatch.setattr(changes, "CONSUMERS", (consumer,))
    monkeypatch.setattr(updates, "REMOVED_KEPT", 2)
    return state


@pytest.fixture
def new_server(context: Callable[..., Context], database: str) -> Iterator[Callable[[], Server]]:
    """Make an identity that nobody has used, in a pool of the test."""
    ctx = context()
    process = Process(ctx, database)
    pool_id = f"us-east-1:{ctx.random.uuid()}"
    with ctx.store.write() as tx:
        identity_pools.create(tx, IdentityPool(pool_id, ctx.account, "apps", {}, {}, 0))

    def make() -> Server:
        identity = Identity(pool_id, f"us-east-1:{ctx.random.uuid()}", "", 0, 0)
        with process.ctx.store.write() as tx:
            identities.create(tx, identity)
        return Server(process, Key(pool_id, identity.identity_id, "notes"))

    yield make
    process.ctx.store.close()


def run(server: Server, devices: list[Device], failing: list[bool], action: tuple[Any, ...]) -> None:
    """Do one action."""
    name, number, what, more = action
    device = devices[number]
    if name == "put":
        device.put(what, more)
    elif name == "delete":
        device.delete()
    else:
        meanwhile = devices[more] if more not in {None, number} else None
        failing[0] = what in SERVERS
        device.synchronize("none" if failing[0] else what, meanwhile)
        failing[0] = False
        if what == "server restarts":
            server.process.restart()
    server.check()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=40), own=st.lists(st.booleans(), min_size=DEVICES, max_size=DEVICES))
def test_devices_converge(
    new_server: Callable[[], Server], failing: list[bool], actions: list[tuple[Any, ...]], own: list[bool]
) -> None:
    server = new_server()
    place = {"IdentityPoolId": server.key.pool_id, "IdentityId": server.key.identity_id, "DatasetName": "notes"}
    devices = [Device(server, place, keeps_own, server.acknowledged) for keeps_own in own]
    for action in actions:
        run(server, devices, failing, action)
    for _ in range(PASSES):
        for device in devices:
            assert device.synchronize()
        server.check()
        if all(device.values == server.values() for device in devices):
            return
    pytest.fail(f"no agreement: {[device.values for device in devices]}, server {server.values()}")
