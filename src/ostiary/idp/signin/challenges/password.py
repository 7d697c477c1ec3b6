"""A password that came as it is: whose it is, by what is kept here or, at the first sign-in, by another system."""

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_idp import NotAuthorizedException, TooManyRequestsException
from ostiary.context import Context
from ostiary.idp.factors import passwords
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Attempt, Person, wrong_password
from ostiary.store.idp.users import User


def proven(ctx: Context, attempt: Attempt, person: Person, password: str, *, hidden: bool) -> User:
    """Return the user whose password it is; where the client must not learn who exists (`hidden`), for as much work.

    Raises NotAuthorizedException and counts the failure, or TooManyRequestsException where nobody could check it.
    """
    lockout.check(ctx, person.failures)
    pool, user = attempt.pool, person.user
    if passwords.password_matches(ctx, pool, user, password) and user is not None:
        return user
    try:
        captured = foreign_passwords.capture(ctx, pool, user, person.subject, password, hidden=hidden)
    except foreign_passwords.SilentPoolError:
        raise _unchecked(hidden=hidden) from None
    if captured is None:
        raise wrong_password(ctx, attempt, person)
    return captured


def _unchecked(*, hidden: bool) -> ServiceError:
    """Return what a client hears of a password that nobody could check: no failure is counted."""
    if hidden:
        return NotAuthorizedException("Incorrect username or password.")
    return TooManyRequestsException("The password cannot be checked at the moment. Try again later.")
