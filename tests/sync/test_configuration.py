"""A pool's configuration through boto3."""

from typing import Any

import pytest

from tests.sync.conftest import IdentityPool, refused

ROLE = "arn:aws:iam::111111111111:role/sync"
PUSH = {"ApplicationArns": ["arn:aws:sns:us-east-1:111111111111:app/GCM/game"], "RoleArn": ROLE}
STREAMS = {"StreamName": "changes", "RoleArn": ROLE, "StreamingStatus": "ENABLED"}


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in answer if name != "ResponseMetadata"}


def test_a_pool_begins_without_push_and_streams(pool: IdentityPool) -> None:
    assert shown(pool.root.get_identity_pool_configuration(IdentityPoolId=pool.id)) == {"IdentityPoolId": pool.id}


def test_what_is_set_is_shown_and_what_is_left_out_stays(pool: IdentityPool) -> None:
    first = pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, PushSync=PUSH)
    assert shown(first) == {"IdentityPoolId": pool.id, "PushSync": PUSH}
    second = pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, CognitoStreams=STREAMS)
    assert shown(second) == {"IdentityPoolId": pool.id, "PushSync": PUSH, "CognitoStreams": STREAMS}
    off = {"StreamingStatus": "DISABLED"}
    pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, CognitoStreams=off)
    found = shown(pool.root.get_identity_pool_configuration(IdentityPoolId=pool.id))
    assert found == {"IdentityPoolId": pool.id, "PushSync": PUSH, "CognitoStreams": off}


@pytest.mark.parametrize(
    "wrong",
    [
        {"PushSync": {"ApplicationArns": ["not an ARN"]}},
        {"PushSync": {"RoleArn": "arn:aws:iam::1:user/nobody-at-all"}},
        {"CognitoStreams": {"StreamName": "", "RoleArn": ROLE}},
        {"CognitoStreams": {"StreamingStatus": "ENABLED", "StreamName": "changes"}},
        {"CognitoStreams": {"StreamingStatus": "SOMETIMES"}},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(pool: IdentityPool, wrong: dict[str, Any]) -> None:
    with refused("InvalidParameterException", 400):
        pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, **wrong)
    assert shown(pool.root.get_identity_pool_configuration(IdentityPoolId=pool.id)) == {"IdentityPoolId": pool.id}


def test_a_configuration_goes_with_its_pool(pool: IdentityPool) -> None:
    pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, PushSync=PUSH)
    pool.identity.delete_identity_pool(IdentityPoolId=pool.id)
    with refused("ResourceNotFoundException", 404):
        pool.root.get_identity_pool_configuration(IdentityPoolId=pool.id)
