"""Tokens of app clients themselves (RFC 6749 4.4; behaviour/additions.md 6)."""

from collections.abc import Sequence

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.access import pool_of
from ostiary.idp.clients.client_settings import SCOPES, validity
from ostiary.idp.clients.scopes import cached_scopes
from ostiary.idp.tokens.grants.grant import Parameters, metadata_of
from ostiary.store.idp.clients import AppClient
from ostiary.tokens import issue
from ostiary.tokens.claims import client_claims
from ostiary.tokens.issue import Issued
from ostiary.tokens.issuer import issuer
from ostiary.tokens.override import GroupOverride
from ostiary.triggers import pre_token_generation
from ostiary.triggers.event import Occasion

NAME = "client_credentials"


def grant(ctx: Context, client: AppClient, parameters: Parameters) -> Issued:
    """Return an access token of the client's own, for a `scope`, as PreTokenGeneration in its version 3 has it."""
    pool = pool_of(ctx, client.pool_id)
    scopes = _granted(ctx, client, parameters.get("scope", "").split())
    now, lifetime = ctx.clock.now_seconds(), validity(client.configuration, "AccessToken")
    occasion = Occasion(pool, client.client_id, {}, client.client_id, metadata_of(parameters))
    override = pre_token_generation.override(
        ctx, "TokenGeneration_ClientCredentials", occasion, groups=GroupOverride(), scopes=scopes
    )
    claims = client_claims(issuer(ctx.settings, pool.pool_id), client.client_id, " ".join(scopes), now)
    if override is not None:
        claims = override.of_access(claims)
    token = issue.signed(ctx, pool.pool_id, "access", claims, now + lifetime)
    return Issued(access_token=token, expires_in=lifetime, scopes=tuple(str(claims.get("scope", "")).split()))


def _granted(ctx: Context, client: AppClient, wanted: Sequence[str]) -> list[str]:
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
