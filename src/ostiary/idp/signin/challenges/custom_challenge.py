"""CUSTOM_CHALLENGE: a challenge that the pool's function made, and whose answer another one judges.

A wrong answer is no error: the function that decides hears of it, and lets the user try again or not.
"""

import msgspec

from ostiary.context import Context
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters
from ostiary.idp.signin.flows import custom_auth, user_auth
from ostiary.idp.signin.flows.custom_auth import Memo
from ostiary.idp.signin.session import Passed, open_session
from ostiary.triggers import custom_challenge
from ostiary.triggers.custom_challenge import Result

NAME = "CUSTOM_CHALLENGE"


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed | Answer:
    """Have the answer judged, and what comes next decided."""
    state = open_session(ctx, attempt, session, NAME)
    person = user_auth.chooser(ctx, attempt, state, responses["USERNAME"])
    lockout.check(ctx, person.failures)
    memo = msgspec.json.decode(state.memo, type=Memo)
    about = custom_auth.occasion(attempt, person)
    custom_auth.check_configured(about)
    passed = custom_challenge.verify(ctx, about, memo.private, responses["ANSWER"])
    results = [*memo.results, Result(NAME, passed, memo.metadata)]
    return custom_auth.decide(ctx, attempt, person, state.progress, results, once=state.once)
