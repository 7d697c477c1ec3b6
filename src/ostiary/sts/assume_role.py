"""AssumeRole and its kin, as operations."""

from ostiary.aws.errors import AccessDeniedError, ServiceError, ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.sts import (
    AssumeRoleRequest,
    AssumeRoleResponse,
    AssumeRoleWithWebIdentityRequest,
    AssumeRoleWithWebIdentityResponse,
    ExpiredTokenException,
    IDPCommunicationErrorException,
    InvalidIdentityTokenException,
)
from ostiary.context import Context
from ostiary.federation.providers import verify_web_identity
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.iam import evaluate
from ostiary.iam.names import role_name_of
from ostiary.iam.principals import Caller
from ostiary.sts.callers import check_no_device
from ostiary.sts.roles import (
    NOT_TRUSTED,
    WEB_IDENTITY,
    Assumed,
    assume_with_web_identity,
    check_seconds,
    inheriting,
    may_assume,
    packed,
    role_of,
    session_of,
    wish_of,
)
from ostiary.sts.sessions import mint


@operation("sts", authorized_by_handler=True)
def assume_role(ctx: Context, req: AssumeRoleRequest) -> AssumeRoleResponse:
    """Give the caller a session of a role that trusts it; in another account its own policies must allow it."""
    wish = wish_of(req)
    principal = ctx.principal
    if principal.is_root:
        raise AccessDeniedError("Roles may not be assumed by root accounts.")
    check_no_device(req)
    role = role_of(ctx, wish.role_arn)
    wish = inheriting(ctx, wish)
    if role is None or not may_assume(ctx, role, wish, req.get("ExternalId")):
        raise AccessDeniedError(
            f"User: {principal.arn} is not authorized to perform: sts:AssumeRole on resource: {wish.role_arn}"
        )
    check_seconds(role, wish, chained=principal.type == "AssumedRole")
    session = session_of(ctx, role, wish)
    assumed = Assumed(mint(ctx.services, session), session)
    answer: AssumeRoleResponse = {"Credentials": assumed.credentials.wire(), "AssumedRoleUser": assumed.user}
    if session.source_identity:
        answer["SourceIdentity"] = session.source_identity
    return {**answer, **packed(assumed.session)}  # type: ignore[typeddict-item]


@operation("sts")
def assume_role_with_web_identity(
    ctx: Context, req: AssumeRoleWithWebIdentityRequest
) -> AssumeRoleWithWebIdentityResponse:
    """Give whoever a provider vouches for a session of a role that trusts the provider."""
    wish = wish_of(req)
    named = role_name_of(wish.role_arn)
    if named is None:
        raise ValidationError(f"{wish.role_arn} is invalid")

    def check_trust(federated: str) -> None:
        role, caller = role_of(ctx, wish.role_arn), Caller(federated=federated)
        if role is None or not evaluate.may_trust(role.trust_policy, caller, WEB_IDENTITY):
            raise AccessDeniedError(NOT_TRUSTED)

    token, provider_id = req["WebIdentityToken"], req.get("ProviderId")
    try:
        identity = verify_web_identity(ctx, named[0], token, provider_id, check_trust)
    except InvalidTokenError as error:
        raise _refusal(error, ctx.clock.now_seconds()) from None
    assumed = assume_with_web_identity(ctx, wish, identity)
    answer: AssumeRoleWithWebIdentityResponse = {
        "Credentials": assumed.credentials.wire(),
        "SubjectFromWebIdentityToken": identity.subject,
        "AssumedRoleUser": assumed.user,
        "Provider": identity.federated,
        "Audience": identity.audience,
    }
    if assumed.session.source_identity:
        answer["SourceIdentity"] = assumed.session.source_identity
    return {**answer, **packed(assumed.session)}  # type: ignore[typeddict-item]


def _refusal(error: InvalidTokenError, now: int) -> ServiceError:
    match error.reason:
        case "expired":
            until = error.details["expires_at"]
            return ExpiredTokenException(
                f"Token expired: current date/time {now} must be before the expiration date/time {int(until)}"
            )
        case "unknown_provider":
            issuer = error.details["issuer"]
            return InvalidIdentityTokenException(f"No OpenIDConnect provider found in your account for {issuer}")
        case "audience":
            return InvalidIdentityTokenException("Incorrect token audience")
        case "unreachable":
            return IDPCommunicationErrorException("The identity provider could not be reached. Try again later.")
        case "signature":
            return InvalidIdentityTokenException(
                "Couldn't retrieve verification key from your identity provider, please reference "
                "AssumeRoleWithWebIdentity documentation for requirements"
            )
    return InvalidIdentityTokenException(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )
