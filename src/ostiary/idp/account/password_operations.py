"""Setting, changing and recovering passwords."""

from typing import Any, Literal

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminResetUserPasswordRequest,
    AdminResetUserPasswordResponse,
    AdminSetUserPasswordRequest,
    AdminSetUserPasswordResponse,
    AliasExistsException,
    ChangePasswordRequest,
    ChangePasswordResponse,
    ConfirmForgotPasswordRequest,
    ConfirmForgotPasswordResponse,
    ForgotPasswordRequest,
    ForgotPasswordResponse,
    InvalidParameterException,
    LimitExceededException,
    NotAuthorizedException,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.access import POOL_ARN, client_of, hides_existence, own_pool, signed_in
from ostiary.idp.clients.client_secrets import check_secret_hash
from ostiary.idp.directory import attributes, migration
from ostiary.idp.directory.absent_users import simulated_delivery, stranger
from ostiary.idp.directory.lookup import find_user, known_user, locked_user
from ostiary.idp.directory.migration import Place
from ostiary.idp.factors import passwords, second_factors
from ostiary.idp.messages import codes
from ostiary.idp.messages.texts import Wording, wording
from ostiary.idp.threats import auth_events
from ostiary.idp.threats.enforcement import refuse_leaked, refuse_leaked_anywhere
from ostiary.store.db import Tx
from ostiary.store.idp import codes as attempts
from ostiary.store.idp import users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens.revoke import sign_out_everywhere
from ostiary.triggers import post_confirmation
from ostiary.triggers.event import occasion_of

_RECOVERY = {"verified_email": "email", "verified_phone_number": "phone_number"}
_CHANGES_PER_HOUR = 5


@operation("cognito-idp", resource=POOL_ARN)
def admin_set_user_password(ctx: Context, req: AdminSetUserPasswordRequest) -> AdminSetUserPasswordResponse:
    """Set a user's password: for good, or until the user chooses another at the next sign-in."""
    pool = own_pool(ctx, req["UserPoolId"])
    passwords.check_policy(pool, req["Password"])
    refuse_leaked_anywhere(ctx, req["Password"])
    with ctx.store.read() as tx:
        known = known_user(tx, pool, req["Username"])
    name = known.username
    passwords.check_history(ctx, pool, known, req["Password"])
    verifier = passwords.new_verifier(ctx, pool, name, req["Password"])
    now = ctx.clock.now_seconds()
    permanent = req.get("Permanent", False)
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        if user.username != name:
            raise UserNotFoundException("User does not exist.")
        codes.forget(tx, pool, user.sub, codes.RESET)
        changes: dict[str, Any] = {
            "status": "CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD",
            "sealed_verifier": verifier,
            "temporary_password_expires_at": None if permanent else passwords.temporary_until(pool, now),
        }
        passwords.remember(tx, ctx, pool, user)
        try:
            attributes.write(tx, pool, user, user.attributes, now, **changes)
        except AliasExistsException as error:
            raise InvalidParameterException(error.message) from error
        _end_sessions(tx, ctx, pool, user)
    return {}


@operation("cognito-idp")
def change_password(ctx: Context, req: ChangePasswordRequest) -> ChangePasswordResponse:
    """Replace the password of the user whose access token this is."""
    pool, client, user = signed_in(ctx, req["AccessToken"])
    passwords.check_policy(pool, req["ProposedPassword"])
    refuse_leaked(ctx, pool, client.client_id, "PASSWORD_CHANGE", req["ProposedPassword"])
    _count_change(ctx, user)
    if user.sealed_verifier is not None and not passwords.password_matches(
        ctx, pool, user, req.get("PreviousPassword", "")
    ):
        raise NotAuthorizedException("Incorrect username or password.")
    passwords.check_history(ctx, pool, user, req["ProposedPassword"])
    verifier = passwords.new_verifier(ctx, pool, user.username, req["ProposedPassword"])
    with ctx.store.write() as tx:
        current = users.lock(tx, user)
        if current is None or current.sealed_verifier != user.sealed_verifier:
            raise NotAuthorizedException("Incorrect username or password.")
        codes.forget(tx, pool, user.sub, codes.RESET)
        passwords.remember(tx, ctx, pool, current)
        users.update(tx, current, sealed_verifier=verifier, modified_at=ctx.clock.now_seconds())
        _end_sessions(tx, ctx, pool, current)
        auth_events.happened(tx, ctx, pool, user, event_type="PasswordChange", client=client, req={})
    return {}


def _end_sessions(tx: Tx, ctx: Context, pool: UserPool, user: User) -> None:
    """End every sign-in of a user whose password changed, where the pool wants that."""
    if switches.ends_sessions(ctx, pool):
        sign_out_everywhere(tx, ctx, user)


def _count_change(ctx: Context, user: User) -> None:
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        limits = {"limit": _CHANGES_PER_HOUR, "window": codes.HOUR, "now": now}
        allowed = attempts.spend(tx, user.pool_id, user.sub, "change_password", **limits)
    if not allowed:
        raise LimitExceededException("Attempt limit exceeded, please try after some time.")


# -- a password that was forgotten -----------------------------------------------------------------------------------
@operation("cognito-idp")
def forgot_password(ctx: Context, req: ForgotPasswordRequest) -> ForgotPasswordResponse:
    """Send a code that sets a new password."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    place = Place(pool, client, req.get("ClientMetadata"))
    migration.bring(ctx, place, "UserMigration_ForgotPassword", req["Username"])
    worded = _worded(ctx, place, req["Username"])
    with ctx.store.write() as tx:
        user = users.lock_or_pretend(tx, pool.pool_id, find_user(tx, pool, req["Username"]))
        if hides_existence(client) and (user is None or not _is_recoverable(pool, user)):
            return {"CodeDeliveryDetails": simulated_delivery(tx, ctx, pool, req["Username"], codes.RESET)}
        if user is None or worded is None:
            raise UserNotFoundException("Username/client id combination not found.")
        attribute = _recovery_attribute(pool, user)
        codes.check_requests(tx, ctx, pool, user.sub, codes.RESET)
        details = codes.issue(tx, ctx, pool, user, codes.RESET, attribute=attribute, wording=worded)
    return {"CodeDeliveryDetails": details}


def _worded(ctx: Context, place: Place, name: str) -> Wording | None:
    """Return how the code is told, if there is a user who can be told it."""
    with ctx.store.read() as tx:
        user = find_user(tx, place.pool, name)
    if user is None:
        return None
    occasion = occasion_of(place.pool, user, place.client_id, place.metadata)
    if not _is_recoverable(place.pool, user):
        return Wording("ForgotPassword", occasion)
    return wording(ctx, "ForgotPassword", occasion, [_recovery_attribute(place.pool, user)])


def _is_recoverable(pool: UserPool, user: User) -> bool:
    try:
        _recovery_attribute(pool, user)
    except (NotAuthorizedException, InvalidParameterException):
        return False
    return True


def _recovery_attribute(pool: UserPool, user: User) -> Literal["email", "phone_number"]:
    """Return where the code goes: the first of the pool's recovery mechanisms that the user has, verified."""
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if user.status in {"FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"}:
        raise NotAuthorizedException("User password cannot be reset in the current state.")
    options = pool.configuration["AccountRecoverySetting"].get("RecoveryMechanisms", [])
    mechanisms = [option["Name"] for option in sorted(options, key=lambda option: int(option["Priority"]))]
    if mechanisms == ["admin_only"]:
        raise NotAuthorizedException("Contact administrator to reset password.")
    for mechanism in mechanisms or ("verified_phone_number", "verified_email"):
        name = _RECOVERY.get(mechanism, "")
        if attributes.is_verified(user, name) and not second_factors.is_second_channel(pool, user, name):
            return "email" if name == "email" else "phone_number"
    raise InvalidParameterException(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )


@operation("cognito-idp")
def confirm_forgot_password(ctx: Context, req: ConfirmForgotPasswordRequest) -> ConfirmForgotPasswordResponse:
    """Set a new password with the code; it does not sign in by itself (PWD-09). Every sign-in of before ends."""
    pool, client = client_of(ctx, req["ClientId"])
    check_secret_hash(ctx, client, req["Username"], req.get("SecretHash"))
    passwords.check_policy(pool, req["Password"])
    refuse_leaked(ctx, pool, client.client_id, "PASSWORD_CHANGE", req["Password"])
    with ctx.store.read() as tx:
        known = find_user(tx, pool, req["Username"])
    name = "" if known is None else known.username
    verifier = passwords.new_verifier(ctx, pool, name, req["Password"])
    hidden = hides_existence(client)
    with ctx.store.write() as tx:
        user = users.lock_or_pretend(tx, pool.pool_id, find_user(tx, pool, req["Username"]))
        if user is not None and (user.username != name or (hidden and not _is_recoverable(pool, user))):
            user = None
        if user is None and not hidden:
            raise UserNotFoundException("Username/client id combination not found.")
        if user is not None and not user.enabled:
            raise NotAuthorizedException("User is disabled.")
        sub = stranger(ctx, pool, req["Username"]) if user is None else user.sub
        tried = codes.try_code(tx, ctx, pool, sub, codes.RESET, digits=req["ConfirmationCode"])
        if tried.outcome == "redeemed" and user is not None:
            # Only who has the code may learn that a password was used before; the code stays good for another one.
            passwords.check_history(ctx, pool, user, req["Password"], tx=tx)
            passwords.remember(tx, ctx, pool, user)
            user = _recover(tx, ctx, pool, user, verified=tried.proven(user), verifier=verifier)
            auth_events.happened(tx, ctx, pool, user, event_type="ForgotPassword", client=client, req=req)
    codes.refuse(tried.outcome)
    if user is not None:
        occasion = occasion_of(pool, user, client.client_id, req.get("ClientMetadata"))
        post_confirmation.tell(ctx, "PostConfirmation_ConfirmForgotPassword", occasion)
    return {}


def _recover(tx: Tx, ctx: Context, pool: UserPool, user: User, *, verified: dict[str, str], verifier: bytes) -> User:
    """Set the password; the address is proven too, unless it has become another user's alias meanwhile."""
    if not attributes.are_free(tx, pool, user, verified):
        verified = user.attributes
    # Somebody may be in who knew the old password, and is the reason for a new one.
    sign_out_everywhere(tx, ctx, user)
    return attributes.write(
        tx,
        pool,
        user,
        verified,
        ctx.clock.now_seconds(),
        status="CONFIRMED",
        sealed_verifier=verifier,
        temporary_password_expires_at=None,
    )


@operation("cognito-idp", resource=POOL_ARN)
def admin_reset_user_password(ctx: Context, req: AdminResetUserPasswordRequest) -> AdminResetUserPasswordResponse:
    """Make a user's password unusable and send the code that sets a new one."""
    pool = own_pool(ctx, req["UserPoolId"])
    worded = _worded(ctx, Place(pool, metadata=req.get("ClientMetadata")), req["Username"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        attribute = _recovery_attribute(pool, user)
        codes.check_requests(tx, ctx, pool, user.sub, codes.RESET)
        user = users.update(tx, user, status="RESET_REQUIRED", modified_at=ctx.clock.now_seconds())
        if worded is not None:
            codes.issue(tx, ctx, pool, user, codes.RESET, attribute=attribute, wording=worded)
    return {}
