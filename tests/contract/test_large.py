"""What is large, slow or busy holds up whoever asked, and nobody else: a probe is beside every test of this folder."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import bcrypt
import pytest

from ostiary.aws import model
from ostiary.context import Context, Services
from ostiary.iam.accounts import create_account
from ostiary.idp.imports import foreign_passwords
from ostiary.store import schema
from ostiary.store.idp import users
from tests.contract.wire import Caller, Wire
from tests.fixtures.bulk import fill
from tests.fixtures.context import ACCOUNT, Api

SYNC_RECORDS, USERS = 1024, 20_000
IDP = model.service("cognito-idp").operations


@pytest.fixture
def wire(services: Services) -> Iterator[Wire]:
    """Speak to user pools as a server is spoken to."""
    made = Wire(services)
    yield made
    made.endpoint.close()


@pytest.fixture
def pool_id(context: Callable[..., Context]) -> str:
    """Make a user pool whose users can be searched for by anything."""
    made = Api(context())("CreateUserPool", PoolName="people", UserPoolTags={"ostiary:user-search": "on"})
    return str(made["UserPool"]["Id"])


def test_users_are_counted_and_searched_beside_the_loop(services: Services, wire: Wire, pool_id: str) -> None:
    sub, attributes = "00000000-0000-4000-8000-{n}", '{"name": "Person {n}"}'
    fill(
        services.store,
        schema.users,
        USERS,
        pool_id=pool_id,
        sub=sub,
        username="p{n}",
        username_key="p{n}",
        attributes=attributes,
    )
    idp = Caller(wire)
    assert idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]["EstimatedNumberOfUsers"] == USERS
    for searched in ('name *= "nobody"', 'cognito:user_status = "Enabled"', 'username ^= "q"'):
        assert idp.list_users(UserPoolId=pool_id, Filter=searched)["Users"] == []


def test_a_dataset_of_the_most_records_is_written_and_read(services: Services, context: Callable[..., Context]) -> None:
    key = create_account(services, "tests", ACCOUNT)
    sync = Wire(services, "cognito-sync", key)
    identity = Api(context(), "cognito-identity")
    pool = identity("CreateIdentityPool", IdentityPoolName="p", AllowUnauthenticatedIdentities=True)["IdentityPoolId"]
    person = Api(context(account=""), "cognito-identity")("GetId", IdentityPoolId=pool)["IdentityId"]
    place = {"IdentityPoolId": pool, "IdentityId": person, "DatasetName": "notes"}
    operations = model.service("cognito-sync").operations

    def call(name: str, **more: Any) -> None:
        status, code, text = sync.ask(operations[name], {**place, **more})
        assert (status, code, text) == (200, "", "")

    token = Api(context(), "cognito-sync")("ListRecords", **place)["SyncSessionToken"]
    patches = [{"Op": "replace", "Key": f"k{n}", "Value": "v" * 900, "SyncCount": 0} for n in range(SYNC_RECORDS)]
    call("UpdateRecords", RecordPatches=patches, SyncSessionToken=token)
    call("ListRecords", MaxResults=SYNC_RECORDS)
    call("DeleteDataset")
    sync.endpoint.close()


def test_a_request_of_very_many_members_is_refused_in_bites(wire: Wire) -> None:
    attributes = [{"Name": "a"}] * 60_000
    body = {"ClientId": "client", "Username": "ann", "Password": "Correct-horse-7", "UserAttributes": attributes}
    status, answer = wire.call(IDP["SignUp"], json.dumps(body).encode())
    assert (status, answer["__type"]) == (400, "ResourceNotFoundException")
    status, answer = wire.call(IDP["SignUp"], json.dumps({**body, "UserAttributes": [{}] * 200_000}).encode())
    assert (status, answer["__type"]) == (400, "InvalidParameterException")
    assert answer["message"].startswith(
        "200000 validation errors detected: Value null at 'userAttributes.1.member.name'"
    )
    assert len(answer["message"]) < 20_000


def test_the_hash_of_another_system_is_checked_beside_the_loop(
    services: Services, wire: Wire, context: Callable[..., Context], pool_id: str
) -> None:
    admin, password = Api(context()), "Correct-horse-7"
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = admin("CreateUserPoolClient", UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=flows)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(8)).decode()
    admin("AdminCreateUser", UserPoolId=pool_id, Username="ann")
    with services.store.write() as tx:
        ann = users.find_by_username(tx, pool_id, "ann")
        assert ann
        known = users.update(tx, ann, sealed_verifier=None, status="CONFIRMED")
        foreign_passwords.keep(tx, context(), known, foreign_passwords.of_hash("BCRYPT", hashed))
    signed_in = Caller(wire).initiate_auth(
        ClientId=app["UserPoolClient"]["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": password},
    )
    assert signed_in["AuthenticationResult"]["AccessToken"]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_file_that_another_process_holds_is_waited_for_beside_the_loop(
    services: Services, wire: Wire, pool_id: str, database: str
) -> None:
    """Whoever opens the file alone keeps all others from reading too."""
    idp = Caller(wire)
    idp.list_users(UserPoolId=pool_id)
    services.store.close()
    other = sqlite3.connect(database.removeprefix("sqlite:///"), check_same_thread=False)
    for statement in ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"):
        other.execute(statement)
    found: list[Any] = []
    asking = Thread(target=lambda: found.append(idp.list_users(UserPoolId=pool_id)))
    asking.start()
    asking.join(0.2)
    assert found == []
    other.close()
    asking.join()
    assert found[0]["Users"] == []
