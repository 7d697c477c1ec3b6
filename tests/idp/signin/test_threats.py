"""Threat protection in a process: leaked passwords, what is recorded and told of sign-ins, who is asked for more."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    InvalidPasswordException,
    NotAuthorizedException,
    PasswordResetRequiredException,
)
from ostiary.context import Services
from ostiary.delivery.outbox import Message
from ostiary.store import schema
from ostiary.store.db import Tx
from tests.idp.signin.conftest import PASSWORD, App, Pool

LEAKED, OTHER = PASSWORD, "Other-horse-8"
ARN = "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com"
CODE = {"Subject": "Your code", "Message": "{####}"}
PLACES = {"home": ("198.51.100.7", "48.2", "16.4"), "abroad": ("203.0.113.9", "40.7", "-74.0")}
Sent = Callable[[], list[Message]]


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def services(services: Services, tmp_path: Path) -> Services:
    digest = hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()
    (tmp_path / "leaked.txt").write_text(f"{'0' * 40}:1\n{digest}:2\n{'F' * 40}:3\n")
    settings = dataclasses.replace(services.settings, breached_passwords=str(tmp_path / "leaked.txt"))
    return dataclasses.replace(services, settings=settings)


@pytest.fixture
def pool(make_pool: Callable[..., Pool]) -> Pool:
    return make_pool(UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})


def leaks(pool: Pool, action: str) -> None:
    pool.call("SetRiskConfiguration", CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": action}})


def takeover(pool: Pool, action: str, **notify: Any) -> None:
    each = {"Notify": bool(notify), "EventAction": action}
    told = {"NotifyConfiguration": {"SourceArn": ARN, **notify}} if notify else {}
    actions = {f"{level}Action": each for level in ("Low", "Medium", "High")}
    pool.call("SetRiskConfiguration", AccountTakeoverRiskConfiguration={"Actions": actions, **told})


def with_mailed_codes(pool: Pool, name: str, password: str = PASSWORD) -> None:
    """Make a user who is asked for a mailed code behind the password."""
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="OPTIONAL", EmailMfaConfiguration=CODE)
    pool.user(name, password, email=f"{name}@people.example", email_verified="true")
    pool.call("AdminSetUserMFAPreference", Username=name, EmailMfaSettings={"Enabled": True})


def events(pool: Pool, name: str) -> list[dict[str, Any]]:
    return list(pool.call("AdminListUserAuthEvents", Username=name)["AuthEvents"])


def status(pool: Pool, name: str) -> str:
    return str(pool.call("AdminGetUser", Username=name)["UserStatus"])


def visit(app: App, name: str, place: str | None, device: str = "laptop", password: str = OTHER) -> dict[str, Any]:
    """Sign in from a place, or from one that nobody knows but by its network."""
    ip, latitude, longitude = PLACES[place or "home"]
    headers = {"User-Agent": device}
    if place:
        headers |= {"CloudFront-Viewer-Latitude": latitude, "CloudFront-Viewer-Longitude": longitude}
    context = {
        "IpAddress": ip,
        "ServerName": "app",
        "ServerPath": "/",
        "HttpHeaders": [{"headerName": key, "headerValue": value} for key, value in headers.items()],
    }
    return app.pool.call(
        "AdminInitiateAuth",
        ClientId=app.id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
        ContextData=context,
    )


def test_a_leaked_password_is_refused_before_anything_follows_it(pool: Pool) -> None:
    with_mailed_codes(pool, "ann")
    leaks(pool, "BLOCK")
    with pytest.raises(PasswordResetRequiredException, match="security reasons"):
        pool.app().password("ann")
    assert status(pool, "ann") == "RESET_REQUIRED"
    [event] = events(pool, "ann")
    assert event["EventResponse"] == "Fail"
    assert event["EventRisk"] == {"RiskDecision": "Block", "CompromisedCredentialsDetected": True}


def test_a_leaked_password_that_is_let_through_is_noted_before_the_second_factor(pool: Pool) -> None:
    with_mailed_codes(pool, "ann")
    leaks(pool, "NO_ACTION")
    assert pool.app().password("ann")["ChallengeName"] == "EMAIL_OTP"
    [event] = events(pool, "ann")
    assert (event["EventResponse"], status(pool, "ann")) == ("InProgress", "CONFIRMED")
    assert event["EventRisk"] == {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": True}


def test_who_does_not_know_the_password_learns_nothing_of_leaks(pool: Pool) -> None:
    pool.user("ann", OTHER)
    leaks(pool, "BLOCK")
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        pool.app().password("ann", LEAKED)
    assert status(pool, "ann") == "CONFIRMED"


def test_a_temporary_password_is_not_replaced_by_a_leaked_one(pool: Pool) -> None:
    pool.invite("ann", OTHER)
    leaks(pool, "BLOCK")
    app = pool.app()
    asked = app.password("ann", OTHER)
    for password, refusal in ((LEAKED, InvalidPasswordException), ("Third-horse-9", None)):
        answers = {"USERNAME": "ann", "NEW_PASSWORD": password}
        if refusal:
            with pytest.raises(refusal, match="security reasons"):
                app.respond("NEW_PASSWORD_REQUIRED", asked["Session"], **answers)
        else:
            assert "AuthenticationResult" in app.respond("NEW_PASSWORD_REQUIRED", asked["Session"], **answers)


def test_a_wrong_second_factor_is_an_event(pool: Pool) -> None:
    with_mailed_codes(pool, "ann", OTHER)
    app = pool.app()
    asked = app.password("ann", OTHER)
    with pytest.raises(CodeMismatchException):
        app.respond("EMAIL_OTP", asked["Session"], USERNAME="ann", EMAIL_OTP_CODE="00000000")
    [event] = events(pool, "ann")
    assert event["EventResponse"] == "Fail"
    assert event["ChallengeResponses"] == [{"ChallengeName": "Mfa", "ChallengeResponse": "Failure"}]


@pytest.mark.parametrize("mode", ["ENFORCED", "AUDIT"])
def test_messages_are_written_and_sent_as_configured_and_only_where_protection_acts(
    pool: Pool, sent: Sent, advance: Callable[[float], None], mode: str
) -> None:
    pool.call("UpdateUserPool", UserPoolAddOns={"AdvancedSecurityMode": mode})
    template = {"Subject": "New sign-in", "TextBody": "From <{ip-address}>\nby {device-name}"}
    sender = {"From": "Safety <safety@people.example>", "ReplyTo": "help@people.example"}
    takeover(pool, "NO_ACTION", **sender, NoActionEmail=template)
    pool.user("ann", OTHER, email="ann@people.example", email_verified="true")
    app = pool.app()
    visit(app, "ann", "home")
    advance(60)
    visit(app, "ann", "home", device="Tom & Ann's")
    assert events(pool, "ann")[0]["EventRisk"]["RiskLevel"] == "Low"
    told = [message for message in sent() if message.recipient == "ann@people.example"]
    if mode == "AUDIT":
        assert told == []
        return
    [message] = told
    assert (message.subject, message.format) == ("New sign-in", "plain")
    assert message.body == "From <198.51.100.7>\nby Tom & Ann's"
    assert (message.sender, message.reply_to) == (sender["From"], sender["ReplyTo"])


def test_a_journey_is_measured_from_the_last_place_that_is_known(pool: Pool, advance: Callable[[float], None]) -> None:
    takeover(pool, "NO_ACTION")
    pool.user("ann", OTHER)
    app = pool.app()
    for place in ("home", None, "abroad"):
        visit(app, "ann", place)
        advance(60)
    assert events(pool, "ann")[0]["EventRisk"]["RiskLevel"] == "High"


@pytest.mark.parametrize("verified", ["true", "false"])
def test_a_code_against_risk_goes_only_to_an_address_that_was_proven(pool: Pool, verified: str) -> None:
    takeover(pool, "MFA_REQUIRED")
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="OFF", EmailMfaConfiguration=CODE)
    pool.user("ann", OTHER, email="ann@people.example", email_verified=verified)
    app = pool.app()
    visit(app, "ann", "home")
    if verified == "true":
        assert visit(app, "ann", "abroad")["ChallengeName"] == "EMAIL_OTP"
    else:
        with pytest.raises(NotAuthorizedException, match="Unable to login because of security reasons"):
            visit(app, "ann", "abroad")


@pytest.mark.parametrize("known", [{"email": "ann@people.example"}, {}], ids=["an address", "nothing"])
def test_a_required_factor_is_not_made_up_in_a_risky_sign_in(pool: Pool, known: dict[str, str]) -> None:
    """What is only known gets no code, and nobody sets a factor up (MFA-03)."""
    takeover(pool, "MFA_REQUIRED")
    pool.user("ann", OTHER, **known)
    app = pool.app()
    visit(app, "ann", "home")
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="ON", EmailMfaConfiguration=CODE)
    with pytest.raises(NotAuthorizedException, match="Unable to login because of security reasons"):
        visit(app, "ann", "abroad")


def test_logs_have_the_members_and_the_types_that_are_published(pool: Pool, sent: Sent) -> None:
    group = {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/people"}
    delivered = {"EventSource": "userAuthEvents", "LogLevel": "INFO", "CloudWatchLogsConfiguration": group}
    pool.call("SetLogDeliveryConfiguration", LogConfigurations=[delivered])
    sub = pool.user("ann", OTHER)
    app = pool.app()
    visit(app, "ann", "home")
    [line] = [json.loads(message.body) for message in sent() if message.medium == "LOG"]
    assert (line["eventSource"], line["logLevel"], line["eventTimestamp"].isdigit()) == ("USER_ACTIVITY", "INFO", True)
    message = line["message"]
    assert {key: message.pop(key) for key in ("eventId", "creationDate", "requestId")}.keys()
    assert message == {
        "version": "1",
        "eventType": "SignIn",
        "userSub": sub,
        "userName": "ann",
        "userPoolId": pool.id,
        "clientId": app.id,
        "eventResponse": "Pass",
        "riskLevel": "",
        "riskDecision": "PASS",
        "challenges": ["Password:Success"],
        "deviceName": "laptop",
        "ipAddress": "198.51.100.7",
        "idpName": "",
        "compromisedCredentialDetected": "false",
        "city": "",
        "country": "",
        "eventFeedbackValue": "",
        "eventFeedbackDate": "",
        "eventFeedbackProvider": "",
        "hasContextData": "true",
    }


def test_a_stranger_who_fails_costs_as_much_as_a_user_and_leaves_nothing(
    pool: Pool, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENU-04."""
    pool.user("ann", OTHER)
    app = pool.app(PreventUserExistenceErrors="ENABLED")
    written: list[str] = []
    insert = Tx.insert

    def counted(tx: Tx, table: Any, **values: Any) -> Any:
        written.append(table.name)
        return insert(tx, table, **values)

    monkeypatch.setattr(Tx, "insert", counted)
    costs = {}
    for name in ("ann", "nobody"):
        written.clear()
        with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
            app.password(name, "Wrong-horse-9")
        costs[name] = list(written)
    assert costs["ann"] == costs["nobody"]
    assert "auth_events" in costs["ann"]
    with services.store.read() as tx:
        assert len(tx.all(schema.auth_events.select())) == 1
