"""Second factors: set up, asked for, proven once (MFA-01 to MFA-06)."""

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    EnableSoftwareTokenMFAException,
    ExpiredCodeException,
    FeatureUnavailableInTierException,
    InvalidParameterException,
    NotAuthorizedException,
    SoftwareTokenMFANotFoundException,
)
from ostiary.context import Services
from ostiary.crypto import totp
from ostiary.delivery.outbox import Message
from ostiary.idp.signin.challenges import CHALLENGES
from tests.idp.signin.conftest import PASSWORD, Pool

Advance = Callable[[float], None]
Sent = Callable[[], list[Message]]
SMS = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
ALL: dict[str, Any] = {
    "SmsMfaConfiguration": {"SmsAuthenticationMessage": "Sign in with {####}", "SmsConfiguration": SMS},
    "SoftwareTokenMfaConfiguration": {"Enabled": True},
    "EmailMfaConfiguration": {"Subject": "Your code", "Message": "<b>{####}</b>"},
}
ON = {"Enabled": True, "PreferredMfa": False}
PREFERRED = {"Enabled": True, "PreferredMfa": True}


class Authenticator:
    """An authenticator app that holds one seed."""

    def __init__(self, services: Services, secret: str) -> None:
        self._clock, self._seed = services.clock, base64.b32decode(secret + "=" * (-len(secret) % 8))

    def code(self, steps: int = 0) -> str:
        return totp.code(self._seed, totp.step_at(self._clock.now()) + steps)

    def wrong(self) -> str:
        right = {self.code(steps) for steps in (-1, 0, 1)}
        return next(digits for digits in ("000000", "111111", "222222", "333333") if digits not in right)


class World:
    """A pool with every second factor, an app client, and `ann`, who can be reached."""

    def __init__(self, pool: Pool, services: Services, sent: Sent) -> None:
        self.pool, self.services, self.sent = pool, services, sent
        self.mfa("OPTIONAL", **ALL)
        pool.user("ann", email="ann@example.com", phone_number="+15550001234")
        self.app = pool.app()

    def mfa(self, mode: str, **more: Any) -> dict[str, Any]:
        return self.pool.call("SetUserPoolMfaConfig", MfaConfiguration=mode, **more)

    def prefer(self, **settings: Any) -> None:
        self.pool.call("AdminSetUserMFAPreference", Username="ann", **settings)

    def enrol(self, **settings: Any) -> Authenticator:
        """Have ann set up an authenticator app, with a code of the step before."""
        token = self.app.tokens("ann")["AccessToken"]
        secret = self.pool.anybody("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
        device = Authenticator(self.services, secret)
        self.pool.anybody("VerifySoftwareToken", AccessToken=token, UserCode=device.code(-1))
        self.prefer(SoftwareTokenMfaSettings=settings or ON)
        return device

    def answer(self, challenge: dict[str, Any], **responses: str) -> dict[str, Any]:
        return self.app.respond(challenge["ChallengeName"], challenge["Session"], USERNAME="ann", **responses)

    def shown(self) -> dict[str, Any]:
        return self.pool.call("AdminGetUser", Username="ann")


@pytest.fixture
def world(pool: Pool, services: Services, sent: Sent) -> World:
    return World(pool, services, sent)


# -- the authenticator app -------------------------------------------------------------------------------------------
def test_an_app_is_set_up_turned_on_and_asked_for(world: World) -> None:
    token = world.app.tokens("ann")["AccessToken"]
    secret = world.pool.anybody("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    assert len(secret) == 52
    device = Authenticator(world.services, secret)
    answer = world.pool.anybody(
        "VerifySoftwareToken", AccessToken=token, UserCode=device.code(-1), FriendlyDeviceName="phone"
    )
    assert answer == {"Status": "SUCCESS"}
    assert "AuthenticationResult" in world.app.password("ann"), "registered is not turned on"
    world.pool.anybody("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings=PREFERRED)
    challenge = world.app.password("ann")
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert challenge["ChallengeParameters"] == {"FRIENDLY_DEVICE_NAME": "phone", "USER_ID_FOR_SRP": "ann"}
    done = world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code())
    user = world.pool.get_user(done["AuthenticationResult"]["AccessToken"])
    assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]


def test_srp_is_followed_by_the_app_too(world: World) -> None:
    """MFA-03."""
    device = world.enrol()
    challenge = world.app.srp("ann")
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" in world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code())


def test_a_code_counts_once(world: World) -> None:
    """MFA-01."""
    device = world.enrol()
    first, second = world.app.password("ann"), world.app.password("ann")
    world.answer(first, SOFTWARE_TOKEN_MFA_CODE=device.code())
    with pytest.raises(ExpiredCodeException, match=r"^Your software token has already been used once\.$"):
        world.answer(second, SOFTWARE_TOKEN_MFA_CODE=device.code())
    with pytest.raises(ExpiredCodeException):
        world.answer(second, SOFTWARE_TOKEN_MFA_CODE=device.code(-1))
    assert "AuthenticationResult" in world.answer(second, SOFTWARE_TOKEN_MFA_CODE=device.code(1))


def test_wrong_codes_end_the_session_and_lock(world: World, advance: Advance) -> None:
    """MFA-04, PWD-06."""
    device = world.enrol()
    challenge = world.app.password("ann")
    for _ in range(6):
        with pytest.raises(CodeMismatchException, match=r"^Invalid code received for user$"):
            world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.wrong())
    with pytest.raises(CodeMismatchException):
        world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code())
    with pytest.raises(NotAuthorizedException, match="Password attempts exceeded"):
        world.app.password("ann")
    advance(2)
    assert "AuthenticationResult" in world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=device.code())


def test_a_right_password_does_not_forget_wrong_codes(world: World, advance: Advance) -> None:
    """MFA-04: new sessions give no new tries."""
    device = world.enrol()
    for _ in range(7):
        challenge = world.app.password("ann")
        with pytest.raises(CodeMismatchException):
            world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.wrong())
        advance(5)
    with pytest.raises(CodeMismatchException):
        world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=device.wrong())
    advance(5)
    with pytest.raises(NotAuthorizedException, match="Password attempts exceeded"):
        world.app.password("ann")


def test_a_session_is_good_once_for_its_user_client_and_step(world: World) -> None:
    """PWD-11, MFA-05."""
    device = world.enrol()
    world.pool.user("bob")
    challenge = world.app.password("ann")
    responses = dict.fromkeys(itertools.chain(*(challenge.needed for challenge in CHALLENGES.values())), device.code())
    session = challenge["Session"]
    for name in ("SMS_MFA", "EMAIL_OTP", "NEW_PASSWORD_REQUIRED", "SELECT_MFA_TYPE", "MFA_SETUP"):
        with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
            world.app.respond(name, session, USERNAME="ann", **responses)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("SOFTWARE_TOKEN_MFA", session, USERNAME="bob", **responses)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.pool.app().respond("SOFTWARE_TOKEN_MFA", session, USERNAME="ann", **responses)
    assert "AuthenticationResult" in world.answer(challenge, **responses)
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code(1))


def test_a_session_expires(world: World, advance: Advance) -> None:
    device = world.enrol()
    challenge = world.app.password("ann")
    advance(181)
    with pytest.raises(NotAuthorizedException, match="session is expired"):
        world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code())


def test_an_app_is_replaced_only_when_the_next_is_proven(world: World, advance: Advance) -> None:
    """MFA-02."""
    device = world.enrol()
    token = world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=device.code())["AuthenticationResult"]
    named = {"AccessToken": token["AccessToken"]}
    fresh = Authenticator(world.services, world.pool.anybody("AssociateSoftwareToken", **named)["SecretCode"])
    with pytest.raises(EnableSoftwareTokenMFAException, match=r"^Code mismatch$"):
        world.pool.anybody("VerifySoftwareToken", UserCode=fresh.wrong(), **named)
    advance(60)
    assert "AuthenticationResult" in world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=device.code())
    world.pool.anybody("VerifySoftwareToken", UserCode=fresh.code(), **named)
    challenge = world.app.password("ann")
    with pytest.raises(CodeMismatchException):
        world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=device.code(1))
    assert "AuthenticationResult" in world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=fresh.code(1))


def test_a_seed_takes_five_tries(world: World) -> None:
    named = {"AccessToken": world.app.tokens("ann")["AccessToken"]}
    fresh = Authenticator(world.services, world.pool.anybody("AssociateSoftwareToken", **named)["SecretCode"])
    for _ in range(5):
        with pytest.raises(EnableSoftwareTokenMFAException):
            world.pool.anybody("VerifySoftwareToken", UserCode=fresh.wrong(), **named)
    with pytest.raises(EnableSoftwareTokenMFAException):
        world.pool.anybody("VerifySoftwareToken", UserCode=fresh.code(), **named)
    assert world.pool.anybody("AssociateSoftwareToken", **named)["SecretCode"]


def test_a_pool_without_apps_sets_none_up(world: World) -> None:
    token = world.app.tokens("ann")["AccessToken"]
    world.mfa("OFF", SoftwareTokenMfaConfiguration={"Enabled": False})
    for operation, more in (("AssociateSoftwareToken", {}), ("VerifySoftwareToken", {"UserCode": "123456"})):
        with pytest.raises(SoftwareTokenMFANotFoundException, match="has not been enabled by the userPool"):
            world.pool.anybody(operation, AccessToken=token, **more)
        with pytest.raises(InvalidParameterException):
            world.pool.anybody(operation, **more)


def test_seeds_are_sealed_at_rest(world: World) -> None:
    """CRY-02."""
    token = world.app.tokens("ann")["AccessToken"]
    secret = world.pool.anybody("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    from ostiary.store import schema  # noqa: PLC0415 - nothing else here looks into the database

    with world.services.store.read() as tx:
        stored = bytes(tx.all(schema.software_tokens.select())[0].sealed_proposal)
    assert base64.b32decode(secret + "====") not in stored


def test_an_administrator_forgets_a_lost_app(world: World) -> None:
    world.enrol()
    world.pool.call("AdminDeleteSoftwareToken", Username="ann")
    assert "UserMFASettingList" not in world.shown()
    assert "AuthenticationResult" in world.app.password("ann")
    with pytest.raises(InvalidParameterException, match=r"^User has not verified software token mfa$"):
        world.prefer(SoftwareTokenMfaSettings=ON)


# -- codes that are sent ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("setting", "challenge", "recipient", "digits"),
    [
        ("SMSMfaSettings", "SMS_MFA", "+*******1234", 6),
        ("EmailMfaSettings", "EMAIL_OTP", "a***@e***", 8),
    ],
)
def test_a_code_is_sent_and_taken(world: World, setting: str, challenge: str, recipient: str, digits: int) -> None:
    medium = setting.removesuffix("MfaSettings").upper()
    world.prefer(**{setting: ON})
    asked = world.app.password("ann")
    assert asked["ChallengeName"] == challenge
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": recipient,
        "USER_ID_FOR_SRP": "ann",
    }
    message = world.sent()[-1]
    assert (message.medium, len(message.code)) == (medium, digits)
    assert message.body == {"SMS": f"Sign in with {message.code}", "EMAIL": f"<b>{message.code}</b>"}[medium]
    with pytest.raises(CodeMismatchException, match=r"^Invalid code or auth state for the user\.$"):
        world.answer(asked, **{f"{challenge}_CODE": "0" * digits if message.code != "0" * digits else "1" * digits})
    with pytest.raises(InvalidParameterException, match=f"Missing required parameter {challenge}_CODE"):
        world.answer(asked)
    assert "AuthenticationResult" in world.answer(asked, **{f"{challenge}_CODE": message.code})
    listed = {item["Name"]: item["Value"] for item in world.shown()["UserAttributes"]}
    assert listed["phone_number_verified" if medium == "SMS" else "email_verified"] == "true"


def test_a_code_belongs_to_one_sign_in(world: World) -> None:
    """MFA-05."""
    world.prefer(SMSMfaSettings=ON)
    first = world.app.password("ann")
    one = world.sent()[-1].code
    second = world.app.password("ann")
    other = next((message.code for message in world.sent() if message.code != one), one)
    if one != other:
        with pytest.raises(CodeMismatchException):
            world.answer(first, SMS_MFA_CODE=other)
    assert "AuthenticationResult" in world.answer(first, SMS_MFA_CODE=one)
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        world.answer(first, SMS_MFA_CODE=one)
    assert "AuthenticationResult" in world.answer(second, SMS_MFA_CODE=other)


def test_five_wrong_codes_end_the_session(world: World) -> None:
    """MFA-04."""
    world.prefer(SMSMfaSettings=ON)
    asked = world.app.password("ann")
    code = world.sent()[-1].code
    for number in range(6):
        with pytest.raises(CodeMismatchException, match=r"^Invalid code or auth state for the user\.$"):
            world.answer(asked, SMS_MFA_CODE=f"{(int(code) + 1 + number) % 10**6:06d}")
    with pytest.raises(CodeMismatchException):
        world.answer(asked, SMS_MFA_CODE=code)


def test_a_user_with_several_chooses(world: World) -> None:
    device = world.enrol()
    world.prefer(SMSMfaSettings=ON, EmailMfaSettings=ON)
    asked = world.app.password("ann")
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    choice = json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    assert choice == ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]
    with pytest.raises(InvalidParameterException):
        world.answer(asked, ANSWER="PASSWORD")
    chosen = world.answer(asked, ANSWER="SOFTWARE_TOKEN_MFA")
    assert chosen["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        world.answer(asked, ANSWER="SMS_MFA")
    assert "AuthenticationResult" in world.answer(chosen, SOFTWARE_TOKEN_MFA_CODE=device.code())
    by_mail = world.answer(world.app.password("ann"), ANSWER="EMAIL_MFA")
    assert by_mail["ChallengeName"] == "EMAIL_OTP"
    assert "AuthenticationResult" in world.answer(by_mail, EMAIL_OTP_CODE=world.sent()[-1].code)


# -- required --------------------------------------------------------------------------------------------------------
def test_a_pool_that_requires_one_has_it_set_up_on_the_way(world: World, pool: Pool) -> None:
    """MFA-03."""
    pool.user("bob")
    world.mfa("ON")
    asked = world.app.password("bob")
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert json.loads(asked["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("MFA_SETUP", asked["Session"], USERNAME="bob")
    given = pool.anybody("AssociateSoftwareToken", Session=asked["Session"])
    device = Authenticator(world.services, given["SecretCode"])
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        pool.anybody("AssociateSoftwareToken", Session=asked["Session"])
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("MFA_SETUP", given["Session"], USERNAME="bob")
    with pytest.raises(EnableSoftwareTokenMFAException, match="Code mismatch and fail enable Software Token MFA"):
        pool.anybody("VerifySoftwareToken", Session=given["Session"], UserCode=device.wrong())
    proven = pool.anybody("VerifySoftwareToken", Session=given["Session"], UserCode=device.code(-1))
    assert proven["Status"] == "SUCCESS"
    again = world.app.password("bob")
    assert again["ChallengeName"] == "SOFTWARE_TOKEN_MFA", "on at once, also where MFA_SETUP is never answered"
    done = world.app.respond("MFA_SETUP", proven["Session"], USERNAME="bob")
    assert pool.get_user(done["AuthenticationResult"]["AccessToken"])["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        world.app.respond("MFA_SETUP", proven["Session"], USERNAME="bob")


def test_an_old_set_up_session_cannot_replace_an_app(world: World, pool: Pool) -> None:
    """MFA-03: who knows only the password and waited."""
    pool.user("bob")
    world.mfa("ON")
    first, second = world.app.password("bob")["Session"], world.app.password("bob")["Session"]
    held = pool.anybody("AssociateSoftwareToken", Session=first)
    device = Authenticator(world.services, held["SecretCode"])
    pool.anybody("VerifySoftwareToken", Session=held["Session"], UserCode=device.code())
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        pool.anybody("AssociateSoftwareToken", Session=second)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("MFA_SETUP", second, USERNAME="bob", EMAIL="eve@example.com")


def test_an_address_is_set_up_on_the_way(world: World, pool: Pool) -> None:
    pool.user("bob")
    world.mfa("ON")
    asked = world.app.password("bob")
    by_mail = world.app.respond("MFA_SETUP", asked["Session"], USERNAME="bob", EMAIL="bob@example.com")
    assert by_mail["ChallengeName"] == "EMAIL_OTP"
    assert by_mail["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "b***@e***"
    message = world.sent()[-1]
    assert message.recipient == "bob@example.com"
    assert "email" not in {item["Name"] for item in pool.call("AdminGetUser", Username="bob")["UserAttributes"]}
    done = world.app.respond("EMAIL_OTP", by_mail["Session"], USERNAME="bob", EMAIL_OTP_CODE=message.code)
    user = pool.get_user(done["AuthenticationResult"]["AccessToken"])
    assert {item["Name"]: item["Value"] for item in user["UserAttributes"]}["email_verified"] == "true"
    assert user["UserMFASettingList"] == ["EMAIL_OTP"]


def test_a_known_number_is_used_where_one_is_required(world: World) -> None:
    world.mfa("ON")
    asked = world.app.password("ann")
    assert asked["ChallengeName"] == "SMS_MFA"
    assert "AuthenticationResult" in world.answer(asked, SMS_MFA_CODE=world.sent()[-1].code)


@pytest.mark.parametrize("verified", ["true", "false"])
def test_a_known_address_is_used_where_one_is_required(world: World, pool: Pool, verified: str) -> None:
    """MFA-03: who knows the password only cannot have the code sent elsewhere."""
    pool.user("bob", email="bob@example.com", email_verified=verified)
    world.mfa("ON")
    asked = world.app.password("bob")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert [message.recipient for message in world.sent()] == ["bob@example.com"]
    for name in ("MFA_SETUP", "EMAIL_OTP"):
        with pytest.raises((NotAuthorizedException, InvalidParameterException)):
            world.app.respond(name, asked["Session"], USERNAME="bob", EMAIL="eve@example.com")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        pool.anybody("AssociateSoftwareToken", Session=asked["Session"])
    assert [message.recipient for message in world.sent()] == ["bob@example.com"]
    code = world.sent()[-1].code
    assert "AuthenticationResult" in world.app.respond(
        "EMAIL_OTP", asked["Session"], USERNAME="bob", EMAIL_OTP_CODE=code
    )
    assert attributes_of(pool, "bob") >= {"email": "bob@example.com", "email_verified": "true"}.items()


def attributes_of(pool: Pool, name: str) -> Any:
    listed = pool.call("AdminGetUser", Username=name)["UserAttributes"]
    return {item["Name"]: item["Value"] for item in listed}.items()


def test_who_has_got_an_address_meanwhile_sets_nothing_up_by_the_password(world: World, pool: Pool) -> None:
    """MFA-03: sessions from before, and a code that is on its way to somebody else."""
    pool.user("bob")
    world.mfa("ON")
    first, second, third = (world.app.password("bob")["Session"] for _ in range(3))
    asked = world.app.respond("MFA_SETUP", first, USERNAME="bob", EMAIL="eve@example.com")
    code = world.sent()[-1].code
    mine = [{"Name": "email", "Value": "bob@example.com"}]
    pool.call("AdminUpdateUserAttributes", Username="bob", UserAttributes=mine)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("EMAIL_OTP", asked["Session"], USERNAME="bob", EMAIL_OTP_CODE=code)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        world.app.respond("MFA_SETUP", second, USERNAME="bob", EMAIL="eve@example.com")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        pool.anybody("AssociateSoftwareToken", Session=third)
    assert ("email", "bob@example.com") in attributes_of(pool, "bob")


def test_a_number_that_comes_with_a_new_password_does_not_get_the_code(world: World, pool: Pool) -> None:
    """MFA-03: neither in that sign-in nor in the next; it is a factor once the user turns it on."""
    pool.invite("bob", email="bob@example.com")
    world.mfa("ON")
    asked = world.app.password("bob")
    given = {"NEW_PASSWORD": "Brand-new-horse-9", "userAttributes.phone_number": "+15550006666"}
    by_mail = world.app.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="bob", **given)
    assert by_mail["ChallengeName"] == "EMAIL_OTP"
    assert world.app.password("bob", "Brand-new-horse-9")["ChallengeName"] == "EMAIL_OTP"
    assert {message.recipient for message in world.sent()} == {"bob@example.com"}
    assert ("phone_number", "+15550006666") in attributes_of(pool, "bob")


def test_a_factor_without_an_address_does_not_come_back_with_a_new_password(world: World, pool: Pool) -> None:
    """MFA-03."""
    pool.user("bob", email="bob@example.com", phone_number="+15550001111")
    pool.call("AdminSetUserMFAPreference", Username="bob", SMSMfaSettings=PREFERRED, EmailMfaSettings=ON)
    pool.call("AdminDeleteUserAttributes", Username="bob", UserAttributeNames=["phone_number"])
    pool.set_password("bob", PASSWORD, permanent=False)
    asked = world.app.password("bob")
    given = {"NEW_PASSWORD": "Brand-new-horse-9", "userAttributes.phone_number": "+15550006666"}
    asked = world.app.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="bob", **given)
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert pool.call("AdminGetUser", Username="bob")["UserMFASettingList"] == ["EMAIL_OTP"]


def test_a_temporary_password_is_replaced_before_the_second_factor(world: World, pool: Pool) -> None:
    """MFA-03, PWD-10."""
    pool.invite("bob", phone_number="+15550001111")
    world.mfa("ON")
    asked = world.app.password("bob")
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    responses = {"USERNAME": "bob", "NEW_PASSWORD": "Brand-new-horse-9"}
    asked = world.app.respond("NEW_PASSWORD_REQUIRED", asked["Session"], **responses)
    assert asked["ChallengeName"] == "SMS_MFA"
    assert pool.call("AdminGetUser", Username="bob")["UserStatus"] == "CONFIRMED"
    code = world.sent()[-1].code
    assert "AuthenticationResult" in world.app.respond("SMS_MFA", asked["Session"], USERNAME="bob", SMS_MFA_CODE=code)


def test_administrators_are_asked_too(world: World) -> None:
    """MFA-03."""
    world.prefer(SMSMfaSettings=ON)
    asked = world.app.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == "SMS_MFA"
    responses = {"USERNAME": "ann", "SMS_MFA_CODE": world.sent()[-1].code}
    req = {"ClientId": world.app.id, "ChallengeName": "SMS_MFA", "ChallengeResponses": responses}
    assert "AuthenticationResult" in world.pool.call("AdminRespondToAuthChallenge", Session=asked["Session"], **req)


def test_one_address_does_not_reset_the_password_and_prove_the_second_factor(world: World, pool: Pool) -> None:
    """MFA-08, PWD-09."""
    flags = [{"Name": f"{name}_verified", "Value": "true"} for name in ("email", "phone_number")]
    pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=flags)
    asked = {"ClientId": world.app.id, "Username": "ann"}
    assert pool.anybody("ForgotPassword", **asked)["CodeDeliveryDetails"]["AttributeName"] == "email"
    world.prefer(EmailMfaSettings=ON)
    assert pool.anybody("ForgotPassword", **asked)["CodeDeliveryDetails"]["AttributeName"] == "phone_number"
    world.prefer(SMSMfaSettings=ON)
    with pytest.raises(InvalidParameterException, match="Cannot reset password for the user"):
        pool.anybody("ForgotPassword", **asked)


# -- preferences -----------------------------------------------------------------------------------------------------
def test_preferences_are_shown_and_changed(world: World) -> None:
    world.enrol()
    world.prefer(SMSMfaSettings=PREFERRED)
    assert world.shown()["PreferredMfaSetting"] == "SMS_MFA"
    world.prefer(SoftwareTokenMfaSettings=PREFERRED)
    shown = world.shown()
    assert (shown["PreferredMfaSetting"], shown["UserMFASettingList"]) == (
        "SOFTWARE_TOKEN_MFA",
        ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
    )
    world.prefer(SoftwareTokenMfaSettings={"Enabled": False})
    shown = world.shown()
    assert "PreferredMfaSetting" not in shown
    assert shown["UserMFASettingList"] == ["SMS_MFA"]
    world.prefer(SMSMfaSettings={"Enabled": False, "PreferredMfa": False})
    assert not {"PreferredMfaSetting", "UserMFASettingList", "MFAOptions"} & world.shown().keys()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"SoftwareTokenMfaSettings": ON}, "User has not verified software token mfa"),
        ({"SMSMfaSettings": PREFERRED, "EmailMfaSettings": PREFERRED}, "Only one MFA method can be preferred"),
        ({"SMSMfaSettings": {"Enabled": False, "PreferredMfa": True}}, "must be enabled to be the preferred"),
        ({"WebAuthnMfaSettings": {"Enabled": True}}, "does not accept passkeys as MFA"),
    ],
)
def test_preferences_that_cannot_be_are_refused(world: World, settings: dict[str, Any], text: str) -> None:
    world.prefer(EmailMfaSettings=ON)
    before = world.shown()
    with pytest.raises(InvalidParameterException, match=text):
        world.prefer(**settings)
    assert world.shown() == before


def test_what_cannot_be_reached_cannot_be_turned_on(world: World, pool: Pool) -> None:
    pool.user("bob")
    for setting, name in (("SMSMfaSettings", "SMS_MFA"), ("EmailMfaSettings", "EMAIL_OTP")):
        with pytest.raises(InvalidParameterException, match=f"delivery config set to turn on {name}"):
            pool.call("AdminSetUserMFAPreference", Username="bob", **{setting: ON})


def test_a_user_cannot_turn_off_what_the_pool_requires(world: World) -> None:
    """MFA-06."""
    token = world.app.tokens("ann")["AccessToken"]
    world.prefer(SMSMfaSettings=ON)
    world.mfa("ON")
    with pytest.raises(InvalidParameterException, match="requires it"):
        world.pool.anybody("SetUserMFAPreference", AccessToken=token, SMSMfaSettings={"Enabled": False})
    world.prefer(SMSMfaSettings={"Enabled": False})


@pytest.mark.parametrize(
    ("operation", "req"),
    [
        ("SetUserMFAPreference", {"SMSMfaSettings": {"Enabled": False}}),
        ("SetUserSettings", {"MFAOptions": []}),
        ("DeleteUserAttributes", {"UserAttributeNames": ["phone_number"]}),
        ("UpdateUserAttributes", {"UserAttributes": [{"Name": "phone_number", "Value": ""}]}),
    ],
)
def test_no_operation_takes_the_last_factor_that_the_pool_requires(world: World, operation: str, req: Any) -> None:
    """MFA-06: by whichever of a user's own operations; one that leaves another factor is taken."""
    token = world.app.tokens("ann")["AccessToken"]
    world.prefer(SMSMfaSettings=ON)
    world.mfa("ON")
    before = world.shown()
    with pytest.raises(InvalidParameterException, match=r"^MFA cannot be turned off, because the user pool requires"):
        world.pool.anybody(operation, AccessToken=token, **req)
    assert world.shown() == before
    world.prefer(EmailMfaSettings=ON)
    world.pool.anybody(operation, AccessToken=token, **req)
    assert world.shown()["UserMFASettingList"][-1] == "EMAIL_OTP"


def test_the_last_address_stays_where_the_pool_sends_codes_to_it(world: World, pool: Pool) -> None:
    """MFA-06: a factor that was never turned on, but is asked for."""
    pool.user("bob", email="bob@example.com")
    token = world.app.tokens("bob")["AccessToken"]
    world.mfa("ON")
    named = {"AccessToken": token, "UserAttributeNames": ["email"]}
    with pytest.raises(InvalidParameterException, match="the user pool requires it"):
        pool.anybody("DeleteUserAttributes", **named)
    world.mfa("OPTIONAL")
    pool.anybody("DeleteUserAttributes", **named)


def test_the_old_settings_turn_sms_on_and_off(world: World) -> None:
    token = world.app.tokens("ann")["AccessToken"]
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    world.pool.anybody("SetUserSettings", AccessToken=token, MFAOptions=options)
    assert world.shown()["MFAOptions"] == options
    assert world.app.password("ann")["ChallengeName"] == "SMS_MFA"
    world.pool.call("AdminSetUserSettings", Username="ann", MFAOptions=[])
    assert "MFAOptions" not in world.shown()
    assert "AuthenticationResult" in world.app.password("ann")
    with pytest.raises(InvalidParameterException):
        world.pool.call("AdminSetUserSettings", Username="ann", MFAOptions=[{"DeliveryMedium": "EMAIL"}])


# -- the pool's settings ---------------------------------------------------------------------------------------------
def test_the_settings_are_shown_as_they_were_set(world: World) -> None:
    shown = world.pool.call("GetUserPoolMfaConfig")
    assert shown == {**ALL, "MfaConfiguration": "OPTIONAL"}
    assert world.mfa("ON") == {**ALL, "MfaConfiguration": "ON"}
    described = world.pool.call("DescribeUserPool")["UserPool"]
    assert (described["MfaConfiguration"], described["SmsConfiguration"]) == ("ON", SMS)


def test_updating_the_pool_keeps_its_factors(world: World) -> None:
    world.pool.call("UpdateUserPool", MfaConfiguration="OPTIONAL")
    shown = world.pool.call("GetUserPoolMfaConfig")
    assert shown["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    assert shown["MfaConfiguration"] == "OPTIONAL"


@pytest.mark.parametrize("mode", ["ON", "OPTIONAL"])
def test_a_pool_without_factors_cannot_ask_for_one(pool: Pool, mode: str) -> None:
    with pytest.raises(InvalidParameterException, match="can't turn on MFA and disable all MFA types"):
        pool.call("SetUserPoolMfaConfig", MfaConfiguration=mode)
    with pytest.raises(InvalidParameterException, match="SMS configuration and Auto verification"):
        pool.call("UpdateUserPool", MfaConfiguration=mode)
    with pytest.raises(InvalidParameterException, match="SMS configuration and Auto verification"):
        pool.admin("CreateUserPool", PoolName="p", MfaConfiguration=mode)
    created = pool.admin("CreateUserPool", PoolName="p", MfaConfiguration=mode, SmsConfiguration=SMS)
    assert created["UserPool"]["MfaConfiguration"] == mode


def test_a_message_without_a_place_for_the_code_is_refused(pool: Pool) -> None:
    with pytest.raises(InvalidParameterException):
        pool.call("SetUserPoolMfaConfig", EmailMfaConfiguration={"Message": "no code"})


def test_the_smallest_plan_has_no_codes_by_mail(pool: Pool) -> None:
    pool.call("UpdateUserPool", UserPoolTier="LITE")
    with pytest.raises(FeatureUnavailableInTierException):
        pool.call("SetUserPoolMfaConfig", EmailMfaConfiguration=ALL["EmailMfaConfiguration"])
