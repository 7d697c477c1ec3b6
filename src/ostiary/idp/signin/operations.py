"""Sign-in: InitiateAuth, RespondToAuthChallenge and their twins for administrators."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminInitiateAuthRequest,
    AdminInitiateAuthResponse,
    AdminRespondToAuthChallengeRequest,
    AdminRespondToAuthChallengeResponse,
    InitiateAuthRequest,
    InitiateAuthResponse,
    InvalidParameterException,
    ResourceNotFoundException,
    RespondToAuthChallengeRequest,
    RespondToAuthChallengeResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, client_of, own_pool
from ostiary.idp.clients.client_secrets import check_secret_hash
from ostiary.idp.directory import migration
from ostiary.idp.directory.migration import Place
from ostiary.idp.signin import flows
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, name_given, required
from ostiary.idp.signin.challenges import CHALLENGES
from ostiary.idp.signin.protection import watched
from ostiary.idp.signin.session import Passed, invalid
from ostiary.idp.signin.steps import proceed
from ostiary.triggers import user_migration
from ostiary.triggers.event import function_of


@operation("cognito-idp")
def initiate_auth(ctx: Context, req: InitiateAuthRequest) -> InitiateAuthResponse:
    """Begin a sign-in."""
    pool, client = client_of(ctx, req["ClientId"])
    if flows.FLOWS[req["AuthFlow"]].for_administrators:
        raise InvalidParameterException("Initiate Auth method not supported.")
    attempt = Attempt(pool, client, ctx.clock.now_seconds(), begins=True, metadata=req.get("ClientMetadata"))
    return watched(ctx, attempt, req, partial(_begin, ctx, req))  # type: ignore[return-value]


@operation("cognito-idp", resource=POOL_ARN)
def admin_initiate_auth(ctx: Context, req: AdminInitiateAuthRequest) -> AdminInitiateAuthResponse:
    """Begin a sign-in on a user's behalf."""
    attempt = _of_pool(ctx, req["UserPoolId"], req["ClientId"], req.get("ClientMetadata"), begins=True)
    return watched(ctx, attempt, req, partial(_begin, ctx, req))  # type: ignore[return-value]


@operation("cognito-idp")
def respond_to_auth_challenge(ctx: Context, req: RespondToAuthChallengeRequest) -> RespondToAuthChallengeResponse:
    """Take the answer to a challenge."""
    pool, client = client_of(ctx, req["ClientId"])
    attempt = Attempt(pool, client, ctx.clock.now_seconds(), metadata=req.get("ClientMetadata"))
    return watched(ctx, attempt, req, partial(_respond, ctx, req))  # type: ignore[return-value]


@operation("cognito-idp", resource=POOL_ARN)
def admin_respond_to_auth_challenge(
    ctx: Context, req: AdminRespondToAuthChallengeRequest
) -> AdminRespondToAuthChallengeResponse:
    """Take the answer to a challenge on a user's behalf."""
    attempt = _of_pool(ctx, req["UserPoolId"], req["ClientId"], req.get("ClientMetadata"))
    return watched(ctx, attempt, req, partial(_respond, ctx, req))  # type: ignore[return-value]


def _of_pool(
    ctx: Context, pool_id: str, client_id: str, metadata: Mapping[str, str] | None, *, begins: bool = False
) -> Attempt:
    pool = own_pool(ctx, pool_id)
    found, client = client_of(ctx, client_id)
    if found.pool_id != pool.pool_id:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    now = ctx.clock.now_seconds()
    return Attempt(pool, client, now, by_administrator=True, begins=begins, metadata=metadata)


def _begin(ctx: Context, req: Mapping[str, Any], attempt: Attempt) -> Answer:
    flow, parameters = flows.FLOWS[req["AuthFlow"]], req.get("AuthParameters", {})
    flow.check_allowed(attempt)
    if not flow.names_nobody:
        name_given(parameters)
    for name in flow.needed:
        required(parameters, name)
    if not flow.names_nobody:
        check_secret_hash(ctx, attempt.client, parameters["USERNAME"], parameters.get("SECRET_HASH"))
        _bring_along(ctx, attempt, parameters)
    return _gone_on(ctx, attempt, flow.begin(ctx, attempt, parameters, req.get("Session")))


def _bring_along(ctx: Context, attempt: Attempt, parameters: Parameters) -> None:
    """Have a user who lived elsewhere made here, where the pool's function knows the name and the password."""
    password = parameters.get("PASSWORD")
    if password and function_of(attempt.pool, user_migration.NAME):
        place = Place(attempt.pool, attempt.client, attempt.metadata)
        migration.bring(ctx, place, "UserMigration_Authentication", parameters["USERNAME"], password)


def _respond(ctx: Context, req: Mapping[str, Any], attempt: Attempt) -> Answer:
    responses = req.get("ChallengeResponses", {})
    name = name_given(responses)
    challenge = CHALLENGES.get(req["ChallengeName"])
    if challenge is None:
        raise invalid()
    challenge.check_complete(responses)
    check_secret_hash(ctx, attempt.client, name, responses.get("SECRET_HASH"))
    return _gone_on(ctx, attempt, challenge.answer(ctx, attempt, responses, req.get("Session")))


def _gone_on(ctx: Context, attempt: Attempt, taken: Passed | Answer) -> Answer:
    return proceed(ctx, attempt, taken) if isinstance(taken, Passed) else taken
