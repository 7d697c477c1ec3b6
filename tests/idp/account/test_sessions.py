"""Where users are signed in: sessions that a pool tracks, listed and ended one by one (behaviour/additions.md 3)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config

from ostiary.idp.tokens.session_tracking import device_type
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, MovingClock, Server, make_live_pool

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOBODY = "tkn" + "0" * 25


def track(pool: LivePool, most: int = 20, tracking: str = "ENABLED") -> None:
    pool.admin.set_user_pool_session_configuration(
        UserPoolId=pool.id, UserSessionTracking=tracking, TokenSession={"MaxPerUser": most}
    )


@pytest.fixture
def pool(live_pool: LivePool) -> LivePool:
    """A pool that keeps track of sessions, with the user ann."""
    track(live_pool)
    live_pool.user("ann")
    return live_pool


def sessions(pool: LivePool, tokens: dict[str, Any]) -> list[dict[str, Any]]:
    return list(pool.app.list_user_sessions(AccessToken=tokens["AccessToken"])["Sessions"])


def refresh(pool: LivePool, tokens: dict[str, Any]) -> dict[str, Any]:
    asked = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    answer = pool.app.initiate_auth(ClientId=pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=asked)
    return dict(answer["AuthenticationResult"])


def test_a_pool_that_was_never_told_tracks_nothing(live_pool: LivePool) -> None:
    named = {"UserPoolId": live_pool.id}
    found = live_pool.admin.get_user_pool_session_configuration(**named)
    assert (found["UserSessionTracking"], found["TokenSession"]) == ("DISABLED", {"MaxPerUser": 20})
    client = live_pool.admin.get_user_pool_client_session_configuration(**named, ClientId=live_pool.client_id)
    assert client["SSOSession"] == {"MaxValidityMinutes": 60}
    assert sessions(live_pool, live_pool.sign_in(live_pool.user("ann"))) == []
    with refused("InvalidParameterException", "User session tracking is not enabled for the user pool."):
        live_pool.admin.set_user_pool_client_session_configuration(
            **named, ClientId=live_pool.client_id, SSOSession={"MaxValidityMinutes": 5}
        )


def test_what_was_set_is_returned_and_outlives_an_update_of_the_pool(pool: LivePool) -> None:
    named = {"UserPoolId": pool.id}
    track(pool, 3)
    window = {"MaxValidityMinutes": 0}
    pool.admin.set_user_pool_client_session_configuration(**named, ClientId=pool.client_id, SSOSession=window)
    pool.admin.update_user_pool(**named)
    found = pool.admin.get_user_pool_session_configuration(**named)
    assert (found["UserSessionTracking"], found["TokenSession"]) == ("ENABLED", {"MaxPerUser": 3})
    client = pool.admin.get_user_pool_client_session_configuration(**named, ClientId=pool.client_id)
    assert client["SSOSession"] == window
    assert "SessionConfiguration" not in pool.admin.describe_user_pool(**named)["UserPool"]


def test_the_lite_plan_has_no_sessions(client: Callable[..., Any], anybody: Callable[..., Any]) -> None:
    lite = make_live_pool(client, anybody, {"UserPoolTier": "LITE"}, {})
    with refused("FeatureUnavailableInTierException", "not available in the LITE"):
        track(lite)


def test_each_sign_in_is_a_session_that_its_user_sees(pool: LivePool, server: Server, clock: MovingClock) -> None:
    first = pool.sign_in("ann")
    clock.advance(60)
    browser = server.client("cognito-idp", config=Config(user_agent=FIREFOX))
    asked = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    second = browser.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)[
        "AuthenticationResult"
    ]
    newer, older = sessions(pool, second)
    assert re.fullmatch("tkn[a-z0-9]{25}", newer["SessionId"])
    assert (newer["SessionType"], newer["ClientId"]) == ("TOKEN", pool.client_id)
    assert (newer["DeviceType"], newer["LastIPAddress"]) == ("Windows, Firefox", "127.0.0.1")
    assert (newer["IsCurrentSession"], older["IsCurrentSession"]) == (True, False)
    assert newer["LastLocation"] == {"Country": "unknown"}
    assert newer["CreateDate"] == newer["LastActiveDate"] > older["CreateDate"]
    clock.advance(60)
    refresh(pool, first)
    used, other = sessions(pool, first)
    assert (used["SessionId"], other["SessionId"]) == (older["SessionId"], newer["SessionId"])
    assert (used["LastActiveDate"] - used["CreateDate"]).total_seconds() >= 120
    seen = pool.admin.admin_list_user_sessions(UserPoolId=pool.id, Username="ann")["Sessions"]
    assert [(session["SessionId"], session["IsCurrentSession"]) for session in seen] == [
        (older["SessionId"], False),
        (newer["SessionId"], False),
    ]


def test_who_ends_another_session_ends_its_tokens_and_nobody_elses(pool: LivePool) -> None:
    here, there = pool.sign_in("ann"), pool.sign_in("ann")
    current = {session["IsCurrentSession"]: session["SessionId"] for session in sessions(pool, here)}
    with refused("InvalidParameterException"):
        pool.app.revoke_user_session(AccessToken=here["AccessToken"], SessionId=current[True])
    pool.app.revoke_user_session(AccessToken=here["AccessToken"], SessionId=current[False])
    assert [session["SessionId"] for session in sessions(pool, here)] == [current[True]]
    with refused("NotAuthorizedException"):
        pool.app.get_user(AccessToken=there["AccessToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        refresh(pool, there)
    refresh(pool, here)
    with refused("ResourceNotFoundException"):
        pool.app.revoke_user_session(AccessToken=here["AccessToken"], SessionId=current[False])


def test_an_administrator_ends_only_sessions_of_the_user_who_is_named(pool: LivePool) -> None:
    tokens = pool.sign_in("ann")
    (session,) = sessions(pool, tokens)
    named = {"UserPoolId": pool.id, "SessionId": session["SessionId"]}
    with refused("ResourceNotFoundException"):
        pool.admin.admin_revoke_user_session(**named, Username=pool.user("bob"))
    with refused("UserNotFoundException"):
        pool.admin.admin_revoke_user_session(**named, Username="nobody")
    pool.admin.admin_revoke_user_session(**named, Username="ann", RevokeAssociatedSessions="LINKED")
    with refused("NotAuthorizedException"):
        pool.app.get_user(AccessToken=tokens["AccessToken"])
    with refused("ResourceNotFoundException"):
        pool.admin.admin_revoke_user_session(UserPoolId=pool.id, SessionId=NOBODY, Username="ann")


def test_beyond_the_limit_the_session_longest_unused_ends(pool: LivePool, clock: MovingClock) -> None:
    track(pool, 2)
    first = pool.sign_in("ann")
    clock.advance(1)
    second = pool.sign_in("ann")
    clock.advance(1)
    refresh(pool, first)
    clock.advance(1)
    third = pool.sign_in("ann")
    assert len(sessions(pool, third)) == 2
    assert pool.app.get_user(AccessToken=first["AccessToken"])["Username"] == "ann"
    with refused("NotAuthorizedException"):
        pool.app.get_user(AccessToken=second["AccessToken"])
    track(pool, 1)
    assert len(sessions(pool, third)) == 2, "lowering the limit ends nothing by itself"
    assert len(sessions(pool, pool.sign_in("ann"))) == 1


def test_sign_ins_at_once_keep_the_limit(pool: LivePool) -> None:
    track(pool, 3)
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda _: pool.sign_in("ann"), range(10)))
    assert len(pool.admin.admin_list_user_sessions(UserPoolId=pool.id, Username="ann")["Sessions"]) == 3


def test_signing_out_ends_sessions(pool: LivePool, clock: MovingClock) -> None:
    of_ann = {"UserPoolId": pool.id, "Username": "ann"}
    kept, revoked = pool.sign_in("ann"), pool.sign_in("ann")
    pool.app.revoke_token(ClientId=pool.client_id, Token=revoked["RefreshToken"], RevokeAssociatedSessions="LINKED")
    assert len(sessions(pool, kept)) == 1
    pool.admin.admin_user_global_sign_out(**of_ann)
    assert pool.admin.admin_list_user_sessions(**of_ann)["Sessions"] == []
    clock.advance(1)
    pool.sign_in("ann")
    clock.advance(31 * 86400)
    assert pool.admin.admin_list_user_sessions(**of_ann)["Sessions"] == [], "its refresh token has expired"


def test_tracking_binds_tokens_of_clients_without_revocation(client: Any, anybody: Any) -> None:
    pool = make_live_pool(client, anybody, {}, {"EnableTokenRevocation": False})
    track(pool)
    tokens = pool.sign_in(pool.user("ann"))
    (session,) = sessions(pool, tokens)
    assert session["IsCurrentSession"]
    pool.admin.admin_revoke_user_session(UserPoolId=pool.id, Username="ann", SessionId=session["SessionId"])
    with refused("NotAuthorizedException"):
        pool.app.get_user(AccessToken=tokens["AccessToken"])


def test_turned_off_nothing_is_listed_and_turned_on_again_it_is(pool: LivePool) -> None:
    tokens = pool.sign_in("ann")
    track(pool, tracking="DISABLED")
    assert sessions(pool, tokens) == []
    track(pool)
    assert len(sessions(pool, tokens)) == 1


def test_there_is_one_page(pool: LivePool) -> None:
    tokens = pool.sign_in("ann")
    with refused("InvalidParameterException", "Invalid pagination token."):
        pool.app.list_user_sessions(AccessToken=tokens["AccessToken"], NextToken="x")


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (FIREFOX, "Windows, Firefox"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "iOS, Safari"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Linux, Edge"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Android, Chrome"),
        ("Boto3/1.40 md/Botocore#1.40", "Boto3"),
        ("aws-amplify/6.0 auth/1", "aws-amplify"),
        ("", "unknown"),
        ("Mozilla/5.0", "unknown"),
        (f"{'x' * 5000} Windows Firefox/1", "Windows, Firefox"),
    ],
)
def test_a_device_is_told_by_its_system_and_its_browser(user_agent: str, told: str) -> None:
    assert device_type(user_agent) == told
