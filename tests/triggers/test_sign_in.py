"""Triggers around signing in: before, after, and of what tokens say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.crypto import jws
from ostiary.triggers.invoke import invoke
from tests.fixtures.functions import FunctionServer, arn_of, settings_of
from tests.fixtures.server import PASSWORD, LivePool, Server
from tests.fixtures.waiting import until
from tests.triggers.functions import answering, failing, same, told


def claims(result: dict[str, Any], token: str = "IdToken") -> dict[str, Any]:
    return dict(jws.unverified(result[token])[1])


def sign_in(pool: LivePool, name: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    parameters = {"USERNAME": name, "PASSWORD": password}
    answer = pool.app.initiate_auth(
        ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters, **more
    )
    return dict(answer)


# -- before and after ------------------------------------------------------------------------------------------------
def test_the_functions_of_a_sign_in_are_asked_in_order(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(PreAuthentication=same, PostAuthentication=same, PreTokenGeneration=same)
    name = pool.user(email="jane@example.com", email_verified="true")
    sign_in(pool, name, ClientMetadata={"tenant": "blue"})
    assert functions.sources == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_Authentication",
    ]
    before, after, tokens = [event["request"] for event in functions.events]
    attributes = before["userAttributes"]
    assert attributes.pop("sub")
    assert attributes == {
        "cognito:user_status": "CONFIRMED",
        "email": "jane@example.com",
        "email_verified": "true",
    }
    assert before["validationData"] == {"tenant": "blue"}
    assert after["newDeviceUsed"] is False
    assert tokens["groupConfiguration"] == {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
    assert [request.get("clientMetadata") for request in (before, after, tokens)] == [None, None, None]


def test_metadata_of_an_answer_reaches_what_comes_after_it(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(PreAuthentication=same, PostAuthentication=same, PreTokenGeneration=same)
    invited = {"UserPoolId": pool.id, "Username": "jane", "TemporaryPassword": PASSWORD}
    pool.admin.admin_create_user(**invited, MessageAction="SUPPRESS")
    challenge = sign_in(pool, "jane")
    pool.app.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "jane", "NEW_PASSWORD": "Another-horse-8"},
        ClientMetadata={"tenant": "blue"},
    )
    assert functions.sources == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_NewPasswordChallenge",
    ]
    assert [event["request"].get("clientMetadata") for event in functions.events[1:]] == [{"tenant": "blue"}] * 2


def test_pre_authentication_refuses_whoever_has_the_right_password(triggered: Callable[..., LivePool]) -> None:
    pool = triggered(PreAuthentication=failing("Not today"))
    name = pool.user()
    with pytest.raises(ClientError) as failed:
        sign_in(pool, name)
    assert told(failed) == ("UserLambdaValidationException", "PreAuthentication failed with error Not today.")


@pytest.mark.parametrize(("mode", "heard"), [("ENABLED", [True]), ("LEGACY", [])])
def test_strangers_are_told_of_only_where_nobody_may_notice_them(
    triggered: Callable[..., LivePool], functions: FunctionServer, mode: str, heard: list[bool]
) -> None:
    pool = triggered(PreAuthentication=same, app={"PreventUserExistenceErrors": mode})
    with pytest.raises(ClientError):
        sign_in(pool, "nobody")
    assert [event["request"]["userNotFound"] for event in functions.events] == heard
    assert all(event["request"]["userAttributes"] == {} for event in functions.events)


def test_post_authentication_keeps_the_tokens_back(triggered: Callable[..., LivePool]) -> None:
    pool = triggered(PostAuthentication=failing("Too late"))
    name = pool.user()
    with pytest.raises(ClientError) as failed:
        sign_in(pool, name)
    assert told(failed)[1] == "PostAuthentication failed with error Too late."


# -- what tokens say -------------------------------------------------------------------------------------------------
def test_version_1_changes_the_id_token_and_the_groups_of_both(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    details = {
        "claimsToAddOrOverride": {"plan": "pro", "sub": "another", "cognito:username": "another", "email": "x@y.z"},
        "claimsToSuppress": ["email", "iss"],
        "groupOverrideDetails": {
            "groupsToOverride": ["a", "b"],
            "iamRolesToOverride": ["arn:aws:iam::123456789012:role/A"],
            "preferredRole": "arn:aws:iam::123456789012:role/A",
        },
    }
    pool = triggered(PreTokenGeneration=answering(claimsOverrideDetails=details))
    name = pool.user(email="jane@example.com")
    pool.admin.create_group(UserPoolId=pool.id, GroupName="admins")
    pool.admin.admin_add_user_to_group(UserPoolId=pool.id, GroupName="admins", Username=name)
    result = pool.sign_in(name)
    of_id, of_access = claims(result), claims(result, "AccessToken")
    assert (of_id["plan"], of_id["cognito:username"], "email" in of_id, "iss" in of_id) == ("pro", name, False, True)
    assert of_id["sub"] == of_access["sub"] != "another"
    assert of_id["cognito:groups"] == of_access["cognito:groups"] == ["a", "b"]
    assert of_id["cognito:preferred_role"] == "arn:aws:iam::123456789012:role/A"
    assert "plan" not in of_access
    assert functions.events[-1]["request"]["groupConfiguration"]["groupsToOverride"] == ["admins"]
    assert (functions.events[-1]["version"], "scopes" in functions.events[-1]["request"]) == ("1", False)


@pytest.mark.parametrize("version", ["V2_0", "V3_0"])
def test_versions_2_and_3_change_the_access_token_and_its_scopes(
    triggered: Callable[..., LivePool], functions: FunctionServer, root: Any, version: str
) -> None:
    details = {
        "idTokenGeneration": {"claimsToAddOrOverride": {"tags": ["x"], "email_verified": True}},
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": {"id": 7}, "token_use": "id"},
            "claimsToSuppress": ["username"],
            "scopesToAdd": ["rs/read", "not a scope", "aws.cognito.more"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        },
    }
    functions.on("tokens", answering(claimsAndScopeOverrideDetails=details))
    config = {"LambdaVersion": version, "LambdaArn": arn_of("tokens", root.account_id)}
    pool = triggered(PreTokenGenerationConfig=config)
    result = pool.sign_in(pool.user())
    of_id, of_access = claims(result), claims(result, "AccessToken")
    assert (of_id["tags"], of_id.get("email_verified")) == (["x"], None)
    assert (of_access["tenant"], of_access["token_use"], of_access["scope"]) == ({"id": 7}, "access", "rs/read")
    assert "username" in of_access
    event = functions.events[-1]
    assert (event["version"], event["request"]["scopes"]) == (version[1], ["aws.cognito.signin.user.admin"])


@pytest.mark.parametrize("details", ["no object", {"claimsToAddOrOverride": {"n": 1}}, {"claimsToSuppress": "email"}])
def test_changes_of_another_shape_issue_no_tokens(triggered: Callable[..., LivePool], details: Any) -> None:
    pool = triggered(PreTokenGeneration=answering(claimsOverrideDetails=details))
    name = pool.user()
    with pytest.raises(pool.app.exceptions.InvalidLambdaResponseException):
        pool.sign_in(name)


def test_refreshing_asks_only_about_tokens(triggered: Callable[..., LivePool], functions: FunctionServer) -> None:
    pool = triggered(PreAuthentication=same, PostAuthentication=same, PreTokenGeneration=same)
    token = pool.sign_in(pool.user())["RefreshToken"]
    functions.events.clear()
    pool.app.get_tokens_from_refresh_token(
        ClientId=pool.client_id, RefreshToken=token, ClientMetadata={"tenant": "blue"}
    )
    pool.app.initiate_auth(
        ClientId=pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
    )
    assert functions.sources == ["TokenGeneration_RefreshTokens"] * 2
    assert [event["request"].get("clientMetadata") for event in functions.events] == [{"tenant": "blue"}, None]


def test_a_function_that_fails_does_not_cost_the_refresh_token(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    pool = triggered(PreTokenGeneration=same, app={"RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows})
    asked = {"ClientId": pool.client_id, "RefreshToken": pool.sign_in(pool.user())["RefreshToken"]}
    functions.on("PreTokenGeneration", failing("down"))
    with pytest.raises(pool.app.exceptions.UserLambdaValidationException):
        pool.app.get_tokens_from_refresh_token(**asked)
    functions.on("PreTokenGeneration", same)
    assert pool.app.get_tokens_from_refresh_token(**asked)["AuthenticationResult"]["RefreshToken"]


# -- users who lived elsewhere ---------------------------------------------------------------------------------------
KNOWN = {
    "userAttributes": {"email": "jane@example.com", "email_verified": "true"},
    "finalUserStatus": "CONFIRMED",
    "messageAction": "SUPPRESS",
}


def knows_jane(event: dict[str, Any]) -> dict[str, Any]:
    if event["userName"] != "jane" or event["request"].get("password", "Old") != "Old":
        failing("Bad password")(event)
    return answering(**KNOWN)(event)


def test_a_user_is_brought_along_at_the_first_sign_in(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(UserMigration=knows_jane, PreAuthentication=same)
    sign_in(pool, "jane", "Old", ClientMetadata={"tenant": "blue"})
    sign_in(pool, "jane", "Old")
    assert functions.sources == ["UserMigration_Authentication", *["PreAuthentication_Authentication"] * 2]
    assert functions.events[0]["request"] == {
        "password": "Old",
        "validationData": {"tenant": "blue"},
        "userAttributes": None,
    }
    user = pool.admin.admin_get_user(UserPoolId=pool.id, Username="jane")
    assert user["UserStatus"] == "CONFIRMED"
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]


def test_a_user_whom_the_function_does_not_know_does_not_exist(triggered: Callable[..., LivePool]) -> None:
    pool = triggered(UserMigration=knows_jane)
    with pytest.raises(ClientError) as failed:
        sign_in(pool, "jane", "Wrong")
    assert told(failed) == ("UserNotFoundException", f"Exception migrating user in app client {pool.client_id}")
    hidden = triggered(UserMigration=knows_jane, app={"PreventUserExistenceErrors": "ENABLED"})
    with pytest.raises(ClientError) as failed:
        sign_in(hidden, "jane", "Wrong")
    assert told(failed) == ("NotAuthorizedException", "Incorrect username or password.")


def test_a_user_is_brought_along_who_has_forgotten_the_password(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(UserMigration=knows_jane)
    named = {"ClientId": pool.client_id, "Username": "jane", "ClientMetadata": {"tenant": "blue"}}
    details = pool.app.forgot_password(**named)["CodeDeliveryDetails"]
    assert details["Destination"] == "j***@e***"
    assert functions.events[0]["triggerSource"] == "UserMigration_ForgotPassword"
    assert functions.events[0]["request"] == {
        "validationData": None,
        "userAttributes": None,
        "clientMetadata": {"tenant": "blue"},
    }


# -- one dead function -----------------------------------------------------------------------------------------------
def test_a_dead_function_delays_only_those_who_call_it(
    start_server: Callable[..., Server], functions: FunctionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many sign-ins as there are threads, and more, hang in a trigger; others are answered at once."""
    defaults = invoke.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "timeout_seconds", 600.0)
    monkeypatch.setitem(defaults, "attempts", 1)
    threads = 2
    limits = {"threads": threads, "functions_concurrency": threads * 4}
    server = start_server(dev=True, **limits, **settings_of(functions))
    admin = server.client("cognito-idp", aws_access_key_id="root", aws_secret_access_key="any")
    functions.on("dead", lambda _event: functions.hang())
    arn = arn_of("dead", "000000000000")
    pools = [admin.create_user_pool(PoolName="p", LambdaConfig=config) for config in ({"PreSignUp": arn}, {})]
    dead, alive = [
        admin.create_user_pool_client(UserPoolId=pool["UserPool"]["Id"], ClientName="app")["UserPoolClient"]["ClientId"]
        for pool in pools
    ]
    app = server.client("cognito-idp")

    def sign_up(client_id: str, number: int) -> Any:
        return app.sign_up(ClientId=client_id, Username=f"person{number}", Password=PASSWORD)

    with ThreadPoolExecutor(threads * 4) as callers:
        waiting = [callers.submit(sign_up, dead, number) for number in range(threads * 4)]
        until(lambda: len(functions.events) == threads * 4, "the calls of all")
        sign_up(alive, 0)
        with pytest.raises(ClientError) as throttled:
            sign_up(dead, 99)
        assert told(throttled)[1] == "PreSignUp invocation failed due to error TooManyRequestsException."
        assert not any(call.done() for call in waiting)
        functions.over.set()
        assert all(call.exception() is not None for call in waiting)
