"""What a signed-in user does with their own account; the access token says whose it is."""

from typing import Literal

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    DeleteUserAttributesRequest,
    DeleteUserAttributesResponse,
    DeleteUserRequest,
    GetUserAttributeVerificationCodeRequest,
    GetUserAttributeVerificationCodeResponse,
    GetUserRequest,
    GetUserResponse,
    InvalidParameterException,
    UpdateUserAttributesRequest,
    UpdateUserAttributesResponse,
    UserNotFoundException,
    VerifyUserAttributeRequest,
    VerifyUserAttributeResponse,
)
from ostiary.context import Context
from ostiary.idp.access import locked_again, signed_in
from ostiary.idp.account import email_reverts
from ostiary.idp.directory import attributes
from ostiary.idp.directory.attribute_changes import change, worded_change
from ostiary.idp.factors import second_factors
from ostiary.idp.messages import codes
from ostiary.idp.messages.texts import wording
from ostiary.store.idp import users
from ostiary.triggers.event import occasion_of


@operation("cognito-idp")
def get_user(ctx: Context, req: GetUserRequest) -> GetUserResponse:
    """Return the user with the attributes that the client may read (ATT-01)."""
    _, client, user = signed_in(ctx, req["AccessToken"])
    shown = attributes.readable(client, user.attributes)
    return {"Username": user.username, "UserAttributes": attributes.listed(user, shown), **second_factors.shown(user)}  # type: ignore[typeddict-item]


@operation("cognito-idp")
def delete_user(ctx: Context, req: DeleteUserRequest) -> None:
    """Delete the user; every token of theirs is dead (TOK-12)."""
    _, _, user = signed_in(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        if not users.delete(tx, user.pool_id, user.sub):
            raise UserNotFoundException("User does not exist.")


@operation("cognito-idp")
def update_user_attributes(ctx: Context, req: UpdateUserAttributesRequest) -> UpdateUserAttributesResponse:
    """Set attributes; a changed address that the pool verifies gets a code (ATT-03)."""
    pool, client, user = signed_in(ctx, req["AccessToken"])
    attributes.check_writable(client, (attribute["Name"] for attribute in req["UserAttributes"]))
    written = attributes.parsed(pool, req["UserAttributes"])
    worded = worded_change(ctx, occasion_of(pool, user, client.client_id, req.get("ClientMetadata")), user, written)
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        after, sent = change(tx, ctx, pool, user, written, worded=worded)
        second_factors.check_kept(pool, user, after)
        email_reverts.offer(tx, ctx, pool, user, after)
    return {"CodeDeliveryDetailsList": sent}


@operation("cognito-idp")
def delete_user_attributes(ctx: Context, req: DeleteUserAttributesRequest) -> DeleteUserAttributesResponse:
    """Delete attributes."""
    pool, client, user = signed_in(ctx, req["AccessToken"])
    attributes.check_writable(client, req["UserAttributeNames"])
    deleted = attributes.parsed(pool, [{"Name": name} for name in req["UserAttributeNames"]])
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        after, _ = change(tx, ctx, pool, user, deleted)
        second_factors.check_kept(pool, user, after)
        email_reverts.offer(tx, ctx, pool, user, after)
    return {}


@operation("cognito-idp")
def get_user_attribute_verification_code(
    ctx: Context, req: GetUserAttributeVerificationCodeRequest
) -> GetUserAttributeVerificationCodeResponse:
    """Send a code that proves the user's e-mail address or phone number."""
    pool, client, user = signed_in(ctx, req["AccessToken"])
    attribute = _verifiable(req["AttributeName"])
    purpose = codes.verification_of(attribute)
    if attribute not in user.attributes:
        raise InvalidParameterException(f"The user has no {attribute}.")
    occasion = occasion_of(pool, user, client.client_id, req.get("ClientMetadata"))
    worded = wording(ctx, "VerifyUserAttribute", occasion, [attribute])
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        if attribute not in user.attributes:
            raise InvalidParameterException(f"The user has no {attribute}.")
        codes.check_requests(tx, ctx, pool, user.sub, purpose)
        details = codes.issue(tx, ctx, pool, user, purpose, attribute=attribute, wording=worded)
    return {"CodeDeliveryDetails": details}


@operation("cognito-idp")
def verify_user_attribute(ctx: Context, req: VerifyUserAttributeRequest) -> VerifyUserAttributeResponse:
    """Prove an address with the code that was sent to it; a pending address takes effect by that (ATT-03)."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    purpose = codes.verification_of(_verifiable(req["AttributeName"]))
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        tried = codes.try_code(tx, ctx, pool, user.sub, purpose, digits=req["Code"])
        if tried.outcome == "redeemed":
            after = {**user.attributes, tried.attribute: tried.address}
            after[attributes.verified_flag(tried.attribute)] = "true"
            changed = attributes.write(tx, pool, user, after, ctx.clock.now_seconds())
            email_reverts.offer(tx, ctx, pool, user, changed)
    codes.refuse(tried.outcome)
    return {}


def _verifiable(name: str) -> Literal["email", "phone_number"]:
    if name == "email":
        return "email"
    if name == "phone_number":
        return "phone_number"
    raise InvalidParameterException("Only email and phone_number can be verified.")
