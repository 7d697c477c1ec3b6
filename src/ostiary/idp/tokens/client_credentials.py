"""Tokens of app clients themselves: the client-credentials grant as an operation (behaviour/additions.md 6)."""

from collections.abc import Mapping, Sequence

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    ClientAuthenticationResultType,
    GetClientTokenRequest,
    GetClientTokenResponse,
    InvalidLambdaResponseException,
    InvalidParameterException,
    NotAuthorizedException,
    UnexpectedLambdaException,
    UserLambdaValidationException,
)
from ostiary.context import Context
from ostiary.idp.access import client_of
from ostiary.idp.clients.client_secrets import is_secret
from ostiary.idp.clients.client_settings import CLIENT_TOKEN_FLOW, SCOPES, validity
from ostiary.idp.clients.scopes import cached_scopes
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.tokens import issue
from ostiary.tokens.claims import client_claims
from ostiary.tokens.issuer import issuer
from ostiary.tokens.override import GroupOverride
from ostiary.triggers import pre_token_generation
from ostiary.triggers.event import Occasion


@operation("cognito-idp", authorized_by_handler=True, signature="ignored")
def get_client_token(ctx: Context, req: GetClientTokenRequest) -> GetClientTokenResponse:
    """Return an access token of the client's own; its secret is what authorizes it, and nothing else."""
    pool, client = client_of(ctx, req["ClientId"])
    if not is_secret(ctx, client, req["Secret"]):
        raise NotAuthorizedException(f"Unable to verify secret hash for client {client.client_id}")
    if CLIENT_TOKEN_FLOW not in client.configuration.get("ExplicitAuthFlows", []):
        raise NotAuthorizedException(f"{CLIENT_TOKEN_FLOW} is not enabled for the client.")
    scopes = granted(ctx, client, req.get("Scopes"))
    try:
        return {"ClientAuthenticationResult": client_token(ctx, pool, client, scopes, req.get("ClientMetadata"))}
    except UserLambdaValidationException as error:  # the operation declares no error of functions
        raise NotAuthorizedException(error.message) from error
    except (UnexpectedLambdaException, InvalidLambdaResponseException) as error:
        raise InvalidParameterException(error.message) from error


def granted(ctx: Context, client: AppClient, wanted: Sequence[str] | None) -> list[str]:
    """Return the custom scopes a client gets: those it wants, or else all it may have (OAU-13).

    Raises InvalidParameterException for one that no resource server of the pool has, or that the client may not have.
    """
    known = cached_scopes(ctx, client.pool_id)
    allowed = [
        scope for scope in client.configuration.get("AllowedOAuthScopes", []) if scope in known and scope not in SCOPES
    ]
    if not wanted:
        return allowed
    for scope in wanted:
        if scope not in allowed:
            raise InvalidParameterException(f"Invalid scope requested: {scope}")
    return list(dict.fromkeys(wanted))


def client_token(
    ctx: Context, pool: UserPool, client: AppClient, scopes: Sequence[str], metadata: Mapping[str, str] | None = None
) -> ClientAuthenticationResultType:
    """Return a client's access token as PreTokenGeneration, in its version 3, has it."""
    now, lifetime = ctx.clock.now_seconds(), validity(client.configuration, "AccessToken")
    occasion = Occasion(pool, client.client_id, {}, client.client_id, metadata)
    override = pre_token_generation.override(
        ctx, "TokenGeneration_ClientCredentials", occasion, groups=GroupOverride(), scopes=scopes
    )
    claims = client_claims(issuer(ctx.settings, pool.pool_id), client.client_id, " ".join(scopes), now)
    if override is not None:
        claims = override.of_access(claims)
    token = issue.signed(ctx, pool.pool_id, "access", claims, now + lifetime)
    return {"AccessToken": token, "ExpiresIn": lifetime, "TokenType": "Bearer"}
