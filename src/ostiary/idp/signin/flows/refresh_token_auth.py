"""REFRESH_TOKEN_AUTH: new tokens for a refresh token that is not rotated; the client hashes its owner's name."""

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.clients.client_secrets import check_secret_hash
from ostiary.idp.clients.client_settings import rotates
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters
from ostiary.idp.signin.flows.flow import Flow
from ostiary.idp.tokens.grants.refresh_token import check_device, checked, renewed
from ostiary.idp.tokens.user_tokens import result_of
from ostiary.store.idp.users import User


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, _session: str | None) -> Answer:
    """Return new ID and access tokens for a refresh token."""
    pool, client = attempt.pool, attempt.client
    if rotates(client.configuration):
        raise InvalidParameterException("REFRESH_TOKEN_AUTH is not enabled for the client.")
    signed_in = checked(ctx, client, parameters["REFRESH_TOKEN"])
    check_device(pool, signed_in.token, parameters.get("DEVICE_KEY", ""))
    _check_secret_hash(ctx, attempt, signed_in.user, parameters.get("SECRET_HASH"))
    return {"ChallengeParameters": {}, "AuthenticationResult": result_of(renewed(ctx, pool, client, signed_in, None))}


def _check_secret_hash(ctx: Context, attempt: Attempt, user: User, secret_hash: str | None) -> None:
    """Without a user name in the request, clients hash the token owner's: the user name or the sub."""
    try:
        check_secret_hash(ctx, attempt.client, user.username, secret_hash)
    except NotAuthorizedException:
        if secret_hash is None:
            raise
        check_secret_hash(ctx, attempt.client, user.sub, secret_hash)


FLOW = Flow(
    names=("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"),
    begin=begin,
    allowed_by="ALLOW_REFRESH_TOKEN_AUTH",
    by_default=True,
    needed=("REFRESH_TOKEN",),
    names_nobody=True,
)
