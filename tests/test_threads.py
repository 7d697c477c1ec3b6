"""Whoever waits for somebody outside lends the turn; how many may do that is bounded."""

import asyncio
from collections.abc import Callable, Iterator
from threading import Barrier, Event
from typing import Any

import pytest

from ostiary.threads import CrowdedError, Threads, waiting

AT_ONCE = 3


@pytest.fixture
def threads() -> Iterator[Threads]:
    opened = Threads(AT_ONCE, name="test", most_waiting=8)
    yield opened
    opened.close()


def wait_outside(over: Event) -> str:
    with waiting():
        over.wait(10)
    return "waited"


def run(threads: Threads, waiters: Callable[[Event], Any], count: int) -> tuple[Any, list[Any]]:
    """Return what a request got that came behind `count` waiting ones, and what they got after it."""

    async def main() -> tuple[Any, list[Any]]:
        over = Event()
        first = [asyncio.create_task(threads.run(waiters, over)) for _ in range(count)]
        await asyncio.sleep(0.05)
        try:
            other = await asyncio.wait_for(threads.run(lambda: "served"), 2)
        except TimeoutError:
            other = "not served"
        over.set()
        return other, await asyncio.gather(*first, return_exceptions=True)

    return asyncio.run(main())


def test_requests_that_wait_outside_leave_room_for_others(threads: Threads) -> None:
    assert run(threads, wait_outside, AT_ONCE * 2) == ("served", ["waited"] * AT_ONCE * 2)


def test_requests_that_work_take_their_turn(threads: Threads) -> None:
    """The bound is real: without `waiting` as many block everything."""
    other, first = run(threads, lambda over: over.wait(10), AT_ONCE)
    assert (other, first) == ("not served", [True] * AT_ONCE)


def test_no_more_wait_than_may(threads: Threads) -> None:
    other, first = run(threads, wait_outside, 12)
    assert other == "served"
    assert first.count("waited") == 8
    assert sum(isinstance(found, CrowdedError) for found in first) == 4


def test_a_turn_is_taken_back_after_the_wait(threads: Threads) -> None:
    running: list[int] = []
    most: list[int] = []

    def wait_then_work(over: Event) -> None:
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
        return list(await asyncio.gather(*(threads.run(together.wait, 5) for _ in range(AT_ONCE))))

    assert sorted(asyncio.run(main())) == list(range(AT_ONCE))


def test_closing_waits_for_whoever_waits_outside() -> None:
    threads, over = Threads(1, name="test"), Event()

    async def main() -> str:
        waiter = asyncio.create_task(threads.run(wait_outside, over))
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(asyncio.to_thread(threads.close))
        await asyncio.sleep(0.05)
        over.set()
        await closing
        return await waiter

    assert asyncio.run(main()) == "waited"
