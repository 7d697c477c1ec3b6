"""The sealed session between the steps of a sign-in: what was passed, what is waited for, and for whom (PWD-11)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp.directory.absent_users import stranger
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.directory.stranger_ids import is_stranger, neighbours
from ostiary.idp.signin.attempt import Answer, Attempt, Once, Parameters, Person, device_given, spend_once
from ostiary.store.db import Tx
from ostiary.store.idp import codes, sign_in_failures
from ostiary.store.idp.codes import Code
from ostiary.store.idp.users import User

LONGEST = 2048
"""Characters of a session string: every version of the model takes so many back, and a cookie holds them."""
_PURPOSE = "sign-in-session"
_SUBJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sign-in has come.

    `flow` is the AuthFlow that began it, `passed` the names of the challenges that were passed, in order, and
    `device_key` the device of the user that it comes from, or empty. `target` is the level that it must reach, 0 for
    none.
    """

    flow: str
    passed: tuple[str, ...] = ()
    device_key: str = ""
    target: int = 0

    def with_passed(self, challenge: str) -> "Progress":
        """Return the progress of somebody who has passed one more challenge."""
        return replace(self, passed=(*self.passed, challenge))

    def toward(self, target: int, credit: tuple[str, ...]) -> "Progress":
        """Return the progress of somebody who goes on to a level, and need not pass again what they have credit for."""
        return replace(self, passed=(*credit, *self.passed), target=target)


@dataclass(frozen=True, slots=True)
class SessionState:
    """What a `Session` string says: which challenge waits, at which client, for whom, from when and until when.

    `subject` is a user's sub or a stranger's id, padded so that the two look alike; `memo` what the challenge noted.
    Of one that would be too long to hand out, `kept_as` says where the store has the rest.
    """

    session_id: str
    pool_id: str
    client_id: str
    subject: str
    challenge: str
    progress: Progress
    memo: str
    expires_at: int
    kept_as: str = ""
    began_at: int = 0

    @property
    def sub(self) -> str:
        """Whose sign-in it is."""
        return self.subject.rstrip()

    @property
    def once(self) -> Once:
        """What is used up with the session."""
        return self.session_id, self.expires_at


@dataclass(frozen=True, slots=True)
class Passed:
    """A challenge was passed: by whom, and what must be used up and changed in the same transaction as the next step.

    `then` is the challenge that comes next, or asks it, where the user chose that.
    """

    user: User
    progress: Progress
    once: Once | None = None
    change: Callable[[Tx], User] | None = None
    then: "Ask | str | None" = None


Ask = Callable[[Context, Attempt, Person, Progress], Answer]
"""How a challenge is asked."""


def new_session(
    ctx: Context,
    attempt: Attempt,
    subject: str,
    challenge: str,
    progress: Progress,
    *,
    session_id: str = "",
    memo: str = "",
) -> str:
    """Return a session string that waits for the answer to `challenge`. Of those with one id only one can be used."""
    now = ctx.clock.now_seconds()
    return _sealed(
        ctx,
        SessionState(
            session_id=session_id or ctx.random.uuid(),
            pool_id=attempt.pool.pool_id,
            client_id=attempt.client.client_id,
            subject=subject.ljust(_SUBJECT_LENGTH),
            challenge=challenge,
            progress=progress,
            memo=memo,
            expires_at=now + attempt.session_seconds,
            began_at=now,
        ),
    )


def renewed(ctx: Context, state: SessionState, memo: str) -> str:
    """Return a session of its own for the same challenge, that ends when this one does and says `memo`."""
    return _sealed(ctx, replace(state, session_id=ctx.random.uuid(), memo=memo))


def _sealed(ctx: Context, state: SessionState) -> str:
    text = ctx.keyring.seal_token(msgspec.msgpack.encode(state), _PURPOSE)
    if len(text) <= LONGEST:
        return text
    name = f"session {hashlib.sha256(text.encode()).hexdigest()}"
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        codes.sweep(tx, state.pool_id, neighbours(state.sub), now)
        codes.put(tx, Code(state.pool_id, state.sub, name, "", text, now, state.expires_at))
    return _sealed(ctx, replace(state, progress=Progress(""), memo="", kept_as=name))


def _unsealed(ctx: Context, session: str) -> SessionState:
    try:
        state = msgspec.msgpack.decode(ctx.keyring.open_token(session, _PURPOSE), type=SessionState)
    except (SealBrokenError, msgspec.DecodeError):
        raise invalid() from None
    if not state.kept_as:
        return state
    with ctx.store.read() as tx:
        kept = codes.find(tx, state.pool_id, state.sub, state.kept_as)
    if kept is None and state.expires_at > ctx.clock.now():
        raise invalid()  # the user was deleted
    return state if kept is None else _unsealed(ctx, kept.destination)


def opened(ctx: Context, session: str | None, challenge: str) -> SessionState:
    """Return what a session string says; raises NotAuthorizedException unless it waits for this challenge."""
    state = _unsealed(ctx, session or "")
    if state.challenge != challenge:
        raise invalid()
    if state.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Invalid session for the user, session is expired.")
    return state


def open_session(ctx: Context, attempt: Attempt, session: str | None, challenge: str) -> SessionState:
    """Return what a session string says; raises NotAuthorizedException unless it waits for this challenge here."""
    state = opened(ctx, session, challenge)
    if (state.pool_id, state.client_id) != (attempt.pool.pool_id, attempt.client.client_id):
        raise invalid()
    return state


def asked_user(tx: Tx, attempt: Attempt, state: SessionState, name: str) -> User:
    """Return the user of the session, whom the answer must name too, by any of their names (MFA-05).

    Where nothing was proven yet, a disabled user hears of that only behind a right answer, as with passwords (ENU-01).
    """
    user = find_user(tx, attempt.pool, name)
    if user is None or user.sub != state.sub or (state.progress.passed and not user.enabled):
        raise invalid()
    check_alive(state.began_at, user)
    return user


def chooser(ctx: Context, attempt: Attempt, state: SessionState, name: str) -> Person:
    """Return whose sign-in it is where nothing was proven yet, whom the answer must name too (MFA-05)."""
    with ctx.store.read() as tx:
        user = find_user(tx, attempt.pool, name)
        failures = sign_in_failures.find(tx, state.pool_id, state.sub)
    subject = stranger(ctx, attempt.pool, name) if is_stranger(state.sub) or user is None else user.sub
    if subject != state.sub:
        raise invalid()
    if user is not None and not is_stranger(subject):
        check_alive(state.began_at, user)
    return Person(name, subject, None if is_stranger(subject) else user, failures)


def chosen_before(
    ctx: Context, attempt: Attempt, responses: Parameters, session: str | None, challenge: str
) -> tuple[SessionState, Person, Progress]:
    """Return what a session says that waits for a choice or what was chosen, whose it is, and how far they are."""
    state = open_session(ctx, attempt, session, challenge)
    person = chooser(ctx, attempt, state, responses["USERNAME"])
    device_key = device_given(attempt, responses) or state.progress.device_key
    return state, person, replace(state.progress, device_key=device_key)


def waiting(ctx: Context, attempt: Attempt, person: Person, challenge: str, progress: Progress) -> Answer:
    """Return a challenge that only waits for its answer."""
    session = new_session(ctx, attempt, person.subject, challenge, progress)
    return {"ChallengeName": challenge, "Session": session, "ChallengeParameters": {}}


def used_up(ctx: Context, state: SessionState) -> None:
    """Use a session up; raises NotAuthorizedException when it was used before."""
    with ctx.store.write() as tx:
        spend_once(tx, state.pool_id, state.once)


def check_alive(began_at: int, user: User) -> None:
    """Refuse a session that began before all sign-ins of the user were ended: what was passed in it counts no more."""
    if 0 < began_at < user.tokens_valid_after:
        raise invalid()


def invalid() -> NotAuthorizedException:
    """Return what a client hears whose session is not the one that is waited for."""
    return NotAuthorizedException("Invalid session for the user.")
