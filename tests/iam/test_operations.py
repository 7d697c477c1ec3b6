"""Roles, users, policies, keys and providers, as clients and Terraform use them."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pytest

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.types.iam import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    InvalidInputException,
    LimitExceededException,
    MalformedPolicyDocumentException,
    NoSuchEntityException,
)
from ostiary.context import Context, Principal
from ostiary.iam.names import account_of
from ostiary.iam.requests import conditions_of, role_arn
from tests.fixtures.context import ACCOUNT, Api

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
)
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def test_a_role_is_created_read_changed_and_deleted(iam: Api) -> None:
    made = iam("CreateRole", RoleName="r", Path="/team/", AssumeRolePolicyDocument=TRUST, Description="d")["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/team/r"
    assert made["RoleId"].startswith("AROA")
    assert "MaxSessionDuration" not in made
    iam("UpdateRole", RoleName="r", MaxSessionDuration=7200)
    iam("TagRole", RoleName="r", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam("UntagRole", RoleName="r", TagKeys=["a"])
    role = iam("GetRole", RoleName="r")["Role"]
    assert json.loads(unquote(role["AssumeRolePolicyDocument"])) == json.loads(TRUST)
    assert (role["MaxSessionDuration"], role["Tags"]) == (7200, [{"Key": "b", "Value": "2"}])
    iam("DeleteRole", RoleName="r")
    with pytest.raises(NoSuchEntityException, match=r"The role with name r cannot be found\."):
        iam("GetRole", RoleName="r")


def test_a_second_role_of_the_name_is_refused(iam: Api) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(EntityAlreadyExistsException, match=r"Role with name r already exists\."):
        iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)


def test_a_trust_in_a_role_that_does_not_exist_is_refused(iam: Api) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    with pytest.raises(MalformedPolicyDocumentException, match="Invalid principal in policy"):
        iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST.replace(f'"{ACCOUNT}"', f'"{arn}"'))


def test_a_role_with_policies_cannot_be_deleted(iam: Api) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    arn = iam("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam("AttachRolePolicy", RoleName="r", PolicyArn=arn)
    with pytest.raises(DeleteConflictException, match="must detach all policies first"):
        iam("DeleteRole", RoleName="r")
    iam("DetachRolePolicy", RoleName="r", PolicyArn=arn)
    iam("PutRolePolicy", RoleName="r", PolicyName="inline", PolicyDocument=DOCUMENT)
    assert iam("ListRolePolicies", RoleName="r")["PolicyNames"] == ["inline"]
    with pytest.raises(DeleteConflictException, match="must delete policies first"):
        iam("DeleteRole", RoleName="r")
    iam("DeleteRolePolicy", RoleName="r", PolicyName="inline")
    iam("DeleteRole", RoleName="r")


def test_a_managed_policy_has_up_to_five_versions_and_one_default(iam: Api) -> None:
    policy = iam("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]
    assert (policy["DefaultVersionId"], policy["AttachmentCount"], policy["IsAttachable"]) == ("v1", 0, True)
    arn = policy["Arn"]
    for _ in range(4):
        iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    with pytest.raises(LimitExceededException):
        iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT)
    with pytest.raises(DeleteConflictException):
        iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v5")
    iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
    made = iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v6", False)
    assert json.loads(unquote(iam("GetPolicyVersion", PolicyArn=arn, VersionId="v5")["PolicyVersion"]["Document"]))


def test_a_user_gets_two_keys_at_most_and_a_key_tells_its_account(iam: Api) -> None:
    iam("CreateUser", UserName="u")
    key = iam("CreateAccessKey", UserName="u")["AccessKey"]
    assert account_of(key["AccessKeyId"]) == ACCOUNT
    assert len(key["SecretAccessKey"]) == 40
    iam("CreateAccessKey", UserName="u")
    with pytest.raises(LimitExceededException, match="AccessKeysPerUser: 2"):
        iam("CreateAccessKey", UserName="u")
    listed = iam("ListAccessKeys", UserName="u")["AccessKeyMetadata"]
    assert len(listed) == 2
    assert all("SecretAccessKey" not in item for item in listed)
    with pytest.raises(DeleteConflictException, match="access keys first"):
        iam("DeleteUser", UserName="u")


def test_an_access_key_id_of_aws_tells_its_account() -> None:
    assert account_of("AKIARZPUZDIKGB2VALC4") == "123456789012"
    assert account_of("short") is None


def test_roles_are_listed_a_page_at_a_time(iam: Api) -> None:
    for name in ("a", "b", "c"):
        iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST)
    first = iam("ListRoles", MaxItems=2)
    assert ([role["RoleName"] for role in first["Roles"]], first["IsTruncated"]) == (["a", "b"], True)
    second = iam("ListRoles", MaxItems=2, Marker=first["Marker"])
    assert ([role["RoleName"] for role in second["Roles"]], second["IsTruncated"]) == (["c"], False)


def test_an_oidc_provider_is_registered_once_and_by_https(iam: Api) -> None:
    arn = iam("CreateOpenIDConnectProvider", Url="https://login.example.com/realm", ClientIDList=["one"])[
        "OpenIDConnectProviderArn"
    ]
    assert arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com/realm"
    iam("AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID="two")
    found = iam("GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert (found["Url"], found["ClientIDList"]) == ("login.example.com/realm", ["one", "two"])
    with pytest.raises(EntityAlreadyExistsException):
        iam("CreateOpenIDConnectProvider", Url="https://login.example.com/realm")
    for url in ("http://login.example.com", "https://login.example.com?x=1", "login.example.com/with/no/scheme"):
        with pytest.raises(InvalidInputException):
            iam("CreateOpenIDConnectProvider", Url=url)
    iam("DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert iam("ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == []


def test_the_root_is_a_user_when_nobody_is_named(iam: Api) -> None:
    assert iam("GetUser")["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_a_boundary_keeps_its_policy_and_is_counted(iam: Api) -> None:
    arn = iam("CreatePolicy", PolicyName="bound", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    iam("CreateUser", UserName="u", PermissionsBoundary=arn)
    policy = iam("GetPolicy", PolicyArn=arn)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (0, 2)
    bounded = iam("ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert [role["RoleName"] for role in bounded["PolicyRoles"]] == ["r"]
    assert [user["UserName"] for user in bounded["PolicyUsers"]] == ["u"]
    assert iam("ListEntitiesForPolicy", PolicyArn=arn)["PolicyRoles"] == []
    iam("DeleteRole", RoleName="r")
    with pytest.raises(DeleteConflictException):
        iam("DeletePolicy", PolicyArn=arn)
    iam("DeleteUser", UserName="u")
    iam("DeletePolicy", PolicyArn=arn)


def test_another_accounts_policy_is_no_boundary(iam: Api, context: Callable[..., Context]) -> None:
    theirs = Api(context("222222222222"), "iam")("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)
    with pytest.raises(NoSuchEntityException):
        iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=theirs["Policy"]["Arn"])
    with pytest.raises(NoSuchEntityException):
        iam("GetRole", RoleName="r")


def test_tags_are_the_same_whatever_their_case(iam: Api) -> None:
    with pytest.raises(InvalidInputException, match="Tag keys are case insensitive"):
        iam("CreateUser", UserName="u", Tags=[{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}])
    iam("CreateUser", UserName="u", Tags=[{"Key": "Team", "Value": "a"}])
    iam("TagUser", UserName="u", Tags=[{"Key": "team", "Value": "b"}])
    assert iam("GetUser", UserName="u")["User"]["Tags"] == [{"Key": "team", "Value": "b"}]
    iam("UntagUser", UserName="u", TagKeys=["TEAM"])
    assert "Tags" not in iam("GetUser", UserName="u")["User"]


def test_policies_and_providers_are_tagged_and_their_tags_listed(iam: Api) -> None:
    policy = {"PolicyArn": iam("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]}
    made = iam("CreateOpenIDConnectProvider", Url="https://id.example.com", ClientIDList=["app"], ThumbprintList=[])
    provider = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    for kind, named in (("Policy", policy), ("OpenIDConnectProvider", provider)):
        tags = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]
        iam(f"Tag{kind}", **named, Tags=tags)
        first = iam(f"List{kind}Tags", **named, MaxItems=1)
        assert (first["Tags"], first["IsTruncated"]) == ([{"Key": "a", "Value": "1"}], True)
        assert iam(f"List{kind}Tags", **named, Marker=first["Marker"])["Tags"] == [{"Key": "b", "Value": "2"}]
        iam(f"Untag{kind}", **named, TagKeys=["A", "absent"])
        assert iam(f"List{kind}Tags", **named)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_thumbprints_of_a_provider_are_kept_and_shown(iam: Api) -> None:
    given = {"Url": "https://id.example.com", "ClientIDList": ["app"], "ThumbprintList": ["0" * 40]}
    named = {"OpenIDConnectProviderArn": iam("CreateOpenIDConnectProvider", **given)["OpenIDConnectProviderArn"]}
    assert iam("GetOpenIDConnectProvider", **named)["ThumbprintList"] == ["0" * 40]
    iam("UpdateOpenIDConnectProviderThumbprint", **named, ThumbprintList=["f" * 40])
    assert iam("GetOpenIDConnectProvider", **named)["ThumbprintList"] == ["f" * 40]


def test_a_renamed_user_keeps_keys_policies_boundary_and_id(iam: Api) -> None:
    arn = iam("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    before = iam("CreateUser", UserName="u", PermissionsBoundary=arn, Tags=[{"Key": "a", "Value": "1"}])["User"]
    key = iam("CreateAccessKey", UserName="u")["AccessKey"]["AccessKeyId"]
    iam("PutUserPolicy", UserName="u", PolicyName="own", PolicyDocument=DOCUMENT)
    iam("AttachUserPolicy", UserName="u", PolicyArn=arn)
    iam("UpdateUser", UserName="u", NewUserName="v", NewPath="/team/")
    after = iam("GetUser", UserName="v")["User"]
    assert after == before | {"UserName": "v", "Path": "/team/", "Arn": f"arn:aws:iam::{ACCOUNT}:user/team/v"}
    assert [found["AccessKeyId"] for found in iam("ListAccessKeys", UserName="v")["AccessKeyMetadata"]] == [key]
    assert iam("ListUserPolicies", UserName="v")["PolicyNames"] == ["own"]
    assert iam("ListAttachedUserPolicies", UserName="v")["AttachedPolicies"][0]["PolicyArn"] == arn
    bounded = iam("ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert [user["UserName"] for user in bounded["PolicyUsers"]] == ["v"]
    assert iam("ListUserTags", UserName="v")["Tags"] == [{"Key": "a", "Value": "1"}]
    assert iam("ListGroupsForUser", UserName="v")["Groups"] == []
    with pytest.raises(NoSuchEntityException):
        iam("GetUser", UserName="u")
    iam("CreateUser", UserName="u")
    with pytest.raises(EntityAlreadyExistsException, match=r"User with name v already exists\."):
        iam("UpdateUser", UserName="u", NewUserName="v")
    iam("UpdateUser", UserName="u", NewPath="/x/")
    assert iam("GetUser", UserName="u")["User"]["Path"] == "/x/"


def test_a_trust_policy_does_not_follow_a_renamed_user(iam: Api) -> None:
    user = iam("CreateUser", UserName="u")["User"]
    statement = {"Effect": "Allow", "Principal": {"AWS": user["Arn"]}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = {"RoleArn": iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]}

    def assume(name: str) -> None:
        found = iam("GetUser", UserName=name)["User"]
        principal = Principal(ACCOUNT, "User", found["Arn"], found["UserId"], user_name=name)
        Api(replace(iam.ctx, principal=principal), "sts")("AssumeRole", **role, RoleSessionName="s")

    assume("u")
    iam("UpdateUser", UserName="u", NewUserName="v")
    with pytest.raises(AccessDeniedError):
        assume("v")


def test_who_renames_a_user_needs_the_right_to_both_names(iam: Api, context: Callable[..., Context]) -> None:
    iam("CreateUser", UserName="renamer")
    own = {"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": f"arn:aws:iam::{ACCOUNT}:user/team-*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    iam("PutUserPolicy", UserName="renamer", PolicyName="own", PolicyDocument=document)
    iam("CreateUser", UserName="team-a")
    user = iam("GetUser", UserName="renamer")["User"]
    principal = Principal(ACCOUNT, "User", user["Arn"], user["UserId"], user_name="renamer")
    restricted = Api(replace(iam.ctx, principal=principal), "iam")
    with pytest.raises(AccessDeniedError, match="user/admin"):
        restricted("UpdateUser", UserName="team-a", NewUserName="admin")
    restricted("UpdateUser", UserName="team-a", NewUserName="team-b")
    assert iam("GetUser", UserName="team-b")["User"]["UserName"] == "team-b"


def test_a_trust_policy_has_a_size(iam: Api) -> None:
    sids = [f"{number:04}" for number in range(50)]
    statements = [json.loads(TRUST)["Statement"][0] | {"Sid": sid} for sid in sids]
    with pytest.raises(LimitExceededException, match="ACLSizePerRole: 4096"):
        iam(
            "CreateRole",
            RoleName="r",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )


def test_policies_of_iam_are_about_whole_arns_and_what_a_request_brings(iam: Api) -> None:
    """STS-11: a role's path is part of what a policy names; who delegates may ask for a boundary."""
    arn = iam("CreatePolicy", PolicyName="bound", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam("CreateRole", RoleName="r", Path="/team/", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    assert role_arn(iam.ctx, {"RoleName": "r"}) == f"arn:aws:iam::{ACCOUNT}:role/team/r"
    assert role_arn(iam.ctx, {"RoleName": "new", "Path": "/x/"}) == f"arn:aws:iam::{ACCOUNT}:role/x/new"
    asked = {"RoleName": "new", "PermissionsBoundary": arn, "Tags": [{"Key": "team", "Value": "a"}]}
    keys = conditions_of(iam.ctx, "iam:CreateRole", asked)
    assert keys == {"aws:RequestTag/team": "a", "aws:TagKeys": ("team",), "iam:PermissionsBoundary": arn}
    attached = conditions_of(iam.ctx, "iam:AttachRolePolicy", {"RoleName": "r", "PolicyArn": "arn:p"})
    assert attached == {"iam:PolicyARN": "arn:p", "iam:PermissionsBoundary": arn}
