"""What a user must do after the password was right, and who may not go on: one table, in order."""

from collections.abc import Callable

from ostiary.aws.types.cognito_idp import (
    NotAuthorizedException,
    PasswordResetRequiredException,
    UserNotConfirmedException,
)
from ostiary.context import Context
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Once, complete, spend_once
from ostiary.idp.signin.challenges import new_password_required
from ostiary.store import sign_in_failures
from ostiary.store.users import User

Step = Callable[[Context, Attempt, User], Answer]

STEPS: dict[str, Step] = {"FORCE_CHANGE_PASSWORD": new_password_required.ask}
"""The challenge that a user of this status must pass before tokens."""


def proceed(ctx: Context, attempt: Attempt, user: User, once: Once | None = None) -> Answer:
    """Ask what somebody who knew the password must still do, or end the sign-in with tokens."""
    _check_status(ctx, user)
    step = STEPS.get(user.status)
    if step is None:
        return complete(ctx, attempt, user, once)
    if once is not None:
        with ctx.store.write() as tx:
            spend_once(tx, user.pool_id, once)
    with ctx.store.read() as tx:
        lockout.check(ctx, sign_in_failures.find(tx, user.pool_id, user.sub))
    return step(ctx, attempt, user)


def _check_status(ctx: Context, user: User) -> None:
    """Refuse a user who may not sign in; only somebody who knew the password gets here."""
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if user.status == "UNCONFIRMED":
        raise UserNotConfirmedException("User is not confirmed.")
    if user.status == "RESET_REQUIRED":
        raise PasswordResetRequiredException("Password reset required for the user")
    expires_at = user.temporary_password_expires_at
    if user.status == "FORCE_CHANGE_PASSWORD" and expires_at is not None and expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Temporary password has expired and must be reset by an administrator.")
