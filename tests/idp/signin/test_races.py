"""What is good once is good once for fifty who use it in the same moment (MFA-01, MFA-05, PWD-11, TOK-14, ATT-06)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ostiary.aws.errors import ServiceError
from ostiary.context import Context, Services
from ostiary.delivery.outbox import Message
from tests.fixtures.authenticator import Authenticator
from tests.fixtures.waiting import PATIENCE
from tests.idp.signin import test_recovery_codes as recovery
from tests.idp.signin.conftest import PASSWORD, App, Pool
from tests.idp.signin.test_devices import TRACKING, Phone
from tests.idp.signin.test_passkeys import POLICY, Person, requested
from tests.idp.signin.test_second_factors import ON, SMS, World

AT_ONCE = 50
NEW = "Battery-staple-9"
REFUSED = {
    "AliasExistsException",
    "CodeMismatchException",
    "DeviceKeyExistsException",
    "ExpiredCodeException",
    "InvalidParameterException",
    "LimitExceededException",
    "NotAuthorizedException",
    "RefreshTokenReuseException",
    "TooManyFailedAttemptsException",
    "UsernameExistsException",
    "WebAuthnChallengeNotFoundException",
}
Sent = Callable[[], list[Message]]


def winners(attempt: Callable[[int], object]) -> list[int]:
    """Let fifty threads make an attempt in the same moment; return whose succeeded. The others are refused properly."""
    together = threading.Barrier(AT_ONCE)

    def one(number: int) -> bool:
        together.wait(PATIENCE)
        try:
            attempt(number)
        except ServiceError as error:
            assert type(error).__name__ in REFUSED  # noqa: PT017
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [number for number, won in enumerate(threads.map(one, range(AT_ONCE))) if won]


@pytest.fixture
def world(make_pool: Callable[..., Pool], services: Services, sent: Sent) -> World:
    pool = make_pool(AutoVerifiedAttributes=["email"], AliasAttributes=["email"], UserPoolTags=recovery.ON)
    return World(pool, services, sent)


def listed(**attributes: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def sign_up(world: World, name: str, address: str) -> dict[str, Any]:
    req = {"ClientId": world.app.id, "Username": name, "Password": PASSWORD}
    return world.pool.anybody("SignUp", **req, UserAttributes=listed(email=address))


def confirm(world: World, name: str, code: str) -> None:
    world.pool.anybody("ConfirmSignUp", ClientId=world.app.id, Username=name, ConfirmationCode=code)


def sent_to(world: World, address: str) -> str:
    return next(message.code for message in reversed(world.sent()) if message.recipient == address)


# -- names and addresses ---------------------------------------------------------------------------------------------
def test_a_username_is_one_persons(world: World) -> None:
    (won,) = winners(lambda number: sign_up(world, "bob", f"bob{number}@example.com"))
    shown = world.pool.call("AdminGetUser", Username="bob")["UserAttributes"]
    assert {"Name": "email", "Value": f"bob{won}@example.com"} in shown
    assert [message.recipient for message in world.sent()] == [f"bob{won}@example.com"]


def test_a_username_is_one_persons_whom_the_administrator_makes(world: World) -> None:
    create = {"Username": "bob", "MessageAction": "SUPPRESS"}
    call = world.pool.call
    (won,) = winners(lambda number: call("AdminCreateUser", **create, TemporaryPassword=f"{NEW}{number}"))
    assert world.app.password("bob", f"{NEW}{won}")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_an_address_is_the_alias_of_one_who_proves_it(world: World) -> None:
    """ATT-06: by confirming at the same time, each with a code of their own."""
    codes = []
    for number in range(AT_ONCE):
        sign_up(world, f"bob{number}", "bob@example.com")
        codes.append(sent_to(world, "bob@example.com"))
    (won,) = winners(lambda number: confirm(world, f"bob{number}", codes[number]))
    assert world.pool.call("AdminGetUser", Username="bob@example.com")["Username"] == f"bob{won}"


# -- codes -----------------------------------------------------------------------------------------------------------
def test_a_code_confirms_once(world: World) -> None:
    sign_up(world, "bob", "bob@example.com")
    code = sent_to(world, "bob@example.com")
    assert len(winners(lambda _: confirm(world, "bob", code))) == 1


def test_a_code_resets_a_password_once(world: World) -> None:
    world.pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=listed(email_verified="true"))
    named = {"ClientId": world.app.id, "Username": "ann"}
    world.pool.anybody("ForgotPassword", **named)
    code = world.sent()[-1].code

    def reset(number: int) -> None:
        world.pool.anybody("ConfirmForgotPassword", **named, ConfirmationCode=code, Password=f"{NEW}{number}")

    (won,) = winners(reset)
    assert world.app.tokens("ann", f"{NEW}{won}")


def test_a_code_verifies_an_address_once(world: World) -> None:
    token = world.app.tokens("ann")["AccessToken"]
    world.pool.anybody("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    req = {"AccessToken": token, "AttributeName": "email", "Code": world.sent()[-1].code}
    assert len(winners(lambda _: world.pool.anybody("VerifyUserAttribute", **req))) == 1


@pytest.mark.parametrize(
    ("factor", "member"), [("SMSMfaSettings", "SMS_MFA_CODE"), ("EmailMfaSettings", "EMAIL_OTP_CODE")]
)
def test_a_code_that_was_sent_signs_in_once(world: World, factor: str, member: str) -> None:
    """MFA-05."""
    world.prefer(**{factor: ON})
    asked = world.app.password("ann")
    code = world.sent()[-1].code
    assert len(winners(lambda _: world.answer(asked, **{member: code}))) == 1


def test_a_code_of_an_app_signs_in_once_in_whatever_session(world: World) -> None:
    """MFA-01."""
    device = world.enrol()
    asked = [world.app.password("ann") for _ in range(AT_ONCE // 2)] * 2
    assert len(winners(lambda number: world.answer(asked[number], SOFTWARE_TOKEN_MFA_CODE=device.code()))) == 1


def test_a_recovery_code_signs_in_once_in_whatever_session(world: World, context: Callable[..., Context]) -> None:
    world.enrol()
    code = recovery.make(world, context(account=""))[3]
    asked = [world.app.password("ann") for _ in range(AT_ONCE)]
    assert len(winners(lambda number: world.answer(asked[number], SOFTWARE_TOKEN_MFA_CODE=code))) == 1
    assert len([message for message in world.sent() if "You have 9 left." in message.body]) == 1


# -- sessions and tokens ---------------------------------------------------------------------------------------------
def test_a_session_goes_on_once(world: World) -> None:
    """PWD-11: with one session or with several, the temporary password is replaced once."""
    world.pool.invite("bob")
    sessions = [world.app.password("bob")["Session"] for _ in range(3)]

    def answer(number: int) -> None:
        responses = {"USERNAME": "bob", "NEW_PASSWORD": f"{NEW}{number}"}
        world.app.respond("NEW_PASSWORD_REQUIRED", sessions[number % 3], **responses)

    (won,) = winners(answer)
    assert world.app.tokens("bob", f"{NEW}{won}")


def test_a_refresh_token_rotates_once(world: World) -> None:
    """TOK-14."""
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    rotates = world.pool.app(ExplicitAuthFlows=flows, RefreshTokenRotation=rotation)
    token = rotates.tokens("ann")["RefreshToken"]
    assert len(winners(lambda _: rotates.rotate(token))) == 1


# -- passkeys and devices --------------------------------------------------------------------------------------------
@pytest.fixture
def ann(make_pool: Callable[..., Pool]) -> Person:
    pool = make_pool(Policies=POLICY)
    pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"RelyingPartyId": "example.com"})
    return Person(pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"]), "ann")


def test_a_challenge_registers_one_passkey(ann: Person) -> None:
    options = ann.options()
    made = [Authenticator().register(options) for _ in range(AT_ONCE)]
    assert len(winners(lambda number: ann.call("CompleteWebAuthnRegistration", Credential=made[number]))) == 1
    assert len(ann.call("ListWebAuthnCredentials")["Credentials"]) == 1


def test_a_proof_of_a_passkey_signs_in_once(ann: Person) -> None:
    key = Authenticator()
    ann.register(key)
    asked = ann.asked()
    proof = key.prove(requested(asked))
    assert len(winners(lambda _: ann.answer(asked, proof))) == 1


@pytest.fixture
def phone(make_pool: Callable[..., Pool]) -> Phone:
    pool = make_pool(DeviceConfiguration=TRACKING, SmsConfiguration=SMS, MfaConfiguration="OPTIONAL")
    pool.user("ann", phone_number="+15550001234")
    app: App = pool.app()
    return Phone(app)


def test_a_device_is_confirmed_once(phone: Phone) -> None:
    tokens = phone.first_sign_in()
    assert len(winners(lambda _: phone.confirm(tokens))) == 1


def test_a_proof_of_a_device_signs_in_once(phone: Phone) -> None:
    phone.remembered()
    srp = phone.srp()
    right = phone.proof(phone.begin_proof(srp, phone.challenge()["Session"]), srp)
    assert len(winners(lambda _: phone.app.respond("DEVICE_PASSWORD_VERIFIER", **right))) == 1
