"""Whoever waits for somebody outside lends the turn; how many may do that is bounded."""

import asyncio
from collections.abc import Callable, Iterator
from threading import Barrier, Event, Semaphore
from typing import Any

import pytest

from ostiary.threads import CrowdedError, Threads, waiting
from tests.fixtures.waiting import PATIENCE

AT_ONCE = 3
A_MOMENT = 0.05
"""Seconds in which what must not happen could: a test that is slower than that is not red for it."""


@pytest.fixture
def threads() -> Iterator[Threads]:
    opened = Threads(AT_ONCE, name="test", most_waiting=8)
    yield opened
    opened.close()


class Outside(Event):
    """What requests wait for; `there` counts those that have come so far."""

    def __init__(self) -> None:
        super().__init__()
        self.there = Semaphore(0)

    def stay(self) -> bool:
        """Wait for it."""
        self.there.release()
        return self.wait(PATIENCE)


def wait_outside(over: Outside) -> str:
    with waiting():
        over.stay()
    return "waited"


def run(threads: Threads, waiters: Callable[[Outside], Any], count: int, *, lent: bool = True) -> list[Any]:
    """Return what `count` requests got that all wait. Another one comes behind them.

    It is served before they go on where turns are lent, and after them where not.
    """

    async def main() -> list[Any]:
        over = Outside()
        first = [asyncio.create_task(threads.run(waiters, over)) for _ in range(count)]
        for _ in range(count):
            assert await asyncio.to_thread(over.there.acquire, timeout=PATIENCE)
        they_go_on = asyncio.create_task(threads.run(over.is_set))
        if not lent:
            await asyncio.sleep(A_MOMENT)
            over.set()
        assert await they_go_on is not lent
        over.set()
        return await asyncio.gather(*first)

    return asyncio.run(main())


def test_requests_that_wait_outside_leave_room_for_others(threads: Threads) -> None:
    assert run(threads, wait_outside, AT_ONCE * 2) == ["waited"] * AT_ONCE * 2


def test_requests_that_work_take_their_turn(threads: Threads) -> None:
    """The bound is real: without `waiting` as many block everything."""
    assert run(threads, Outside.stay, AT_ONCE, lent=False) == [True] * AT_ONCE


def test_no_more_wait_than_may(threads: Threads) -> None:

    def wait_where_there_is_room(over: Outside) -> str:
        try:
            return wait_outside(over)
        except CrowdedError:
            over.there.release()
            return "refused"

    assert sorted(run(threads, wait_where_there_is_room, 12)) == ["refused"] * 4 + ["waited"] * 8


def test_a_turn_is_taken_back_after_the_wait(threads: Threads) -> None:
    running: list[int] = []
    most: list[int] = []

    def wait_then_work(over: Outside) -> None:
        wait_outside(over)
        running.append(1)
        most.append(len(running))
        Event().wait(0.01)
        running.pop()

    run(threads, wait_then_work, 8)
    assert max(most) <= AT_ONCE


def test_outside_of_requests_nothing_is_lent() -> None:
    with waiting(), waiting():
        pass


def test_every_turn_is_there_again_after_everybody_has_waited(threads: Threads) -> None:
    run(threads, wait_outside, AT_ONCE * 2)
    together = Barrier(AT_ONCE)

    async def main() -> list[int]:
        return list(await asyncio.gather(*(threads.run(together.wait, PATIENCE) for _ in range(AT_ONCE))))

    assert sorted(asyncio.run(main())) == list(range(AT_ONCE))


def test_closing_waits_for_whoever_waits_outside() -> None:
    threads, over = Threads(1, name="test"), Outside()

    async def main() -> str:
        waiter = asyncio.create_task(threads.run(wait_outside, over))
        assert await asyncio.to_thread(over.there.acquire, timeout=PATIENCE)
        closing = asyncio.create_task(asyncio.to_thread(threads.close))
        await asyncio.sleep(A_MOMENT)
        assert not closing.done()
        over.set()
        await closing
        return await waiter

    assert asyncio.run(main()) == "waited"
