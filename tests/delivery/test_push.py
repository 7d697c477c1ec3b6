"""What is owed to endpoints: kept, sealed, in order, in the place of what it outdates, and taken by one at a time."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ostiary.context import Context, Services
from ostiary.delivery.push import Notification, opened, owe
from ostiary.store.sns import pushes
from ostiary.store.sns.platform_endpoints import PlatformEndpoint
from ostiary.store.sns.pushes import Queue, StoredPush
from tests.fixtures.context import ACCOUNT

APPLICATION = f"arn:aws:sns:us-east-1:{ACCOUNT}:app/GCM/phones"
ENDPOINT = f"arn:aws:sns:us-east-1:{ACCOUNT}:endpoint/GCM/phones/1"
NEVER = 99_999_999_999


def endpoint_of(arn: str) -> PlatformEndpoint:
    application_arn = arn.rpartition("/")[0].replace(":endpoint/", ":app/")
    return PlatformEndpoint(ACCOUNT, arn, application_arn, "", b"", True, "", 0, 0)  # noqa: FBT003 - a row


def send(ctx: Context, payload: str, collapse_key: str = "", endpoint: str = ENDPOINT) -> None:
    with ctx.store.write() as tx:
        owe(tx, ctx, endpoint_of(endpoint), Notification(payload, {}, collapse_key, NEVER))


def due(services: Services) -> list[Queue]:
    with services.store.read() as tx:
        return pushes.due(tx, APPLICATION, services.clock.now_seconds(), 100)


def claimed(services: Services, seconds: int = 60) -> tuple[Queue, StoredPush] | None:
    """Take the queue of the one endpoint, and its first push."""
    with services.store.write() as tx:
        for queue in pushes.due(tx, APPLICATION, services.clock.now_seconds(), 1):
            taken = pushes.claim(tx, queue, services.clock.now_seconds() + seconds)
            push = pushes.first(tx, queue)
            if taken and push:
                return taken, push
    return None


def drained(services: Services) -> list[str]:
    """Send everything, and return it in the order in which it left."""
    payloads = []
    taken = claimed(services)
    while taken is not None:
        queue, push = taken
        payloads.append(opened(services.keyring, push).payload)
        with services.store.write() as tx:
            kept = pushes.advance(tx, queue, push, queue.due_at + 1)
            following = pushes.first(tx, queue)
        taken = (kept, following) if kept and following else None
    return payloads


def test_pushes_leave_in_the_order_they_were_owed(services: Services, context: Callable[..., Context]) -> None:
    for payload in ("1", "2", "3"):
        send(context(), payload)
        services.clock.advance(0.001)
    assert drained(services) == ["1", "2", "3"]
    assert due(services) == []


def test_a_push_takes_the_place_of_one_with_its_collapse_key(
    services: Services, context: Callable[..., Context]
) -> None:
    for payload, key in (("old", "k"), ("other", "l"), ("plain", ""), ("plain too", ""), ("new", "k")):
        send(context(), payload, key)
        services.clock.advance(0.001)
    send(context(), "elsewhere", "k", ENDPOINT + "2")
    assert drained(services) == ["other", "plain", "plain too", "new"]


def test_a_transaction_that_fails_owes_nothing_and_wakes_nobody(
    services: Services, context: Callable[..., Context]
) -> None:
    rung: list[str] = []
    services.pushes.listen(lambda: rung.append("!"))
    ctx = context()
    with pytest.raises(ValueError, match="later"), ctx.store.write() as tx:
        owe(tx, ctx, endpoint_of(ENDPOINT), Notification("{}", {}, "", NEVER))
        raise ValueError("later")
    assert (due(services), rung) == ([], [])
    send(ctx, "{}")
    assert rung == ["!"]


def test_what_is_stored_is_sealed(services: Services, context: Callable[..., Context]) -> None:
    """PWD-14, CRY-02."""
    send(context(), "between us")
    taken = claimed(services)
    assert taken is not None
    assert b"between us" not in taken[1].sealed
    assert "between us" not in repr(opened(services.keyring, taken[1]))


def test_one_of_many_gets_a_queue(services: Services, context: Callable[..., Context]) -> None:
    send(context(), "{}")
    with ThreadPoolExecutor(20) as threads:
        taken = list(threads.map(lambda _: claimed(services), range(20)))
    assert len([one for one in taken if one]) == 1


def test_a_lease_that_ran_out_is_anybodys_and_its_holder_changes_nothing_more(
    services: Services, context: Callable[..., Context]
) -> None:
    send(context(), "{}")
    late = claimed(services)
    services.clock.advance(61)
    taken = claimed(services)
    assert late is not None
    assert taken is not None
    with services.store.write() as tx:
        pushes.postpone(tx, late[0], NEVER, 1)
    assert claimed(services) is None  # the second holder's lease stands
    services.clock.advance(61)
    assert due(services) == [dataclasses.replace(late[0], due_at=taken[0].due_at)]


def test_nothing_is_lost_when_a_queue_is_emptied_while_it_is_filled(
    services: Services, context: Callable[..., Context]
) -> None:
    ctx, count = context(), 60
    left: list[str] = []
    with ThreadPoolExecutor(6) as threads:
        owed = [threads.submit(send, ctx, str(number)) for number in range(count)]
        while not all(one.done() for one in owed):
            left += drained(services)
        for one in owed:
            one.result()
    left += drained(services)
    assert sorted(left, key=int) == [str(number) for number in range(count)]


def test_applications_wait_side_by_side(services: Services, context: Callable[..., Context]) -> None:
    other = APPLICATION.replace("phones", "tablets")
    send(context(), "1")
    send(context(), "2", endpoint=ENDPOINT.replace("phones", "tablets"))
    with services.store.read() as tx:
        assert pushes.waiting_application(tx, "") == APPLICATION
        assert pushes.waiting_application(tx, APPLICATION) == other
        assert pushes.waiting_application(tx, other) is None
