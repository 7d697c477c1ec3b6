"""Who reaches what (behaviour/sync.md 1): people their own identity, operators what IAM says, others nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.iam.accounts import create_account
from tests.fixtures.server import Server
from tests.sync.conftest import FEDERATED, IdentityPool, Person, document, refused, replace

ON_DATASETS = ("list_records", "describe_dataset", "delete_dataset")
ON_IDENTITIES = ("list_datasets", "describe_identity_usage")
ON_POOLS = ("describe_identity_pool_usage", "get_identity_pool_configuration", "set_identity_pool_configuration")
WITHOUT_NOT_FOUND = ("list_records", "list_datasets")
"""The model gives these no ResourceNotFoundException."""


def arguments(operation: str, person: Person) -> dict[str, str]:
    if operation in ON_DATASETS:
        return person.dataset().place
    return person.place if operation in ON_IDENTITIES else {"IdentityPoolId": person.pool_id}


@pytest.mark.parametrize("operation", [*ON_DATASETS, *ON_IDENTITIES])
def test_another_persons_identity_is_forbidden(pool: IdentityPool, operation: str) -> None:
    ada, eve = pool.guest(), pool.guest()
    token = ada.dataset().listed()["SyncSessionToken"]
    ada.dataset().update(replace("a", "1"))
    with refused("NotAuthorizedException", 403, f"Access to Identity '{ada.identity_id}' is forbidden."):
        getattr(eve.sync, operation)(**arguments(operation, ada))
    with refused("NotAuthorizedException", 403):
        eve.sync.update_records(**ada.dataset().place, SyncSessionToken=token)
    assert ada.dataset().values() == {"a": "1"}


@pytest.mark.parametrize("operation", [*ON_POOLS, "list_identity_pool_usage"])
def test_what_is_an_operators_is_not_a_persons(pool: IdentityPool, operation: str) -> None:
    person = pool.guest()
    given = {} if operation == "list_identity_pool_usage" else arguments(operation, person)
    with refused("NotAuthorizedException", 403, "This API can only be called with developer credentials."):
        getattr(person.sync, operation)(**given)


@pytest.mark.parametrize("operation", [*ON_DATASETS, *ON_IDENTITIES, *ON_POOLS])
def test_another_accounts_pool_is_not_there(server: Server, pool: IdentityPool, operation: str) -> None:
    person = pool.guest()
    person.dataset().update(replace("a", "1"))
    stranger = server.client("cognito-sync", create_account(server.services, "strangers"))
    expected = ("NotAuthorizedException", 403) if operation in WITHOUT_NOT_FOUND else ("ResourceNotFoundException", 404)
    with refused(*expected, f"IdentityPool '{pool.id}' not found."):
        getattr(stranger, operation)(**arguments(operation, person))
    assert person.dataset().values() == {"a": "1"}
    assert stranger.list_identity_pool_usage()["IdentityPoolUsages"] == []


@pytest.mark.parametrize("operation", [*ON_DATASETS, *ON_IDENTITIES])
def test_an_identity_that_is_not_in_the_pool_is_not_there(pool: IdentityPool, operation: str) -> None:
    nobody = Person(pool.id, f"us-east-1:{'0' * 8}-0000-4000-8000-{'0' * 12}", pool.root)
    expected = ("NotAuthorizedException", 403) if operation in WITHOUT_NOT_FOUND else ("ResourceNotFoundException", 404)
    with refused(*expected, f"Identity '{nobody.identity_id}' not found."):
        getattr(pool.root, operation)(**arguments(operation, nobody))


def test_the_root_of_the_account_reaches_everybody(pool: IdentityPool) -> None:
    person = pool.guest()
    person.dataset().update(replace("a", "1"))
    theirs = pool.as_root(person)
    theirs.update(replace("a", "2", 1))
    assert person.dataset().values() == {"a": "2"}


def test_a_policy_with_variables_lets_people_reach_some_datasets(
    pool: IdentityPool, client: Callable[..., Any]
) -> None:
    own = f"arn:aws:cognito-sync:*:*:identitypool/${{{FEDERATED}:aud}}/identity/${{{FEDERATED}:sub}}/dataset/game*"
    statement = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": own}
    client("iam").put_role_policy(RoleName="people", PolicyName="sync", PolicyDocument=document(statement))
    person = pool.guest()
    person.dataset("game-1").update(replace("a", "1"))
    with refused("AccessDeniedException", 403):
        person.dataset("notes").listed()
    with refused("AccessDeniedException", 403):
        person.sync.list_datasets(**person.place)


def test_an_operator_reaches_what_the_policy_says(pool: IdentityPool, client: Callable[..., Any]) -> None:
    ada, eve = pool.guest(), pool.guest()
    for person in (ada, eve):
        person.dataset().update(replace("a", "1"))
    arn = f"arn:aws:cognito-sync:us-east-1:*:identitypool/{pool.id}/identity/{ada.identity_id}/*"
    reads = ["cognito-sync:ListRecords", "cognito-sync:DescribeDataset"]
    iam = client("iam")
    iam.create_user(UserName="support")
    iam.put_user_policy(
        UserName="support",
        PolicyName="reads",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": reads, "Resource": arn}]}
        ),
    )
    support = pool.signing_with(iam.create_access_key(UserName="support")["AccessKey"])
    assert support.list_records(**ada.dataset().place)["Count"] == 1
    assert support.describe_dataset(**ada.dataset().place)["Dataset"]["NumRecords"] == 1
    with refused("AccessDeniedException", 403, "is not authorized to perform: cognito-sync:DeleteDataset on resource"):
        support.delete_dataset(**ada.dataset().place)
    with refused("AccessDeniedException", 403):
        support.list_records(**eve.dataset().place)
    with refused("AccessDeniedException", 403):
        support.describe_identity_pool_usage(IdentityPoolId=pool.id)


def test_a_pool_of_another_region_is_not_there(pool: IdentityPool) -> None:
    elsewhere = pool.id.replace("us-east-1", "eu-west-1")
    with refused("ResourceNotFoundException", 404):
        pool.root.describe_identity_pool_usage(IdentityPoolId=elsewhere)
