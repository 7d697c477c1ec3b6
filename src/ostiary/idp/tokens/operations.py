"""Tokens without a person's sign-in: GetClientToken, GetDerivedToken and GetTokensFromRefreshToken."""

from collections.abc import Mapping

import msgspec

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    GetClientTokenRequest,
    GetClientTokenResponse,
    GetDerivedTokenRequest,
    GetDerivedTokenResponse,
    GetTokensFromRefreshTokenRequest,
    GetTokensFromRefreshTokenResponse,
    InvalidLambdaResponseException,
    InvalidParameterException,
    NotAuthorizedException,
    UnexpectedLambdaException,
    UserLambdaValidationException,
)
from ostiary.context import Context
from ostiary.iam.authorize import authorize
from ostiary.idp.access import POOL_ARN, client_of
from ostiary.idp.clients.client_secrets import check_secret, is_secret
from ostiary.idp.clients.client_settings import CLIENT_TOKEN_FLOW
from ostiary.idp.tokens.grants import GRANTS, client_credentials, refresh_token, token_exchange
from ostiary.idp.tokens.grants.grant import METADATA
from ostiary.idp.tokens.grants.token_exchange import TYPES
from ostiary.idp.tokens.user_tokens import result_of
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool

DELEGATION, IMPERSONATION = "ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"


@operation("cognito-idp", authorized_by_handler=True, signature="ignored")
def get_client_token(ctx: Context, req: GetClientTokenRequest) -> GetClientTokenResponse:
    """Return an access token of the client's own; its secret is what authorizes it, and nothing else."""
    _, client = client_of(ctx, req["ClientId"])
    if not is_secret(ctx, client, req["Secret"]):
        raise NotAuthorizedException(f"Unable to verify secret hash for client {client.client_id}")
    if CLIENT_TOKEN_FLOW not in client.configuration.get("ExplicitAuthFlows", []):
        raise NotAuthorizedException(f"{CLIENT_TOKEN_FLOW} is not enabled for the client.")
    parameters = {"scope": " ".join(req.get("Scopes") or []), **_metadata(req.get("ClientMetadata"))}
    try:
        issued = GRANTS[client_credentials.NAME](ctx, client, parameters)
    except UserLambdaValidationException as error:  # the operation declares no error of functions
        raise NotAuthorizedException(error.message) from error
    except (UnexpectedLambdaException, InvalidLambdaResponseException) as error:
        raise InvalidParameterException(error.message) from error
    result = {"AccessToken": issued.access_token, "ExpiresIn": issued.expires_in, "TokenType": "Bearer"}
    return {"ClientAuthenticationResult": result}  # type: ignore[typeddict-item]


@operation("cognito-idp")
def get_tokens_from_refresh_token(
    ctx: Context, req: GetTokensFromRefreshTokenRequest
) -> GetTokensFromRefreshTokenResponse:
    """Return new tokens for a refresh token; where the client rotates them, with a new refresh token."""
    _, client = client_of(ctx, req["ClientId"])
    check_secret(ctx, client, req.get("ClientSecret"))
    parameters = {"refresh_token": req["RefreshToken"], **_metadata(req.get("ClientMetadata"))}
    if "DeviceKey" in req:
        parameters["device_key"] = req["DeviceKey"]
    return {"AuthenticationResult": result_of(GRANTS[refresh_token.NAME](ctx, client, parameters))}


@operation("cognito-idp", authorized_by_handler=True, signature="help")
def get_derived_token(ctx: Context, req: GetDerivedTokenRequest) -> GetDerivedTokenResponse:
    """Return an access or ID token derived from the subject's; an actor's token makes it a delegation."""
    _check_shape(req)
    pool, client = client_of(ctx, req["ClientId"])
    _authorize(ctx, pool, client, req.get("ClientSecret"))
    flow = DELEGATION if "ActorToken" in req else IMPERSONATION
    if flow not in client.configuration.get("ExplicitAuthFlows", []):
        raise NotAuthorizedException(f"{flow} is not enabled for the client.")
    issued = GRANTS[token_exchange.NAME](ctx, client, _exchange(req))
    return {
        "IssuedToken": issued.access_token or issued.id_token,
        "IssuedTokenType": "ACCESS_TOKEN" if issued.access_token else "ID_TOKEN",
        "TokenType": "Bearer" if issued.access_token else "N_A",
        "ExpiresIn": issued.expires_in,
        "Scopes": list(issued.scopes),
    }


def _metadata(given: Mapping[str, str] | None) -> dict[str, str]:
    return {} if given is None else {METADATA: msgspec.json.encode(given).decode()}


def _check_shape(req: GetDerivedTokenRequest) -> None:
    if "ActorToken" in req and "ActorTokenType" not in req:
        raise InvalidParameterException("ActorTokenType is required with ActorToken.")
    if "ActorToken" not in req and ("ActorTokenType" in req or "ActorTokenProviderName" in req):
        raise InvalidParameterException("ActorTokenType and ActorTokenProviderName require ActorToken.")
    if req.get("Audiences") and req.get("Resources"):
        raise InvalidParameterException("Audiences and Resources cannot be given together.")
    if req.get("RequestedTokenType") == "ID_TOKEN" and (req.get("Audiences") or req.get("Resources")):
        raise InvalidParameterException("An ID token is for the client; it has no other audience.")


def _authorize(ctx: Context, pool: UserPool, client: AppClient, secret: str | None) -> None:
    """Let in who proves to be the client, or whom IAM allows: SDKs sign every call, so a signature is no choice."""
    is_administrator = bool(ctx.account) and ctx.account == pool.account_id
    if secret is not None or client.sealed_secret is None or not is_administrator:
        check_secret(ctx, client, secret)
        return
    arn = POOL_ARN.format(region=ctx.region, account=ctx.account, UserPoolId=pool.pool_id)
    authorize(ctx, "cognito-idp:GetDerivedToken", arn)


def _exchange(req: GetDerivedTokenRequest) -> dict[str, str]:
    """Return the request in the words of RFC 8693; names of providers are no part of that."""
    given = {
        "subject_token": req["SubjectToken"],
        "subject_token_type": TYPES[req["SubjectTokenType"]],
        "subject_token_provider_name": req.get("SubjectTokenProviderName"),
        "actor_token": req.get("ActorToken"),
        "actor_token_type": TYPES[req["ActorTokenType"]] if "ActorTokenType" in req else None,
        "actor_token_provider_name": req.get("ActorTokenProviderName"),
        "requested_token_type": TYPES[req.get("RequestedTokenType", "ACCESS_TOKEN")],
        "scope": " ".join(req.get("Scopes", [])),
        "audience": next(iter(req.get("Audiences", [])), None),
        "resource": next(iter(req.get("Resources", [])), None),
    }
    return {name: value for name, value in given.items() if value is not None}
