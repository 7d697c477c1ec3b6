"""A sign-in under way: what is known of it, the sealed session between its steps, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ostiary.aws.types.cognito_idp import NotAuthorizedException, UserNotFoundException
from ostiary.context import Context
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp import attributes
from ostiary.idp.client_settings import validity
from ostiary.idp.clients import hides_existence
from ostiary.idp.names import find_user
from ostiary.store import groups, sign_in_failures, users
from ostiary.store.clients import AppClient
from ostiary.store.db import Tx
from ostiary.store.groups import Group
from ostiary.store.sign_in_failures import SignInFailures
from ostiary.store.spent import spend
from ostiary.store.user_pools import UserPool
from ostiary.store.users import User
from ostiary.tokens import issue
from ostiary.tokens.issue import Lifetimes

Parameters = dict[str, str]
Answer = dict[str, Any]
_PURPOSE = "sign-in-session"
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where somebody signs in: a pool, through one of its clients."""

    pool: UserPool
    client: AppClient

    @property
    def session_seconds(self) -> int:
        """How long a challenge may wait for its answer."""
        minutes: int = self.client.configuration.get("AuthSessionValidity", 3)
        return minutes * _MINUTE

    @property
    def lifetimes(self) -> Lifetimes:
        """How long the client's tokens live."""
        settings = self.client.configuration
        return Lifetimes(
            access=validity(settings, "AccessToken"),
            id=validity(settings, "IdToken"),
            refresh=validity(settings, "RefreshToken"),
            revocable=settings.get("EnableTokenRevocation", True),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A user with what a sign-in needs to know of them."""

    user: User
    failures: SignInFailures
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True)
class SessionState:
    """What a `Session` string says: which challenge of which user at which client waits, until when (PWD-11)."""

    session_id: str
    pool_id: str
    client_id: str
    sub: str
    challenge: str
    expires_at: int


def person_named(tx: Tx, attempt: Attempt, name: str) -> Person | None:
    """Return the user whom a name means."""
    user = find_user(tx, attempt.pool, name)
    return None if user is None else _person(tx, user)


def person_of(tx: Tx, pool_id: str, sub: str) -> Person | None:
    """Return the user of a sub."""
    user = users.find(tx, pool_id, sub)
    return None if user is None else _person(tx, user)


def unknown_user(attempt: Attempt) -> NotAuthorizedException | UserNotFoundException:
    """Return what a client hears of a user who does not exist (ENU-01)."""
    if hides_existence(attempt.client):
        return NotAuthorizedException("Incorrect username or password.")
    return UserNotFoundException("User does not exist.")


def new_session(ctx: Context, attempt: Attempt, user: User, challenge: str) -> str:
    """Return a session string that waits for the answer to `challenge`."""
    state = SessionState(
        session_id=ctx.random.uuid(),
        pool_id=attempt.pool.pool_id,
        client_id=attempt.client.client_id,
        sub=user.sub,
        challenge=challenge,
        expires_at=ctx.clock.now_seconds() + attempt.session_seconds,
    )
    return ctx.keyring.seal_token(msgspec.msgpack.encode(state), _PURPOSE)


def open_session(ctx: Context, attempt: Attempt, session: str | None, challenge: str) -> SessionState:
    """Return what a session string says; raises NotAuthorizedException unless it waits for this challenge here."""
    try:
        state = msgspec.msgpack.decode(ctx.keyring.open_token(session or "", _PURPOSE), type=SessionState)
    except (SealBrokenError, msgspec.DecodeError):
        raise NotAuthorizedException("Invalid session for the user.") from None
    here = (attempt.pool.pool_id, attempt.client.client_id, challenge)
    if (state.pool_id, state.client_id, state.challenge) != here:
        raise NotAuthorizedException("Invalid session for the user.")
    if state.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Invalid session for the user, session is expired.")
    return state


def spend_session(tx: Tx, state: SessionState) -> None:
    """Use the session up; raises NotAuthorizedException when it was used before."""
    spend_once(tx, state.pool_id, (state.session_id, state.expires_at))


def spend_once(tx: Tx, pool_id: str, once: tuple[str, int]) -> None:
    """Use up what has this id and expiry; raises NotAuthorizedException when it was used before."""
    if not spend(tx, pool_id, *once):
        raise NotAuthorizedException("Invalid session for the user, session can only be used once.")


def complete(ctx: Context, attempt: Attempt, person: Person, once: tuple[str, int] | None = None) -> Answer:
    """End the sign-in with tokens; `once` is the id and expiry of what it used up, in the same transaction."""
    token = issue.begin(ctx, person.user, attempt.client.client_id, attempt.lifetimes)
    with ctx.store.write() as tx:
        if once is not None:
            spend_once(tx, person.user.pool_id, once)
        issue.remember(tx, token)
        if person.failures.failures:
            sign_in_failures.clear(tx, person.user.pool_id, person.user.sub)
    result = issue.tokens(
        ctx,
        token,
        person.user,
        attributes=attributes.readable(attempt.client, person.user.attributes),
        groups=person.groups,
        lifetimes=attempt.lifetimes,
    )
    result["RefreshToken"] = issue.refresh_token(ctx, token)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def _person(tx: Tx, user: User) -> Person:
    failures = sign_in_failures.find(tx, user.pool_id, user.sub)
    return Person(user, failures, groups.groups_of(tx, user.pool_id, user.sub))
