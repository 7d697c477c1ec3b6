"""Users' sessions: where somebody is signed in, and ending one of them (behaviour/additions.md 3.3, 3.4)."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminListUserSessionsRequest,
    AdminListUserSessionsResponse,
    AdminRevokeUserSessionRequest,
    AdminRevokeUserSessionResponse,
    InvalidParameterException,
    ListUserSessionsRequest,
    ListUserSessionsResponse,
    ResourceNotFoundException,
    RevokeUserSessionRequest,
    RevokeUserSessionResponse,
    SessionDescriptionType,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool, session_of
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.tokens.session_tracking import UNKNOWN, is_tracking
from ostiary.store.db import Tx
from ostiary.store.idp import token_families
from ostiary.store.idp.token_families import TokenFamily
from ostiary.store.idp.user_pools import UserPool


@operation("cognito-idp")
def list_user_sessions(ctx: Context, req: ListUserSessionsRequest) -> ListUserSessionsResponse:
    """List where the user is signed in, at every client of the pool, the session used last first."""
    _check_first_page(req.get("NextToken"))
    claims, pool, user = session_of(ctx, req["AccessToken"])
    with ctx.store.read() as tx:
        found = _sessions(tx, ctx, pool, user.sub)
    return {"Sessions": [_described(family, claims.get("origin_jti")) for family in found]}


@operation("cognito-idp", resource=POOL_ARN)
def admin_list_user_sessions(ctx: Context, req: AdminListUserSessionsRequest) -> AdminListUserSessionsResponse:
    """List where a user is signed in; no session is the current one."""
    _check_first_page(req.get("NextToken"))
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        found = _sessions(tx, ctx, pool, known_user(tx, pool, req["Username"]).sub)
    return {"Sessions": [_described(family, None) for family in found]}


@operation("cognito-idp")
def revoke_user_session(ctx: Context, req: RevokeUserSessionRequest) -> RevokeUserSessionResponse:
    """End another session of the user whose access token this is."""
    claims, pool, user = session_of(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        family = _session(tx, ctx, pool, user.sub, req["SessionId"])
        if family.origin_jti == claims.get("origin_jti"):
            raise InvalidParameterException("The current session cannot be revoked.")
        token_families.revoke(tx, pool.pool_id, family.origin_jti)
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_revoke_user_session(ctx: Context, req: AdminRevokeUserSessionRequest) -> AdminRevokeUserSessionResponse:
    """End a session of the user who is named."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = known_user(tx, pool, req["Username"])
        token_families.revoke(tx, pool.pool_id, _session(tx, ctx, pool, user.sub, req["SessionId"]).origin_jti)
    return {}


def _check_first_page(token: str | None) -> None:
    """Refuse a token: all sessions are on one page, so none was ever given out."""
    if token is not None:
        raise InvalidParameterException("Invalid pagination token.")


def _sessions(tx: Tx, ctx: Context, pool: UserPool, sub: str) -> list[TokenFamily]:
    return token_families.tracked(tx, pool.pool_id, sub, ctx.clock.now_seconds()) if is_tracking(pool) else []


def _session(tx: Tx, ctx: Context, pool: UserPool, sub: str, session_id: str) -> TokenFamily:
    """Return one of a user's sessions; raises ResourceNotFoundException."""
    for family in _sessions(tx, ctx, pool, sub):
        if family.session.session_id == session_id:
            return family
    raise ResourceNotFoundException(f"Session {session_id} does not exist.")


def _described(family: TokenFamily, current: str | None) -> SessionDescriptionType:
    session = family.session
    return {
        "SessionId": session.session_id,
        "SessionType": "TOKEN",
        "ClientId": family.client_id,
        "CreateDate": session.began_at / 1000,
        "LastActiveDate": session.active_at / 1000,
        "DeviceType": session.device_type,
        "LastIPAddress": session.last_ip,
        "LastLocation": {"Country": UNKNOWN},
        "IsCurrentSession": family.origin_jti == current,
    }
