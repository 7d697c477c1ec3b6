"""SELECT_CHALLENGE, PASSWORD and PASSWORD_SRP: the user says how to sign in, with what that takes or without."""

from dataclasses import replace

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, device_given, spend_once
from ostiary.idp.signin.flows import user_auth
from ostiary.idp.signin.session import Passed, SessionState, open_session

NAME = user_auth.SELECT_CHALLENGE


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Take the choice, and with it what the chosen challenge wants, if that is there already."""
    state = open_session(ctx, attempt, session, NAME)
    person = user_auth.chooser(ctx, attempt, state, responses["USERNAME"])
    available = user_auth.offered(ctx, attempt.pool, person.user, state.progress)
    chosen = responses["ANSWER"]
    if chosen not in available:
        raise InvalidParameterException("The selected challenge is not available.")
    return _taken(ctx, attempt, state, chosen, responses)


def answer_password(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Take the password that was waited for."""
    return _waited_for(ctx, attempt, responses, session, user_auth.PASSWORD)


def answer_password_srp(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Take the public value that was waited for, and ask for the proof."""
    return _waited_for(ctx, attempt, responses, session, user_auth.PASSWORD_SRP)


def _waited_for(
    ctx: Context, attempt: Attempt, responses: Parameters, session: str | None, challenge: str
) -> Passed | Answer:
    state = open_session(ctx, attempt, session, challenge)
    return _taken(ctx, attempt, state, challenge, responses)


def _taken(ctx: Context, attempt: Attempt, state: SessionState, chosen: str, responses: Parameters) -> Passed | Answer:
    """Begin the chosen challenge; the session is used up by that, but not by a wrong password."""
    person = user_auth.chooser(ctx, attempt, state, responses["USERNAME"])
    progress = replace(state.progress, device_key=device_given(attempt, responses) or state.progress.device_key)
    if chosen == user_auth.PASSWORD and responses.get("PASSWORD"):
        taken = user_auth.take(ctx, attempt, person, chosen, progress, given=responses)
        return replace(taken, once=state.once) if isinstance(taken, Passed) else taken
    with ctx.store.write() as tx:
        spend_once(tx, state.pool_id, state.once)
    return user_auth.take(ctx, attempt, person, chosen, progress, given=responses)
