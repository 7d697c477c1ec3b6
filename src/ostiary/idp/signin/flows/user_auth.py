"""USER_AUTH: the user chooses how to sign in (behaviour/user-pools.md 9.8)."""

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp import plans
from ostiary.idp.signin import auto_sign_in, step_up
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, device_given, person_named
from ostiary.idp.signin.challenges import choice, select_challenge
from ostiary.idp.signin.flows.flow import Flow
from ostiary.idp.signin.session import Passed, Progress


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, session: str | None) -> Passed | Answer:
    """Begin with the challenge that is preferred, if it can be; else say what there is to choose from.

    `session` is that of ConfirmSignUp, where somebody has just proven an address.
    """
    person = person_named(ctx, attempt, parameters["USERNAME"], hidden=True)  # this flow never tells
    progress = Progress("USER_AUTH", (), device_given(attempt, parameters))
    progress = step_up.begun(ctx, attempt, parameters, person, progress)
    if person.user is not None and progress.passed:
        return Passed(person.user, progress)
    available = choice.offered(ctx, attempt.pool, person.user, progress)
    if session is not None:
        proven = auto_sign_in.proven(ctx, attempt, session, person, progress)
        if proven is not None and set(proven.progress.passed) & set(available):
            return proven
    if not available:
        raise NotAuthorizedException("Incorrect username or password.")
    preferred = parameters.get("PREFERRED_CHALLENGE")
    chosen = preferred if preferred in available else available[0] if len(available) == 1 else None
    if chosen is None:
        return {**select_challenge.ask(ctx, attempt, person, progress), "AvailableChallenges": available}
    answer = choice.take(ctx, attempt, person, chosen, progress, given=parameters)
    return {**answer, "AvailableChallenges": available} if isinstance(answer, dict) else answer


def _check_plan(attempt: Attempt) -> None:
    plans.check_choice(attempt.pool.configuration["UserPoolTier"])


FLOW = Flow(names=("USER_AUTH",), begin=begin, allowed_by="ALLOW_USER_AUTH", check=_check_plan)
