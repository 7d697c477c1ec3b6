"""Accounts kept by unmodified JavaScript clients: new, changed and forgotten passwords, attributes, devices."""

from collections.abc import Callable

import pytest

from tests.clients.places import make_place
from tests.fixtures.server import Server

pytestmark = pytest.mark.xdist_group("clients")
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
ON_PROMPT = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True}
ALWAYS = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}


@pytest.fixture
def engine_name() -> str:
    """Clients see the same on every engine."""
    return "sqlite"


def test_amazon_cognito_identity_js_keeps_an_account(start_server: Callable[..., Server]) -> None:
    place = make_place(start_server, {}, {"ExplicitAuthFlows": FLOWS}, mfa="ON")
    place.invite("radia", email="radia@example.com")
    report = place.run("identity_js_account", username="radia", email="radia@example.com")
    assert report["invited"] == ["newPasswordRequired", "mfaSetup", "associateSecretCode"]
    assert report["attributes"]["family_name"] == "Perlman"
    assert report["attributes"]["email_verified"] == "true"
    assert "given_name" not in report["attributes"]
    assert (report["changed"], report["old"]) == ("SUCCESS", "NotAuthorizedException")
    assert report["wrong"] == "CodeMismatchException"
    assert (report["again"], report["remembered"]) == (["totpRequired"], True)
    assert report["deleted"] == "SUCCESS"
    assert report["gone"] == "UserNotFoundException"


def test_amplify_keeps_an_account(start_server: Callable[..., Server]) -> None:
    settings = {
        "DeviceConfiguration": ON_PROMPT,
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    }
    place = make_place(start_server, settings, {"ExplicitAuthFlows": FLOWS}, mfa="ON")
    place.invite("alan", email="alan@example.com", email_verified="true")
    report = place.run("amplify_account", username="alan", newEmail="turing@example.com")
    code = "CONFIRM_SIGN_IN_WITH_TOTP_CODE"
    assert report["steps"] == [
        "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED",
        "CONTINUE_SIGN_IN_WITH_TOTP_SETUP",
        "DONE",
        *(code, code, "DONE", code, "DONE"),
    ]
    assert report["devices"] == 1
    assert (report["changes"], report["wrongCode"]) == ("CONFIRM_ATTRIBUTE_WITH_CODE", "CodeMismatchException")
    assert report["sentTo"] == "t***@e***"
    assert report["attributes"]["email"] == "turing@example.com"
    assert report["attributes"]["family_name"] == "Turing"
    assert "given_name" not in report["attributes"]
    assert report["forgotten"] == "CONFIRM_RESET_PASSWORD_WITH_CODE"
    assert (report["wrongReset"], report["wrongApp"]) == ("CodeMismatchException", "CodeMismatchException")
    assert (report["signedIn"], report["signedOut"]) == (True, True)
    assert report["gone"] == "UserNotFoundException"


def test_cognito_srp_helper_signs_in_from_a_device_with_a_clients_secret(start_server: Callable[..., Server]) -> None:
    """behaviour/clients.md 8, 9."""
    app = {"ExplicitAuthFlows": FLOWS, "GenerateSecret": True}
    place = make_place(start_server, {"DeviceConfiguration": ALWAYS}, app)
    place.invite("grace")
    report = place.run("srp_helper", username="grace", secret=place.client["ClientSecret"])
    assert report["wrong"] == "NotAuthorizedException"
    assert (report["invited"], report["renewed"]) == ("NEW_PASSWORD_REQUIRED", True)
    assert report["devices"] == [True]
    assert report["asked"] == ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]
    assert (report["again"], report["username"]) == (True, "grace")
