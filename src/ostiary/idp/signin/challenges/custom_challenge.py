"""CUSTOM_CHALLENGE: functions of the pool decide what is asked, make challenges and judge answers.

They keep nothing: the results so far and the private parameters of a challenge wait in the sealed session. A wrong
answer is no error: the function that decides hears of it, and lets the user try again or not.
"""

from collections.abc import Sequence

import msgspec

from ostiary.aws.types.cognito_idp import InvalidUserPoolConfigurationException, NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Once, Parameters, Person, spend_once
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, chooser, new_session, open_session
from ostiary.triggers import custom_challenge
from ostiary.triggers.custom_challenge import Result
from ostiary.triggers.event import Occasion

NAME = custom_challenge.CUSTOM_CHALLENGE
FLOW = "CUSTOM_AUTH"
SRP_A = "SRP_A"


class Memo(msgspec.Struct, frozen=True):
    """What the session of a custom challenge notes: what came before, and what the function kept for the answer."""

    results: tuple[Result, ...]
    private: dict[str, str]
    metadata: str | None


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Have the answer judged, and what comes next decided."""
    state = open_session(ctx, attempt, session, NAME)
    person = chooser(ctx, attempt, state, responses["USERNAME"])
    lockout.check(ctx, person.failures)
    memo = msgspec.json.decode(state.memo, type=Memo)
    about = occasion(attempt, person)
    check_configured(about)
    passed = custom_challenge.verify(ctx, about, memo.private, responses["ANSWER"])
    results = [*memo.results, Result(NAME, passed, memo.metadata)]
    return decide(ctx, attempt, person, state.progress, results, once=state.once)


def is_open(progress: Progress) -> bool:
    """Whether the functions have not let the user in yet."""
    return progress.flow == FLOW and NAME not in progress.passed


def go_on(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Passed | Answer:
    """Ask the functions what follows the password and what the service itself asked behind it."""
    names = (SRP_A, *progress.passed)
    return decide(ctx, attempt, person, progress, [Result(name, passed=True) for name in names])


def decide(
    ctx: Context,
    attempt: Attempt,
    person: Person,
    progress: Progress,
    results: Sequence[Result],
    *,
    once: Once | None = None,
) -> Passed | Answer:
    """Have the functions say what follows these results: tokens, a failure, or one more challenge, made then."""
    about = occasion(attempt, person)
    check_configured(about)
    following = custom_challenge.define(ctx, about, results)
    if following == "issue_tokens" and person.user is not None:
        return Passed(person.user, progress.with_passed(NAME), once)
    made = custom_challenge.create(ctx, about, results) if following == NAME else None
    if once is not None:
        with ctx.store.write() as tx:
            spend_once(tx, attempt.pool.pool_id, once)
    if made is None:
        raise NotAuthorizedException("Incorrect username or password.")
    memo = msgspec.json.encode(Memo(tuple(results), made.private, made.metadata)).decode()
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, person.subject, NAME, progress, memo=memo),
        "ChallengeParameters": {**made.public, "USERNAME": about.username},
    }


def check_configured(about: Occasion) -> None:
    """Refuse what needs functions that the pool does not have; raises InvalidUserPoolConfigurationException."""
    if not custom_challenge.is_configured(about):
        raise InvalidUserPoolConfigurationException("Custom auth lambda trigger is not configured for the user pool.")


def occasion(attempt: Attempt, person: Person) -> Occasion:
    """Return what the functions are told: that it is a stranger, too, where the client must not notice that."""
    if person.user is not None:
        return attempt.occasion(person.user)
    return Occasion(attempt.pool, person.name, {}, attempt.client.client_id, user_not_found=True)


CHALLENGE = Challenge(name=NAME, answer=answer, needed=("ANSWER",), may_be_empty=True, by_functions=True)
