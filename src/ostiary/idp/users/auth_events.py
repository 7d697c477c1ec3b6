"""What administrators and people say of authentication events."""

import msgspec

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminListUserAuthEventsRequest,
    AdminListUserAuthEventsResponse,
    AdminUpdateAuthEventFeedbackRequest,
    AdminUpdateAuthEventFeedbackResponse,
    NotAuthorizedException,
    UpdateAuthEventFeedbackRequest,
    UpdateAuthEventFeedbackResponse,
)
from ostiary.context import Context
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp.access import POOL_ARN, own_pool, pool_of
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.list_pages import listed
from ostiary.idp.threats.auth_events import FEEDBACK_PURPOSE, say, shown
from ostiary.idp.threats.enforcement import check_protected
from ostiary.store.idp import auth_events


@operation("cognito-idp", resource=POOL_ARN)
def admin_list_user_auth_events(ctx: Context, req: AdminListUserAuthEventsRequest) -> AdminListUserAuthEventsResponse:
    """List what a user did, newest first."""
    pool = own_pool(ctx, req["UserPoolId"])
    check_protected(pool)
    with ctx.store.read() as tx:
        user = known_user(tx, pool, req["Username"])
    found, following = listed(
        ctx,
        req,
        f"AdminListUserAuthEvents {pool.pool_id} {user.sub}",
        read=lambda tx, after, limit: auth_events.page(tx, pool.pool_id, user.sub, after, limit),
        key=lambda event: event.event_key,
    )
    return {"AuthEvents": [shown(event) for event in found], **following}


@operation("cognito-idp", resource=POOL_ARN)
def admin_update_auth_event_feedback(
    ctx: Context, req: AdminUpdateAuthEventFeedbackRequest
) -> AdminUpdateAuthEventFeedbackResponse:
    """Say for a user whether an event was theirs."""
    pool = own_pool(ctx, req["UserPoolId"])
    check_protected(pool)
    with ctx.store.write() as tx:
        user = known_user(tx, pool, req["Username"])
        say(tx, ctx, pool, user, req["EventId"], value=req["FeedbackValue"], provider="Admin")
    return {}


@operation("cognito-idp")
def update_auth_event_feedback(ctx: Context, req: UpdateAuthEventFeedbackRequest) -> UpdateAuthEventFeedbackResponse:
    """Say whether an event was one's own, with the token of the message that told of it."""
    pool = pool_of(ctx, req["UserPoolId"])
    check_protected(pool)
    try:
        sealed = msgspec.json.decode(ctx.keyring.open_token(req["FeedbackToken"], FEEDBACK_PURPOSE), type=list[str])
    except (SealBrokenError, msgspec.DecodeError):
        raise NotAuthorizedException("Invalid feedback token.") from None
    with ctx.store.write() as tx:
        user = known_user(tx, pool, req["Username"])
        if sealed != [pool.pool_id, user.sub, req["EventId"]]:
            raise NotAuthorizedException("Invalid feedback token.")
        say(tx, ctx, pool, user, req["EventId"], value=req["FeedbackValue"], provider="User")
    return {}
