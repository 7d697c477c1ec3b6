"""Signing up and confirming."""

from typing import Literal

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminConfirmSignUpRequest,
    AdminConfirmSignUpResponse,
    AliasExistsException,
    CodeDeliveryDetailsType,
    ConfirmSignUpRequest,
    ConfirmSignUpResponse,
    InvalidParameterException,
    NotAuthorizedException,
    ResendConfirmationCodeRequest,
    ResendConfirmationCodeResponse,
    SignUpRequest,
    SignUpResponse,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, client_of, hides_existence, own_pool
from ostiary.idp.account.confirmation import _check_unconfirmed, _confirm, _try_confirm
from ostiary.idp.clients.client_secrets import check_secret_hash
from ostiary.idp.directory import attributes, names
from ostiary.idp.directory.absent_users import simulated_delivery
from ostiary.idp.directory.lookup import find_user, locked_user
from ostiary.idp.directory.new_users import check_free, initial_attributes, insert, new_user, pairs
from ostiary.idp.factors import passwords, second_factors
from ostiary.idp.messages import codes, confirmation_links
from ostiary.idp.messages.texts import Wording, wording
from ostiary.idp.signin import auto_sign_in
from ostiary.idp.signin.attempt import Attempt
from ostiary.idp.threats import auth_events
from ostiary.idp.threats.enforcement import refuse_leaked
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers import post_confirmation, pre_sign_up
from ostiary.triggers.custom_message import Source
from ostiary.triggers.event import Occasion, occasion_of

_NO_CODES = "Cannot resend codes. Auto verification not turned on."


# -- signing up ------------------------------------------------------------------------------------------------------
@operation("cognito-idp")
def sign_up(ctx: Context, req: SignUpRequest) -> SignUpResponse:
    """Create an unconfirmed user and send the code that confirms it."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    if pool.configuration["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
        raise NotAuthorizedException("SignUp is not permitted for this user pool")
    given = {attribute["Name"]: "" for attribute in req.get("UserAttributes", [])}
    attributes.check_not_sub(given)
    attributes.check_writable(client, given)
    values = initial_attributes(pool, req["Username"], attributes.parsed(pool, req.get("UserAttributes", [])))
    attributes.check_required(pool, values)
    if "preferred_username" in names.alias_attributes(pool) and "preferred_username" in values:
        raise InvalidParameterException("preferred_username can only be set after the user is confirmed.")
    password = req.get("Password")
    if password is not None:
        passwords.check_policy(pool, password)
        refuse_leaked(ctx, pool, client.client_id, "SIGN_UP", password)
    elif not second_factors.signs_in_without_password(pool):
        raise InvalidParameterException("Password is required")
    metadata = req.get("ClientMetadata")
    occasion = Occasion(pool, req["Username"], values, client.client_id, metadata)
    check_free(ctx, pool, req["Username"], "User already exists")
    decision = pre_sign_up.decide(ctx, "PreSignUp_SignUp", occasion, pairs(req.get("ValidationData", [])))
    values = attributes.merged({}, values) | {attributes.verified_flag(name): "true" for name in decision.verified}
    status = "CONFIRMED" if decision.confirmed else "UNCONFIRMED"
    user = new_user(ctx, pool, req["Username"], values, status=status, password=password)
    occasion = occasion_of(pool, user, client.client_id, metadata)
    worded = None if decision.confirmed else _worded(ctx, "SignUp", occasion, user)
    with ctx.store.write() as tx:
        insert(tx, pool, user, already="User already exists", force=bool(decision.verified))
        details = _send_code(tx, ctx, pool, user, worded)
        auth_events.happened(tx, ctx, pool, user, event_type="SignUp", client=client, req=req)
    if decision.confirmed:
        post_confirmation.tell(ctx, "PostConfirmation_ConfirmSignUp", occasion)
    answer: SignUpResponse = {"UserConfirmed": decision.confirmed, "UserSub": user.sub}
    if details is not None:
        answer["CodeDeliveryDetails"] = details
    attempt = Attempt(pool, client, user.created_at)
    if auto_sign_in.offers(attempt):
        answer["Session"] = auto_sign_in.signed_up(ctx, attempt, user)
    return answer


def _worded(ctx: Context, source: Source, occasion: Occasion, user: User) -> Wording | None:
    attribute = auto_verified(occasion.pool, user)
    if attribute is None:
        return None
    page = confirmation_links.page_of(ctx, occasion.pool) if attribute == "email" else ""
    return wording(ctx, source, occasion, [attribute], page=page)


def _send_code(
    tx: Tx, ctx: Context, pool: UserPool, user: User, worded: Wording | None
) -> CodeDeliveryDetailsType | None:
    attribute = auto_verified(pool, user)
    if attribute is None or worded is None:
        return None
    return codes.issue(tx, ctx, pool, user, codes.SIGN_UP, attribute=attribute, wording=worded)


def auto_verified(pool: UserPool, user: User) -> Literal["email", "phone_number"] | None:
    """Return where a new user's code goes: the phone number where both could get one, None where none can."""
    verified = pool.configuration.get("AutoVerifiedAttributes", [])
    if "phone_number" in verified and "phone_number" in user.attributes:
        return "phone_number"
    return "email" if "email" in verified and "email" in user.attributes else None


# -- confirming ------------------------------------------------------------------------------------------------------
@operation("cognito-idp")
def confirm_sign_up(ctx: Context, req: ConfirmSignUpRequest) -> ConfirmSignUpResponse:
    """Confirm a user with the code they were sent; one of concurrent uses of a code wins."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    attempt = Attempt(pool, client, ctx.clock.now_seconds())

    def check(user: User) -> None:
        auto_sign_in.check(ctx, attempt, user, req.get("Session"))

    code, force = req["ConfirmationCode"], req.get("ForceAliasCreation", False)
    user, proven = _try_confirm(ctx, pool, client, req["Username"], code, check=check, force=force)
    if user is None:
        return {}
    occasion = occasion_of(pool, user, client.client_id, req.get("ClientMetadata"))
    post_confirmation.tell(ctx, "PostConfirmation_ConfirmSignUp", occasion)
    if not auto_sign_in.offers(attempt):
        return {}
    return {"Session": auto_sign_in.confirmed(ctx, attempt, user, proven)}


@operation("cognito-idp")
def resend_confirmation_code(ctx: Context, req: ResendConfirmationCodeRequest) -> ResendConfirmationCodeResponse:
    """Send a new code to an unconfirmed user; the old one is dead then."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    worded = _resent(ctx, pool, client, req)
    with ctx.store.write() as tx:
        user = users.lock_or_pretend(tx, pool.pool_id, find_user(tx, pool, req["Username"]))
        if user is None:
            if not hides_existence(client):
                raise UserNotFoundException("Username/client id combination not found.")
            if not pool.configuration.get("AutoVerifiedAttributes"):
                raise InvalidParameterException(_NO_CODES)
            return {"CodeDeliveryDetails": simulated_delivery(tx, ctx, pool, req["Username"], codes.SIGN_UP)}
        if user.status != "UNCONFIRMED":
            raise InvalidParameterException("User is already confirmed.")
        codes.check_requests(tx, ctx, pool, user.sub, codes.SIGN_UP)
        details = _send_code(tx, ctx, pool, user, worded)
        if details is None:
            raise InvalidParameterException(_NO_CODES)
    return {"CodeDeliveryDetails": details}


def _resent(ctx: Context, pool: UserPool, client: AppClient, req: ResendConfirmationCodeRequest) -> Wording | None:
    """Return how the code is told, if there is an unconfirmed user to tell it to."""
    with ctx.store.read() as tx:
        user = find_user(tx, pool, req["Username"])
    if user is None or user.status != "UNCONFIRMED":
        return None
    occasion = occasion_of(pool, user, client.client_id, req.get("ClientMetadata"))
    return _worded(ctx, "ResendCode", occasion, user)


@operation("cognito-idp", resource=POOL_ARN)
def admin_confirm_sign_up(ctx: Context, req: AdminConfirmSignUpRequest) -> AdminConfirmSignUpResponse:
    """Confirm a user without a code; the verified flags stay as they are."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        _check_unconfirmed(user)
        try:
            user = _confirm(tx, ctx, pool, user, user.attributes)
        except AliasExistsException as error:
            raise InvalidParameterException(error.message) from error
    occasion = occasion_of(pool, user, metadata=req.get("ClientMetadata"))
    post_confirmation.tell(ctx, "PostConfirmation_ConfirmSignUp", occasion)
    return {}
