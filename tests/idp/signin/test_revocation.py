"""What ends a sign-in, and which tokens die by it (TOK-11, TOK-12)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    NotAuthorizedException,
    UnauthorizedException,
    UnsupportedOperationException,
    UnsupportedTokenTypeException,
    UserNotFoundException,
)
from ostiary.context import Services
from ostiary.delivery.outbox import Message
from ostiary.store import schema
from ostiary.store.db import Store
from tests.idp.signin.conftest import PASSWORD, App, Pool

Advance = Callable[[float], None]
DAY = 86400
NEW = "Battery-staple-8"


def is_alive(app: App, tokens: dict[str, Any]) -> bool:
    """Whether tokens are good: the access token and the refresh token must agree."""
    try:
        app.pool.get_user(tokens["AccessToken"])
        alive = True
    except NotAuthorizedException as error:
        assert error.message == "Access Token has been revoked"  # noqa: PT017 - both tokens are looked at
        alive = False
    if alive:
        assert app.refresh(tokens["RefreshToken"])
    else:
        with pytest.raises(NotAuthorizedException):
            app.refresh(tokens["RefreshToken"])
    return alive


def test_revoking_a_token_ends_its_sign_in_and_no_other(app: App) -> None:
    """TOK-11."""
    first, second = app.tokens("ann"), app.tokens("ann")
    refreshed = app.refresh(first["RefreshToken"])
    assert app.revoke(first["RefreshToken"]) == {}
    assert not is_alive(app, first)
    assert not is_alive(app, refreshed | {"RefreshToken": first["RefreshToken"]})
    assert is_alive(app, second)
    assert app.revoke(first["RefreshToken"]) == {}


def test_another_process_sees_a_revocation(app: App, services: Services) -> None:
    """TOK-11."""
    tokens = app.tokens("ann")
    assert is_alive(app, tokens)
    other = Store.open(services.store.url)
    with other.write() as tx:
        tx.delete(schema.token_families, {"pool_id": app.pool.id})
    other.close()
    assert not is_alive(app, tokens)


def test_only_refresh_tokens_are_revoked(app: App) -> None:
    tokens = app.tokens("ann")
    for name in ("AccessToken", "IdToken"):
        with pytest.raises(UnsupportedTokenTypeException):
            app.revoke(tokens[name])
    assert app.revoke("nonsense") == {}
    assert is_alive(app, tokens)


def test_a_token_is_revoked_by_its_own_client_only(app: App) -> None:
    secret = app.pool.app(GenerateSecret=True)
    token = secret.tokens("ann")["RefreshToken"]
    for wrong in ({}, {"ClientSecret": "x" * 52}):
        with pytest.raises(UnauthorizedException):
            secret.revoke(token, **wrong)
    with pytest.raises(UnauthorizedException):
        app.revoke(token)
    assert secret.revoke(token, ClientSecret=secret.secret) == {}


def test_a_client_without_revocation_cannot_revoke(app: App) -> None:
    plain = app.pool.app(EnableTokenRevocation=False)
    tokens = plain.tokens("ann")
    with pytest.raises(UnsupportedOperationException):
        plain.revoke(tokens["RefreshToken"])


def sign_out(app: App, tokens: dict[str, Any]) -> None:
    app.pool.anybody("GlobalSignOut", AccessToken=tokens["AccessToken"])


def admin_sign_out(app: App, _tokens: dict[str, Any]) -> None:
    app.pool.call("AdminUserGlobalSignOut", Username="ann")


def disable(app: App, _tokens: dict[str, Any]) -> None:
    app.pool.call("AdminDisableUser", Username="ann")
    app.pool.call("AdminEnableUser", Username="ann")


@pytest.mark.parametrize("end", [sign_out, admin_sign_out, disable])
@pytest.mark.parametrize("revocable", [True, False])
def test_every_sign_in_of_the_user_ends(
    pool: Pool, end: Callable[[App, dict[str, Any]], None], *, revocable: bool
) -> None:
    """TOK-12, on clients that track sign-ins and on those that do not; a sign-in right afterwards is good."""
    pool.user("ann")
    pool.user("bob")
    app = pool.app(EnableTokenRevocation=revocable)
    first, second, bobs = app.tokens("ann"), app.tokens("ann"), app.tokens("bob")
    end(app, first)
    assert not is_alive(app, first)
    assert not is_alive(app, second)
    assert is_alive(app, bobs)
    third = app.tokens("ann")
    assert is_alive(app, third)
    end(app, third)
    assert not is_alive(app, third)
    assert is_alive(app, app.tokens("ann"))


def test_signing_out_needs_a_good_access_token(app: App, advance: Advance) -> None:
    """TOK-08, TOK-10."""
    tokens = app.tokens("ann")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid Access Token$"):
        app.pool.anybody("GlobalSignOut", AccessToken=tokens["IdToken"])
    advance(3601)
    with pytest.raises(NotAuthorizedException, match=r"^Access Token has expired$"):
        sign_out(app, tokens)


def test_a_deleted_user_is_gone_for_every_token(app: App) -> None:
    """TOK-12: a name taken again is somebody else."""
    tokens = app.tokens("ann")
    app.pool.call("AdminDeleteUser", Username="ann")
    app.pool.user("ann")
    with pytest.raises(UserNotFoundException, match=r"^User does not exist\.$"):
        app.pool.get_user(tokens["AccessToken"])


def test_a_disabled_users_token_is_dead(app: App) -> None:
    tokens = app.tokens("ann")
    app.pool.call("AdminDisableUser", Username="ann")
    with pytest.raises(NotAuthorizedException):
        app.pool.get_user(tokens["AccessToken"])


def test_a_sign_in_under_way_ends_with_the_others(
    app: App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TOK-12: the user is read, then everything is ended, then the tokens are made."""
    from ostiary.tokens import issue  # noqa: PLC0415 - to stand between reading the user and writing the sign-in

    begin = issue.begin

    def begin_late(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(issue, "begin", begin)
        services.clock.advance(2)
        app.pool.call("AdminUserGlobalSignOut", Username="ann")
        services.clock.advance(2)
        return begin(*arguments, **named)

    monkeypatch.setattr(issue, "begin", begin_late)
    assert not is_alive(app, app.tokens("ann"))
    assert is_alive(app, app.tokens("ann"))


# -- a password that changes -----------------------------------------------------------------------------------------
def recovers(app: App, code: Callable[[], str]) -> None:
    named = {"ClientId": app.id, "Username": "ann"}
    app.pool.anybody("ForgotPassword", **named)
    app.pool.anybody("ConfirmForgotPassword", ConfirmationCode=code(), Password=NEW, **named)


def changes(app: App, _: Callable[[], str]) -> None:
    token = app.tokens("ann")["AccessToken"]
    app.pool.anybody("ChangePassword", AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW)


def has_it_set(app: App, _: Callable[[], str]) -> None:
    app.pool.set_password("ann", NEW)


@pytest.fixture
def code(sent: Callable[[], list[Message]]) -> Callable[[], str]:
    return lambda: sent()[-1].code


@pytest.fixture
def reachable(app: App) -> App:
    """Have ann reached by mail, and by a code of the second factor on the phone."""
    values = {"email": "ann@example.com", "email_verified": "true", "phone_number": "+15550001234"}
    attributes = [{"Name": name, "Value": value} for name, value in values.items()]
    app.pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=attributes)
    return app


@pytest.mark.parametrize(
    ("tag", "change", "ends"),
    [
        ("off", changes, False),
        ("off", has_it_set, False),
        ("off", recovers, True),
        ("on", changes, True),
        ("on", has_it_set, True),
        ("on", recovers, True),
    ],
)
def test_a_new_password_ends_what_the_old_one_began(
    reachable: App, code: Callable[[], str], tag: str, change: Any, *, ends: bool
) -> None:
    """Recovery always does; the others where the pool's tag says so, also for clients that cannot revoke."""
    reachable.pool.call("UpdateUserPool", UserPoolTags={"ostiary:end-sessions-on-password-change": tag})
    plain = reachable.pool.app(EnableTokenRevocation=False)
    signed_in = [(app, app.tokens("ann")) for app in (reachable, plain)]
    change(reachable, code)
    assert [is_alive(app, tokens) for app, tokens in signed_in] == [not ends, not ends]
    assert is_alive(reachable, reachable.tokens("ann", NEW)), "who signs in at once after it is in"


def test_a_sign_in_that_waits_for_a_code_ends_with_the_old_password(
    reachable: App, code: Callable[[], str], advance: Advance
) -> None:
    """What was passed with it counts no more: neither by codes nor by setting an app up."""
    sms = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
    factors = {"SmsMfaConfiguration": {"SmsConfiguration": sms}, "SoftwareTokenMfaConfiguration": {"Enabled": True}}
    reachable.pool.call("SetUserPoolMfaConfig", MfaConfiguration="ON", **factors)
    reachable.pool.user("bob")
    asked, seen = reachable.password("ann"), code()
    set_up = reachable.password("bob")
    advance(1)
    recovers(reachable, code)
    reachable.pool.call("AdminUserGlobalSignOut", Username="bob")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        reachable.respond("SMS_MFA", asked["Session"], USERNAME="ann", SMS_MFA_CODE=seen)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        reachable.pool.anybody("AssociateSoftwareToken", Session=set_up["Session"])
    advance(1)
    again = reachable.password("ann", NEW)
    assert reachable.respond("SMS_MFA", again["Session"], USERNAME="ann", SMS_MFA_CODE=code())


def test_a_deleted_client_takes_its_tokens_along(app: App) -> None:
    other = app.pool.app()
    tokens = other.tokens("ann")
    app.pool.call("DeleteUserPoolClient", ClientId=other.id)
    with pytest.raises(NotAuthorizedException, match="Access Token has been revoked"):
        app.pool.get_user(tokens["AccessToken"])


def test_sweeping_removes_what_has_expired_and_nothing_else(
    app: App, services: Services, advance: Advance, clean: Callable[[], int]
) -> None:
    old = app.pool.app(RefreshTokenValidity=1)
    tokens = old.tokens("ann")
    app.srp("ann")
    with pytest.raises(NotAuthorizedException):
        app.password("ann", "Wrong-horse-8")

    def counts() -> list[int]:
        tables = (schema.token_families, schema.spent, schema.sign_in_failures)
        with services.store.read() as tx:
            return [len(tx.all(table.select())) for table in tables]

    advance(DAY - 10)
    late = old.refresh(tokens["RefreshToken"])
    advance(20)
    clean()
    assert counts() == [2, 0, 0]
    assert app.pool.get_user(late["AccessToken"])
    advance(DAY)
    clean()
    assert counts() == [1, 0, 0]
