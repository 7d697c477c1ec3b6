"""NEW_PASSWORD_REQUIRED: a temporary password is replaced by one that only the user knows (reference 11.5)."""

import dataclasses
import json

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.idp import attributes, codes, passwords
from ostiary.idp.signin.attempt import (
    Answer,
    Attempt,
    Parameters,
    Person,
    complete,
    new_session,
    open_session,
    person_of,
    spend_session,
)

NAME = "NEW_PASSWORD_REQUIRED"
_ATTRIBUTE = "userAttributes."


def ask(ctx: Context, attempt: Attempt, person: Person) -> Answer:
    """Return the challenge."""
    user = person.user
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, user, NAME),
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps([f"{_ATTRIBUTE}{name}" for name in _missing(attempt, user.attributes)]),
            "userAttributes": json.dumps(user.attributes),
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Answer:
    """Set the new password and the attributes that come with it, and end the sign-in."""
    state = open_session(ctx, attempt, session, NAME)
    password = responses.get("NEW_PASSWORD")
    if password is None:
        raise InvalidParameterException("Missing required parameter NEW_PASSWORD")
    with ctx.store.read() as tx:
        person = person_of(tx, state.pool_id, state.sub)
    if person is None or person.user.status != "FORCE_CHANGE_PASSWORD":
        raise NotAuthorizedException("Invalid session for the user.")
    passwords.check_policy(attempt.pool, password)
    given = {key.removeprefix(_ATTRIBUTE): value for key, value in responses.items() if key.startswith(_ATTRIBUTE)}
    after = _with_given(attempt, person, given)
    verifier = passwords.new_verifier(ctx, attempt.pool, person.user.username, password)
    with ctx.store.write() as tx:
        spend_session(tx, state)
        codes.forget(tx, attempt.pool, state.sub, codes.RESET)
        user = attributes.write(
            tx,
            attempt.pool,
            person.user,
            after,
            ctx.clock.now_seconds(),
            status="CONFIRMED",
            sealed_verifier=verifier,
            temporary_password_expires_at=None,
        )
    return complete(ctx, attempt, dataclasses.replace(person, user=user))


def _with_given(attempt: Attempt, person: Person, given: dict[str, str]) -> dict[str, str]:
    """Return the user's attributes with those given: only ones that had no value (ATT-01)."""
    current = person.user.attributes
    attributes.check_writable(attempt.client, given)
    for name in given:
        if name in current:
            raise NotAuthorizedException(f"Cannot modify an already provided {name}")
    written = attributes.parsed(attempt.pool, [{"Name": name, "Value": value} for name, value in given.items()])
    after = attributes.merged(current, written)
    missing = _missing(attempt, after)
    if missing:
        raise InvalidParameterException(f"Invalid attributes given, {missing[0]} is missing")
    return after


def _missing(attempt: Attempt, current: dict[str, str]) -> list[str]:
    return [
        attribute["Name"]
        for attribute in attempt.pool.configuration["SchemaAttributes"]
        if attribute.get("Required") and attribute["Name"] != "sub" and not current.get(attribute["Name"])
    ]
