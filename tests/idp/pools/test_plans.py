"""Feature plans, assurance levels, keys, client registration and password history of pools, on a live server."""

from typing import Any

import pytest

from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool

KEY = "arn:aws:kms:us-east-1:123456789012:key/abc"
HISTORY = {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}}
OFF = {"EnableStatus": "Disabled"}
PROTECTED = {"AdvancedSecurityMode": "AUDIT"}
LEVELS = {f"Level{number}": {"AcrValue": f"urn:cognito:loa:{number}"} for number in range(1, 5)}


def described(pool: LivePool) -> dict[str, Any]:
    return dict(pool.admin.describe_user_pool(UserPoolId=pool.id)["UserPool"])


def test_a_plan_has_its_features_and_no_others(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    admin.update_user_pool(**of_pool, UserPoolTier="LITE")
    beyond: tuple[dict[str, Any], ...] = (
        {"Policies": HISTORY},
        {"UserPoolAddOns": PROTECTED, "UserPoolTier": "ESSENTIALS"},
        {"AcrConfiguration": {"Level1": {"AcrValue": "low"}}},
        {"DcrConfiguration": {}},
    )
    for settings in beyond:
        with refused("FeatureUnavailableInTierException"):
            admin.create_user_pool(PoolName="p", **{"UserPoolTier": "LITE", **settings})
    assert described(live_pool)["AcrConfiguration"] == LEVELS
    admin.update_user_pool(**of_pool, AcrConfiguration=LEVELS)
    with refused("FeatureUnavailableInTierException", "ACR level names"):
        admin.update_user_pool(**of_pool, AcrConfiguration={**LEVELS, "Level3": {"AcrValue": "high"}})
    with refused("FeatureUnavailableInTierException", "Password history"):
        admin.update_user_pool(**of_pool, Policies=HISTORY)
    assert described(live_pool)["UserPoolTier"] == "LITE"
    admin.update_user_pool(**of_pool, UserPoolAddOns=PROTECTED)
    assert described(live_pool)["UserPoolTier"] == "PLUS"
    to_disable = (
        "The following features need to be disabled for the ESSENTIALS pricing tier configured: Threat Protection"
    )
    with refused("FeatureUnavailableInTierException", to_disable):
        admin.update_user_pool(**of_pool, UserPoolTier="ESSENTIALS", UserPoolAddOns=PROTECTED)
    with refused("FeatureUnavailableInTierException", to_disable):
        admin.create_user_pool(PoolName="p", UserPoolTier="ESSENTIALS", UserPoolAddOns=PROTECTED)
    admin.update_user_pool(**of_pool, UserPoolTier="ESSENTIALS", DcrConfiguration={})
    with refused("TierChangeNotAllowedException", "Dynamic client registration"):
        admin.update_user_pool(**of_pool, UserPoolTier="LITE")
    admin.update_user_pool(**of_pool, UserPoolTier="LITE", DcrConfiguration=OFF)


def test_settings_of_2026_come_back_with_their_defaults(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    levels = {"Level1": {"AcrValue": "urn:cognito:loa:2"}, "Level2": {"AcrValue": "urn:cognito:loa:1"}}
    keys = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY}
    admin.update_user_pool(
        **of_pool,
        AcrConfiguration=levels,
        KeyConfiguration=keys,
        IssuerConfiguration={"Type": "UPDATED"},
        DcrConfiguration={"AllowedScopes": ["a/b"]},
    )
    shown = described(live_pool)
    assert shown["AcrConfiguration"] == {
        **levels,
        "Level3": {"AcrValue": "urn:cognito:loa:3"},
        "Level4": {"AcrValue": "urn:cognito:loa:4"},
    }
    registration = {"EnableStatus": "Enabled", "OpenDcrEnabled": False, "AllowedScopes": ["a/b"]}
    assert (shown["KeyConfiguration"], shown["DcrConfiguration"]) == (keys, registration)
    with refused("FeatureUnavailableInTierException", "ACR level names"):
        admin.update_user_pool(**of_pool, AcrConfiguration=levels, DcrConfiguration=OFF, UserPoolTier="LITE")
    admin.update_user_pool(**of_pool)
    shown = described(live_pool)
    assert shown["DcrConfiguration"] == registration
    assert shown["AcrConfiguration"] == LEVELS
    refusable: tuple[dict[str, Any], ...] = (
        {"AcrConfiguration": {"Level4": {"AcrValue": "urn:cognito:loa:1"}}},
        {"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY"}},
        {"KeyConfiguration": {"KeyType": "AWS_OWNED_KEY", "KmsKeyArn": KEY}},
        {"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY.replace("kms", "s3")}},
        {"SmsConfiguration": {}},
    )
    for wrong in refusable:
        with refused("InvalidParameterException"):
            admin.update_user_pool(**of_pool, **wrong)
    assert described(live_pool) == shown


@pytest.fixture
def remembering(live_pool: LivePool) -> LivePool:
    live_pool.admin.update_user_pool(UserPoolId=live_pool.id, Policies=HISTORY, AutoVerifiedAttributes=["email"])
    return live_pool


def test_a_password_that_was_used_before_cannot_be_chosen_again(remembering: LivePool, mailbox: Any) -> None:
    """PWD-12."""
    pool = remembering
    email = f"ada@{pool.client_id}.example"
    name = pool.user("ada", email=email, email_verified="true")
    token = pool.sign_in(name)["AccessToken"]
    text = "Password has previously been used"

    def change(before: str, after: str) -> None:
        pool.app.change_password(AccessToken=token, PreviousPassword=before, ProposedPassword=after)

    with refused("PasswordHistoryPolicyViolationException", text):
        change(PASSWORD, PASSWORD)
    change(PASSWORD, "second-password")
    with refused("PasswordHistoryPolicyViolationException", text):
        change("second-password", PASSWORD)
    with refused("PasswordHistoryPolicyViolationException", text):
        pool.admin.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=PASSWORD, Permanent=True)
    pool.app.forgot_password(ClientId=pool.client_id, Username=name)
    reset = {"ClientId": pool.client_id, "Username": name, "ConfirmationCode": mailbox.code(email)}
    with refused("CodeMismatchException"):
        pool.app.confirm_forgot_password(**{**reset, "ConfirmationCode": "wrong"}, Password=PASSWORD)
    with refused("PasswordHistoryPolicyViolationException", text):
        pool.app.confirm_forgot_password(**reset, Password=PASSWORD)
    pool.app.confirm_forgot_password(**reset, Password="third-password")
    pool.admin.admin_set_user_password(UserPoolId=pool.id, Username=name, Password="fourth-one", Permanent=True)
    pool.admin.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=PASSWORD, Permanent=True)
    pool.sign_in(name)
