"""What answers of IAM show and leave out, and ARNs that are none, as boto3 sees them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.refusals import refused

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "a.example"}, "Action": "sts:AssumeRole"}],
    }
)
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
TAGS = [{"Key": "team", "Value": "a"}]
UNPARSED = "longpolicynamebutnoarn"


@pytest.fixture
def iam(client: Callable[..., Any]) -> Any:
    return client("iam")


def test_lists_leave_out_what_only_describing_one_shows(iam: Any) -> None:
    bound = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Description="d", Tags=TAGS)["Policy"]
    more = {"PermissionsBoundary": bound["Arn"], "Tags": TAGS}
    made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Description="d", **more)["Role"]
    user = iam.create_user(UserName="u", **more)["User"]
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound["Arn"]}
    for whole in (made, user, iam.get_role(RoleName="r")["Role"], iam.get_user(UserName="u")["User"]):
        assert (whole["PermissionsBoundary"], whole["Tags"]) == (boundary, TAGS)

    role = iam.list_roles()["Roles"][0]
    assert role.keys() == (made.keys() | {"MaxSessionDuration"}) - {"PermissionsBoundary", "Tags"}
    assert iam.list_users()["Users"][0].keys() == user.keys() - {"PermissionsBoundary", "Tags"}

    shown = iam.get_policy(PolicyArn=bound["Arn"])["Policy"]
    assert (shown["Description"], shown["Tags"]) == ("d", TAGS)
    assert bound.keys() == shown.keys() - {"Description"}
    assert iam.list_policies(Scope="Local")["Policies"][0].keys() == shown.keys() - {"Description", "Tags"}


def test_there_are_no_policies_but_the_accounts_own(iam: Any) -> None:
    own = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    assert iam.list_policies(Scope="AWS")["Policies"] == []
    assert [policy["Arn"] for policy in iam.list_policies(Scope="All")["Policies"]] == [own]


def test_a_policy_without_tags_says_so_when_it_is_asked_for(iam: Any) -> None:
    made = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]
    assert {"Description", "Tags"}.isdisjoint(made)
    assert iam.get_policy(PolicyArn=made["Arn"])["Policy"]["Tags"] == []
    assert {"Description", "Tags"}.isdisjoint(iam.list_policies(Scope="Local")["Policies"][0])


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        *((f"{verb}_user_policy", {"UserName": "u", "PolicyArn": UNPARSED}) for verb in ("attach", "detach")),
        *((f"{verb}_role_policy", {"RoleName": "r", "PolicyArn": UNPARSED}) for verb in ("attach", "detach")),
        ("put_role_permissions_boundary", {"RoleName": "r", "PermissionsBoundary": UNPARSED}),
        ("create_user", {"UserName": "v", "PermissionsBoundary": UNPARSED}),
        ("create_role", {"RoleName": "s", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": UNPARSED}),
        ("get_policy", {"PolicyArn": UNPARSED}),
        ("delete_policy", {"PolicyArn": UNPARSED}),
        ("get_policy_version", {"PolicyArn": UNPARSED, "VersionId": "v1"}),
        ("list_entities_for_policy", {"PolicyArn": UNPARSED}),
        ("get_open_id_connect_provider", {"OpenIDConnectProviderArn": UNPARSED}),
        ("delete_open_id_connect_provider", {"OpenIDConnectProviderArn": UNPARSED}),
    ],
)
def test_an_arn_that_is_none_cannot_be_parsed(iam: Any, operation: str, asked: dict[str, Any]) -> None:
    iam.create_user(UserName="u")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
        getattr(iam, operation)(**asked)
