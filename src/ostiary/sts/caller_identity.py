"""What callers may ask about themselves, and sessions that they get for themselves."""

from ostiary.aws.errors import AccessDeniedError, ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.sts import (
    GetAccessKeyInfoRequest,
    GetAccessKeyInfoResponse,
    GetCallerIdentityRequest,
    GetCallerIdentityResponse,
    GetSessionTokenRequest,
    GetSessionTokenResponse,
)
from ostiary.context import Context, Session
from ostiary.iam.names import account_of
from ostiary.sts.callers import check_no_device
from ostiary.sts.sessions import mint

_SESSION_SECONDS = 43_200
_ROOT_SESSION_SECONDS = 3_600


@operation("sts", authorized_by_handler=True)
def get_caller_identity(ctx: Context, req: GetCallerIdentityRequest) -> GetCallerIdentityResponse:  # noqa: ARG001
    """Say who signed; nobody can be denied this."""
    principal = ctx.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


@operation("sts")
def get_access_key_info(ctx: Context, req: GetAccessKeyInfoRequest) -> GetAccessKeyInfoResponse:  # noqa: ARG001
    """Say which account an access key id belongs to: the id tells."""
    account_id = account_of(req["AccessKeyId"])
    if account_id is None:
        raise ValidationError("Access key ID is not valid.")
    return {"Account": account_id}


@operation("sts", authorized_by_handler=True)
def get_session_token(ctx: Context, req: GetSessionTokenRequest) -> GetSessionTokenResponse:
    """Return temporary credentials of the caller's own; only long-term keys may ask."""
    principal = ctx.principal
    if principal.session is not None:
        raise AccessDeniedError("Cannot call GetSessionToken with session credentials")
    check_no_device(req)
    now = ctx.clock.now_seconds()
    seconds = req.get("DurationSeconds", _SESSION_SECONDS)
    if principal.is_root:
        seconds = min(seconds, _ROOT_SESSION_SECONDS)
    session = Session(
        account=principal.account,
        role_name="",
        role_id=principal.user_id,
        role_path="",
        name=principal.user_name,
        issued_at=now,
        expires_at=now + seconds,
    )
    return {"Credentials": mint(ctx.services, session).wire()}
