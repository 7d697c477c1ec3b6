"""Whoever is locked while a sign-in is under way goes on with no step of it (PWD-06)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.delivery.outbox import Message
from tests.idp.signin.conftest import App, Pool

Advance = Callable[[float], None]
Sent = Callable[[], list[Message]]
SMS = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
FACTORS = {
    "SmsMfaConfiguration": {"SmsConfiguration": SMS},
    "EmailMfaConfiguration": {"Subject": "Your code", "Message": "{####}"},
}
LOCKED = r"^Password attempts exceeded$"
ON = {"Enabled": True, "PreferredMfa": False}


@pytest.fixture
def app(pool: Pool) -> App:
    """Make a client of a pool with second factors, where `ann` has two turned on."""
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="OPTIONAL", **FACTORS)
    pool.invite("ann", email="ann@example.com", phone_number="+15550001234")
    pool.call("AdminSetUserMFAPreference", Username="ann", SMSMfaSettings=ON, EmailMfaSettings=ON)
    return pool.app()


def lock(app: App) -> None:
    """Fail until nothing is compared any more."""
    while True:
        with pytest.raises(NotAuthorizedException) as refused:
            app.password("ann", "wrong")
        if refused.value.message != "Incorrect username or password.":
            assert refused.value.message == "Password attempts exceeded"
            return


def answer(app: App, asked: dict[str, Any], **responses: str) -> dict[str, Any]:
    return app.respond(asked["ChallengeName"], asked["Session"], USERNAME="ann", **responses)


def test_every_step_waits_for_the_end_of_a_lock(app: App, advance: Advance, sent: Sent) -> None:
    asked = app.password("ann")
    lock(app)
    with pytest.raises(NotAuthorizedException, match=LOCKED):
        answer(app, asked, NEW_PASSWORD="Another-horse-8")
    assert app.pool.call("AdminGetUser", Username="ann")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    advance(2)
    asked = answer(app, asked, NEW_PASSWORD="Another-horse-8")
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    lock(app)
    with pytest.raises(NotAuthorizedException, match=LOCKED):
        answer(app, asked, ANSWER="SMS_MFA")
    assert sent() == []
    advance(60)
    asked = answer(app, asked, ANSWER="SMS_MFA")
    code = sent()[-1].code
    lock(app)
    with pytest.raises(NotAuthorizedException, match=LOCKED):
        answer(app, asked, SMS_MFA_CODE=code)
    advance(60)
    assert "AuthenticationResult" in answer(app, asked, SMS_MFA_CODE=code)
