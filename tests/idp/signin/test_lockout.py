"""Five wrong tries, then waits that double (PWD-06)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Services
from ostiary.idp.signin import lockout
from tests.idp.signin.conftest import App

Advance = Callable[[float], None]
WRONG = "Incorrect username or password."
LOCKED = "Password attempts exceeded"


def heard(app: App, password: str = "Wrong-horse-8", username: str = "ann") -> str:
    """Return what a client hears of a try that fails."""
    with pytest.raises(NotAuthorizedException) as refused:
        app.password(username, password)
    return refused.value.message


def fail(app: App, times: int) -> None:
    for _ in range(times):
        assert heard(app) == WRONG


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (99, 900)]
)
def test_each_failure_from_the_fifth_on_doubles_the_wait(failures: int, seconds: int) -> None:
    assert lockout.locked_seconds(failures) == seconds


def test_the_fifth_failure_locks_for_a_second(app: App, advance: Advance) -> None:
    fail(app, 5)
    assert heard(app) == LOCKED
    assert heard(app, "Correct-horse-7") == LOCKED
    advance(0.99)
    assert heard(app) == LOCKED
    advance(0.011)
    assert app.tokens("ann")


def test_tries_during_a_lock_do_not_count(app: App, advance: Advance) -> None:
    fail(app, 5)
    for _ in range(20):
        assert heard(app) == LOCKED
    advance(1.001)
    fail(app, 1)
    advance(1.999)
    assert heard(app) == LOCKED
    advance(0.002)
    fail(app, 1)
    advance(3.999)
    assert heard(app) == LOCKED


def test_signing_in_forgets_the_failures(app: App) -> None:
    fail(app, 4)
    assert app.tokens("ann")
    fail(app, 4)
    assert app.tokens("ann")


def test_a_quarter_of_an_hour_forgets_the_failures(app: App, advance: Advance) -> None:
    fail(app, 5)
    advance(901)
    fail(app, 4)
    assert app.tokens("ann")


def test_proofs_count_like_passwords(app: App, advance: Advance) -> None:
    for _ in range(3):
        with pytest.raises(NotAuthorizedException, match=WRONG):
            app.srp("ann", "Wrong-horse-8")
    fail(app, 2)
    with pytest.raises(NotAuthorizedException, match=LOCKED):
        app.srp("ann")
    advance(1.001)
    assert "AuthenticationResult" in app.srp("ann")


def test_one_user_is_locked_and_no_other(app: App) -> None:
    app.pool.user("bob")
    fail(app, 5)
    assert app.tokens("bob")


def test_a_name_taken_again_is_not_locked(app: App) -> None:
    fail(app, 5)
    app.pool.call("AdminDeleteUser", Username="ann")
    app.pool.user("ann")
    assert app.tokens("ann")


def test_guessing_side_by_side_gains_nothing(app: App, services: Services) -> None:
    """Of forty guesses at once five are counted, and no more than five are told whether they were right."""
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: heard(app), range(40)))
    assert answers.count(WRONG) == 5
    assert answers.count(LOCKED) == 35


def test_the_right_password_among_guesses_does_not_undo_a_lock(app: App) -> None:
    fail(app, 5)
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: heard(app, "Correct-horse-7"), range(8)))
    assert answers == {LOCKED}
