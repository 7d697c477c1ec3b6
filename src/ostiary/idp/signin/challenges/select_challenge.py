"""SELECT_CHALLENGE: the user says how to sign in, with what that takes or without."""

from dataclasses import replace

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges import choice, password
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, chosen_before, used_up, waiting

NAME = "SELECT_CHALLENGE"


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    return waiting(ctx, attempt, person, NAME, progress)


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Take the choice, and with it what the chosen challenge wants, if that is there already.

    The session is used up by that, but not by a wrong password.
    """
    state, person, progress = chosen_before(ctx, attempt, responses, session, NAME)
    chosen = responses["ANSWER"]
    if chosen not in choice.offered(ctx, attempt.pool, person.user, state.progress):
        raise InvalidParameterException("The selected challenge is not available.")
    if chosen == password.NAME and responses.get("PASSWORD"):
        return replace(password.passed(ctx, attempt, person, progress, responses["PASSWORD"]), once=state.once)
    used_up(ctx, state)
    return choice.take(ctx, attempt, person, chosen, progress, given=responses)


CHALLENGE = Challenge(name=NAME, ask=ask, answer=answer, needed=("ANSWER",))
