"""Signing in right after sign-up: who confirmed an address need not prove it again (behaviour/user-pools.md 9.9)."""

from ostiary.context import Context
from ostiary.idp.signin.attempt import Attempt, Person
from ostiary.idp.signin.session import Passed, Progress, check_alive, invalid, new_session, open_session
from ostiary.store.idp.users import User

SIGNED_UP, CONFIRMED = "SIGN_UP", "CONFIRM_SIGN_UP"
_PROVEN_BY = {"email": "EMAIL_OTP", "phone_number": "SMS_OTP"}


def offers(attempt: Attempt) -> bool:
    """Whether users of this client may sign in in the flow that this belongs to."""
    return "ALLOW_USER_AUTH" in attempt.client.configuration.get("ExplicitAuthFlows", [])


def signed_up(ctx: Context, attempt: Attempt, user: User) -> str:
    """Return the session of a new user, which ConfirmSignUp takes."""
    return new_session(ctx, attempt, user.sub, SIGNED_UP, Progress("SignUp"))


def check(ctx: Context, attempt: Attempt, user: User, session: str | None) -> None:
    """Refuse a session that was given and is not that of the user's sign-up here."""
    if session is not None and open_session(ctx, attempt, session, SIGNED_UP).sub != user.sub:
        raise invalid()


def confirmed(ctx: Context, attempt: Attempt, user: User, attribute: str) -> str:
    """Return the session of a user who has just proven an address, which InitiateAuth takes."""
    return new_session(ctx, attempt, user.sub, CONFIRMED, Progress("ConfirmSignUp"), memo=attribute)


def proven(ctx: Context, attempt: Attempt, session: str, person: Person, progress: Progress) -> Passed | None:
    """Return what somebody has passed by confirming the address; None where that counts for nothing."""
    state = open_session(ctx, attempt, session, CONFIRMED)
    if person.user is None or person.user.sub != state.sub:
        raise invalid()
    check_alive(state.began_at, person.user)
    challenge = _PROVEN_BY.get(state.memo)
    return None if challenge is None else Passed(person.user, progress.with_passed(challenge), state.once)
