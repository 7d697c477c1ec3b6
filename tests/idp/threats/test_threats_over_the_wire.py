"""Threat protection on a live server: events, feedback, blocks, messages, logs."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ostiary.delivery.pool_logs import FOLDER, PoolLogs
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, Mailbox, Server

LOGS = {
    "EventSource": "userAuthEvents",
    "LogLevel": "INFO",
    "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/people"},
}
ARN = "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com"


@pytest.fixture
def watched_pool(live_pool: LivePool) -> LivePool:
    live_pool.admin.update_user_pool(UserPoolId=live_pool.id, UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})
    return live_pool


def context(ip: str, device: str) -> dict[str, Any]:
    headers = [{"headerName": "User-Agent", "headerValue": device}]
    return {"IpAddress": ip, "ServerName": "app", "ServerPath": "/", "HttpHeaders": headers}


def sign_in(
    pool: LivePool, name: str, password: str = PASSWORD, ip: str = "198.51.100.1", device: str = "laptop"
) -> Any:
    return pool.admin.admin_initiate_auth(
        UserPoolId=pool.id,
        ClientId=pool.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
        ContextData=context(ip, device),
    )


def events(pool: LivePool, name: str) -> list[dict[str, Any]]:
    return list(pool.admin.admin_list_user_auth_events(UserPoolId=pool.id, Username=name)["AuthEvents"])


def test_sign_ins_are_recorded_listed_and_judged_by_people(watched_pool: LivePool) -> None:
    pool, name = watched_pool, watched_pool.user("ada")
    with refused("NotAuthorizedException", "Incorrect username or password."):
        sign_in(pool, name, "Wrong-horse-7")
    sign_in(pool, name)
    newest, oldest = events(pool, name)
    assert (oldest["EventResponse"], oldest["ChallengeResponses"]) == (
        "Fail",
        [{"ChallengeName": "Password", "ChallengeResponse": "Failure"}],
    )
    assert (newest["EventResponse"], newest["EventType"]) == ("Pass", "SignIn")
    assert newest["EventRisk"] == {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": False}
    assert newest["EventContextData"] == {"IpAddress": "198.51.100.1", "DeviceName": "laptop"}
    named = {"UserPoolId": pool.id, "Username": name}
    first = pool.admin.admin_list_user_auth_events(**named, MaxResults=1)
    rest = pool.admin.admin_list_user_auth_events(**named, MaxResults=1, NextToken=first["NextToken"])
    assert [event["EventId"] for event in rest["AuthEvents"]] == [oldest["EventId"]]
    pool.admin.admin_update_auth_event_feedback(**named, EventId=newest["EventId"], FeedbackValue="Invalid")
    feedback = events(pool, name)[0]["EventFeedback"]
    assert (feedback["FeedbackValue"], feedback["Provider"]) == ("Invalid", "Admin")
    with refused("InvalidParameterException"):
        pool.admin.admin_update_auth_event_feedback(**named, EventId="none", FeedbackValue="Valid")
    with refused("NotAuthorizedException"):
        pool.app.update_auth_event_feedback(
            **named, EventId=newest["EventId"], FeedbackToken="forged", FeedbackValue="Valid"
        )


def test_what_is_no_sign_in_is_recorded_too(live_pool: LivePool, mailbox: Mailbox) -> None:
    live_pool.admin.update_user_pool(
        UserPoolId=live_pool.id, UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"}, AutoVerifiedAttributes=["email"]
    )
    of_app = {"ClientId": live_pool.client_id, "Username": "ada"}
    email = [{"Name": "email", "Value": "ada@example.com"}]
    live_pool.app.sign_up(**of_app, Password=PASSWORD, UserAttributes=email)
    live_pool.app.confirm_sign_up(**of_app, ConfirmationCode=mailbox.code("ada@example.com"))
    token = sign_in(live_pool, "ada")["AuthenticationResult"]["AccessToken"]
    live_pool.app.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=f"{PASSWORD}-2")
    live_pool.app.forgot_password(**of_app)
    live_pool.app.confirm_forgot_password(
        **of_app, ConfirmationCode=mailbox.code("ada@example.com"), Password=f"{PASSWORD}-3"
    )
    assert [(event["EventType"], event["EventResponse"]) for event in events(live_pool, "ada")] == [
        ("ForgotPassword", "Pass"),
        ("PasswordChange", "Pass"),
        ("SignIn", "Pass"),
        ("SignUp", "Pass"),
    ]


def test_an_unusual_sign_in_is_blocked_and_its_user_told(watched_pool: LivePool, mailbox: Mailbox) -> None:
    pool = watched_pool
    email = f"eve@{pool.client_id}.example"
    name = pool.user("eve", email=email, email_verified="true")
    actions = {"MediumAction": {"Notify": True, "EventAction": "BLOCK"}}
    takeover = {"NotifyConfiguration": {"SourceArn": ARN}, "Actions": actions}
    pool.admin.set_risk_configuration(UserPoolId=pool.id, AccountTakeoverRiskConfiguration=takeover)
    sign_in(pool, name)
    sign_in(pool, name, device="phone")
    with refused("NotAuthorizedException", "Unable to login because of security reasons."):
        sign_in(pool, name, ip="203.0.113.9", device="tablet")
    blocked = events(pool, name)[0]
    assert blocked["EventRisk"]["RiskDecision"] == "Block"
    assert blocked["EventRisk"]["RiskLevel"] == "Medium"
    told = mailbox.newest(email).body
    [link] = re.findall(r"(https?://\S+value=Valid)", html.unescape(told))
    assert "It was me" in httpx.get(link).text
    assert "EventFeedback" not in events(pool, name)[0]
    assert httpx.post(link.replace("value=Valid", "value=Other")).status_code == 400
    assert httpx.post(re.sub("token=[^&]{9}", "token=", link)).status_code == 400
    assert "Thank you" in httpx.post(link).text
    assert events(pool, name)[0]["EventFeedback"]["Provider"] == "User"


@pytest.mark.parametrize("action", ["MFA_REQUIRED", "MFA_IF_CONFIGURED"])
def test_an_unusual_sign_in_is_asked_for_a_second_factor_where_there_can_be_one(
    watched_pool: LivePool, mailbox: Mailbox, action: str
) -> None:
    pool = watched_pool
    code = {"Subject": "Your code", "Message": "<b>{####}</b>"}
    pool.admin.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OFF", EmailMfaConfiguration=code)
    takeover = {"Actions": {"LowAction": {"Notify": False, "EventAction": action}}}
    pool.admin.set_risk_configuration(UserPoolId=pool.id, AccountTakeoverRiskConfiguration=takeover)
    email = f"{action}@{pool.client_id}.example"
    reachable, other = pool.user("ann", email=email, email_verified="true"), pool.user("max")
    for name in (reachable, other):
        assert "AuthenticationResult" in sign_in(pool, name)
    asked = sign_in(pool, reachable, device="phone")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    answers = {"USERNAME": reachable, "EMAIL_OTP_CODE": mailbox.code(email)}
    done = pool.admin.admin_respond_to_auth_challenge(
        UserPoolId=pool.id,
        ClientId=pool.client_id,
        ChallengeName="EMAIL_OTP",
        Session=asked["Session"],
        ChallengeResponses=answers,
        ContextData=context("198.51.100.1", "phone"),
    )
    assert "AuthenticationResult" in done
    assert events(pool, reachable)[0]["EventRisk"]["RiskDecision"] == "AccountTakeover"
    assert "AuthenticationResult" in sign_in(pool, reachable, device="phone"), "it is known from now on"
    if action == "MFA_IF_CONFIGURED":
        assert "AuthenticationResult" in sign_in(pool, other, device="phone")
    else:
        with refused("NotAuthorizedException", "Unable to login because of security reasons."):
            sign_in(pool, other, device="phone")


def test_addresses_can_be_blocked_and_skipped(watched_pool: LivePool) -> None:
    pool, name = watched_pool, watched_pool.user("max")
    takeover = {"Actions": {"LowAction": {"Notify": False, "EventAction": "MFA_REQUIRED"}}}
    ranges = {"BlockedIPRangeList": ["203.0.113.0/24"], "SkippedIPRangeList": ["192.0.2.0/24"]}
    pool.admin.set_risk_configuration(
        UserPoolId=pool.id,
        ClientId=pool.client_id,
        AccountTakeoverRiskConfiguration=takeover,
        RiskExceptionConfiguration=ranges,
    )
    sign_in(pool, name)
    for ip, device in (("203.0.113.9", "laptop"), ("198.51.100.1", "phone")):
        with refused("NotAuthorizedException", "Unable to login because of security reasons."):
            sign_in(pool, name, ip=ip, device=device)
    sign_in(pool, name, ip="192.0.2.1", device="phone")


def test_the_risk_configuration_is_the_clients_or_the_pools(watched_pool: LivePool) -> None:
    admin, of_pool = watched_pool.admin, {"UserPoolId": watched_pool.id}
    mine = {**of_pool, "ClientId": watched_pool.client_id}
    assert admin.describe_risk_configuration(**mine)["RiskConfiguration"] == mine
    compromised = {"Actions": {"EventAction": "BLOCK"}}
    set_ = admin.set_risk_configuration(**of_pool, CompromisedCredentialsRiskConfiguration=compromised)
    shown = admin.describe_risk_configuration(**of_pool)["RiskConfiguration"]
    assert shown == set_["RiskConfiguration"]
    assert shown["CompromisedCredentialsRiskConfiguration"]["EventFilter"] == ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]
    admin.set_risk_configuration(**of_pool)
    assert admin.describe_risk_configuration(**of_pool)["RiskConfiguration"] == of_pool
    with refused("InvalidParameterException", "not a valid CIDR"):
        admin.set_risk_configuration(**of_pool, RiskExceptionConfiguration={"BlockedIPRangeList": ["nonsense"]})
    with refused("InvalidParameterException", "NotifyConfiguration"):
        notify = {"Actions": {"LowAction": {"Notify": True, "EventAction": "BLOCK"}}}
        admin.set_risk_configuration(**of_pool, AccountTakeoverRiskConfiguration=notify)
    with refused("ResourceNotFoundException"):
        admin.describe_risk_configuration(**of_pool, ClientId="nobody")
    admin.update_user_pool(**of_pool, UserPoolTier="PLUS")
    for call in (admin.describe_risk_configuration, admin.set_risk_configuration):
        with refused("UserPoolAddOnNotEnabledException"):
            call(**of_pool)
    with refused("UserPoolAddOnNotEnabledException"):
        admin.admin_list_user_auth_events(**of_pool, Username="ada")


def test_a_leaked_password_must_be_replaced_and_events_leave_as_logs(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    digest = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
    (tmp_path / "leaked.txt").write_text(f"{'0' * 40}:1\n{digest}:2\n{'F' * 40}:3\n")
    server = start_server(dev=True, breached_passwords=str(tmp_path / "leaked.txt"))
    admin = server.client("cognito-idp", aws_access_key_id="any", aws_secret_access_key="any")
    pool_id = admin.create_user_pool(PoolName="p", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})["UserPool"][
        "Id"
    ]
    app = admin.create_user_pool_client(
        UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    pool = LivePool(pool_id, app["ClientId"], "", admin, server.client("cognito-idp"))
    admin.set_log_delivery_configuration(UserPoolId=pool_id, LogConfigurations=[LOGS])
    name = pool.user("ada")
    sign_in(pool, name)
    blocking = {"Actions": {"EventAction": "BLOCK"}}
    admin.set_risk_configuration(UserPoolId=pool_id, CompromisedCredentialsRiskConfiguration=blocking)
    with refused("InvalidPasswordException", "Provided password cannot be used for security reasons."):
        pool.app.sign_up(ClientId=pool.client_id, Username="bob", Password=PASSWORD)
    with refused("PasswordResetRequiredException"):
        sign_in(pool, name)
    assert admin.admin_get_user(UserPoolId=pool_id, Username=name)["UserStatus"] == "RESET_REQUIRED"
    channel = PoolLogs.configured(server.services.settings, server.services.http)
    assert channel is not None
    for message in Mailbox(server.services).all():
        if message.medium == "LOG":
            channel.deliver(message, "id")
    [file] = (server.services.settings.data_dir / FOLDER).iterdir()
    lines = [json.loads(line)["message"] for line in file.read_text().splitlines()]
    assert {line["userName"] for line in lines} == {name}
    assert {line["compromisedCredentialDetected"] for line in lines} == {"false", "true"}
