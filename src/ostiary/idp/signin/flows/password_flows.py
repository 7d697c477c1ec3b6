"""The ways a sign-in begins."""

from collections.abc import Callable, Mapping
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp import plans
from ostiary.idp.access import hides_existence
from ostiary.idp.clients.client_secrets import check_secret_hash
from ostiary.idp.signin.attempt import (
    Answer,
    Attempt,
    Parameters,
    device_given,
    name_given,
    person_named,
    required,
)
from ostiary.idp.signin.challenges import password_verifier
from ostiary.idp.signin.challenges.password import proven
from ostiary.idp.signin.flows import refresh_token
from ostiary.idp.signin.session import Passed, Progress
from ostiary.idp.signin.steps import proceed

Flow = Callable[[Context, Attempt, Parameters], Answer]


def user_srp_auth(ctx: Context, attempt: Attempt, parameters: Parameters) -> Answer:
    """Ask for a proof of the password."""
    name, srp_a = name_given(parameters), required(parameters, "SRP_A")
    check_secret_hash(ctx, attempt.client, name, parameters.get("SECRET_HASH"))
    progress = Progress("USER_SRP_AUTH")
    return password_verifier.ask(ctx, attempt, name, person_named(ctx, attempt, name), srp_a, progress=progress)


def user_password_auth(ctx: Context, attempt: Attempt, parameters: Parameters) -> Answer:
    """Compare the password, and go on."""
    name, password = name_given(parameters), required(parameters, "PASSWORD")
    check_secret_hash(ctx, attempt.client, name, parameters.get("SECRET_HASH"))
    person = person_named(ctx, attempt, name)
    user = proven(ctx, attempt, person, password, hidden=hides_existence(attempt.client))
    progress = Progress("USER_PASSWORD_AUTH", ("PASSWORD",), device_given(attempt, parameters))
    return proceed(ctx, attempt, Passed(user, progress))


FLOWS: dict[str, Flow] = {
    "USER_SRP_AUTH": user_srp_auth,
    "USER_PASSWORD_AUTH": user_password_auth,
    "REFRESH_TOKEN_AUTH": refresh_token.refresh_token_auth,
    "REFRESH_TOKEN": refresh_token.refresh_token_auth,
}
ADMIN_FLOWS: dict[str, Flow] = FLOWS | {
    "ADMIN_USER_PASSWORD_AUTH": user_password_auth,
    "ADMIN_NO_SRP_AUTH": user_password_auth,
}
_ALLOWED_BY = {
    "USER_SRP_AUTH": "ALLOW_USER_SRP_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "REFRESH_TOKEN_AUTH": "ALLOW_REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN": "ALLOW_REFRESH_TOKEN_AUTH",
    "CUSTOM_AUTH": "ALLOW_CUSTOM_AUTH",
    "USER_AUTH": "ALLOW_USER_AUTH",
}
_REFUSALS = {
    "USER_PASSWORD_AUTH": "USER_PASSWORD_AUTH flow not enabled for this client",
    "ADMIN_USER_PASSWORD_AUTH": "Auth flow not enabled for this client",
    "ADMIN_NO_SRP_AUTH": "Auth flow not enabled for this client",
}
_WHEN_NONE_IS_SET = frozenset({"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"})
_CUSTOM_ONLY = "CUSTOM_AUTH_FLOW_ONLY"
_ADDED_BY = {"ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH"}
"""What the old values add to what is allowed where none is set."""


def _allowed(settings: Mapping[str, Any]) -> frozenset[str]:
    """Return what a client allows, in the words of today: old values of ExplicitAuthFlows translated."""
    named = frozenset(settings.get("ExplicitAuthFlows", []))
    old = named & {_CUSTOM_ONLY, *_ADDED_BY}
    if named and not old:
        return named
    added = {_ADDED_BY[name] for name in old if name in _ADDED_BY}
    return (_WHEN_NONE_IS_SET | added) - ({"ALLOW_USER_SRP_AUTH"} if _CUSTOM_ONLY in old else set())


def check_allowed(attempt: Attempt, flow: str) -> None:
    """Refuse a flow that the client's ExplicitAuthFlows do not allow; raises InvalidParameterException and others."""
    if _ALLOWED_BY[flow] not in _allowed(attempt.client.configuration):
        name = "REFRESH_TOKEN_AUTH" if flow == "REFRESH_TOKEN" else flow
        raise InvalidParameterException(_REFUSALS.get(flow, f"{name} is not enabled for the client."))
    if flow == "USER_AUTH":
        plans.check_choice(attempt.pool.configuration["UserPoolTier"])
