"""Failed sign-ins: from the fifth in a row on, each doubles the wait (reference user-pools-api.md 9.10; PWD-06)."""

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.signin.attempt import Person
from ostiary.store import sign_in_failures
from ostiary.store.db import Tx
from ostiary.store.sign_in_failures import SignInFailures

FREE_FAILURES = 5
LONGEST_SECONDS = 900
QUIET_SECONDS = 900
"""After so long without a failure, counting starts again."""


def check(ctx: Context, person: Person) -> None:
    """Refuse a try while the user is locked; it does not count."""
    if ctx.clock.now() < person.failures.last_at + locked_seconds(person.failures.failures):
        raise NotAuthorizedException("Password attempts exceeded")


def locked_seconds(failures: int) -> int:
    """Return how long a user is locked after so many failures."""
    if failures < FREE_FAILURES:
        return 0
    return min(1 << min(failures - FREE_FAILURES, 10), LONGEST_SECONDS)


def count(tx: Tx, ctx: Context, person: Person) -> None:
    """Count a failure."""
    now = ctx.clock.now_seconds()
    pool_id, sub = person.user.pool_id, person.user.sub
    known = sign_in_failures.find(tx, pool_id, sub)
    before = 0 if now - known.last_at > QUIET_SECONDS else known.failures
    sign_in_failures.put(tx, pool_id, sub, SignInFailures(before + 1, now))
