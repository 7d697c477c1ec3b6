"""CUSTOM_AUTH: the pool's functions decide what is asked (behaviour/user-pools.md 9.7)."""

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Context
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, device_given, person_named, required
from ostiary.idp.signin.challenges import password_verifier
from ostiary.idp.signin.challenges.custom_challenge import FLOW as NAME
from ostiary.idp.signin.challenges.custom_challenge import SRP_A, check_configured, decide, occasion
from ostiary.idp.signin.flows.flow import Flow
from ostiary.idp.signin.session import Passed, Progress
from ostiary.triggers import custom_challenge
from ostiary.triggers.custom_challenge import Result
from ostiary.triggers.event import UNRECOGNIZABLE


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, _session: str | None) -> Passed | Answer:
    """Ask the functions what comes first, or begin with a proof of the password where the client does."""
    name = parameters["USERNAME"]
    person = person_named(ctx, attempt, name)
    check_configured(occasion(attempt, person))
    lockout.check(ctx, person.failures)
    progress = Progress(NAME, (), device_given(attempt, parameters))
    if parameters.get("CHALLENGE_NAME") != SRP_A:
        return decide(ctx, attempt, person, progress, ())
    srp_a = required(parameters, SRP_A)
    following = custom_challenge.define(ctx, occasion(attempt, person), [Result(SRP_A, passed=True)])
    if following != password_verifier.NAME:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return password_verifier.ask(ctx, attempt, name, person, srp_a, progress=progress)


FLOW = Flow(names=(NAME,), begin=begin, allowed_by="ALLOW_CUSTOM_AUTH", by_default=True, by_functions=True)
