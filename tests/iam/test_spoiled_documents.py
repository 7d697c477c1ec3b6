"""Policies of any shape are taken or refused, and break nothing; those of topics and buckets are in their folders."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from ostiary.iam.evaluate import Policies, Request, decide, trusts
from ostiary.iam.principals import Caller
from tests.fixtures.spoiled_policies import TAKEN, answer, spoiled

MANY = 250
UNCHECKED = Config(parameter_validation=False)
IDENTITY = {
    "Version": "2012-10-17",
    "Id": "id",
    "Statement": [
        {
            "Sid": "one",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::b/*"],
            "Condition": {"StringEquals": {"aws:username": ["ada"]}},
        }
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "one",
            "Effect": "Allow",
            "Principal": {"AWS": ["111111111111"], "Service": "sns.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
            "Condition": {"DateLessThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}},
        }
    ],
}
MALFORMED = "MalformedPolicyDocument"
PATTERN = {"ValidationError", "InvalidInput"}
"""Texts with characters that no document may have, or none at all."""


def code(call: Callable[..., Any], **request: Any) -> str:
    """Return the code of the error that a call ends with, none when it succeeds; never one of the server's."""
    status, found = answer(call, **request)
    assert status < 500, request
    return found


@pytest.fixture
def iam(client: Callable[..., Any]) -> Any:
    return client("iam", config=UNCHECKED)


@pytest.mark.parametrize("operation", ["create_policy", "put_user_policy", "put_role_policy"])
def test_an_identity_policy_of_any_shape_breaks_nothing(iam: Any, operation: str) -> None:
    iam.create_user(UserName="u")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    owner = {"create_policy": {}, "put_user_policy": {"UserName": "u"}, "put_role_policy": {"RoleName": "r"}}[operation]
    for number, text in enumerate(spoiled(IDENTITY, len(operation), MANY)):
        found = code(getattr(iam, operation), PolicyName=f"p{number}", PolicyDocument=text, **owner)
        assert found in {TAKEN, MALFORMED, "LimitExceeded", *PATTERN}, text


def test_a_trust_policy_of_any_shape_is_taken_whole_or_changes_nothing(iam: Any, client: Callable[..., Any]) -> None:
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    sts = client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    kept: Any = TRUST
    for text in spoiled(TRUST, 1, MANY):
        found = code(iam.update_assume_role_policy, RoleName="r", PolicyDocument=text)
        assert found in {TAKEN, MALFORMED, *PATTERN}, text
        kept = json.loads(text) if found == TAKEN else kept
        assert iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"] == kept
        assert code(sts.assume_role, RoleArn=role, RoleSessionName="session") in {TAKEN, "AccessDenied"}, text


def test_a_session_policy_of_any_shape_breaks_nothing(iam: Any, client: Callable[..., Any]) -> None:
    user = iam.create_user(UserName="u")["User"]["Arn"]
    statement = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    key = iam.create_access_key(UserName="u")["AccessKey"]
    sts = client(
        "sts",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=UNCHECKED,
    )
    for text in spoiled(IDENTITY, 2, MANY):
        found = code(sts.assume_role, RoleArn=role, RoleSessionName="session", Policy=text)
        assert found in {TAKEN, MALFORMED, "PackedPolicyTooLarge", *PATTERN}, text


@pytest.mark.parametrize("kind", ["identity", "boundary", "session", "resource"])
def test_whatever_is_stored_decides_and_grants_nothing_by_its_shape(kind: str) -> None:
    """Also what was stored before it could be refused."""
    caller = Caller(account="222222222222", arn="arn:aws:iam::222222222222:user/eve")
    request = Request("sts:AssumeRole", "arn:aws:iam::222222222222:role/r", {})
    allow = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    for text in spoiled(TRUST if kind == "resource" else IDENTITY, 5, 2_000):
        one: dict[str, Any] = {"identity": [allow], kind: text if kind in {"boundary", "resource"} else [text]}
        found = decide(request, caller, Policies(**one), same_account=kind != "resource")
        assert not found.allowed, text
        assert trusts(text, Caller(federated="accounts.google.com"), request) is None, text
