"""User pools: defaults, updates, deletion, lists."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException, ResourceNotFoundException
from ostiary.context import Context
from tests.fixtures.context import Api


def test_a_pool_with_only_a_name_has_the_documented_defaults(admin: Api) -> None:
    pool = admin("CreateUserPool", PoolName="p")["UserPool"]
    region, _, identifier = pool["Id"].partition("_")
    assert region == "us-east-1"
    assert len(identifier) == 9
    assert identifier.isalnum()
    assert pool["Arn"] == f"arn:aws:cognito-idp:us-east-1:111111111111:userpool/{pool['Id']}"
    for volatile in ("Id", "Arn", "CreationDate", "LastModifiedDate", "SchemaAttributes"):
        pool.pop(volatile)
    assert pool == {
        "Name": "p",
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "MfaConfiguration": "OFF",
        "EstimatedNumberOfUsers": 0,
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "UserPoolTags": {},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7},
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [
                {"Priority": 1, "Name": "verified_email"},
                {"Priority": 2, "Name": "verified_phone_number"},
            ]
        },
        "UserPoolTier": "ESSENTIALS",
        "AcrConfiguration": {f"Level{n}": {"AcrValue": f"urn:cognito:loa:{n}"} for n in range(1, 5)},
    }


def test_every_pool_has_the_standard_attributes(admin: Api) -> None:
    schema = {entry["Name"]: entry for entry in admin("CreateUserPool", PoolName="p")["UserPool"]["SchemaAttributes"]}
    assert len(schema) == 21
    assert schema["name"] == {
        "Name": "name",
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": False,
        "Mutable": True,
        "Required": False,
        "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"},
    }
    assert (schema["sub"]["Mutable"], schema["sub"]["Required"]) == (False, True)
    assert schema["birthdate"]["StringAttributeConstraints"] == {"MinLength": "10", "MaxLength": "10"}
    assert schema["updated_at"]["NumberAttributeConstraints"] == {"MinValue": "0"}
    assert "StringAttributeConstraints" not in schema["email_verified"]


def test_what_create_answered_is_what_describe_answers(admin: Api) -> None:
    settings: dict[str, Any] = {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "EmailVerificationMessage": "Take {####}",
        "UserPoolTags": {"team": "a"},
        "Schema": [{"Name": "tier", "AttributeDataType": "String"}, {"Name": "email", "Required": True}],
    }
    created = admin("CreateUserPool", PoolName="p", **settings)["UserPool"]
    described = admin("DescribeUserPool", UserPoolId=created["Id"])["UserPool"]
    assert described == created
    assert described["VerificationMessageTemplate"]["EmailMessage"] == "Take {####}"
    schema = {entry["Name"]: entry for entry in described["SchemaAttributes"]}
    assert schema["email"]["Required"] is True
    assert schema["custom:tier"]["StringAttributeConstraints"] == {}


def test_update_sets_back_what_is_omitted_and_keeps_what_is_immutable(admin: Api) -> None:
    created = admin(
        "CreateUserPool",
        PoolName="p",
        UsernameAttributes=["email"],
        UserPoolTier="LITE",
        UserPoolTags={"team": "a"},
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 12}},
        Schema=[{"Name": "tier", "AttributeDataType": "String"}],
    )["UserPool"]
    admin("UpdateUserPool", UserPoolId=created["Id"], DeletionProtection="ACTIVE")
    described = admin("DescribeUserPool", UserPoolId=created["Id"])["UserPool"]
    assert described["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert "AutoVerifiedAttributes" not in described
    assert (described["UserPoolTier"], described["UserPoolTags"]) == ("LITE", {"team": "a"})
    assert described["UsernameAttributes"] == ["email"]
    assert described["SchemaAttributes"] == created["SchemaAttributes"]
    assert (described["Name"], described["DeletionProtection"]) == ("p", "ACTIVE")


def test_a_protected_pool_cannot_be_deleted(admin: Api) -> None:
    """ATT-10."""
    pool_id = admin("CreateUserPool", PoolName="p", DeletionProtection="ACTIVE")["UserPool"]["Id"]
    with pytest.raises(InvalidParameterException, match="deletion protection is activated"):
        admin("DeleteUserPool", UserPoolId=pool_id)
    admin("UpdateUserPool", UserPoolId=pool_id)
    admin("DeleteUserPool", UserPoolId=pool_id)
    with pytest.raises(ResourceNotFoundException, match=f"User pool {pool_id} does not exist."):
        admin("DescribeUserPool", UserPoolId=pool_id)


def test_another_accounts_pool_does_not_exist(admin: Api, context: Callable[..., Context]) -> None:
    pool_id = admin("CreateUserPool", PoolName="p")["UserPool"]["Id"]
    stranger = Api(context(account="222222222222"))
    for operation, more in (
        ("DescribeUserPool", {}),
        ("UpdateUserPool", {}),
        ("DeleteUserPool", {}),
        ("ListUsers", {}),
        ("AdminGetUser", {"Username": "x"}),
        ("CreateUserPoolClient", {"ClientName": "x"}),
        ("CreateGroup", {"GroupName": "x"}),
    ):
        with pytest.raises(ResourceNotFoundException, match=f"User pool {pool_id} does not exist."):
            stranger(operation, UserPoolId=pool_id, **more)
    assert stranger("ListUserPools", MaxResults=60)["UserPools"] == []
    assert admin("DescribeUserPool", UserPoolId=pool_id)["UserPool"]["Name"] == "p"


def test_pools_are_listed_page_by_page(admin: Api, context: Callable[..., Context]) -> None:
    made = {admin("CreateUserPool", PoolName=f"p{number}")["UserPool"]["Id"] for number in range(3)}
    first = admin("ListUserPools", MaxResults=2)
    second = admin("ListUserPools", MaxResults=2, NextToken=first["NextToken"])
    assert {pool["Id"] for pool in first["UserPools"] + second["UserPools"]} == made
    assert "NextToken" not in second
    assert Api(context(region="eu-west-1"))("ListUserPools", MaxResults=2)["UserPools"] == []


def test_a_page_token_of_elsewhere_or_altered_is_refused(admin: Api) -> None:
    """ATT-11."""
    for number in range(2):
        admin("CreateUserPool", PoolName=f"p{number}")
    listed = admin("ListUserPools", MaxResults=1)
    token = listed["NextToken"]
    pool_id = listed["UserPools"][0]["Id"]
    altered = ("A" if token[30] != "A" else "B").join((token[:30], token[31:]))
    with pytest.raises(InvalidParameterException, match="Invalid pagination token"):
        admin("ListUserPools", MaxResults=1, NextToken=altered)
    with pytest.raises(InvalidParameterException, match="Invalid pagination token"):
        admin("ListUserPoolClients", UserPoolId=pool_id, MaxResults=1, NextToken=token)


TEXT = {"Name": "x", "AttributeDataType": "String"}
TOO_LONG = "user.custom:x: String attributes cannot have a length of more than 2048"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]},
            "Only one of the aliasAttributes or usernameAttributes",
        ),
        (
            {
                "AdminCreateUserConfig": {"UnusedAccountValidityDays": 3},
                "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3}},
            },
            "Please use TemporaryPasswordValidityDays in PasswordPolicy",
        ),
        (
            {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}},
            "should be a subset of AutoVerifiedAttributes",
        ),
        ({"Schema": [{"Name": "x", "AttributeDataType": "String", "Required": True}]}, "Required custom attributes"),
        ({"Schema": [{"Name": "x"}]}, "Invalid AttributeDataType input"),
        ({"Schema": [{"Name": "x", "AttributeDataType": "String"}] * 2}, "custom:x: Existing attribute already"),
        ({"Schema": [{"Name": "email"}] * 2}, "email: Existing attribute already has name email."),
        ({"Schema": [{"AttributeDataType": "String"}]}, "A custom attribute must have a name."),
        (
            {"AliasAttributes": ["preferred_username"], "Schema": [{"Name": "preferred_username", "Required": True}]},
            "preferred_username cannot be both an alias and a required attribute.",
        ),
        (
            {"Schema": [{"Name": "email", "AttributeDataType": "Number"}]},
            "You can not change AttributeDataType or set developerOnlyAttribute",
        ),
        (
            {
                "Schema": [
                    {
                        "Name": "x",
                        "AttributeDataType": "String",
                        "StringAttributeConstraints": {"MinLength": "5", "MaxLength": "4"},
                    }
                ]
            },
            "user.custom:x: Max length cannot be less than min length.",
        ),
        ({"Schema": [{**TEXT, "StringAttributeConstraints": {"MinLength": "2049"}}]}, TOO_LONG),
        ({"Schema": [{**TEXT, "StringAttributeConstraints": {"MaxLength": "2049"}}]}, TOO_LONG),
    ],
)
def test_settings_that_contradict_each_other_are_refused(admin: Api, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameterException, match=message):
        admin("CreateUserPool", PoolName="p", **settings)
    assert admin("ListUserPools", MaxResults=1)["UserPools"] == []


def test_only_what_may_differ_of_a_standard_attribute_does(admin: Api) -> None:
    """ATT-07."""
    bounds = {"MinLength": "3", "MaxLength": "30"}
    wanted = [
        {"Name": "email", "Required": True, "StringAttributeConstraints": bounds, "NumberAttributeConstraints": {}},
        {"Name": "sub", "Required": False, "Mutable": True},
    ]
    made = admin("CreateUserPool", PoolName="p", Schema=wanted)["UserPool"]["SchemaAttributes"]
    email, sub = (next(each for each in made if each["Name"] == name) for name in ("email", "sub"))
    assert (email["Required"], email["StringAttributeConstraints"]) == (True, bounds)
    assert "NumberAttributeConstraints" not in email
    assert (sub["Required"], sub["Mutable"]) == (True, False)


def test_custom_attributes_are_added_and_stay(admin: Api) -> None:
    """ATT-07."""
    pool_id = admin("CreateUserPool", PoolName="p")["UserPool"]["Id"]
    entry = {"AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"}}
    admin("AddCustomAttributes", UserPoolId=pool_id, CustomAttributes=[{"Name": "level", **entry}])
    schema = admin("DescribeUserPool", UserPoolId=pool_id)["UserPool"]["SchemaAttributes"]
    assert schema[-1]["Name"] == "custom:level"
    assert schema[-1]["Mutable"] is False
    with pytest.raises(InvalidParameterException, match="custom:level: Existing attribute already"):
        admin("AddCustomAttributes", UserPoolId=pool_id, CustomAttributes=[{"Name": "level", **entry}])
    many = [{"Name": f"a{number}", "AttributeDataType": "String"} for number in range(25)]
    admin("AddCustomAttributes", UserPoolId=pool_id, CustomAttributes=many)
    more = [{"Name": f"b{number}", "AttributeDataType": "String"} for number in range(25)]
    with pytest.raises(InvalidParameterException, match="more than 50 custom attributes"):
        admin("AddCustomAttributes", UserPoolId=pool_id, CustomAttributes=more)


def test_tags_are_added_listed_and_removed_by_arn(admin: Api) -> None:
    pool = admin("CreateUserPool", PoolName="p", UserPoolTags={"a": "1"})["UserPool"]
    admin("TagResource", ResourceArn=pool["Arn"], Tags={"b": "2"})
    assert admin("ListTagsForResource", ResourceArn=pool["Arn"])["Tags"] == {"a": "1", "b": "2"}
    admin("UntagResource", ResourceArn=pool["Arn"], TagKeys=["a", "absent"])
    assert admin("DescribeUserPool", UserPoolId=pool["Id"])["UserPool"]["UserPoolTags"] == {"b": "2"}
    foreign = pool["Arn"].replace("111111111111", "222222222222")
    with pytest.raises(ResourceNotFoundException):
        admin("ListTagsForResource", ResourceArn=foreign)


def test_multi_factor_authentication_is_off_and_says_so(admin: Api) -> None:
    pool_id = admin("CreateUserPool", PoolName="p")["UserPool"]["Id"]
    assert admin("GetUserPoolMfaConfig", UserPoolId=pool_id) == {"MfaConfiguration": "OFF"}
    assert admin("SetUserPoolMfaConfig", UserPoolId=pool_id, MfaConfiguration="OFF") == {"MfaConfiguration": "OFF"}


def test_device_settings_are_shown(admin: Api) -> None:
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    pool = admin("CreateUserPool", PoolName="p", DeviceConfiguration=devices)["UserPool"]
    assert pool["DeviceConfiguration"] == devices


def test_concurrent_changes_of_one_pool_all_arrive(admin: Api) -> None:
    pool = admin("CreateUserPool", PoolName="p")["UserPool"]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: admin("TagResource", ResourceArn=pool["Arn"], Tags={f"t{n}": ""}), range(8)))
    assert len(admin("ListTagsForResource", ResourceArn=pool["Arn"])["Tags"]) == 8
