"""SELECT_MFA_TYPE: a user with several second factors says which one comes."""

import json

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.factors import second_factors
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, asked_user, new_session, open_session

NAME = "SELECT_MFA_TYPE"
_ALSO_CALLED = {"EMAIL_MFA": second_factors.EMAIL}


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    user = person.known()
    active = second_factors.active(attempt.pool, user)
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, user.sub, NAME, progress),
        "ChallengeParameters": {"MFAS_CAN_CHOOSE": json.dumps(active), "USER_ID_FOR_SRP": user.username},
        **({"AvailableChallenges": list(active)} if progress.target else {}),
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Take the choice, which is asked next."""
    state = open_session(ctx, attempt, session, NAME)
    with ctx.store.read() as tx:
        user = asked_user(tx, attempt, state, responses["USERNAME"])
    chosen = responses["ANSWER"]
    chosen = _ALSO_CALLED.get(chosen, chosen)
    if chosen not in second_factors.active(attempt.pool, user):
        raise InvalidParameterException("Invalid MFA type selected.")
    return Passed(user, state.progress, state.once, then=chosen)


CHALLENGE = Challenge(name=NAME, ask=ask, answer=answer, needed=("ANSWER",))
