"""PASSWORD: a password that came as it is, compared with what is kept here or, at the first sign-in, elsewhere."""

from dataclasses import replace

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_idp import NotAuthorizedException, TooManyRequestsException
from ostiary.context import Context
from ostiary.idp.factors import passwords
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, wrong_password
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, chosen_before, waiting
from ostiary.store.idp.users import User

NAME = "PASSWORD"


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    return waiting(ctx, attempt, person, NAME, progress)


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Take the password that was waited for; the session is used up by that, but not by a wrong one."""
    state, person, progress = chosen_before(ctx, attempt, responses, session, NAME)
    return replace(passed(ctx, attempt, person, progress, responses["PASSWORD"]), once=state.once)


def passed(ctx: Context, attempt: Attempt, person: Person, progress: Progress, password: str) -> Passed:
    """Return what somebody has passed who chose to give the password: nobody may learn here who exists."""
    user = proven(ctx, attempt, person, password, hidden=True)
    return Passed(user, progress.with_passed(NAME))


def proven(ctx: Context, attempt: Attempt, person: Person, password: str, *, hidden: bool) -> User:
    """Return the user whose password it is; where the client must not learn who exists (`hidden`), for as much work.

    Raises NotAuthorizedException and counts the failure, or TooManyRequestsException where nobody could check it.
    """
    lockout.check(ctx, person.failures)
    pool, user = attempt.pool, person.user
    if passwords.password_matches(ctx, pool, user, password) and user is not None:
        return user
    try:
        captured = foreign_passwords.capture(ctx, pool, user, person.subject, password, hidden=hidden)
    except foreign_passwords.SilentPoolError:
        raise _unchecked(hidden=hidden) from None
    if captured is None:
        raise wrong_password(ctx, attempt, person)
    return captured


def _unchecked(*, hidden: bool) -> ServiceError:
    """Return what a client hears of a password that nobody could check: no failure is counted."""
    if hidden:
        return NotAuthorizedException("Incorrect username or password.")
    return TooManyRequestsException("The password cannot be checked at the moment. Try again later.")


CHALLENGE = Challenge(
    name=NAME,
    ask=ask,
    answer=answer,
    needed=("PASSWORD",),
    kind="knowledge",
    amr=("pwd",),
    credited_by=frozenset({"pwd"}),
)
