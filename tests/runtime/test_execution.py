"""Functions run on the event loop until they wait; what waits, or computes for long, leaves the loop to others."""

import asyncio
import os
from collections.abc import Callable, Iterator
from threading import Event, Thread, get_ident
from typing import Any

import pytest

from ostiary.runtime.execution import (
    CrowdedError,
    OverloadedError,
    Places,
    Tasks,
    Waiter,
    compute,
    holding,
    on_loop,
    outside,
    pause,
    until_ready,
)

MOST_RUNNING, MOST_OUTSIDE = 16, 8


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    opened = Tasks(computing=2, most_running=MOST_RUNNING, most_outside=MOST_OUTSIDE)
    yield opened
    opened.close()


async def until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - what is waited for knows no loop
        await asyncio.sleep(0)


# -- where a function runs -------------------------------------------------------------------------------------------
def test_a_function_runs_on_the_loop_and_what_it_computes_does_not(tasks: Tasks) -> None:
    async def main() -> tuple[int, int, int]:
        here, there = await tasks.run(lambda: (get_ident(), compute(get_ident)))
        return get_ident(), here, there

    loop, here, there = asyncio.run(main())
    assert here == loop
    assert there != loop


def test_on_any_other_thread_the_same_calls_block_that_thread_and_no_other(tasks: Tasks) -> None:
    assert compute(get_ident) == get_ident()
    assert outside(get_ident) == get_ident()
    pause(0)


def test_what_a_function_raises_reaches_who_awaits_it_before_and_after_it_waited(tasks: Tasks) -> None:
    def early() -> None:
        raise LookupError("early")

    def late() -> None:
        compute(lambda: None)
        raise LookupError("late")

    def elsewhere() -> None:
        compute(early)

    async def main() -> list[Any]:
        return await asyncio.gather(*map(tasks.run, (early, late, elsewhere)), return_exceptions=True)

    assert [str(error) for error in asyncio.run(main())] == ["early", "late", "early"]


def test_strands_are_used_again_also_by_the_loop_of_another_thread(tasks: Tasks) -> None:
    async def main() -> set[int]:
        return {await tasks.run(lambda: id(on_loop())) for _ in range(5)}

    assert len(asyncio.run(main())) == 1
    found: list[set[int]] = []
    other = Thread(target=lambda: found.append(asyncio.run(main())))
    other.start()
    other.join()
    assert len(found[0]) == 1


# -- waiting for somebody outside ------------------------------------------------------------------------------------
def test_while_one_waits_outside_others_are_served(tasks: Tasks) -> None:
    over = Event()

    async def main() -> tuple[str, list[bool]]:
        waiting = [asyncio.create_task(tasks.run(outside, over.wait, 10)) for _ in range(MOST_OUTSIDE)]
        served = await tasks.run(lambda: "served")
        over.set()
        return served, await asyncio.gather(*waiting)

    assert asyncio.run(main()) == ("served", [True] * MOST_OUTSIDE)


def test_no_more_wait_outside_than_may(tasks: Tasks) -> None:
    over = Event()

    async def main() -> list[Any]:
        waiting = [asyncio.create_task(tasks.run(outside, over.wait, 10)) for _ in range(MOST_OUTSIDE + 4)]
        await asyncio.sleep(0)
        over.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    found = asyncio.run(main())
    assert found.count(True) == MOST_OUTSIDE
    assert sum(isinstance(error, CrowdedError) for error in found) == 4


def test_those_who_wait_outside_do_not_count_among_those_under_way(tasks: Tasks) -> None:
    few = Tasks(most_running=1)
    over = Event()

    async def main() -> tuple[str, bool]:
        waiting = asyncio.create_task(few.run(outside, over.wait, 10))
        await asyncio.sleep(0)
        served = await few.run(lambda: "served")
        over.set()
        return served, await waiting

    assert asyncio.run(main()) == ("served", True)
    few.close()


@pytest.mark.parametrize("wait", [compute, lambda _: pause(0)])
def test_inside_a_transaction_nothing_is_waited_for(tasks: Tasks, wait: Callable[..., object]) -> None:
    def waits() -> None:
        with holding():
            wait(lambda: "never")

    with pytest.raises(RuntimeError, match="never inside one"):
        waits()
    with pytest.raises(RuntimeError, match="never inside one"):
        asyncio.run(tasks.run(waits))


def test_a_transaction_of_one_function_forbids_others_nothing(tasks: Tasks) -> None:
    held: list[Waiter] = []

    def holds() -> None:
        with holding():
            held.append(Waiter())
            held[0].wait()

    async def main() -> str:
        holding = asyncio.create_task(tasks.run(holds))
        await until(lambda: bool(held))
        heard = str(await tasks.run(outside, lambda: "heard"))
        held[0].wake()
        await holding
        return heard

    assert asyncio.run(main()) == "heard"


# -- overload and cancellation ---------------------------------------------------------------------------------------
def test_whoever_comes_beyond_those_under_way_is_refused_at_once(tasks: Tasks) -> None:
    over = Event()

    async def main() -> list[Any]:
        running = [asyncio.create_task(tasks.run(compute, over.wait, 10)) for _ in range(MOST_RUNNING + 3)]
        await asyncio.sleep(0)
        over.set()
        first = await asyncio.gather(*running, return_exceptions=True)
        return [*first, await tasks.run(lambda: "afterwards")]

    found = asyncio.run(main())
    assert found.count(True) == MOST_RUNNING
    assert sum(isinstance(error, OverloadedError) for error in found) == 3
    assert found[-1] == "afterwards"


def test_a_function_that_nobody_awaits_any_more_goes_on_to_its_end(tasks: Tasks) -> None:
    over, ended = Event(), Event()

    def works() -> None:
        compute(over.wait, 10)
        ended.set()

    async def main() -> None:
        running = asyncio.create_task(tasks.run(works))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        over.set()
        await until(ended.is_set)
        assert await tasks.run(lambda: "served") == "served"

    asyncio.run(main())


# -- turns, moments, files -------------------------------------------------------------------------------------------
def test_strands_and_threads_take_turns_in_the_order_in_which_they_came(tasks: Tasks) -> None:
    turn, order = Places(1), list[str]()

    def take(name: str) -> None:
        turn.take(turn.give)
        order.append(name)
        turn.give()

    async def main() -> None:
        turn.take(turn.give)
        first = asyncio.create_task(tasks.run(take, "strand"))
        await asyncio.sleep(0)
        thread = Thread(target=take, args=("thread",))
        thread.start()
        await until(lambda: len(turn._waiters) > 1)  # noqa: SLF001 - when the thread waits is seen nowhere else
        last = asyncio.create_task(tasks.run(take, "last"))
        await asyncio.sleep(0)
        turn.give()
        await asyncio.gather(first, last)
        thread.join()

    asyncio.run(main())
    assert order == ["strand", "thread", "last"]


def test_who_waits_for_a_place_too_long_leaves_the_line(tasks: Tasks) -> None:
    places = Places(1)

    async def main() -> bool:
        return await tasks.run(places.take, places.give, 0.01)

    assert places.take(places.give)
    assert not asyncio.run(main())
    assert not places.take(places.give, 0.01)
    assert not places.are_wanted
    places.give()
    assert places.take(places.give)


def test_a_pause_ends_and_a_waiter_may_be_woken_before_it_waits(tasks: Tasks) -> None:
    def works() -> bool:
        pause(0.001)
        waiter = Waiter()
        waiter.wake()
        return waiter.wait()

    assert works()
    assert asyncio.run(tasks.run(works))


def test_a_file_is_waited_for_until_it_can_be_read(tasks: Tasks) -> None:
    reads, writes = os.pipe()

    def works() -> bytes:
        strand = on_loop()
        assert strand is not None
        assert until_ready(strand, reads, reads=True, writes=False) == (True, False)
        return os.read(reads, 10)

    async def main() -> bytes:
        reading = asyncio.create_task(tasks.run(works))
        await asyncio.sleep(0)
        os.write(writes, b"here")
        return await reading

    assert asyncio.run(main()) == b"here"
    os.close(reads)
    os.close(writes)
