"""Failed sign-ins: from the fifth in a row on, each doubles the wait (behaviour/user-pools.md 9.10; PWD-06)."""

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.idp import sign_in_failures
from ostiary.store.idp.sign_in_failures import SignInFailures

FREE_FAILURES = 5
LONGEST_SECONDS = 900
QUIET_SECONDS = 900
"""After so long without a failure, counting starts again."""
_MOST_DOUBLINGS = 10


def check(ctx: Context, failures: SignInFailures) -> None:
    """Refuse a try during a lock; it does not count."""
    if _milliseconds(ctx) < failures.last_at + locked_seconds(failures.failures) * 1000:
        raise NotAuthorizedException("Password attempts exceeded")


def locked_seconds(failures: int) -> int:
    """Return how long the lock is after so many failures."""
    if failures < FREE_FAILURES:
        return 0
    return min(1 << min(failures - FREE_FAILURES, _MOST_DOUBLINGS), LONGEST_SECONDS)


def count(tx: Tx, ctx: Context, pool_id: str, subject: str) -> None:
    """Count a failure of `subject`, a user's sub or a stranger's id.

    Tries that ran side by side are counted one after the other: those behind the one that locks are refused as if they
    had come later, so that guessing in parallel gains nothing. Raises NotAuthorizedException for these.
    """
    known = sign_in_failures.hold(tx, pool_id, subject)
    check(ctx, known)
    now = _milliseconds(ctx)
    before = 0 if now - known.last_at > QUIET_SECONDS * 1000 else known.failures
    sign_in_failures.put(tx, pool_id, subject, SignInFailures(before + 1, now))


def succeed(tx: Tx, ctx: Context, pool_id: str, subject: str) -> None:
    """Forget failures, unless others locked `subject` while this try was under way: then it is refused."""
    known = sign_in_failures.find(tx, pool_id, subject)
    check(ctx, known)
    if known.failures:
        sign_in_failures.clear(tx, pool_id, subject)


def _milliseconds(ctx: Context) -> int:
    return int(ctx.clock.now() * 1000)
