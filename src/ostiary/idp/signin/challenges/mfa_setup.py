"""MFA_SETUP: the pool requires a second factor and the user has none yet.

An authenticator app is set up by AssociateSoftwareToken and VerifySoftwareToken with the challenge's session, whose
last one is the answer; an e-mail address is set up by answering with it, by somebody who has none: the password alone
must not move where codes go.
"""

import json
from functools import partial

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.directory import attributes
from ostiary.idp.factors import second_factors
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges import email_otp
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, asked_user, invalid, new_session, open_session

NAME = "MFA_SETUP"
GIVEN_OUT, PROVEN = "given out", "proven"
"""What a session of this challenge notes of the authenticator app's seed."""


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    user = person.known()
    choice = json.dumps(second_factors.left_to_set_up(attempt.pool))
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, user.sub, NAME, progress),
        "ChallengeParameters": {"MFAS_CAN_SETUP": choice, "USER_ID_FOR_SRP": user.username},
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Go on where the authenticator app was proven in this session, or prove an e-mail address by a code to it."""
    state = open_session(ctx, attempt, session, NAME)
    with ctx.store.read() as tx:
        user = asked_user(tx, attempt, state, responses["USERNAME"])
    if state.memo == PROVEN:
        return Passed(user, state.progress.with_passed(NAME), state.once)
    address = responses.get("EMAIL")
    if (
        not address
        or second_factors.EMAIL not in second_factors.left_to_set_up(attempt.pool)
        or not second_factors.has_none(attempt.pool, user)
    ):
        raise invalid()
    attributes.check_writable(attempt.client, ["email"])
    parsed = attributes.parsed(attempt.pool, [{"Name": "email", "Value": address}])["email"]
    if not parsed:
        raise InvalidParameterException("Missing required parameter EMAIL")
    return Passed(user, state.progress, state.once, then=partial(email_otp.ask, address=parsed))


CHALLENGE = Challenge(name=NAME, ask=ask, answer=answer, kind="code", amr=("otp",), is_second_factor=True)
