"""AWS's printed samples as they are: `POST /` with the operation in X-Amz-Target (API references of Cognito)."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ostiary.iam.accounts import RootKey
from tests.fixtures.context import REGION
from tests.sync.conftest import IdentityPool, Person, replace

PACKAGE = "com.amazonaws.cognito.sync.model"


@dataclass(frozen=True)
class Caller:
    """Signs and sends what the samples show."""

    http: httpx.Client
    key: RootKey

    def call(self, target: str, body: Any, service: str = "cognito-sync") -> httpx.Response:
        """Send a JSON body to a target, as the root."""
        url = f"{str(self.http.base_url).rstrip('/')}/"
        headers = {"Content-Type": "application/json", "X-AMZ-TARGET": target, "X-AMZN-REQUESTID": "8dc0e749"}
        request = AWSRequest("POST", url, headers, json.dumps(body))
        SigV4Auth(Credentials(self.key.access_key_id, self.key.secret_access_key), service, REGION).add_auth(request)
        return self.http.post(url, content=request.data, headers=dict(request.headers))

    def sync(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        """Call an operation of Sync in an envelope; return what the envelope of the answer has."""
        names = {"Operation": f"{PACKAGE}#{operation}", "Service": f"{PACKAGE}#AWSCognitoSyncService"}
        answer = self.call(f"{PACKAGE}.AWSCognitoSyncService.{operation}", {**names, "Input": members})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
        assert answer.json().keys() == {"Output", "Version"}
        return dict(answer.json()["Output"])


@pytest.fixture
def caller(http: httpx.Client, root: RootKey) -> Caller:
    """Sign as the root of the pool's account."""
    return Caller(http, root)


@pytest.fixture
def person(pool: IdentityPool) -> Person:
    """Somebody with a dataset of one record."""
    person = pool.guest()
    person.dataset().update(replace("a", "1"))
    return person


def test_sync_is_called_in_an_envelope(caller: Caller, pool: IdentityPool, person: Person) -> None:
    place = {**person.place, "DatasetName": "notes"}
    listed = caller.sync("ListRecords", place)
    assert listed["__type"] == f"{PACKAGE}#ListRecordsResponse"
    assert [record["Value"] for record in listed["Records"]] == ["1"]
    assert listed["Records"][0]["LastModifiedDate"] > 1.4e9
    patches = [{"Op": "replace", "Key": "a", "Value": "2", "SyncCount": 1}]
    update = {"SyncSessionToken": listed["SyncSessionToken"], "RecordPatches": patches, "ClientContext": "e30="}
    assert caller.sync("UpdateRecords", {**place, **update})["Records"][0]["SyncCount"] == 2
    assert caller.sync("ListRecords", {**place, "LastSyncCount": 2})["Records"] == []
    assert caller.sync("ListRecords", {**place, "LastSyncCount": "1", "MaxResults": "1"})["Count"] == 1
    assert caller.sync("ListIdentityPoolUsage", {"MaxResults": "2"})["MaxResults"] == 2
    assert caller.sync("SetCognitoEvents", {"IdentityPoolId": pool.id, "Events": {}}) == {}
    assert caller.sync("DeleteDataset", place)["Dataset"]["DatasetName"] == "notes"
    assert person.dataset().listed()["DatasetDeletedAfterRequestedSyncCount"] or not person.dataset().values()


def test_sync_is_called_with_bare_members(caller: Caller, pool: IdentityPool, person: Person) -> None:
    for prefix in (f"{PACKAGE}.", ""):
        answer = caller.call(f"{prefix}AWSCognitoSyncService.DescribeIdentityPoolUsage", {"IdentityPoolId": pool.id})
        assert answer.json()["IdentityPoolUsage"]["IdentityPoolId"] == pool.id


def test_errors_of_such_calls_are_those_of_sync(caller: Caller, pool: IdentityPool) -> None:
    target = f"{PACKAGE}.AWSCognitoSyncService.DescribeIdentityPoolUsage"
    missing = caller.call(target, {"IdentityPoolId": f"{REGION}:00000000-0000-0000-0000-000000000000"})
    assert (missing.status_code, missing.json()["__type"]) == (404, "ResourceNotFoundException")
    other = {"Operation": f"{PACKAGE}#DeleteDataset", "Service": f"{PACKAGE}#AWSCognitoSyncService", "Input": {}}
    refused = caller.call(target, other)
    assert (refused.status_code, refused.json()["__type"]) == (400, "SerializationException")
    bodies: list[Any] = [[], "text", {"Operation": 1, "Service": None, "Input": []}, {"IdentityPoolId": {}}]
    for body in bodies:
        assert caller.call(target, body).status_code == 400
    unsigned = caller.http.post("/", json={}, headers={"x-amz-target": target})
    assert unsigned.json()["__type"] == "MissingAuthenticationTokenException"


def test_a_dataset_larger_than_a_call_of_other_services_may_be_is_taken(caller: Caller, person: Person) -> None:
    place = {**person.place, "DatasetName": "large"}
    token = caller.sync("ListRecords", place)["SyncSessionToken"]
    patches = [{"Op": "replace", "Key": str(n), "Value": "x" * 1000, "SyncCount": 0} for n in range(1000)]
    sent = {**place, "SyncSessionToken": token, "RecordPatches": patches, "ClientContext": "x" * 100_000}
    assert caller.sync("UpdateRecords", sent)["Records"]


def test_identity_pools_and_user_pools_are_called_by_the_long_name(caller: Caller, pool: IdentityPool) -> None:
    identity = "com.amazonaws.cognito.identity.model.AWSCognitoIdentityService"
    answer = caller.http.post(
        "/",
        content=json.dumps({"IdentityPoolId": pool.id}),
        headers={"content-type": "application/json", "x-amz-target": f"{identity}.GetId"},
    )
    assert answer.json()["IdentityId"].startswith(f"{REGION}:")
    listed = caller.call(f"{identity}.ListIdentityPools", {"MaxResults": 10}, "cognito-identity")
    assert pool.id in [found["IdentityPoolId"] for found in listed.json()["IdentityPools"]]
    people = "com.amazonaws.cognito.identity.idp.model.AWSCognitoIdentityProviderService.ListUserPools"
    assert "UserPools" in caller.call(people, {"MaxResults": 10}, "cognito-idp").json()
