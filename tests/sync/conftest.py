"""An identity pool on the live server, its people with their devices, and an operator."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.fixtures.server import LivePool

SYNC_STATEMENT = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": "*"}
UNCHECKED = Config(parameter_validation=False)
"""The server says what is wrong, not the SDK."""
FEDERATED = "cognito-identity.amazonaws.com"


@dataclass(frozen=True)
class Dataset:
    """One dataset as one caller sees it."""

    sync: Any
    pool_id: str
    identity_id: str
    name: str

    @property
    def place(self) -> dict[str, str]:
        """What every operation on it names."""
        return {"IdentityPoolId": self.pool_id, "IdentityId": self.identity_id, "DatasetName": self.name}

    def listed(self, since: int = 0, **more: Any) -> dict[str, Any]:
        """Return what ListRecords answers."""
        return dict(self.sync.list_records(**self.place, LastSyncCount=since, **more))

    def update(self, *patches: dict[str, Any], token: str = "", **more: Any) -> list[dict[str, Any]]:
        """Send patches in a session of their own and return the records."""
        token = token or self.listed()["SyncSessionToken"]
        answer = self.sync.update_records(**self.place, RecordPatches=[*patches], SyncSessionToken=token, **more)
        return list(answer["Records"])

    def values(self) -> dict[str, str | None]:
        """Return all records; None for those that were removed."""
        found: dict[str, str | None] = {}
        page = self.listed()
        while True:
            found |= {record["Key"]: record.get("Value") for record in page["Records"]}
            if "NextToken" not in page:
                return found
            page = self.listed(NextToken=page["NextToken"])


def replace(key: str, value: str, known: int = 0, **more: Any) -> dict[str, Any]:
    return {"Op": "replace", "Key": key, "Value": value, "SyncCount": known, **more}


def remove(key: str, known: int) -> dict[str, Any]:
    return {"Op": "remove", "Key": key, "SyncCount": known}


@dataclass(frozen=True)
class Person:
    """An identity and a client with its credentials."""

    pool_id: str
    identity_id: str
    sync: Any

    @property
    def place(self) -> dict[str, str]:
        """What every operation on the person's data names."""
        return {"IdentityPoolId": self.pool_id, "IdentityId": self.identity_id}

    def dataset(self, name: str = "notes") -> Dataset:
        """Return one of the person's datasets."""
        return Dataset(self.sync, self.pool_id, self.identity_id, name)


@dataclass(frozen=True)
class IdentityPool:
    """An identity pool; `root` is a cognito-sync client of its account's root."""

    id: str
    root: Any
    identity: Any
    client: Callable[..., Any]
    people: Callable[[], LivePool]

    def new_logins(self) -> dict[str, str]:
        """Return the login of a new user, whom the pool knows by a user pool that is made for it."""
        people = self.people()
        name = f"cognito-idp.us-east-1.amazonaws.com/{people.id}"
        pool = self.identity.describe_identity_pool(IdentityPoolId=self.id)
        pool.pop("ResponseMetadata")
        pool["CognitoIdentityProviders"] = [{"ProviderName": name, "ClientId": people.client_id}]
        self.identity.update_identity_pool(**pool)
        return {name: people.sign_in(people.user())["IdToken"]}

    def person(self, logins: dict[str, str] | None = None, identity_id: str = "") -> Person:
        """Return somebody with credentials of their own: a guest without logins."""
        given = {"Logins": logins} if logins else {}
        identity_id = identity_id or self.identity.get_id(IdentityPoolId=self.id, **given)["IdentityId"]
        answer = self.identity.get_credentials_for_identity(IdentityId=identity_id, **given)
        return Person(self.id, answer["IdentityId"], self.signing_with(answer["Credentials"]))

    def signing_with(self, keys: dict[str, str]) -> Any:
        """Return a cognito-sync client."""
        return self.client(
            "cognito-sync",
            config=UNCHECKED,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys.get("SecretKey") or keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
        )

    def guest(self) -> Person:
        """Return a new guest."""
        return self.person()

    def usage(self) -> dict[str, Any]:
        """Return what DescribeIdentityPoolUsage answers."""
        return dict(self.root.describe_identity_pool_usage(IdentityPoolId=self.id)["IdentityPoolUsage"])

    def as_root(self, person: Person, name: str = "notes") -> Dataset:
        """Return somebody's dataset as the account's root sees it."""
        return Dataset(self.root, self.id, person.identity_id, name)


@contextmanager
def refused(error: str, status: int, text: str = "") -> Iterator[None]:
    """Expect an error by its code, its HTTP status and a part of its text."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (error, status)
    assert text in answer["Error"]["Message"]


def set_role(iam: Any, identity: Any, pool_id: str, statement: dict[str, Any]) -> None:
    """Give everybody in a pool one role that allows what the statement says."""
    condition = {"StringEquals": {f"{FEDERATED}:aud": pool_id}}
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": FEDERATED},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    arn = iam.create_role(RoleName="people", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="people", PolicyName="sync", PolicyDocument=document(statement))
    roles = {"authenticated": arn, "unauthenticated": arn}
    identity.set_identity_pool_roles(IdentityPoolId=pool_id, Roles=roles)


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def pool(client: Callable[..., Any], request: pytest.FixtureRequest) -> IdentityPool:
    """Make an identity pool for guests and for people, whose role may do anything with sync."""
    identity = client("cognito-identity")
    made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
    set_role(client("iam"), identity, made["IdentityPoolId"], SYNC_STATEMENT)

    def people() -> LivePool:
        found: LivePool = request.getfixturevalue("live_pool")
        return found

    return IdentityPool(made["IdentityPoolId"], client("cognito-sync", config=UNCHECKED), identity, client, people)
