"""Whether somebody exists cannot be told by the clock (ENU-04)."""

import random
import statistics
import time
from collections.abc import Callable
from math import sqrt

import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import App, Pool

EACH = 200
TRIES = 4
"""As many as nobody is locked for."""
RUNS = 3
"""A machine that is busy with something else may tell them apart once; one that leaks does so each time."""


def wrong_password(app: App, name: str) -> None:
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        app.password(name, "Wrong-horse-8")


def wrong_proof(app: App, name: str) -> None:
    client = SrpClient(app.pool.id, name, "Wrong-horse-8")
    challenge = app.srp_challenge(name, client)
    answer = {"USERNAME": name, "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"]}
    answer |= {"PASSWORD_CLAIM_SIGNATURE": "x" * 44, "TIMESTAMP": SrpClient.timestamp(time.time())}
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        app.respond("PASSWORD_VERIFIER", **answer)


def look_alike(first: list[float], second: list[float]) -> bool:
    """Whether two samples may come from one source: medians within 5 %, or Kolmogorov-Smirnov with p > 0.01."""
    one, other = statistics.median(first), statistics.median(second)
    if abs(one - other) <= 0.05 * max(one, other):
        return True
    points = sorted(first + second)
    apart = max(
        abs(sum(x <= at for x in first) / len(first) - sum(x <= at for x in second) / len(second)) for at in points
    )
    return apart < 1.63 * sqrt((len(first) + len(second)) / (len(first) * len(second)))


def measured(app: App, attempt: Callable[[App, str], None], run: int) -> dict[bool, list[float]]:
    """Return how long tries took for names that exist and for names that do not, in seconds, mixed at random."""
    names = [f"name-{run}-{number:03d}" for number in range(EACH // TRIES)]
    for name in names:
        app.pool.user(name)
    tries = [(name, True) for name in names * TRIES] + [(f"none{name[4:]}", False) for name in names * TRIES]
    random.shuffle(tries)
    attempt(app, names[0][:-1])
    taken: dict[bool, list[float]] = {True: [], False: []}
    for name, exists in tries:
        started = time.perf_counter()
        attempt(app, name)
        taken[exists].append(time.perf_counter() - started)
    return taken


@pytest.mark.parametrize("attempt", [wrong_password, wrong_proof])
def test_a_stranger_takes_as_long_as_a_user(pool: Pool, attempt: Callable[[App, str], None]) -> None:
    app = pool.app(PreventUserExistenceErrors="ENABLED")
    medians = []
    for run in range(RUNS):
        taken = measured(app, attempt, run)
        if look_alike(taken[True], taken[False]):
            return
        medians.append({key: statistics.median(values) for key, values in taken.items()})
    pytest.fail(f"strangers and users can be told apart in {RUNS} runs: {medians}")
