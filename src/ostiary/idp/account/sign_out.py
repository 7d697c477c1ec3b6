"""Signing out: one refresh token, or all of a user's."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminUserGlobalSignOutRequest,
    AdminUserGlobalSignOutResponse,
    GlobalSignOutRequest,
    GlobalSignOutResponse,
    RevokeTokenRequest,
    RevokeTokenResponse,
    UnauthorizedException,
    UnsupportedOperationException,
    UnsupportedTokenTypeException,
)
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.idp.access import POOL_ARN, client_of, own_pool, signed_in_or_not
from ostiary.idp.clients.client_secrets import check_secret
from ostiary.idp.directory.lookup import known_user
from ostiary.store.idp import token_families
from ostiary.tokens.refresh import opened
from ostiary.tokens.revoke import sign_out_everywhere


@operation("cognito-idp")
def revoke_token(ctx: Context, req: RevokeTokenRequest) -> RevokeTokenResponse:
    """End the sign-in that a refresh token belongs to; others of the same user go on."""
    _, client = client_of(ctx, req["ClientId"])
    check_secret(ctx, client, req.get("ClientSecret"), UnauthorizedException)
    if not client.configuration.get("EnableTokenRevocation", True):
        raise UnsupportedOperationException("Token revocation is not enabled for the client.")
    token = opened(ctx.keyring, req["Token"])
    if token is None:
        _refuse_other_tokens(req["Token"])
        return {}
    if token.client_id != client.client_id:
        raise UnauthorizedException("Token was not issued to this client.")
    with ctx.store.write() as tx:
        token_families.revoke(tx, token.pool_id, token.origin_jti)
    return {}


@operation("cognito-idp")
def global_sign_out(ctx: Context, req: GlobalSignOutRequest) -> GlobalSignOutResponse:
    """End every sign-in of the user whose access token this is."""
    _, _, user = signed_in_or_not(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        sign_out_everywhere(tx, ctx, user)
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_user_global_sign_out(ctx: Context, req: AdminUserGlobalSignOutRequest) -> AdminUserGlobalSignOutResponse:
    """End every sign-in of a user."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        sign_out_everywhere(tx, ctx, known_user(tx, pool, req["Username"]))
    return {}


def _refuse_other_tokens(text: str) -> None:
    try:
        jws.unverified(text)
    except jws.JwsError:
        return
    raise UnsupportedTokenTypeException("Only refresh tokens can be revoked.")
