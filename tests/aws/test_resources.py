"""What each signed operation is decided on: the ARN of what it is about (AWS's service authorization reference)."""

from collections.abc import Callable, Iterator
from typing import Any

import ostiary.app  # noqa: F401 - registers every operation
from ostiary.aws import model
from ostiary.aws.endpoint import resource_of
from ostiary.aws.operations import Implementation, implementation
from ostiary.context import Context
from tests.fixtures.context import ACCOUNT

HERE = f"us-east-1:{ACCOUNT}"
GIVEN = {
    "UserPoolId": "us-east-1_abcdefghi",
    "IdentityPoolId": "us-east-1:11111111-2222-4333-8444-555555555555",
    "IdentityId": "us-east-1:66666666-7777-4888-8999-000000000000",
    "DatasetName": "notes",
    "ResourceArn": "arn:aws:x:::resource",
    "RoleName": "person",
    "UserName": "ada",
    "PolicyName": "all",
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/a.example",
    "PlatformApplicationArn": f"arn:aws:sns:{HERE}:app/GCM/app",
    "EndpointArn": f"arn:aws:sns:{HERE}:endpoint/GCM/app/1",
    "Platform": "GCM",
    "Name": "name",
}
POOL = f"arn:aws:cognito-sync:{HERE}:identitypool/{GIVEN['IdentityPoolId']}"
IDENTITY = f"{POOL}/identity/{GIVEN['IdentityId']}"
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "cognito-idp": [
        ("UserPoolId", f"arn:aws:cognito-idp:{HERE}:userpool/{GIVEN['UserPoolId']}"),
        ("ResourceArn", GIVEN["ResourceArn"]),
    ],
    "cognito-identity": [
        ("IdentityPoolId", f"arn:aws:cognito-identity:{HERE}:identitypool/{GIVEN['IdentityPoolId']}"),
        ("ResourceArn", GIVEN["ResourceArn"]),
    ],
    "cognito-sync": [
        ("DatasetName", f"{IDENTITY}/dataset/notes"),
        ("IdentityId", IDENTITY),
        ("IdentityPoolId", POOL),
    ],
    "iam": [
        ("RoleName", f"arn:aws:iam::{ACCOUNT}:role/person"),
        ("UserName", f"arn:aws:iam::{ACCOUNT}:user/ada"),
        ("PolicyArn", GIVEN["PolicyArn"]),
        ("OpenIDConnectProviderArn", GIVEN["OpenIDConnectProviderArn"]),
        ("PolicyName", f"arn:aws:iam::{ACCOUNT}:policy/all"),
    ],
    "sts": [],
    "sns": [
        ("PlatformApplicationArn", GIVEN["PlatformApplicationArn"]),
        ("EndpointArn", GIVEN["EndpointArn"]),
    ],
}
"""By which member of a request the resource is named: the first of these that an operation has."""
ON_ALL_RECORDS = {"ListDatasets": f"{IDENTITY}/dataset/*"}
ON_WHATEVER = {
    "cognito-idp": {
        *("CreateUserPool", "ListUserPools", "DescribeUserPoolDomain"),
        *("GetProvisionedLimit", "UpdateProvisionedLimit"),
    },
    "cognito-identity": {"CreateIdentityPool", "ListIdentityPools", "DeleteIdentities", "DescribeIdentity"},
    "cognito-sync": set(),
    "iam": {"ListRoles", "ListUsers", "ListPolicies", "ListOpenIDConnectProviders"},
    "sts": {"GetAccessKeyInfo"},
    "sns": {
        *("CheckIfPhoneNumberIsOptedOut", "GetSMSAttributes", "GetSMSSandboxAccountStatus", "SetSMSAttributes"),
        *("ListPhoneNumbersOptedOut", "OptInPhoneNumber"),
    },
}
"""Operations that are about no resource in particular."""
OTHERS = {
    "ListIdentityPoolUsage": f"arn:aws:cognito-sync:{HERE}:identitypool/*",
    "CreateOpenIDConnectProvider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/*",
    "CreatePlatformApplication": f"arn:aws:sns:{HERE}:app/GCM/name",
    "CreateTopic": f"arn:aws:sns:{HERE}:name",
    "ListPlatformApplications": f"arn:aws:sns:{HERE}:*",
    "ListSubscriptions": f"arn:aws:sns:{HERE}:*",
    "ListTopics": f"arn:aws:sns:{HERE}:*",
}
DECIDED_BY_THEMSELVES = {
    "cognito-idp": {"GetClientToken", "GetDerivedToken"},
    "sts": {"AssumeRole", "GetCallerIdentity", "GetSessionToken"},
    "sns": {
        *("AddPermission", "RemovePermission", "ConfirmSubscription", "Subscribe", "Unsubscribe", "DeleteTopic"),
        *("GetSubscriptionAttributes", "SetSubscriptionAttributes", "GetTopicAttributes", "SetTopicAttributes"),
        *("ListSubscriptionsByTopic", "ListTagsForResource", "TagResource", "UntagResource", "Publish", "PublishBatch"),
    },
}
SIGNATURES = {
    "GetClientToken": "ignored",
    "GetDerivedToken": "help",
    "ConfirmSubscription": "optional",
    "Unsubscribe": "optional",
}
"""Signed operations whose signature may be absent or wrong."""


def expected(operation: model.Operation) -> str:
    members = operation.input.members if operation.input else {}
    if operation.name in OTHERS | ON_ALL_RECORDS:
        return {**OTHERS, **ON_ALL_RECORDS}[operation.name]
    named = (arn for member, arn in EXPECTED[operation.service.name] if member in members)
    return "*" if operation.name in ON_WHATEVER[operation.service.name] else next(named, "nothing")


def signed_operations() -> Iterator[tuple[model.Operation, Implementation]]:
    for name in model.SERVICES:
        for operation in model.service(name).operations.values():
            found = implementation(name, operation.name)
            if found is not None and operation.signed:
                yield operation, found


def test_each_signed_operation_is_decided_on_what_it_is_about(context: Callable[..., Context]) -> None:
    ctx = context()
    wrong: dict[str, Any] = {}
    for operation, found in signed_operations():
        if not found.authorized_by_handler:
            members = operation.input.members if operation.input else {}
            resource = resource_of(found, ctx, {member: value for member, value in GIVEN.items() if member in members})
            if resource != expected(operation):
                wrong[operation.name] = resource
    assert wrong == {}


def test_few_operations_decide_themselves_and_fewer_go_without_a_signature() -> None:
    themselves: dict[str, set[str]] = {}
    for operation, found in signed_operations():
        if found.authorized_by_handler:
            themselves.setdefault(operation.service.name, set()).add(operation.name)
    assert themselves == DECIDED_BY_THEMSELVES
    signatures = {operation.name: found.signature for operation, found in signed_operations()}
    assert {name: kind for name, kind in signatures.items() if kind != "needed"} == SIGNATURES
