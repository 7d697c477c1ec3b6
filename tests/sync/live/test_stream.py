"""One stream, without a server: what is told, in what order, and how little is kept for a slow client."""

import asyncio

import pytest

from ostiary.store.engines.notifications import MOST_BYTES, _payloads
from ostiary.sync.live.hints import read
from ostiary.sync.live.stream import CROWDED, MOST_NAMES, Ending, Place, Stream, Told

PLACE = Place("us-east-1:pool", "us-east-1:identity")


@pytest.fixture
def stream() -> Stream:
    return Stream(PLACE)


def test_a_slow_client_is_told_the_newest_count_of_each_dataset_only(stream: Stream) -> None:
    for count in range(1, 10_001):
        stream.offer(Told(f"d{count % 3}", count, "phone"))
    told = stream.take()
    assert {each.dataset_name: each.sync_count for each in told} == {"d1": 10_000, "d0": 9_999, "d2": 9_998}
    assert stream.take() == []


def test_of_changes_by_several_devices_that_become_one_no_device_is_named(stream: Stream) -> None:
    stream.offer(Told("notes", 1, "phone"))
    stream.offer(Told("notes", 2, "tablet"))
    stream.offer(Told("prefs", 1, "phone"))
    stream.offer(Told("prefs", 2, "phone"))
    assert stream.take() == [Told("notes", 2), Told("prefs", 2, "phone")]


def test_counts_never_go_back(stream: Stream) -> None:
    stream.offer(Told("notes", 5))
    assert stream.take() == [Told("notes", 5)]
    for count in (5, 4, 1):
        stream.offer(Told("notes", count))
    assert stream.take() == []


def test_two_clients_that_know_the_same_are_at_the_same_id() -> None:
    one, other = Stream(PLACE), Stream(PLACE)
    for count in (1, 2, 3):
        one.offer(Told("notes", count))
        one.take()
    one.offer(Told("prefs", 1))
    one.take()
    known = {"prefs": Told("prefs", 1), "notes": Told("notes", 3)}
    assert other.begin(known, one.id) is True
    assert (other.take(), other.id) == ([], one.id)
    assert Stream(PLACE).begin(known | {"notes": Told("notes", 4)}, one.id) is False


def test_a_stream_of_too_many_names_ends_instead_of_growing(stream: Stream) -> None:
    for number in range(2 * MOST_NAMES + 1):
        stream.offer(Told(f"d{number}", 1))
    assert stream.ending == CROWDED
    stream.end(Ending("Other", ""))
    assert stream.ending == CROWDED


def test_a_stream_wakes_for_changes_and_for_its_end(stream: Stream) -> None:
    async def waits() -> list[bool]:
        loop, found = asyncio.get_running_loop(), []
        for change in (lambda: stream.offer(Told("notes", 1)), lambda: stream.end(CROWDED)):
            loop.call_soon(change)
            found.append(await stream.woken(5))
            stream.take()
            found.append(await stream.woken(0.01))
        return found

    assert asyncio.run(waits()) == [True, False, True, False]


def test_hints_are_joined_into_notifications_that_postgresql_takes() -> None:
    hints = [f"{number:04d}-å" * 20 for number in range(1000)]
    payloads = _payloads([*hints, "x" * (MOST_BYTES + 1)])
    assert "\n".join(payloads).split("\n") == hints
    assert max(len(payload.encode()) for payload in payloads) <= MOST_BYTES
    assert len(payloads) < 40


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[1,2,3]", '["other","p","i","d",1,""]', '["dataset","p","i","d","1",""]']
)
def test_hints_about_other_things_are_passed_over(text: str) -> None:
    assert read(text) is None
