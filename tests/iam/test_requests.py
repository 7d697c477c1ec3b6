"""What a request to IAM is about, and the keys that policies may ask of it (STS-08, STS-09)."""

import dataclasses
from typing import Any

import pytest

from ostiary.context import Context, Principal
from ostiary.iam import requests
from tests.fixtures.context import ACCOUNT, Api
from tests.iam.policies import allow, policy

TRUST = policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
TAGS = [{"Key": "Team", "Value": "eng"}]
OF_TAGS = {"aws:ResourceTag/Team": "eng", "iam:ResourceTag/Team": "eng"}
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/p"
BOUND = f"arn:aws:iam::{ACCOUNT}:policy/team/bound"


@pytest.fixture
def ctx(iam: Api) -> Context:
    """A user and a role in paths of their own, with tags and a boundary, and the user as the caller."""
    iam("CreatePolicy", PolicyName="bound", Path="/team/", PolicyDocument=policy(allow("*")))
    common = {"Path": "/team/", "PermissionsBoundary": BOUND, "Tags": TAGS}
    user = iam("CreateUser", UserName="ada", **common)["User"]
    iam("CreateRole", RoleName="person", AssumeRolePolicyDocument=TRUST, **common)
    iam("CreateRole", RoleName="free", AssumeRolePolicyDocument=TRUST)
    principal = Principal(ACCOUNT, "User", user["Arn"], user["UserId"], "ada")
    return dataclasses.replace(iam.ctx, principal=principal)


def test_a_resource_is_named_with_its_path_and_a_new_one_with_the_path_it_gets(ctx: Context) -> None:
    here = f"arn:aws:iam::{ACCOUNT}:"
    assert requests.role_arn(ctx, {"RoleName": "person"}) == f"{here}role/team/person"
    assert requests.role_arn(ctx, {"RoleName": "person", "Path": "/x/"}) == f"{here}role/team/person"
    assert requests.role_arn(ctx, {"RoleName": "new", "Path": "/x/"}) == f"{here}role/x/new"
    assert requests.role_arn(ctx, {"RoleName": "new"}) == f"{here}role/new"
    assert requests.user_arn(ctx, {"UserName": "ada"}) == f"{here}user/team/ada"
    assert requests.user_arn(ctx, {"UserName": "new", "Path": "/x/"}) == f"{here}user/x/new"
    assert requests.user_arn(ctx, {"UserName": "new"}) == f"{here}user/new"
    assert requests.user_arn(ctx, {}) == f"{here}user/team/ada"
    root = dataclasses.replace(ctx, principal=Principal(ACCOUNT, "Account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT))
    assert requests.user_arn(root, {}) == f"{here}user/*"


def test_a_new_policy_is_named_with_the_path_it_gets(ctx: Context) -> None:
    assert requests.policy_arn(ctx, {"PolicyName": "new"}) == f"arn:aws:iam::{ACCOUNT}:policy/new"
    assert requests.policy_arn(ctx, {"PolicyName": "new", "Path": "/x/"}) == f"arn:aws:iam::{ACCOUNT}:policy/x/new"


def keys(ctx: Context, action: str, **req: Any) -> dict[str, Any]:
    return requests.conditions_of(ctx, action, req)


@pytest.mark.parametrize(("kind", "name"), [("Role", "person"), ("User", "ada")])
def test_what_is_under_a_boundary_tells_it(ctx: Context, kind: str, name: str) -> None:
    """STS-03: "only where the boundary is ours" is decided by what stands there, or by what is asked for."""
    named = {f"{kind}Name": name}
    bounded = OF_TAGS | {"iam:PermissionsBoundary": BOUND}
    for action in (f"Put{kind}Policy", f"Delete{kind}Policy", f"Delete{kind}PermissionsBoundary"):
        assert keys(ctx, f"iam:{action}", **named) == bounded
        assert keys(ctx, f"iam:{action}", **named, PermissionsBoundary=POLICY) == bounded
    for action in (f"Attach{kind}Policy", f"Detach{kind}Policy"):
        assert keys(ctx, f"iam:{action}", **named, PolicyArn=POLICY) == bounded | {"iam:PolicyARN": POLICY}
    for action in (f"Create{kind}", f"Put{kind}PermissionsBoundary"):
        asked = keys(ctx, f"iam:{action}", **named, PermissionsBoundary=POLICY)
        assert asked == OF_TAGS | {"iam:PermissionsBoundary": POLICY}
        assert keys(ctx, f"iam:{action}", **named) == OF_TAGS
    for action in (f"Get{kind}", f"Update{kind}", f"Delete{kind}", f"Tag{kind}"):
        assert keys(ctx, f"iam:{action}", **named, PermissionsBoundary=POLICY, PolicyArn=POLICY) == OF_TAGS


def test_what_is_under_no_boundary_tells_none(ctx: Context) -> None:
    found = keys(ctx, "iam:PutRolePolicy", RoleName="free")
    assert found.get("iam:PermissionsBoundary", "") == ""
    assert keys(ctx, "iam:PutRolePolicy", RoleName="nobody") == {}


def test_operations_that_mean_the_caller_are_about_the_caller(ctx: Context) -> None:
    """STS-08."""
    own = ("GetUser", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey")
    for action in own:
        assert keys(ctx, f"iam:{action}") == OF_TAGS
        assert keys(ctx, f"iam:{action}", UserName="nobody") == {}
    for action in ("ListUsers", "ListRoles", "CreatePolicy"):
        assert keys(ctx, f"iam:{action}") == {}
    assert keys(ctx, "sts:AssumeRole", RoleName="person", UserName="ada") == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"Tags": []}, {}),
        ({"Tags": TAGS}, {"aws:RequestTag/Team": "eng", "aws:TagKeys": ("Team",)}),
        ({"Tags": [{"Key": "a"}]}, {"aws:RequestTag/a": "", "aws:TagKeys": ("a",)}),
        ({"Tags": {"a": "1"}}, {"aws:RequestTag/a": "1", "aws:TagKeys": ("a",)}),
        ({"UserPoolTags": {"a": "1"}}, {"aws:RequestTag/a": "1", "aws:TagKeys": ("a",)}),
        ({"IdentityPoolTags": {"a": "1"}}, {"aws:RequestTag/a": "1", "aws:TagKeys": ("a",)}),
        ({"TagKeys": ["a", "b"]}, {"aws:TagKeys": ("a", "b")}),
    ],
)
def test_tags_that_a_request_sets_or_takes_are_keys(given: dict[str, Any], expected: dict[str, Any]) -> None:
    for action in ("cognito-idp:CreateUserPool", "sns:TagResource"):
        assert requests.conditions_of(None, action, given) == expected  # type: ignore[arg-type]
