"""The session string between two steps: good for one challenge, one client, one user, and a while (PWD-11, MFA-05)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.access import client_of
from ostiary.idp.signin.attempt import Attempt
from ostiary.idp.signin.session import (
    LONGEST,
    Progress,
    SessionState,
    asked_user,
    check_alive,
    new_session,
    open_session,
    opened,
    renewed,
)
from ostiary.store.idp import users
from ostiary.store.idp.users import User
from tests.idp.signin.conftest import App, Pool

Advance = Callable[[float], None]
INVALID = r"^Invalid session for the user\.$"
PROGRESS = Progress("USER_PASSWORD_AUTH", ("PASSWORD", "NEW_PASSWORD_REQUIRED"), "us-east-1_device", 3)


@pytest.fixture
def ctx(context: Callable[..., Context]) -> Context:
    return context(account="")


def attempt_at(ctx: Context, app: App, **more: Any) -> Attempt:
    return Attempt(*client_of(ctx, app.id), ctx.clock.now_seconds(), **more)


def user_of(ctx: Context, app: App) -> User:
    with ctx.store.read() as tx:
        found = users.find(tx, app.pool.id, app.pool.call("AdminGetUser", Username="ann")["UserAttributes"][0]["Value"])
    assert found is not None
    return found


def refused(call: Callable[..., Any], *arguments: Any) -> bool:
    with pytest.raises(NotAuthorizedException, match=INVALID):
        call(*arguments)
    return True


@pytest.mark.parametrize("memo", ["", "note", "x" * 1000, "ж€🔑" * 3000])
def test_a_session_says_what_it_was_told_however_long_that_is(app: App, ctx: Context, memo: str) -> None:
    at, sub = attempt_at(ctx, app), user_of(ctx, app).sub
    session = new_session(ctx, at, sub, "SMS_MFA", PROGRESS, session_id="one", memo=memo)
    assert len(session) <= LONGEST
    now = ctx.clock.now_seconds()
    state = open_session(ctx, at, session, "SMS_MFA")
    assert (state.sub, state.progress, state.memo, state.session_id) == (sub, PROGRESS, memo, "one")
    assert (state.pool_id, state.client_id, state.challenge) == (app.pool.id, app.id, "SMS_MFA")
    assert (state.began_at, state.expires_at, state.once) == (now, now + 180, ("one", now + 180))
    again = open_session(ctx, at, renewed(ctx, state, "other"), "SMS_MFA")
    assert (again.memo, again.expires_at, again.progress, again.sub) == ("other", now + 180, PROGRESS, sub)
    assert again.session_id != state.session_id


def test_sessions_have_ids_of_their_own_unless_they_are_given_one(app: App, ctx: Context) -> None:
    at = attempt_at(ctx, app)
    made = [opened(ctx, new_session(ctx, at, "s", "SMS_MFA", PROGRESS), "SMS_MFA").session_id for _ in range(2)]
    assert made[0] != made[1]


def test_a_session_is_good_for_its_challenge_its_client_and_its_pool(
    app: App, ctx: Context, make_pool: Callable[..., Pool]
) -> None:
    at = attempt_at(ctx, app)
    session = new_session(ctx, at, "s", "SMS_MFA", PROGRESS)
    assert open_session(ctx, at, session, "SMS_MFA")
    assert refused(open_session, ctx, at, session, "EMAIL_OTP")
    assert refused(open_session, ctx, attempt_at(ctx, app.pool.app()), session, "SMS_MFA")
    assert refused(open_session, ctx, attempt_at(ctx, make_pool().app()), session, "SMS_MFA")
    sealed_for_another_purpose = ctx.keyring.seal_token(b"x", "refresh-token")
    garbage = ctx.keyring.seal_token(b"x", "sign-in-session")
    for bad in (None, "", "x", session[:-4], sealed_for_another_purpose, garbage):
        assert refused(open_session, ctx, at, bad, "SMS_MFA")


@pytest.mark.parametrize(("minutes", "memo"), [(3, ""), (15, ""), (15, "x" * 3000)])
def test_a_session_ends_with_its_time(app: App, ctx: Context, advance: Advance, minutes: int, memo: str) -> None:
    at = attempt_at(ctx, app.pool.app(AuthSessionValidity=minutes))
    session = new_session(ctx, at, user_of(ctx, app).sub, "SMS_MFA", PROGRESS, memo=memo)
    advance(minutes * 60 - 2)
    assert open_session(ctx, at, session, "SMS_MFA").memo == memo
    advance(2)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user, session is expired\.$"):
        open_session(ctx, at, session, "SMS_MFA")


def test_a_session_does_not_tell_how_long_its_subjects_name_is(app: App, ctx: Context) -> None:
    """ENU-01: a stranger's is as long as a user's."""
    at = attempt_at(ctx, app)
    made = [new_session(ctx, at, "s" * length, "SMS_MFA", PROGRESS) for length in (1, 36, 64)]
    assert len({len(session) for session in made}) == 1
    assert opened(ctx, made[2], "SMS_MFA").sub == "s" * 64


def state_for(user: User, *passed: str, began_at: int = 0) -> SessionState:
    return SessionState("one", user.pool_id, "c", user.sub, "SMS_MFA", Progress("F", passed), "", 1, began_at=began_at)


def test_an_answer_names_the_user_of_the_session(app: App, ctx: Context) -> None:
    """MFA-05."""
    app.pool.user("bob")
    at, ann = attempt_at(ctx, app), user_of(ctx, app)
    with ctx.store.read() as tx:
        for name in ("ann", ann.sub):
            assert asked_user(tx, at, state_for(ann, "PASSWORD"), name) == ann
        for name in ("bob", "nobody", "", f"{ann.sub}x"):
            assert refused(asked_user, tx, at, state_for(ann, "PASSWORD"), name)


def test_a_disabled_user_goes_no_further_once_something_was_proven(app: App, ctx: Context) -> None:
    """ENU-01: before, they hear of it only behind a right answer."""
    at, ann = attempt_at(ctx, app), user_of(ctx, app)
    app.pool.call("AdminDisableUser", Username="ann")
    with ctx.store.read() as tx:
        assert refused(asked_user, tx, at, state_for(ann, "PASSWORD"), "ann")
        assert not asked_user(tx, at, state_for(ann), "ann").enabled


def test_a_session_ends_with_all_sign_ins(app: App, ctx: Context, advance: Advance) -> None:
    at, ann, began = attempt_at(ctx, app), user_of(ctx, app), ctx.clock.now_seconds()
    advance(5)
    app.pool.call("AdminUserGlobalSignOut", Username="ann")
    ended = user_of(ctx, app)
    with ctx.store.read() as tx:
        assert refused(asked_user, tx, at, state_for(ann, "PASSWORD", began_at=began), "ann")
        assert asked_user(tx, at, state_for(ann, "PASSWORD", began_at=began + 6), "ann") == ended
    for since in (0, ended.tokens_valid_after, ended.tokens_valid_after + 1):
        check_alive(since, ended)
    for since in (1, ended.tokens_valid_after - 1):
        assert refused(check_alive, since, ended)


def test_progress_adds_what_was_passed_and_what_counts_already() -> None:
    begun = Progress("F", ("A",), "d")
    assert begun.with_passed("B") == Progress("F", ("A", "B"), "d")
    assert begun.toward(3, ("X", "Y")) == Progress("F", ("X", "Y", "A"), "d", 3)
