"""Cognito Sync from unmodified JavaScript clients in Node: amazon-cognito-js and @aws-sdk/client-cognito-sync."""

import json

import pytest

from ostiary.demo.world import World, administrator
from tests.clients.test_javascript import run_scenario

SUCCESS = {"outcome": "success", "asked": []}


@pytest.fixture(scope="session")
def synchronizing(world: World) -> World:
    """The world of the demo, whose guests and people may synchronize."""
    statement = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = administrator(world.servers, "iam", world.servers.root)
    for role in ("guest", "person"):
        iam.put_role_policy(RoleName=role, PolicyName="sync", PolicyDocument=policy)
    return world


@pytest.mark.xdist_group("clients")
def test_the_sync_manager_keeps_two_devices_and_a_guest_together(synchronizing: World) -> None:
    token = synchronizing.google_token("sync-person", "sync@example.com")
    report = run_scenario(synchronizing, "sync_manager", googleToken=token)
    assert report["sameIdentity"] is True
    assert report["first"] == report["second"] == SUCCESS
    assert report["arrived"] == {"title": "Draft", "place": "Turin"}
    assert report["conflict"] == {"outcome": "success", "asked": ["conflict"]}
    assert report["resolved"] == ["Tablet and Phone", "Tablet and Phone"]
    assert report["removed"] == ""
    assert report["deletion"] == SUCCESS
    assert report["deletedElsewhere"]["asked"] == ["deleted"]
    assert report["created"] == report["guest"] == SUCCESS
    assert report["becamePerson"] is True
    assert report["merging"]["asked"] == ["merged"]
    assert report["mergedNames"] == ["notes.<guest>"]
    assert report["mergedDeletion"] == report["merged"] == SUCCESS
    assert report["everything"] == report["everywhere"] == {"title": "Anew", "idea": "by a guest"}


@pytest.mark.xdist_group("clients")
def test_the_third_sdk_calls_every_operation(synchronizing: World) -> None:
    identity = synchronizing.client("cognito-identity")
    identity_id = identity.get_id(IdentityPoolId=synchronizing.identity_pool_id)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    person = {"accessKeyId": keys["AccessKeyId"], "secretAccessKey": keys["SecretKey"]}
    operator = dict(zip(("accessKeyId", "secretAccessKey"), synchronizing.servers.root, strict=True))
    sns = administrator(synchronizing.servers, "sns", synchronizing.servers.root)
    credential = {"PlatformCredential": "a-key"}
    application = sns.create_platform_application(Name="sdk", Platform="GCM", Attributes=credential)
    arn = application["PlatformApplicationArn"]
    report = run_scenario(
        synchronizing,
        "sync_sdk",
        identityId=identity_id,
        credentials={**person, "sessionToken": keys["SessionToken"]},
        operator=operator,
        applicationArn=arn,
        accountId=arn.split(":")[4],
        roleArn=f"arn:aws:iam::{arn.split(':')[4]}:role/person",
    )
    assert report["exists"] is False
    assert report["updated"] == [
        {"Key": key, "Value": f"värde {key}", "SyncCount": 1, "LastModifiedBy": "node"} for key in "abc"
    ]
    assert report["deviceDate"] == 1424801824343
    assert report["conflict"] == "ResourceConflictException"
    assert report["pages"] == [["a", "b"], ["c"]]
    assert report["described"] == {"records": 3, "by": "node"}
    assert report["listed"] == ["game:1"]
    assert report["usage"] == {"datasets": 1, "storage": 3 * len("avärde a".encode())}
    assert report["notForPeople"] == "NotAuthorizedException"
    assert report["poolIsListed"] is True
    assert report["streams"] == {"StreamingStatus": "DISABLED"}
    assert (report["deviceId"], report["noSuchDevice"]) == ("string", "ResourceNotFoundException")
    assert report["eventsAreKept"] is True
    assert report["notStreaming"] in {"InvalidParameterException", "ResourceNotFoundException"}
    assert report["published"] == "NOT_STARTED"
    assert report["gone"] == "ResourceNotFoundException"
    assert report["deletedSince"] is True
