"""USER_AUTH: sign-in by choice, without a password too, and right after sign-up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    FeatureUnavailableInTierException,
    InvalidParameterException,
    NotAuthorizedException,
)
from ostiary.delivery.outbox import Message
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import PASSWORD, App, Pool

MakePool = Callable[..., Pool]
Sent = Callable[[], list[Message]]
ALL = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]
SMS = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}


def allowing(*factors: str, **more: Any) -> dict[str, Any]:
    return {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": list(factors)}}, **more}


@pytest.fixture
def app(make_pool: MakePool) -> App:
    pool = make_pool(**allowing(*ALL, AutoVerifiedAttributes=["email"]))
    pool.user("ann", email="ann@example.com", phone_number="+15550001234")
    return pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])


def begin(app: App, name: str = "ann", **parameters: str) -> dict[str, Any]:
    return app.initiate("USER_AUTH", USERNAME=name, **parameters)


def choose(app: App, asked: dict[str, Any], name: str = "ann", **responses: str) -> dict[str, Any]:
    return app.respond(asked["ChallengeName"], asked["Session"], USERNAME=name, **responses)


def test_somebody_without_a_preference_is_told_what_there_is(app: App) -> None:
    asked = begin(app)
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    assert asked["ChallengeParameters"] == {}
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]
    assert "AuthenticationResult" in choose(app, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        choose(app, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)


def test_a_password_signs_in_at_once(app: App) -> None:
    answer = begin(app, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in answer
    with pytest.raises(NotAuthorizedException, match=r"^Incorrect username or password\.$"):
        begin(app, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="Wrong-horse-8")


def test_a_preferred_password_is_waited_for(app: App) -> None:
    asked = begin(app, PREFERRED_CHALLENGE="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        choose(app, asked, PASSWORD="Wrong-horse-8")
    with pytest.raises(InvalidParameterException, match="Missing required parameter PASSWORD"):
        choose(app, asked)
    assert "AuthenticationResult" in choose(app, asked, PASSWORD=PASSWORD)


@pytest.mark.parametrize("when", ["at once", "when chosen"])
def test_a_password_is_proven_by_srp(app: App, when: str) -> None:
    srp = SrpClient(app.pool.id, "ann", PASSWORD)
    public = f"{srp.large_a_value:x}"
    if when == "at once":
        asked = begin(app, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=public)
        assert asked["AvailableChallenges"][0] == "PASSWORD_SRP"
    else:
        asked = choose(app, begin(app), ANSWER="PASSWORD_SRP", SRP_A=public)
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    answer = app.respond("PASSWORD_VERIFIER", **app.srp_answer(asked["ChallengeParameters"], srp))
    assert "AuthenticationResult" in answer


@pytest.mark.parametrize(
    ("name", "medium", "to", "digits"),
    [("EMAIL_OTP", "EMAIL", "a***@e***", 8), ("SMS_OTP", "SMS", "+*******1234", 6)],
)
def test_a_code_signs_in_instead_of_a_password(
    app: App, sent: Sent, name: str, medium: str, *, to: str, digits: int
) -> None:
    asked = begin(app, PREFERRED_CHALLENGE=name)
    assert asked["ChallengeName"] == name
    expected = {"CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": to}
    assert asked["ChallengeParameters"] == expected
    code = sent()[-1].code
    assert len(code) == digits
    answer = choose(app, asked, **{f"{name}_CODE": code})
    listed = app.pool.get_user(answer["AuthenticationResult"]["AccessToken"])["UserAttributes"]
    verified = {"EMAIL": "email_verified", "SMS": "phone_number_verified"}[medium]
    assert {"Name": verified, "Value": "true"} in listed
    again = choose(app, begin(app), ANSWER=name)
    assert again["ChallengeName"] == name


def test_of_many_who_use_a_code_one_gets_in(app: App, sent: Sent) -> None:
    asked = begin(app, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = sent()[-1].code

    def answer(_: int) -> bool:
        try:
            choose(app, asked, EMAIL_OTP_CODE=code)
        except (NotAuthorizedException, CodeMismatchException):
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(answer, range(12))) == 1


def test_what_is_not_there_cannot_be_chosen(app: App) -> None:
    app.pool.user("bob")
    asked = begin(app, "bob", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    for chosen in ("EMAIL_OTP", "WEB_AUTHN", "", "SELECT_CHALLENGE"):
        with pytest.raises(InvalidParameterException):
            choose(app, asked, "bob", ANSWER=chosen)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(app, asked, "ann", ANSWER="PASSWORD", PASSWORD=PASSWORD)


def test_who_must_choose_a_password_has_only_that(app: App) -> None:
    app.pool.invite("bob", email="bob@example.com")
    asked = begin(app, "bob", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    assert choose(app, asked, "bob", ANSWER="PASSWORD", PASSWORD=PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_one_thing_alone_does_not_replace_two(app: App) -> None:
    """MFA-03: who has turned a second factor on is offered passwords only, and asked for it."""
    pool = app.pool
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="OPTIONAL", SmsMfaConfiguration={"SmsConfiguration": SMS})
    pool.call("AdminSetUserMFAPreference", Username="ann", SMSMfaSettings={"Enabled": True})
    asked = begin(app, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    assert choose(app, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)["ChallengeName"] == "SMS_MFA"
    with pytest.raises(InvalidParameterException, match="signs users in by one-time codes"):
        pool.call("SetUserPoolMfaConfig", MfaConfiguration="ON")


# -- strangers -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hides", ["ENABLED", "LEGACY"])
def test_a_stranger_is_asked_like_a_user(app: App, sent: Sent, hides: str) -> None:
    """ENU-01, ENU-03: whatever the client may know otherwise."""
    client = app.pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"], PreventUserExistenceErrors=hides)
    there, absent = begin(client), begin(client, "nobody")
    assert there.keys() == absent.keys()
    assert len(there["Session"]) == len(absent["Session"])
    assert there["AvailableChallenges"] == absent["AvailableChallenges"]
    with pytest.raises(NotAuthorizedException, match=r"^Incorrect username or password\.$"):
        choose(client, absent, "nobody", ANSWER="PASSWORD", PASSWORD=PASSWORD)
    before = len(sent())
    asked = choose(client, absent, "nobody", ANSWER="EMAIL_OTP")
    assert len(sent()) == before
    assert (
        asked["ChallengeParameters"].keys() == choose(client, there, ANSWER="EMAIL_OTP")["ChallengeParameters"].keys()
    )
    again = begin(client, "nobody", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert again["ChallengeParameters"] == asked["ChallengeParameters"]
    for _ in range(4):
        with pytest.raises(CodeMismatchException, match=r"^Invalid code or auth state for the user\.$"):
            choose(client, asked, "nobody", EMAIL_OTP_CODE="12345678")


# -- right after sign-up ---------------------------------------------------------------------------------------------
def sign_up(app: App, name: str, **more: str) -> dict[str, Any]:
    attributes = [{"Name": "email", "Value": f"{name}@example.com"}]
    return app.pool.anybody("SignUp", ClientId=app.id, Username=name, UserAttributes=attributes, **more)


def confirm(app: App, name: str, code: str, **more: str) -> dict[str, Any]:
    return app.pool.anybody("ConfirmSignUp", ClientId=app.id, Username=name, ConfirmationCode=code, **more)


def continued(app: App, session: str, name: str = "bob", **parameters: str) -> dict[str, Any]:
    req = {"AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": name, **parameters}, "Session": session}
    return app.pool.anybody("InitiateAuth", ClientId=app.id, **req)


def test_who_confirms_the_address_is_signed_in_without_another_code(app: App, sent: Sent) -> None:
    """behaviour/clients.md 10."""
    signed_up = sign_up(app, "bob")
    session = confirm(app, "bob", sent()[-1].code, Session=signed_up["Session"])["Session"]
    assert "AuthenticationResult" in continued(app, session, PREFERRED_CHALLENGE="EMAIL_OTP")
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        continued(app, session)


def test_a_session_of_sign_up_is_the_users_own(app: App, sent: Sent) -> None:
    """PWD-11."""
    signed_up = sign_up(app, "bob", Password=PASSWORD)
    code = sent()[-1].code
    other = sign_up(app, "eve")["Session"]
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        confirm(app, "bob", code, Session=other)
    session = confirm(app, "bob", code, Session=signed_up["Session"])["Session"]
    for wrong in (signed_up["Session"], "x" * 100):
        with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
            continued(app, wrong)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        continued(app, session, "ann")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        continued(app.pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"]), session)


def test_an_old_session_of_sign_up_is_refused(app: App, sent: Sent, advance: Callable[[float], None]) -> None:
    sign_up(app, "bob")
    session = confirm(app, "bob", sent()[-1].code)["Session"]
    advance(181)
    with pytest.raises(NotAuthorizedException, match="session is expired"):
        continued(app, session)


def test_confirming_does_not_replace_a_second_factor(app: App, sent: Sent) -> None:
    """MFA-03."""
    sign_up(app, "bob", Password=PASSWORD)
    session = confirm(app, "bob", sent()[-1].code)["Session"]
    app.pool.call("UpdateUserPool", **allowing("PASSWORD"))
    assert continued(app, session)["ChallengeName"] == "SELECT_CHALLENGE"


def test_only_a_pool_that_sends_codes_has_users_without_passwords(pool: Pool) -> None:
    app = pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    with pytest.raises(InvalidParameterException, match="Password is required"):
        sign_up(app, "bob")
    assert "Session" not in sign_up(pool.app(), "bob", Password=PASSWORD)


# -- settings and factors --------------------------------------------------------------------------------------------
def test_factors_are_listed(app: App) -> None:
    answer = begin(app, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
    token = answer["AuthenticationResult"]["AccessToken"]
    listed = app.pool.anybody("GetUserAuthFactors", AccessToken=token)
    assert listed == {"Username": "ann", "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
    assert app.pool.call("AdminGetUserAuthFactors", Username="ann") == listed


def test_an_authenticator_app_is_no_first_factor(pool: Pool) -> None:
    with pytest.raises(InvalidParameterException):
        pool.call("UpdateUserPool", **allowing("PASSWORD", "SOFTWARE_TOKEN"))
    with pytest.raises(FeatureUnavailableInTierException):
        pool.call("UpdateUserPool", **allowing("PASSWORD", "EMAIL_OTP", UserPoolTier="LITE"))


def test_a_client_must_allow_the_flow(pool: Pool) -> None:
    pool.user("ann")
    with pytest.raises(InvalidParameterException, match=r"^USER_AUTH is not enabled for the client\.$"):
        begin(pool.app())
