"""What the challenges have in common that send a code and wait for it."""

from dataclasses import dataclass, replace
from functools import partial

from ostiary.aws.types.cognito_idp import AliasExistsException
from ostiary.context import Context
from ostiary.idp.directory import attributes
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.directory.stranger_ids import is_stranger
from ostiary.idp.factors import second_factors
from ostiary.idp.messages.codes import Attribute, Tried
from ostiary.idp.signin import one_time_codes
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.session import Passed, Progress, SessionState, asked_user, invalid, new_session, open_session
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.users import User


@dataclass(frozen=True, slots=True)
class SentCode:
    """A challenge by a code to `attribute`, which comes back as `member` of the responses."""

    name: str
    attribute: Attribute
    member: str

    def ask(self, ctx: Context, attempt: Attempt, person: Person, progress: Progress, *, address: str = "") -> Answer:
        """Send a code and return the challenge; `address` is one that the user has just given."""
        session_id = ctx.random.uuid()
        parameters = one_time_codes.send(ctx, attempt, person, self.attribute, session_id, recipient=address)
        if person.user is not None and progress.passed:
            parameters["USER_ID_FOR_SRP"] = person.user.username
        session = new_session(ctx, attempt, person.subject, self.name, progress, session_id=session_id, memo=address)
        return {"ChallengeName": self.name, "Session": session, "ChallengeParameters": parameters}

    def answer(self, ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
        """Take the code; the address that it went to is the user's, so it is verified from now on."""
        state = open_session(ctx, attempt, session, self.name)
        digits = responses[self.member]
        user = self._user(ctx, attempt, state, responses["USERNAME"])
        tried = one_time_codes.check(ctx, attempt, state, self.attribute, digits)
        if user is None:
            raise invalid()
        change = partial(_enrol if state.memo else _prove, ctx, attempt, user, tried)
        is_news = state.memo or tried.proven(user) != user.attributes
        return Passed(user, state.progress.with_passed(self.name), state.once, change if is_news else None)

    @staticmethod
    def _user(ctx: Context, attempt: Attempt, state: SessionState, name: str) -> User | None:
        with ctx.store.read() as tx:
            if is_stranger(state.sub):
                find_user(tx, attempt.pool, name)  # for as much work
                return None
            return asked_user(tx, attempt, state, name)


def _prove(ctx: Context, attempt: Attempt, user: User, tried: Tried, tx: Tx) -> User:
    """Write that the user's address is theirs, unless it has become another user's alias meanwhile."""
    current = _locked(tx, user)
    known = tried.proven(current)
    if not attributes.are_free(tx, attempt.pool, current, known):
        known = current.attributes
    return attributes.write(tx, attempt.pool, current, known, ctx.clock.now_seconds())


def _enrol(ctx: Context, attempt: Attempt, user: User, tried: Tried, tx: Tx) -> User:
    """Write that an address that was given on the way is the user's, and their second factor: one who has none yet."""
    current = _locked(tx, user)
    if not second_factors.has_none(attempt.pool, current):
        raise invalid()
    known = tried.proven(replace(current, attributes={**current.attributes, tried.attribute: tried.address}))
    if not attributes.are_free(tx, attempt.pool, current, known):
        raise AliasExistsException(f"An account with the given {tried.attribute} already exists.")
    chosen = second_factors.turned_on(current.factors, second_factors.EMAIL)
    return attributes.write(tx, attempt.pool, current, known, ctx.clock.now_seconds(), factors=chosen)


def _locked(tx: Tx, user: User) -> User:
    current = users.lock(tx, user)
    if current is None:
        raise invalid()
    return current
