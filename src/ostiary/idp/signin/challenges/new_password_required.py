"""NEW_PASSWORD_REQUIRED: a temporary password is replaced by the user's own (behaviour/user-pools.md 11.5)."""

import hashlib
import json

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.directory import attributes
from ostiary.idp.factors import passwords, second_factors
from ostiary.idp.messages import codes
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import (
    Passed,
    Progress,
    SessionState,
    asked_user,
    invalid,
    new_session,
    open_session,
)
from ostiary.idp.threats.enforcement import refuse_leaked
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.users import User

NAME = "NEW_PASSWORD_REQUIRED"
_ATTRIBUTE = "userAttributes."


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    user = person.known()
    required = [f"{_ATTRIBUTE}{name}" for name in attributes.missing(attempt.pool, user.attributes)]
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, user.sub, NAME, progress, session_id=_id_of_password(user)),
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(required),
            "userAttributes": json.dumps(user.attributes),
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Set the new password and the attributes that come with it.

    A password or attributes that are refused leave the session good for another try.
    """
    state = open_session(ctx, attempt, session, NAME)
    password = responses["NEW_PASSWORD"]
    with ctx.store.read() as tx:
        user = _who_was_asked(tx, attempt, responses["USERNAME"], state)
    passwords.check_policy(attempt.pool, password)
    refuse_leaked(ctx, attempt.pool, attempt.client.client_id, "PASSWORD_CHANGE", password)
    given = {key.removeprefix(_ATTRIBUTE): value for key, value in responses.items() if key.startswith(_ATTRIBUTE)}
    _with_given(attempt, user, given)
    passwords.check_history(ctx, attempt.pool, user, password)
    verifier = passwords.new_verifier(ctx, attempt.pool, user.username, password)

    def change(tx: Tx) -> User:
        current = users.lock(tx, user)
        if current is None:
            raise invalid()
        codes.forget(tx, attempt.pool, current.sub, codes.RESET)
        passwords.remember(tx, ctx, attempt.pool, current)
        return attributes.write(
            tx,
            attempt.pool,
            current,
            _with_given(attempt, current, given),
            ctx.clock.now_seconds(),
            status="CONFIRMED",
            factors=second_factors.beside(attempt.pool, current, given),
            sealed_verifier=verifier,
            temporary_password_expires_at=None,
        )

    return Passed(user, state.progress.with_passed(NAME), state.once, change)


def _id_of_password(user: User) -> str:
    """Return what ties a session to the temporary password: that one is replaced once, whatever sessions it opened."""
    return hashlib.sha256(user.sealed_verifier or b"").hexdigest()


def _who_was_asked(tx: Tx, attempt: Attempt, name: str, state: SessionState) -> User:
    """Return the user of the session, whom the answer must name too (PWD-10, PWD-11, MFA-05)."""
    user = asked_user(tx, attempt, state, name)
    if user.status != "FORCE_CHANGE_PASSWORD" or state.session_id != _id_of_password(user):
        raise invalid()
    return user


def _with_given(attempt: Attempt, user: User, given: dict[str, str]) -> dict[str, str]:
    """Return the user's attributes with those given: only ones that had no value (ATT-01)."""
    attributes.check_writable(attempt.client, given)
    for name in given:
        if name in user.attributes:
            raise NotAuthorizedException(f"Cannot modify an already provided {name}")
    written = attributes.parsed(attempt.pool, [{"Name": name, "Value": value} for name, value in given.items()])
    after = attributes.merged(user.attributes, written)
    missing = attributes.missing(attempt.pool, after)
    if missing:
        raise InvalidParameterException(f"Invalid attributes given, {missing[0]} is missing")
    return after


CHALLENGE = Challenge(
    name=NAME, ask=ask, answer=answer, needed=("NEW_PASSWORD",), source="TokenGeneration_NewPasswordChallenge"
)
