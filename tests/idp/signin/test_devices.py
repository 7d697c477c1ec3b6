"""Remembered devices stand for the second factor, and prove themselves (MFA-07)."""

from collections.abc import Callable
from typing import Any

import pytest
from pycognito.aws_srp import generate_hash_device, long_to_hex

from ostiary.aws.types.cognito_idp import (
    DeviceKeyExistsException,
    InvalidParameterException,
    InvalidUserPoolConfigurationException,
    NotAuthorizedException,
    ResourceNotFoundException,
)
from ostiary.crypto import jws
from ostiary.delivery.outbox import Message
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import PASSWORD, App, Pool

MakePool = Callable[..., Pool]
Sent = Callable[[], list[Message]]
GONE = r"^Device does not exist\.$"
TRACKING = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}


class Phone:
    """A device with a secret of its own, which signs in by SRP as pycognito does."""

    def __init__(self, app: App, username: str = "ann") -> None:
        self.app, self.username = app, username
        self.key, self.group, self.secret = "", "", ""

    def first_sign_in(self, **known: str) -> dict[str, Any]:
        result = self.app.initiate("USER_PASSWORD_AUTH", USERNAME=self.username, PASSWORD=PASSWORD, **known)
        return self.finished(result)

    def finished(self, answer: dict[str, Any]) -> dict[str, Any]:
        result = dict(answer["AuthenticationResult"])
        named = result.get("NewDeviceMetadata", {})
        self.key, self.group = named.get("DeviceKey", self.key), named.get("DeviceGroupKey", self.group)
        return result

    def confirm(self, tokens: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.secret, config = generate_hash_device(self.group, self.key)
        named = {"AccessToken": tokens["AccessToken"], "DeviceKey": self.key, "DeviceName": "phone"}
        return self.app.pool.anybody("ConfirmDevice", DeviceSecretVerifierConfig=config, **named | more)

    def remembered(self) -> dict[str, Any]:
        tokens = self.first_sign_in()
        self.confirm(tokens)
        return tokens

    def challenge(self, **more: str) -> dict[str, Any]:
        parameters = {"USERNAME": self.username, "PASSWORD": PASSWORD, "DEVICE_KEY": self.key, **more}
        return self.app.initiate("USER_PASSWORD_AUTH", **parameters)

    def srp(self) -> SrpClient:
        client = SrpClient(self.app.pool.id, self.username, PASSWORD)
        client.device_key, client.device_group_key, client.device_password = self.key, self.group, self.secret
        return client

    def begin_proof(self, srp: SrpClient, session: str | None) -> dict[str, Any]:
        responses = {"USERNAME": self.username, "DEVICE_KEY": self.key, "SRP_A": long_to_hex(srp.large_a_value)}
        return self.app.respond("DEVICE_SRP_AUTH", session, **responses)

    def proof(self, asked: dict[str, Any], srp: SrpClient) -> dict[str, str]:
        assert asked["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
        return dict(srp.process_device_challenge(asked["ChallengeParameters"]))

    def prove(self, session: str | None) -> dict[str, Any]:
        srp = self.srp()
        responses = self.proof(self.begin_proof(srp, session), srp)
        return self.finished(self.app.respond("DEVICE_PASSWORD_VERIFIER", **responses))


@pytest.fixture
def app(make_pool: MakePool) -> App:
    """Make a client of a pool that remembers devices, and sends SMS codes to ann."""
    sms = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
    pool = make_pool(DeviceConfiguration=TRACKING, SmsConfiguration=sms, MfaConfiguration="OPTIONAL")
    pool.user("ann", phone_number="+15550001234")
    return pool.app()


@pytest.fixture
def phone(app: App) -> Phone:
    return Phone(app)


def with_sms(app: App) -> None:
    app.pool.call("AdminSetUserMFAPreference", Username="ann", SMSMfaSettings={"Enabled": True, "PreferredMfa": True})


def test_a_new_device_is_named_confirmed_and_remembered(app: App, phone: Phone) -> None:
    tokens = phone.first_sign_in()
    assert phone.key.startswith("us-east-1_")
    assert phone.group.startswith("-")
    assert jws.unverified(tokens["AccessToken"])[1]["device_key"] == phone.key
    assert "device_key" not in jws.unverified(tokens["IdToken"])[1]
    assert phone.confirm(tokens) == {"UserConfirmationNecessary": False}
    listed = app.pool.anybody("ListDevices", AccessToken=tokens["AccessToken"])["Devices"]
    assert [device["DeviceKey"] for device in listed] == [phone.key]
    attributes = {item["Name"]: item["Value"] for item in listed[0]["DeviceAttributes"]}
    assert attributes["device_name"] == "phone"
    assert attributes["dev:device_remembered_status"] == "remembered"
    with pytest.raises(DeviceKeyExistsException):
        phone.confirm(tokens)


def test_a_remembered_device_stands_for_the_second_factor(app: App, phone: Phone) -> None:
    """MFA-07."""
    phone.remembered()
    with_sms(app)
    assert app.password("ann")["ChallengeName"] == "SMS_MFA"
    asked = phone.challenge()
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    result = phone.prove(asked["Session"])
    assert "NewDeviceMetadata" not in result
    assert jws.unverified(result["AccessToken"])[1]["device_key"] == phone.key


def test_a_device_proves_itself_without_sessions_too(phone: Phone) -> None:
    """behaviour/clients.md 8."""
    phone.remembered()
    phone.challenge()
    assert phone.prove(None)["AccessToken"]
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        phone.begin_proof(phone.srp(), None)


def test_a_device_proves_nothing_before_the_password(app: App, phone: Phone) -> None:
    """MFA-03: the device is the second factor, never the first."""
    phone.remembered()
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        phone.begin_proof(phone.srp(), None)
    phone.challenge()
    other = app.pool.app()
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        other.respond("DEVICE_SRP_AUTH", USERNAME="ann", DEVICE_KEY=phone.key, SRP_A="2")


def test_a_wrong_proof_is_a_failed_sign_in(phone: Phone) -> None:
    phone.remembered()
    session = phone.challenge()["Session"]
    srp = phone.srp()
    right = phone.proof(phone.begin_proof(srp, session), srp)
    with pytest.raises(NotAuthorizedException, match=r"^Incorrect username or password\.$"):
        phone.app.respond("DEVICE_PASSWORD_VERIFIER", **right | {"PASSWORD_CLAIM_SIGNATURE": "AAAA"})
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        phone.app.respond("DEVICE_PASSWORD_VERIFIER", **right)
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        phone.begin_proof(srp, session)


def test_another_users_device_is_worth_nothing(app: App, phone: Phone) -> None:
    """MFA-07."""
    phone.remembered()
    app.pool.user("bob")
    with pytest.raises(ResourceNotFoundException, match=GONE):
        app.initiate("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=PASSWORD, DEVICE_KEY=phone.key)
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        app.initiate("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD="Wrong-pass-1", DEVICE_KEY=phone.key)


def test_an_unknown_device_leaves_the_proof_of_the_password_good(app: App) -> None:
    """Amplify forgets the device then and answers once more without it."""
    srp = SrpClient(app.pool.id, "ann", PASSWORD)
    answer = app.srp_answer(app.srp_challenge("ann", srp), srp)
    unknown = {"DEVICE_KEY": "us-east-1_00000000-0000-0000-0000-000000000000"}
    with pytest.raises(ResourceNotFoundException, match=GONE):
        app.respond("PASSWORD_VERIFIER", **answer | unknown)
    assert "NewDeviceMetadata" in app.respond("PASSWORD_VERIFIER", **answer)["AuthenticationResult"]


def test_a_forgotten_device_is_forgotten_at_once(app: App, phone: Phone) -> None:
    """MFA-07."""
    tokens = phone.remembered()
    session = phone.challenge()["Session"]
    app.pool.anybody("ForgetDevice", AccessToken=tokens["AccessToken"], DeviceKey=phone.key)
    with pytest.raises(ResourceNotFoundException, match=GONE):
        phone.challenge()
    with pytest.raises(ResourceNotFoundException, match=GONE):
        phone.begin_proof(phone.srp(), session)
    with pytest.raises(NotAuthorizedException, match="revoked"):
        app.refresh(tokens["RefreshToken"], DEVICE_KEY=phone.key)
    assert app.pool.get_user(tokens["AccessToken"])["Username"] == "ann"
    with pytest.raises(ResourceNotFoundException, match=GONE):
        app.pool.anybody("ForgetDevice", AccessToken=tokens["AccessToken"], DeviceKey=phone.key)


def test_a_device_that_is_not_remembered_is_asked_for_the_second_factor(app: App, phone: Phone) -> None:
    tokens = phone.remembered()
    with_sms(app)
    named = {"AccessToken": tokens["AccessToken"], "DeviceKey": phone.key}
    app.pool.anybody("UpdateDeviceStatus", DeviceRememberedStatus="not_remembered", **named)
    assert phone.challenge()["ChallengeName"] == "SMS_MFA"
    app.pool.anybody("UpdateDeviceStatus", DeviceRememberedStatus="remembered", **named)
    assert phone.challenge()["ChallengeName"] == "DEVICE_SRP_AUTH"


@pytest.fixture
def untrusting(app: App) -> App:
    """Have the pool track devices that stand for nothing."""
    config = {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False}
    sms = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
    app.pool.call("UpdateUserPool", DeviceConfiguration=config, SmsConfiguration=sms, MfaConfiguration="OPTIONAL")
    return app


def claims(result: dict[str, Any]) -> dict[str, Any]:
    return jws.unverified(result["AccessToken"])[1]


def test_a_device_that_stands_for_nothing_proves_itself_all_the_same(untrusting: App, phone: Phone) -> None:
    """A key without a proof never reaches a token (behaviour/user-pools.md 11.3)."""
    phone.remembered()
    asked = phone.challenge()
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    result = phone.prove(asked["Session"])
    assert "NewDeviceMetadata" not in result
    assert claims(result)["device_key"] == phone.key
    assert claims(result)["amr"] == ["pwd"], "it is no second factor"


def test_a_device_that_stands_for_nothing_is_followed_by_the_second_factor(
    untrusting: App, phone: Phone, sent: Sent
) -> None:
    """MFA-03."""
    phone.remembered()
    with_sms(untrusting)
    srp = phone.srp()
    proof = phone.proof(phone.begin_proof(srp, phone.challenge()["Session"]), srp)
    asked = untrusting.respond("DEVICE_PASSWORD_VERIFIER", **proof)
    assert asked["ChallengeName"] == "SMS_MFA"
    done = untrusting.respond("SMS_MFA", asked["Session"], USERNAME="ann", SMS_MFA_CODE=sent()[-1].code)
    result = phone.finished(done)
    assert "NewDeviceMetadata" not in result
    assert claims(result)["device_key"] == phone.key
    assert claims(result)["amr"] == ["pwd", "otp", "sms", "mfa"]


def test_a_key_that_need_not_be_proven_makes_a_device_anew(untrusting: App, phone: Phone) -> None:
    """Of a device that is not remembered no proof is asked, so its key is worth nothing."""
    tokens = phone.remembered()
    known = phone.key
    named = {"AccessToken": tokens["AccessToken"], "DeviceKey": known}
    untrusting.pool.anybody("UpdateDeviceStatus", DeviceRememberedStatus="not_remembered", **named)
    result = phone.finished(phone.challenge())
    assert result["NewDeviceMetadata"]["DeviceKey"] == claims(result)["device_key"] != known
    with pytest.raises(NotAuthorizedException, match=r"^Invalid Refresh Token\.$"):
        untrusting.refresh(result["RefreshToken"], DEVICE_KEY=known)


def test_a_device_proves_itself_behind_a_code_too(app: App, phone: Phone, sent: Sent) -> None:
    """A code instead of a password: the key of a remembered device wants its proof."""
    phone.remembered()
    first = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}}
    sms = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
    app.pool.call("UpdateUserPool", DeviceConfiguration=TRACKING, SmsConfiguration=sms, Policies=first)
    phone.app = choosing = app.pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    named = {"USERNAME": "ann", "DEVICE_KEY": phone.key}
    asked = choosing.initiate("USER_AUTH", PREFERRED_CHALLENGE="SMS_OTP", **named)
    asked = choosing.respond("SMS_OTP", asked["Session"], SMS_OTP_CODE=sent()[-1].code, **named)
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert claims(phone.prove(asked["Session"]))["device_key"] == phone.key


def test_a_pool_may_leave_remembering_to_the_user(app: App, phone: Phone) -> None:
    prompting = TRACKING | {"DeviceOnlyRememberedOnUserPrompt": True}
    app.pool.call("UpdateUserPool", DeviceConfiguration=prompting)
    tokens = phone.first_sign_in()
    assert phone.confirm(tokens) == {"UserConfirmationNecessary": True}
    found = app.pool.call("AdminGetDevice", Username="ann", DeviceKey=phone.key)["Device"]
    assert {"Name": "dev:device_remembered_status", "Value": "not_remembered"} in found["DeviceAttributes"]


def test_a_refresh_token_is_good_on_its_device_only(app: App, phone: Phone) -> None:
    tokens = phone.remembered()
    refreshed = app.refresh(tokens["RefreshToken"], DEVICE_KEY=phone.key)
    assert jws.unverified(refreshed["AccessToken"])[1]["device_key"] == phone.key
    for more in ({}, {"DEVICE_KEY": "us-east-1_00000000-0000-0000-0000-000000000000"}):
        with pytest.raises(NotAuthorizedException, match=r"^Invalid Refresh Token\.$"):
            app.refresh(tokens["RefreshToken"], **more)
    named = app.rotate(tokens["RefreshToken"])["NewDeviceMetadata"]
    assert named["DeviceKey"] != phone.key
    assert "NewDeviceMetadata" not in app.rotate(tokens["RefreshToken"], DeviceKey=phone.key)


def test_administrators_see_change_and_forget_devices(app: App, phone: Phone) -> None:
    tokens = phone.remembered()
    second = Phone(app)
    second.remembered()
    page = app.pool.call("AdminListDevices", Username="ann", Limit=1)
    rest = app.pool.call("AdminListDevices", Username="ann", Limit=1, PaginationToken=page["PaginationToken"])
    assert {page["Devices"][0]["DeviceKey"], rest["Devices"][0]["DeviceKey"]} == {phone.key, second.key}
    assert "PaginationToken" not in rest
    named = {"Username": "ann", "DeviceKey": phone.key}
    app.pool.call("AdminUpdateDeviceStatus", DeviceRememberedStatus="not_remembered", **named)
    assert "AuthenticationResult" in phone.challenge()
    app.pool.call("AdminForgetDevice", **named)
    for operation in ("AdminGetDevice", "AdminForgetDevice", "AdminUpdateDeviceStatus"):
        with pytest.raises(ResourceNotFoundException, match=GONE):
            app.pool.call(operation, **named)
    with pytest.raises(ResourceNotFoundException, match=GONE):
        app.pool.anybody("GetDevice", AccessToken=tokens["AccessToken"], DeviceKey=phone.key)


def test_an_application_server_is_no_device(app: App) -> None:
    answer = app.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD)
    assert "NewDeviceMetadata" not in answer["AuthenticationResult"]
    assert app.refresh(answer["AuthenticationResult"]["RefreshToken"])["AccessToken"]


@pytest.mark.parametrize("config", [{}, {"Salt": "AAAA", "PasswordVerifier": "not base64"}, {"Salt": "AQ=="}])
def test_a_verifier_that_is_none_is_refused(phone: Phone, config: dict[str, str]) -> None:
    tokens = phone.first_sign_in()
    with pytest.raises(InvalidParameterException):
        phone.app.pool.anybody(
            "ConfirmDevice",
            AccessToken=tokens["AccessToken"],
            DeviceKey=phone.key,
            DeviceSecretVerifierConfig=config,
        )


def test_only_the_device_that_signed_in_is_confirmed(phone: Phone) -> None:
    tokens = phone.first_sign_in()
    with pytest.raises(ResourceNotFoundException, match=GONE):
        phone.confirm(tokens, DeviceKey="us-east-1_00000000-0000-0000-0000-000000000000")


def test_a_pool_without_devices_says_so(pool: Pool) -> None:
    pool.user("ann")
    app = pool.app()
    tokens = app.tokens("ann")
    assert "NewDeviceMetadata" not in tokens
    assert "AuthenticationResult" in app.initiate(
        "USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD, DEVICE_KEY="us-east-1_0"
    )
    with pytest.raises(InvalidUserPoolConfigurationException):
        pool.anybody("ListDevices", AccessToken=tokens["AccessToken"])
