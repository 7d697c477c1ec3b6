"""How many wait for somebody outside, who is left alone, and what may not be held meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ostiary.context import Context
from ostiary.runtime import outsiders
from ostiary.runtime.outsiders import Circuits, CrowdedError, LeftAloneError, Outsiders, Wait

KEY = ("", "somebody:443")


class SilenceError(Exception):
    """Nobody answered."""


class HandClock:
    """Seconds that only the test lets go by."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def waiters() -> Iterator[Callable[[Wait], bool]]:
    """Have one more wait, as long as the test lasts; return whether it may."""
    known = Outsiders()
    with ExitStack() as waiting:

        def one_more(wait: Wait) -> bool:
            try:
                waiting.enter_context(known.waiting(wait))
            except CrowdedError:
                return False
            return True

        yield one_more
    assert known.waits == 0


# -- places ------------------------------------------------------------------------------------------------------------
def test_so_many_wait_for_one_destination_and_others_find_a_place(waiters: Callable[[Wait], bool]) -> None:
    found = [waiters(Wait("a:1", callers=(f"10.0.0.{number}",), most=3)) for number in range(4)]
    assert found == [True, True, True, False]
    assert waiters(Wait("a:2", callers=("10.0.0.1",)))
    assert waiters(Wait("a:1", "111111111111", callers=("10.0.0.1",))), "an account's address is not the operator's"


def test_one_caller_leaves_places_to_others(waiters: Callable[[Wait], bool]) -> None:
    wait, other = (Wait("a:1", callers=(ip,), most=4, most_of_caller=2) for ip in ("10.0.0.1", "10.0.0.2"))
    assert [waiters(each) for each in (wait, wait, wait, other, other, other)] == [True, True, False, True, True, False]


def test_one_caller_waits_for_so_many_in_all(waiters: Callable[[Wait], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outsiders, "MOST_PER_CALLER", 3)
    found = [waiters(Wait(f"a:{number}", callers=("10.0.0.1", "pool"))) for number in range(4)]
    assert found == [True, True, True, False]
    assert waiters(Wait("a:3", callers=("10.0.0.2", "another pool")))
    assert not waiters(Wait("a:3", callers=("10.0.0.2", "pool"))), "a pool counts as a caller does"


def test_addresses_of_accounts_leave_places_to_other_accounts_and_to_the_operators(
    waiters: Callable[[Wait], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outsiders, "MOST_PER_OWNER", 2)
    monkeypatch.setattr(outsiders, "MOST_OF_OWNERS", 3)
    found = [waiters(Wait(f"a:{number}", "one", callers=(f"10.0.0.{number}",))) for number in range(3)]
    assert found == [True, True, False]
    assert [waiters(Wait("b:1", owner, callers=("10.0.0.9",))) for owner in ("two", "three", "")] == [True, False, True]


def test_a_refused_one_takes_no_place(waiters: Callable[[Wait], bool]) -> None:
    full = Wait("a:1", callers=("10.0.0.1",), most=1)
    assert [waiters(full) for _ in range(50)] == [True] + [False] * 49
    assert waiters(Wait("a:2", callers=("10.0.0.1",), most_of_caller=1))


# -- circuits ----------------------------------------------------------------------------------------------------------
def test_who_fails_in_a_row_is_left_alone_twice_as_long_each_time(clock: HandClock) -> None:
    circuits = Circuits(2, 1.0, 4.0, clock)
    waits = []
    for _ in range(2):
        assert circuits.admits(KEY)
        circuits.failed(KEY)
    for _ in range(4):
        began = clock.now
        while not circuits.admits(KEY):
            clock.now += 0.5
        waits.append(clock.now - began)
        circuits.failed(KEY)
    assert waits == [1.0, 2.0, 4.0, 4.0]


def test_one_finds_out_for_all_whether_somebody_answers_again(clock: HandClock) -> None:
    circuits = Circuits(1, 1.0, 30.0, clock)
    circuits.failed(KEY)
    clock.now += 1.0
    assert [circuits.admits(KEY) for _ in range(3)] == [True, False, False]
    circuits.worked(KEY)
    assert [circuits.admits(KEY) for _ in range(3)] == [True] * 3


def test_a_finder_that_is_lost_is_replaced(clock: HandClock) -> None:
    circuits = Circuits(1, 1.0, 30.0, clock)
    circuits.failed(KEY)
    clock.now += 1.0
    assert circuits.admits(KEY)
    clock.now += outsiders.PROBE_SECONDS
    assert circuits.admits(KEY)


def test_many_that_fail_together_are_one_failure_once_it_is_left_alone(clock: HandClock) -> None:
    circuits = Circuits(5, 1.0, 30.0, clock)
    for _ in range(40):
        circuits.failed(KEY)
    clock.now += 1.0
    assert circuits.admits(KEY)


def test_failures_must_be_in_a_row(clock: HandClock) -> None:
    circuits = Circuits(2, 1.0, 30.0, clock)
    for _ in range(5):
        circuits.failed(KEY)
        circuits.worked(KEY)
    circuits.failed(KEY)
    assert circuits.admits(KEY)


def test_so_many_destinations_are_remembered(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outsiders, "MOST_CIRCUITS", 2)
    circuits = Circuits(1, 1.0, 30.0, clock)
    for name in "abc":
        circuits.failed(("", name))
    assert [circuits.admits(("", name)) for name in "abc"] == [True, False, False]


def test_only_silence_leaves_somebody_alone(clock: HandClock) -> None:
    known, wait = Outsiders(clock), Wait("a:1", callers=("10.0.0.1",))

    def ask(error: Exception) -> str:
        with (
            pytest.raises((ValueError, SilenceError, LeftAloneError)) as raised,
            known.asking(wait, lambda it: isinstance(it, SilenceError)),
        ):
            raise error
        return raised.typename

    assert {ask(ValueError("no")) for _ in range(10)} == {"ValueError"}
    assert [ask(SilenceError()) for _ in range(6)] == ["SilenceError"] * 5 + ["LeftAloneError"]
    with known.asking(Wait("a:1", "an account", callers=("10.0.0.1",)), lambda _: True):
        pass
    clock.now += 1.0
    with known.asking(wait, lambda _: True):
        pass
    with known.asking(wait, lambda _: True):
        pass


# -- what is held ------------------------------------------------------------------------------------------------------
def test_nobody_outside_is_asked_inside_a_transaction(context: Callable[..., Context]) -> None:
    ctx = context()
    for begin in (ctx.store.read, ctx.store.write):
        with begin(), pytest.raises(RuntimeError, match="never inside one"):
            ctx.http.get("http://127.0.0.1:9/")
        with begin(), pytest.raises(RuntimeError, match="never inside one"), Outsiders().waiting(Wait("a:1")):
            pass
    with Outsiders().waiting(Wait("a:1")), ctx.store.read():
        pass
