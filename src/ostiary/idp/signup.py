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
    UsernameExistsException,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp import attributes, codes, factors, names, passwords
from ostiary.idp.clients import check_secret_hash, client_of, hides_existence
from ostiary.idp.pools import POOL_ARN, own_pool
from ostiary.idp.signin import auto_sign_in
from ostiary.idp.signin.attempt import Attempt
from ostiary.idp.strangers import simulated_delivery, stranger
from ostiary.idp.users import find_user, locked_user
from ostiary.store import users
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.user_pools import UserPool
from ostiary.store.users import User


# -- signing up ------------------------------------------------------------------------------------------------------
@operation("cognito-idp")
def sign_up(ctx: Context, req: SignUpRequest) -> SignUpResponse:
    """Create an unconfirmed user and send the code that confirms it."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    if pool.configuration["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
        raise NotAuthorizedException("SignUp is not permitted for this user pool")
    given = {attribute["Name"]: "" for attribute in req.get("UserAttributes", [])}
    attributes.check_writable(client, given)
    values = initial_attributes(pool, req["Username"], attributes.parsed(pool, req.get("UserAttributes", [])))
    attributes.check_required(pool, values)
    if "preferred_username" in names.alias_attributes(pool) and "preferred_username" in values:
        raise InvalidParameterException("preferred_username can only be set after the user is confirmed.")
    password = req.get("Password")
    if password is not None:
        passwords.check_policy(pool, password)
    elif not factors.signs_in_without_password(pool):
        raise InvalidParameterException("Password is required")
    values = attributes.merged({}, values)
    user = new_user(ctx, pool, req["Username"], values, status="UNCONFIRMED", password=password)
    with ctx.store.write() as tx:
        insert(tx, pool, user, already="User already exists")
        details = _send_code(tx, ctx, pool, user, "CustomMessage_SignUp")
    answer: SignUpResponse = {"UserConfirmed": False, "UserSub": user.sub}
    if details is not None:
        answer["CodeDeliveryDetails"] = details
    attempt = Attempt(pool, client, user.created_at)
    if auto_sign_in.offers(attempt):
        answer["Session"] = auto_sign_in.signed_up(ctx, attempt, user)
    return answer


def initial_attributes(pool: UserPool, username: str, values: dict[str, str]) -> dict[str, str]:
    """Return a new user's attributes with what the user name adds; raises InvalidParameterException."""
    _check_name(pool, username)
    values = {name: value for name, value in values.items() if value}
    attribute = names.attribute_of(pool, username) if names.username_attributes(pool) else None
    if attribute is not None:
        from_name = attributes.parsed(pool, [{"Name": attribute, "Value": username}])
        if values.get(attribute, from_name[attribute]) != from_name[attribute]:
            raise InvalidParameterException(f"The {attribute} must be the user name.")
        values = {**from_name, **values}
    return values


def _check_name(pool: UserPool, username: str) -> None:
    wanted = names.username_attributes(pool)
    if wanted and names.attribute_of(pool, username) is None:
        kinds = {"email": "an email", "phone_number": "a phone number"}
        kind = kinds[wanted[0]] if len(wanted) == 1 else "either an email or a phone number"
        raise InvalidParameterException(f"Username should be {kind}.")
    for alias, shape in (("email", "email"), ("phone_number", "phone number")):
        if alias in names.alias_attributes(pool) and names.attribute_of(pool, username) == alias:
            raise InvalidParameterException(
                f"Username cannot be of {shape} format, since user pool is configured for {shape} alias."
            )


def new_user(
    ctx: Context, pool: UserPool, username: str, values: dict[str, str], *, status: str, password: str | None
) -> User:
    """Return a user to insert, with a new sub; where an address is the user name, the sub is the name that is kept.

    Without a password it is one who signs in by codes.
    """
    sub = ctx.random.uuid()
    name = sub if names.username_attributes(pool) else names.shown(pool, username)
    now = ctx.clock.now_seconds()
    return User(
        pool_id=pool.pool_id,
        sub=sub,
        username=name,
        status=status,
        enabled=True,
        attributes=values,
        sealed_verifier=None if password is None else passwords.new_verifier(ctx, pool, name, password),
        temporary_password_expires_at=None,
        tokens_valid_after=0,
        created_at=now,
        modified_at=now,
    )


def insert(tx: Tx, pool: UserPool, user: User, *, already: str, force: bool = False) -> None:
    """Insert a new user with the aliases the attributes are; raises UsernameExistsException (ATT-06)."""
    if names.is_sub(user.username) and users.find(tx, pool.pool_id, user.username) is not None:
        raise UsernameExistsException(already)  # the name would be mistaken for another user's sub
    try:
        users.create(tx, user, names.user_key(pool, user.username))
    except AlreadyExists as error:
        raise UsernameExistsException(already) from error
    try:
        attributes.claim_aliases(tx, pool, user, force=force)
    except AliasExistsException as error:
        raise UsernameExistsException(error.message) from error


def _send_code(tx: Tx, ctx: Context, pool: UserPool, user: User, trigger_source: str) -> CodeDeliveryDetailsType | None:
    attribute = auto_verified(pool, user)
    if attribute is None:
        return None
    return codes.issue(tx, ctx, pool, user, codes.SIGN_UP, attribute=attribute, trigger_source=trigger_source)


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
    with ctx.store.write() as tx:
        user = users.lock(tx, find_user(tx, pool, req["Username"]))
        if user is None and not hides_existence(client):
            raise UserNotFoundException("Username/client id combination not found.")
        if user is not None:
            _check_unconfirmed(user)
            auto_sign_in.check(ctx, attempt, user, req.get("Session"))
        sub = stranger(ctx, pool, req["Username"]) if user is None else user.sub
        tried = codes.try_code(tx, ctx, pool, sub, codes.SIGN_UP, digits=req["ConfirmationCode"])
        if tried.outcome == "redeemed" and user is not None:
            _confirm(tx, ctx, pool, user, tried.proven(user), force=req.get("ForceAliasCreation", False))
    codes.refuse(tried.outcome)
    if user is None or not auto_sign_in.offers(attempt):
        return {}
    return {"Session": auto_sign_in.confirmed(ctx, attempt, user, tried.attribute)}


def _confirm(tx: Tx, ctx: Context, pool: UserPool, user: User, values: dict[str, str], *, force: bool = False) -> None:
    codes.forget(tx, pool, user.sub, codes.SIGN_UP)
    attributes.write(tx, pool, user, values, ctx.clock.now_seconds(), force=force, status="CONFIRMED")


def _check_unconfirmed(user: User) -> None:
    if user.status != "UNCONFIRMED":
        raise NotAuthorizedException(f"User cannot be confirmed. Current status is {user.status}")


@operation("cognito-idp")
def resend_confirmation_code(ctx: Context, req: ResendConfirmationCodeRequest) -> ResendConfirmationCodeResponse:
    """Send a new code to an unconfirmed user; the old one is dead then."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    with ctx.store.write() as tx:
        user = users.lock(tx, find_user(tx, pool, req["Username"]))
        if user is None:
            if not hides_existence(client):
                raise UserNotFoundException("Username/client id combination not found.")
            return {"CodeDeliveryDetails": simulated_delivery(tx, ctx, pool, req["Username"], codes.SIGN_UP)}
        if user.status != "UNCONFIRMED":
            raise InvalidParameterException("User is already confirmed.")
        codes.check_requests(tx, ctx, pool, user.sub, codes.SIGN_UP)
        details = _send_code(tx, ctx, pool, user, "CustomMessage_ResendCode")
        if details is None:
            raise InvalidParameterException("Cannot resend codes. Auto verification not turned on.")
    return {"CodeDeliveryDetails": details}


@operation("cognito-idp", resource=POOL_ARN)
def admin_confirm_sign_up(ctx: Context, req: AdminConfirmSignUpRequest) -> AdminConfirmSignUpResponse:
    """Confirm a user without a code; the verified flags stay as they are."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        _check_unconfirmed(user)
        try:
            _confirm(tx, ctx, pool, user, user.attributes)
        except AliasExistsException as error:
            raise InvalidParameterException(error.message) from error
    return {}
