"""A sign-in under way: what is known of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    ResourceNotFoundException,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp.access import hides_existence
from ostiary.idp.directory.absent_users import stranger
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.factors.devices import tracks_devices
from ostiary.idp.signin import lockout
from ostiary.store.db import Tx
from ostiary.store.idp import sign_in_failures
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.sign_in_failures import SignInFailures
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.store.spent import spend
from ostiary.triggers import pre_authentication
from ostiary.triggers.event import Occasion, occasion_of

Parameters = dict[str, str]
Answer = dict[str, Any]
Once = tuple[str, int]
"""The id and the expiry (epoch seconds) of something that can be used once."""
LONGEST_NAME = 2048
"""Characters of the longest name of a user: an alias may be as long as an attribute."""
_MINUTE = 60
_LONGEST_DEVICE_KEY = 55


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where somebody signs in, a pool through one of its clients, and when: `at` is before anything was read.

    `by_administrator` where the application's server signs users in: it is not the user's device. `metadata` is the
    ClientMetadata that functions get; that of the request that `begins` a sign-in goes only where AWS passes it on.
    `is_risky` says whether threat protection wants a second factor of a user; None where it never does. `on_password`
    hears of a user whose password was right, before anything is asked of them; it may refuse to go on.
    """

    pool: UserPool
    client: AppClient
    at: int
    by_administrator: bool = False
    begins: bool = False
    metadata: Mapping[str, str] | None = None
    is_risky: Callable[[User], bool] | None = None
    on_password: Callable[[User], None] | None = None

    @property
    def session_seconds(self) -> int:
        """How long a challenge may wait for its answer."""
        minutes: int = self.client.configuration.get("AuthSessionValidity", 3)
        return minutes * _MINUTE

    def occasion(self, user: User) -> Occasion:
        """Return what functions are told of a user who signs in here."""
        return occasion_of(self.pool, user, self.client.client_id, None if self.begins else self.metadata)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a name means. `user` is None for a stranger; `subject` is where failures are counted, for both."""

    name: str
    subject: str
    user: User | None
    failures: SignInFailures

    def known(self) -> User:
        """Return the user; a stranger never comes so far."""
        if self.user is None:
            raise NotAuthorizedException("Incorrect username or password.")
        return self.user


def required(parameters: Parameters, name: str) -> str:
    """Return a parameter; raises InvalidParameterException when it is missing."""
    if not parameters.get(name):
        raise InvalidParameterException(f"Missing required parameter {name}")
    return parameters[name]


def name_given(parameters: Parameters) -> str:
    """Return USERNAME; raises InvalidParameterException when it is missing, or longer than any name."""
    name = required(parameters, "USERNAME")
    if len(name) > LONGEST_NAME:
        constraint = f"Member must have length less than or equal to {LONGEST_NAME}"
        text = f"1 validation error detected: Value at 'username' failed to satisfy constraint: {constraint}"
        raise InvalidParameterException(text)
    return name


def device_given(attempt: Attempt, parameters: Parameters) -> str:
    """Return which device a client says it is; empty where it says nothing, or where devices count for nothing.

    Raises ResourceNotFoundException for what no device is called.
    """
    key = parameters.get("DEVICE_KEY", "")
    if attempt.by_administrator or not tracks_devices(attempt.pool):
        return ""
    if len(key) > _LONGEST_DEVICE_KEY:
        raise ResourceNotFoundException("Device does not exist.")
    return key


def person_named(ctx: Context, attempt: Attempt, name: str, *, hidden: bool = False) -> Person:
    """Return whom a name means, once the pool's function lets them try who begin; a sub is a name to administrators.

    Raises UserNotFoundException for nobody, unless the client, or a flow that never tells (`hidden`), must not let
    that be noticed (ENU-01).
    """
    hidden = hidden or hides_existence(attempt.client)
    person = _named(ctx, attempt, name)
    if person.user is None and not hidden:
        raise UserNotFoundException("User does not exist.")
    if attempt.begins:
        _ask_before(ctx, attempt, person, hidden=hidden)
    return person


def _named(ctx: Context, attempt: Attempt, name: str) -> Person:
    with ctx.store.read() as tx:
        user = find_user(tx, attempt.pool, name, by_sub=attempt.by_administrator)
        subject = stranger(ctx, attempt.pool, name)
        if user is not None:
            subject = user.sub
        return Person(name, subject, user, sign_in_failures.find(tx, attempt.pool.pool_id, subject))


def _ask_before(ctx: Context, attempt: Attempt, person: Person, *, hidden: bool) -> None:
    """Have PreAuthentication refuse the sign-in; it is told of strangers only where clients must not notice them."""
    occasion = Occasion(attempt.pool, person.name, {}, attempt.client.client_id, user_not_found=True)
    if person.user is not None:
        occasion = replace(attempt.occasion(person.user), user_not_found=False if hidden else None)
    pre_authentication.allow(ctx, occasion, attempt.metadata)


def wrong_password(ctx: Context, attempt: Attempt, person: Person, once: Once | None = None) -> NotAuthorizedException:
    """Count a failed try, and use up `once`; return what the client hears. It is the same for a stranger (ENU-04)."""
    pool_id = attempt.pool.pool_id
    with ctx.store.write() as tx:
        if once is None or spend(tx, pool_id, *once):
            lockout.count(tx, ctx, pool_id, person.subject)
    return NotAuthorizedException("Incorrect username or password.")


def spend_once(tx: Tx, pool_id: str, once: Once) -> None:
    """Use something up; raises NotAuthorizedException when it was used before."""
    if not spend(tx, pool_id, *once):
        raise NotAuthorizedException("Invalid session for the user, session can only be used once.")
