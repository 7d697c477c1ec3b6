"""Authenticator apps, remembered devices and mailed codes with unmodified clients, in Node and in Python."""

from collections.abc import Callable

import pytest
from pycognito import Cognito
from pycognito.aws_srp import AWSSRP, generate_hash_device
from pycognito.exceptions import SoftwareTokenMFAChallengeException

from ostiary.crypto import totp
from tests.clients.places import Place, make_place
from tests.fixtures.authenticator import decoded_base32
from tests.fixtures.server import PASSWORD, Server

pytestmark = pytest.mark.xdist_group("clients")
TRACKING = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture
def engine_name() -> str:
    """Clients see the same on every engine."""
    return "sqlite"


@pytest.fixture
def place(start_server: Callable[..., Server]) -> Place:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    settings = {"Policies": policies, "DeviceConfiguration": TRACKING}
    return make_place(start_server, settings, {"ExplicitAuthFlows": FLOWS})


def test_amazon_cognito_identity_js_uses_an_app_and_a_device(place: Place) -> None:
    place.user("grace")
    report = place.run("identity_js_factors", username="grace")
    assert report["askedFirst"] is False
    assert report["preferred"] == "SOFTWARE_TOKEN_MFA"
    assert report["askedOnRememberedDevice"] is False
    assert report["askedElsewhere"] is True
    assert place.admin.get_user(AccessToken=report["accessToken"])["Username"] == "grace"


def test_amplify_uses_mailed_codes_an_app_and_a_device(place: Place) -> None:
    """behaviour/clients.md 9, 10."""
    report = place.run("amplify_factors", username="alan", email="alan@example.com")
    assert report["afterConfirming"] == "COMPLETE_AUTO_SIGN_IN"
    assert report["automatic"] is True
    assert report["byMail"] == "CONFIRM_SIGN_IN_WITH_EMAIL_CODE"
    assert report["mailed"] is True
    assert sorted(report["offered"]) == ["EMAIL_OTP", "PASSWORD", "PASSWORD_SRP"]
    assert report["chosen"] == ["CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION", "CONFIRM_SIGN_IN_WITH_PASSWORD", "DONE"]
    assert report["preferred"] == "TOTP"
    assert report["coded"] is True
    assert report["devices"] >= 1
    assert place.admin.get_user(AccessToken=report["accessToken"])["Username"] == "alan"


def test_pycognito_uses_an_app(place: Place) -> None:
    place.user("hedy")
    hedy = Cognito(
        place.pool_id, place.client_id, username="hedy", boto3_client_kwargs={"endpoint_url": place.server.url}
    )
    hedy.client = place.server.client("cognito-idp")
    hedy.authenticate(password=PASSWORD)
    secret = decoded_base32(hedy.associate_software_token())
    assert hedy.verify_software_token(totp.code(secret, totp.step_at(place.server.services.clock.now()) - 1))
    hedy.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    with pytest.raises(SoftwareTokenMFAChallengeException, match="Software Token MFA") as asked:
        hedy.authenticate(password=PASSWORD)
    code = totp.code(secret, totp.step_at(place.server.services.clock.now()))
    hedy.respond_to_software_token_mfa_challenge(code, asked.value.get_tokens())
    assert hedy.access_token


def test_pycognito_signs_in_from_a_remembered_device(place: Place) -> None:
    """behaviour/clients.md 8: without sessions."""
    place.user("ada")
    client = place.server.client("cognito-idp")
    srp = AWSSRP("ada", PASSWORD, place.pool_id, place.client_id, client=client)
    tokens = srp.authenticate_user()
    named = tokens["AuthenticationResult"]["NewDeviceMetadata"]
    secret, config = generate_hash_device(named["DeviceGroupKey"], named["DeviceKey"])
    first = tokens["AuthenticationResult"]["AccessToken"]
    # pycognito's own confirm_device knows only AWS's address.
    client.confirm_device(AccessToken=first, DeviceKey=named["DeviceKey"], DeviceSecretVerifierConfig=config)
    known = {"device_key": named["DeviceKey"], "device_group_key": named["DeviceGroupKey"], "device_password": secret}
    again = AWSSRP("ada", PASSWORD, place.pool_id, place.client_id, client=client, **known).authenticate_user()
    assert "NewDeviceMetadata" not in again["AuthenticationResult"]
    token = again["AuthenticationResult"]["AccessToken"]
    assert [device["DeviceKey"] for device in client.list_devices(AccessToken=token)["Devices"]] == [named["DeviceKey"]]
