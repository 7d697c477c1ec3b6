"""Refresh tokens: new tokens for old, bound to client and user, rotated or not (TOK-14, TOK-15)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    RefreshTokenReuseException,
    UserNotFoundException,
)
from ostiary.context import Services
from ostiary.crypto import jws
from ostiary.idp.tokens.grants import refresh_token
from ostiary.idp.tokens.user_tokens import tokens_of
from ostiary.store import schema
from ostiary.tokens.refresh import HEADER
from tests.idp.signin.conftest import FLOWS, App, Pool

Advance = Callable[[float], None]
MakePool = Callable[..., Pool]
DAY = 86400


def claims(token: str) -> jws.Claims:
    return jws.unverified(token)[1]


def rotating(pool: Pool, grace: int = 0) -> App:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace}
    return pool.app(ExplicitAuthFlows=FLOWS, RefreshTokenRotation=rotation)


def refused(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(NotAuthorizedException) as error:
        call()
    assert error.value.message == text


def test_a_refresh_token_looks_like_an_encrypted_token(app: App) -> None:
    token = app.tokens("ann")["RefreshToken"]
    assert token.startswith(f"{HEADER}.")
    assert token.count(".") == 4
    assert re.fullmatch(r"[A-Za-z0-9-_=.]+", token)
    assert len(token) <= 2048


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
def test_new_tokens_of_the_same_sign_in(app: App, advance: Advance, flow: str) -> None:
    """TOK-16: the sign-in's time and ids stay, the tokens' own change; no new refresh token."""
    first = app.tokens("ann")
    advance(100)
    answer = app.initiate(flow, REFRESH_TOKEN=first["RefreshToken"])
    assert answer["ChallengeParameters"] == {}
    second = answer["AuthenticationResult"]
    assert second.keys() == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}
    for name in ("AccessToken", "IdToken"):
        old, new = claims(first[name]), claims(second[name])
        for same in ("sub", "iss", "auth_time", "origin_jti", "event_id", "token_use"):
            assert new[same] == old[same]
        assert new["iat"] == old["iat"] + 100
        assert new["jti"] != old["jti"]
    assert app.pool.get_user(second["AccessToken"])["Username"] == "ann"


def test_an_administrator_refreshes_too(app: App) -> None:
    token = app.tokens("ann")["RefreshToken"]
    assert "AuthenticationResult" in app.admin_initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)


def test_what_changed_shows_at_the_next_refresh(app: App) -> None:
    first = app.tokens("ann")
    app.pool.call("CreateGroup", GroupName="admins")
    app.pool.call("AdminAddUserToGroup", Username="ann", GroupName="admins")
    assert "cognito:groups" not in claims(first["AccessToken"])
    assert claims(app.refresh(first["RefreshToken"])["AccessToken"])["cognito:groups"] == ["admins"]


def test_refreshing_writes_nothing(app: App, services: Services) -> None:
    token = app.tokens("ann")["RefreshToken"]

    def rows() -> list[Any]:
        with services.store.read() as tx:
            return [tuple(tx.all(table.select())) for table in schema.metadata.sorted_tables]

    before = rows()
    app.refresh(token)
    app.rotate(token)
    assert rows() == before


def test_a_refresh_token_belongs_to_its_client(app: App, make_pool: MakePool) -> None:
    """TOK-15."""
    token = app.tokens("ann")["RefreshToken"]
    elsewhere = make_pool()
    elsewhere.user("ann")
    for other in (app.pool.app(), elsewhere.app()):
        refused(partial(other.refresh, token), "Refresh Token has different Client")
        refused(partial(other.rotate, token), "Refresh Token has different Client")


def test_what_is_not_a_refresh_token_is_refused(app: App) -> None:
    """TOK-08."""
    tokens = app.tokens("ann")
    good = tokens["RefreshToken"]
    head, *parts = good.split(".")
    changed = ".".join([head, *parts[:-1], parts[-1][:-2] + ("AA" if parts[-1][-2:] != "AA" else "BB")])
    for bad in (
        tokens["AccessToken"],
        tokens["IdToken"],
        "x",
        good[:-1],
        f"{good}A",
        changed,
        "é",
        f"{HEADER}....",
        good + "=",
    ):
        refused(partial(app.refresh, bad), "Invalid Refresh Token")
    with pytest.raises(InvalidParameterException, match=r"^Missing required parameter REFRESH_TOKEN$"):
        app.initiate("REFRESH_TOKEN_AUTH")


def test_the_end_is_counted_from_the_sign_in(app: App, advance: Advance) -> None:
    """TOK-15: refreshing does not lengthen it."""
    short = app.pool.app(RefreshTokenValidity=60, TokenValidityUnits={"RefreshToken": "minutes"})
    token = short.tokens("ann")["RefreshToken"]
    advance(3599)
    assert short.refresh(token)
    advance(1)
    refused(lambda: short.refresh(token), "Refresh Token has expired")


def test_a_secret_is_proved_with_the_owners_name_or_sub(app: App) -> None:
    """PWD-13."""
    secret = app.pool.app(GenerateSecret=True)
    token = secret.tokens("ann")["RefreshToken"]
    sub = claims(secret.tokens("ann")["IdToken"])["sub"]
    for name in ("ann", sub):
        assert secret.refresh(token, **secret.secret_hash(name))
    refused(
        lambda: secret.refresh(token),
        f"Client {secret.id} is configured with secret but SECRET_HASH was not received",
    )
    refused(
        lambda: secret.refresh(token, **secret.secret_hash("bob")),
        f"Unable to verify secret hash for client {secret.id}",
    )
    refused(
        lambda: app.refresh(app.tokens("ann")["RefreshToken"], SECRET_HASH="x"),
        f"Unable to verify secret hash for client {app.id}",
    )


def test_a_disabled_and_a_deleted_user_do_not_refresh(app: App) -> None:
    """TOK-12."""
    token = app.tokens("ann")["RefreshToken"]
    app.pool.call("AdminDisableUser", Username="ann")
    refused(lambda: app.refresh(token), "User is disabled.")
    app.pool.call("AdminEnableUser", Username="ann")
    refused(lambda: app.refresh(token), "Refresh Token has been revoked")
    app.pool.call("AdminDeleteUser", Username="ann")
    app.pool.user("ann")
    for again in (app.refresh, app.rotate):
        refused(partial(again, token), "The user has been deleted for the associated refresh token")


# -- GetTokensFromRefreshToken ---------------------------------------------------------------------------------------
def test_without_rotation_the_refresh_token_stays(app: App) -> None:
    token = app.tokens("ann")["RefreshToken"]
    for _ in range(3):
        assert app.rotate(token).keys() == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}


def test_the_client_proves_its_secret_itself(app: App) -> None:
    secret = app.pool.app(GenerateSecret=True)
    token = secret.tokens("ann")["RefreshToken"]
    assert secret.rotate(token, ClientSecret=secret.secret)
    with pytest.raises(NotAuthorizedException, match="secret was not received"):
        secret.rotate(token)
    for wrong in ("x" * 52, "é", ""):
        with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash"):
            secret.rotate(token, ClientSecret=wrong)


def test_rotation_gives_a_new_token_with_the_old_end(app: App, advance: Advance) -> None:
    """TOK-15."""
    rotates = rotating(app.pool)
    first = rotates.tokens("ann")
    advance(20 * DAY)
    second = rotates.rotate(first["RefreshToken"])
    assert second["RefreshToken"] != first["RefreshToken"]
    assert claims(second["AccessToken"])["origin_jti"] == claims(first["AccessToken"])["origin_jti"]
    advance(10 * DAY)
    with pytest.raises(NotAuthorizedException, match=r"^Refresh Token has expired$"):
        rotates.rotate(second["RefreshToken"])


def test_a_rotated_token_used_again_ends_the_sign_in(app: App) -> None:
    """TOK-14."""
    rotates = rotating(app.pool)
    first = rotates.tokens("ann")
    other = rotates.tokens("ann")
    second = rotates.rotate(first["RefreshToken"])
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first["RefreshToken"])
    for dead in (first, second):
        refused(partial(rotates.rotate, dead["RefreshToken"]), "Refresh Token has been revoked")
        refused(partial(app.pool.get_user, dead["AccessToken"]), "Access Token has been revoked")
    assert rotates.rotate(other["RefreshToken"])


def test_a_token_of_two_rotations_ago_ends_the_sign_in_even_in_the_grace_period(app: App) -> None:
    """TOK-14."""
    rotates = rotating(app.pool, grace=60)
    first = rotates.tokens("ann")["RefreshToken"]
    third = rotates.rotate(rotates.rotate(first)["RefreshToken"])["RefreshToken"]
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first)
    refused(lambda: rotates.rotate(third), "Refresh Token has been revoked")


def test_a_lost_answer_can_be_asked_for_again_for_a_while(app: App, advance: Advance) -> None:
    """TOK-14."""
    rotates = rotating(app.pool, grace=30)
    first = rotates.tokens("ann")["RefreshToken"]
    rotates.rotate(first)
    advance(29)
    again = rotates.rotate(first)["RefreshToken"]
    assert rotates.rotate(again)
    advance(31)
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first)


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], Any]) -> None:
    """Have something happen once, between reading whose a refresh token is and rotating it."""
    deeds = [deed]

    def made(*arguments: Any, **more: Any) -> Any:
        if deeds:
            deeds.pop()()
        return tokens_of(*arguments, **more)

    monkeypatch.setattr(refresh_token, "tokens_of", made)


def test_who_loses_a_race_gets_the_winners_token_in_the_grace_period(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """TOK-14."""
    rotates = rotating(app.pool, grace=60)
    first = rotates.tokens("ann")["RefreshToken"]
    won: list[str] = []
    meanwhile(monkeypatch, lambda: won.append(rotates.rotate(first)["RefreshToken"]))
    lost = rotates.rotate(first)["RefreshToken"]
    assert rotates.rotate(lost)
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first)
    refused(lambda: rotates.rotate(won[0]), "Refresh Token has been revoked")


def test_who_loses_a_race_without_a_grace_period_ends_the_sign_in(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """TOK-14."""
    rotates = rotating(app.pool)
    first = rotates.tokens("ann")["RefreshToken"]
    won: list[str] = []
    meanwhile(monkeypatch, lambda: won.append(rotates.rotate(first)["RefreshToken"]))
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first)
    refused(lambda: rotates.rotate(won[0]), "Refresh Token has been revoked")


def test_who_loses_two_races_comes_too_late(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """TOK-14: only the token before the good one is given another chance."""
    rotates = rotating(app.pool, grace=60)
    first = rotates.tokens("ann")["RefreshToken"]
    meanwhile(monkeypatch, lambda: rotates.rotate(rotates.rotate(first)["RefreshToken"]))
    with pytest.raises(RefreshTokenReuseException):
        rotates.rotate(first)


@pytest.mark.parametrize("ended", ["RevokeToken", "AdminUserGlobalSignOut", "AdminDeleteUser"])
def test_a_sign_in_that_ends_while_its_token_is_rotated_stays_ended(
    app: App, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    rotates = rotating(app.pool, grace=60)
    tokens = rotates.tokens("ann")
    first = tokens["RefreshToken"]

    def end() -> None:
        if ended == "RevokeToken":
            rotates.revoke(first)
        else:
            app.pool.call(ended, Username="ann")

    meanwhile(monkeypatch, end)
    with pytest.raises((NotAuthorizedException, UserNotFoundException)):
        app.pool.get_user(rotates.rotate(first)["AccessToken"])
    with pytest.raises((NotAuthorizedException, UserNotFoundException)):
        rotates.rotate(first)


def test_of_many_who_rotate_one_token_at_once_all_get_the_winners_in_the_grace_period(app: App) -> None:
    """TOK-14."""
    rotates = rotating(app.pool, grace=60)
    token = rotates.tokens("ann")["RefreshToken"]
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda _: rotates.rotate(token)["RefreshToken"], range(16)))
    assert rotates.rotate(got[0])
    assert rotates.rotate(got[1])


def test_rotated_tokens_stay_dead_when_rotation_is_switched_off(app: App) -> None:
    """TOK-14."""
    rotates = rotating(app.pool)
    first = rotates.tokens("ann")["RefreshToken"]
    second = rotates.rotate(first)["RefreshToken"]
    app.pool.call("UpdateUserPoolClient", ClientId=rotates.id, ExplicitAuthFlows=[*FLOWS, "ALLOW_REFRESH_TOKEN_AUTH"])
    refused(lambda: rotates.refresh(first), "Refresh Token has been revoked")
    refused(lambda: rotates.rotate(first), "Refresh Token has been revoked")
    assert rotates.refresh(second)


def test_a_client_that_rotates_does_not_refresh_in_the_old_way(app: App) -> None:
    """TOK-14: that way a token could be used for ever."""
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    answer = app.pool.call("CreateUserPoolClient", ClientName="default", RefreshTokenRotation=rotation)
    client_id = answer["UserPoolClient"]["ClientId"]
    for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        req = {"ClientId": client_id, "AuthFlow": flow, "AuthParameters": {"REFRESH_TOKEN": "x"}}
        with pytest.raises(InvalidParameterException, match="REFRESH_TOKEN_AUTH is not enabled for the client"):
            app.pool.anybody("InitiateAuth", **req)
