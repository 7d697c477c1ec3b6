"""What a user must do after the password was right, and who may not go on: one table, in order."""

from collections.abc import Callable

from ostiary.aws.types.cognito_idp import (
    NotAuthorizedException,
    PasswordResetRequiredException,
    UserNotConfirmedException,
)
from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Person, complete, spend_once
from ostiary.idp.signin.challenges import new_password_required
from ostiary.store.users import User

Step = Callable[[Context, Attempt, Person], Answer]

STEPS: dict[str, Step] = {"FORCE_CHANGE_PASSWORD": new_password_required.ask}
"""The challenge that a user of this status must pass before tokens."""


def check_status(ctx: Context, user: User) -> None:
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


def proceed(ctx: Context, attempt: Attempt, person: Person, once: tuple[str, int] | None = None) -> Answer:
    """Ask what the user must still do, or end the sign-in with tokens."""
    step = STEPS.get(person.user.status)
    if step is None:
        return complete(ctx, attempt, person, once)
    if once is not None:
        with ctx.store.write() as tx:
            spend_once(tx, person.user.pool_id, once)
    return step(ctx, attempt, person)
