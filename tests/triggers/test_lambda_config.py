"""LambdaConfig: what is refused, and how it is kept and shown."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fixtures.functions import KMS_KEY, arn_of
from tests.triggers.functions import told


@pytest.fixture
def configured(client: Callable[..., Any], root: Any) -> Callable[..., dict[str, Any]]:
    """Make a pool with a LambdaConfig, `of(name)` for an ARN of its account, and return it as it is described."""
    admin = client("cognito-idp")

    def make(config: dict[str, Any], **settings: Any) -> dict[str, Any]:
        pool = admin.create_user_pool(PoolName="p", LambdaConfig=config, **settings)["UserPool"]
        described = admin.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]["LambdaConfig"]
        assert described == pool["LambdaConfig"]
        return dict(described)

    return make


@pytest.fixture
def arn(root: Any) -> str:
    return arn_of("f", root.account_id)


def test_the_two_members_of_pre_token_generation_mirror_each_other(configured: Any, arn: str) -> None:
    old, new = {"PreTokenGeneration": arn}, {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn}}
    first = {"PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": arn}}
    assert configured(old) == {**old, **first}
    assert configured(new) == {**old, **new}
    assert configured({**old, **new}) == {**old, **new}


def test_every_trigger_is_shown_as_it_was_given(configured: Any, arn: str) -> None:
    plain = ("PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication")
    custom = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "UserMigration")
    versioned = ("CustomSMSSender", "CustomEmailSender", "InboundFederation")
    config: dict[str, Any] = dict.fromkeys((*plain, *custom), arn)
    config |= {name: {"LambdaVersion": "V1_0", "LambdaArn": arn} for name in versioned}
    config["KMSKeyID"] = KMS_KEY
    assert configured(config) == config


def test_leaving_it_out_of_an_update_takes_the_triggers_away(client: Any, arn: str) -> None:
    admin = client("cognito-idp")
    pool_id = admin.create_user_pool(PoolName="p", LambdaConfig={"PreSignUp": arn})["UserPool"]["Id"]
    admin.update_user_pool(UserPoolId=pool_id)
    assert admin.describe_user_pool(UserPoolId=pool_id)["UserPool"]["LambdaConfig"] == {}


@pytest.mark.parametrize(
    ("config", "settings", "code"),
    [
        ({"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": "{arn}"}}, {}, "InvalidParameterException"),
        ({"KMSKeyID": f"{KMS_KEY}0"}, {}, "InvalidParameterException"),
        ({"PreSignUp": "arn:aws:sns:us-east-1:123456789012:topic"}, {}, "InvalidParameterException"),
        (
            {
                "PreTokenGeneration": "{arn}",
                "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": "{arn}2"},
            },
            {},
            "InvalidParameterException",
        ),
        (
            {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": "{arn}"}},
            {"UserPoolTier": "LITE"},
            "FeatureUnavailableInTierException",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(
    configured: Any, arn: str, config: dict[str, Any], settings: dict[str, Any], *, code: str
) -> None:
    with pytest.raises(ClientError) as failed:
        configured(_filled(config, arn), **settings)
    assert told(failed)[0] == code


def _filled(config: Any, arn: str) -> Any:
    if isinstance(config, dict):
        return {name: _filled(value, arn) for name, value in config.items()}
    return config.replace("{arn}", arn)


def test_functions_of_others_are_refused(configured: Any) -> None:
    with pytest.raises(ClientError, match="of another account"):
        configured({"PreSignUp": arn_of("f", "999999999999")})
