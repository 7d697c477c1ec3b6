"""CUSTOM_AUTH: functions decide what is asked, make challenges and judge answers (behaviour/user-pools.md 9.7).

They keep nothing: the results so far and the private parameters of a challenge wait in the sealed session.
"""

from collections.abc import Sequence

import msgspec

from ostiary.aws.types.cognito_idp import (
    InvalidLambdaResponseException,
    InvalidUserPoolConfigurationException,
    NotAuthorizedException,
)
from ostiary.context import Context
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import (
    Answer,
    Attempt,
    Once,
    Parameters,
    Person,
    device_given,
    person_named,
    required,
    spend_once,
)
from ostiary.idp.signin.challenges import password_verifier
from ostiary.idp.signin.session import Passed, Progress, new_session
from ostiary.triggers import custom_challenge
from ostiary.triggers.custom_challenge import CUSTOM_CHALLENGE, Result
from ostiary.triggers.event import UNRECOGNIZABLE, Occasion

FLOW = "CUSTOM_AUTH"
SRP_A = "SRP_A"


class Memo(msgspec.Struct, frozen=True):
    """What the session of a custom challenge notes: what came before, and what the function kept for the answer."""

    results: tuple[Result, ...]
    private: dict[str, str]
    metadata: str | None


def begin(ctx: Context, attempt: Attempt, parameters: Parameters) -> Passed | Answer:
    """Ask the functions what comes first, or begin with a proof of the password where the client does."""
    name = parameters["USERNAME"]
    person = person_named(ctx, attempt, name)
    check_configured(occasion(attempt, person))
    lockout.check(ctx, person.failures)
    progress = Progress(FLOW, (), device_given(attempt, parameters))
    if parameters.get("CHALLENGE_NAME") != SRP_A:
        return decide(ctx, attempt, person, progress, ())
    srp_a = required(parameters, SRP_A)
    following = custom_challenge.define(ctx, occasion(attempt, person), [Result(SRP_A, passed=True)])
    if following != password_verifier.NAME:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return password_verifier.ask(ctx, attempt, name, person, srp_a, progress=progress)


def is_open(progress: Progress) -> bool:
    """Whether the functions have not let the user in yet."""
    return progress.flow == FLOW and CUSTOM_CHALLENGE not in progress.passed


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
        return Passed(person.user, progress.with_passed(CUSTOM_CHALLENGE), once)
    made = custom_challenge.create(ctx, about, results) if following == CUSTOM_CHALLENGE else None
    if once is not None:
        with ctx.store.write() as tx:
            spend_once(tx, attempt.pool.pool_id, once)
    if made is None:
        raise NotAuthorizedException("Incorrect username or password.")
    memo = msgspec.json.encode(Memo(tuple(results), made.private, made.metadata)).decode()
    return {
        "ChallengeName": CUSTOM_CHALLENGE,
        "Session": new_session(ctx, attempt, person.subject, CUSTOM_CHALLENGE, progress, memo=memo),
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
