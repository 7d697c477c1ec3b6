"""Whether a pool keeps track of its users' sessions, how many each has, and how long clients share a sign-in."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    ClientSSOSessionConfigType,
    GetUserPoolClientSessionConfigurationRequest,
    GetUserPoolClientSessionConfigurationResponse,
    GetUserPoolSessionConfigurationRequest,
    GetUserPoolSessionConfigurationResponse,
    InvalidParameterException,
    SetUserPoolClientSessionConfigurationRequest,
    SetUserPoolClientSessionConfigurationResponse,
    SetUserPoolSessionConfigurationRequest,
    SetUserPoolSessionConfigurationResponse,
)
from ostiary.context import Context
from ostiary.idp import plans
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_client, write_pool
from ostiary.idp.tokens.session_tracking import configuration, is_tracking
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.user_pools import SessionConfiguration

KIND = "client_session_configuration"
DEFAULT_MINUTES = 60


@operation("cognito-idp", resource=POOL_ARN)
def get_user_pool_session_configuration(
    ctx: Context, req: GetUserPoolSessionConfigurationRequest
) -> GetUserPoolSessionConfigurationResponse:
    """Return how a pool keeps track of sessions."""
    with ctx.store.read() as tx:
        pool = fresh_pool(ctx, tx, req["UserPoolId"])
    return {"UserPoolId": pool.pool_id, **configuration(pool)}


@operation("cognito-idp", resource=POOL_ARN)
def set_user_pool_session_configuration(
    ctx: Context, req: SetUserPoolSessionConfigurationRequest
) -> SetUserPoolSessionConfigurationResponse:
    """Replace how a pool keeps track of sessions. Sign-ins from before it did are not among them."""
    settings: SessionConfiguration = {
        "UserSessionTracking": req["UserSessionTracking"],
        "TokenSession": req["TokenSession"],
    }
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        plans.check_has_sessions(pool.configuration)
        write_pool(ctx, tx, pool, {**pool.configuration, "SessionConfiguration": settings})
    return {"UserPoolId": pool.pool_id, **settings}


@operation("cognito-idp", resource=POOL_ARN)
def get_user_pool_client_session_configuration(
    ctx: Context, req: GetUserPoolClientSessionConfigurationRequest
) -> GetUserPoolClientSessionConfigurationResponse:
    """Return how long a client lets people in who signed in at another one."""
    with ctx.store.read() as tx:
        pool, client = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        found = pool_parts.find(tx, pool.pool_id, KIND, client.client_id)
    kept: ClientSSOSessionConfigType = {"MaxValidityMinutes": DEFAULT_MINUTES}
    if found is not None:
        kept = found.configuration  # type: ignore[assignment]
    return {"UserPoolId": pool.pool_id, "ClientId": client.client_id, "SSOSession": kept}


@operation("cognito-idp", resource=POOL_ARN)
def set_user_pool_client_session_configuration(
    ctx: Context, req: SetUserPoolClientSessionConfigurationRequest
) -> SetUserPoolClientSessionConfigurationResponse:
    """Replace how long a client lets people in who signed in at another one; the pool must keep track of sessions."""
    with ctx.store.write() as tx:
        pool, client = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        plans.check_has_sessions(pool.configuration)
        if not is_tracking(pool):
            raise InvalidParameterException("User session tracking is not enabled for the user pool.")
        now = ctx.clock.now_seconds()
        pool_parts.put(tx, Part(pool.pool_id, KIND, client.client_id, {**req["SSOSession"]}, now, now))
    return {"UserPoolId": pool.pool_id, "ClientId": client.client_id, "SSOSession": req["SSOSession"]}
