"""User pools as boto3 sees them, on a live server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ostiary.iam.accounts import create_account
from tests.fixtures.server import LivePool, Mailbox, Server

PASSWORD = "Correct-horse-7"
NEW_PASSWORD = "Battery-staple-8"


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_somebody_signs_up_forgets_changes_and_leaves(live_pool: LivePool, mailbox: Mailbox) -> None:
    app, client_id = live_pool.app, live_pool.client_id
    email = f"ada@{live_pool.client_id}.example"
    attributes = [{"Name": "email", "Value": email}]
    app.sign_up(ClientId=client_id, Username="ada", Password=PASSWORD, UserAttributes=attributes)
    with pytest.raises(app.exceptions.UserNotConfirmedException):
        live_pool.sign_in("ada")
    app.confirm_sign_up(ClientId=client_id, Username="ada", ConfirmationCode=mailbox.code(email))
    app.forgot_password(ClientId=client_id, Username="ada")
    app.confirm_forgot_password(
        ClientId=client_id, Username="ada", ConfirmationCode=mailbox.code(email), Password=NEW_PASSWORD
    )
    token = live_pool.sign_in("ada", NEW_PASSWORD)["AccessToken"]
    app.change_password(AccessToken=token, PreviousPassword=NEW_PASSWORD, ProposedPassword=PASSWORD)
    app.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "name", "Value": "Ada"}])
    shown = {entry["Name"]: entry["Value"] for entry in app.get_user(AccessToken=token)["UserAttributes"]}
    assert (shown["email"], shown["email_verified"], shown["name"]) == (email, "true", "Ada")
    app.delete_user(AccessToken=token)
    with pytest.raises(app.exceptions.UserNotFoundException):
        app.get_user(AccessToken=token)


def test_an_invited_user_chooses_a_password(live_pool: LivePool, mailbox: Mailbox) -> None:
    """PWD-10."""
    email = f"bob@{live_pool.client_id}.example"
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    live_pool.admin.admin_create_user(UserPoolId=live_pool.id, Username="bob", UserAttributes=attributes)
    temporary = mailbox.code(email)
    begun = live_pool.app.initiate_auth(
        ClientId=live_pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "bob", "PASSWORD": temporary},
    )
    assert begun["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert json.loads(begun["ChallengeParameters"]["userAttributes"])["email"] == email
    done = live_pool.app.respond_to_auth_challenge(
        ClientId=live_pool.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=begun["Session"],
        ChallengeResponses={"USERNAME": "bob", "NEW_PASSWORD": PASSWORD},
    )
    assert done["AuthenticationResult"]["TokenType"] == "Bearer"
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException):
        live_pool.sign_in("bob", temporary)


def test_a_temporary_password_expires(live_pool: LivePool, clock: Any) -> None:
    """PWD-10."""
    live_pool.admin.admin_create_user(UserPoolId=live_pool.id, Username="bob", TemporaryPassword=PASSWORD)
    clock.advance(8 * 86400)
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException, match="Temporary password has expired"):
        live_pool.sign_in("bob")


def test_every_list_is_paged_by_botos_paginators(live_pool: LivePool) -> None:
    admin, pool_id = live_pool.admin, live_pool.id
    for number in range(5):
        live_pool.user(f"user{number}")
        admin.create_group(UserPoolId=pool_id, GroupName=f"group{number}")
        admin.admin_add_user_to_group(UserPoolId=pool_id, GroupName="group0", Username=f"user{number}")
        admin.admin_add_user_to_group(UserPoolId=pool_id, GroupName=f"group{number}", Username="user0")
        admin.create_user_pool_client(UserPoolId=pool_id, ClientName=f"client{number}")
        admin.create_user_pool(PoolName=f"pool{number}")
    for operation, key, expected, more in (
        ("list_users", "Users", 5, {"UserPoolId": pool_id}),
        ("list_groups", "Groups", 5, {"UserPoolId": pool_id}),
        ("list_users_in_group", "Users", 5, {"UserPoolId": pool_id, "GroupName": "group0"}),
        ("admin_list_groups_for_user", "Groups", 5, {"UserPoolId": pool_id, "Username": "user0"}),
        ("list_user_pool_clients", "UserPoolClients", 6, {"UserPoolId": pool_id}),
        ("list_user_pools", "UserPools", 6, {}),
    ):
        pages = list(admin.get_paginator(operation).paginate(**more, PaginationConfig={"PageSize": 2}))
        found = [json.dumps(item, default=str) for page in pages for item in page[key]]
        assert len(pages) == 3, operation
        assert len(set(found)) == len(found) == expected, operation


def test_what_has_no_output_answers_nothing(live_pool: LivePool) -> None:
    name = live_pool.user()
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    admin.create_group(**of_pool, GroupName="g")
    for answer in (
        admin.admin_add_user_to_group(**of_pool, GroupName="g", Username=name),
        admin.admin_remove_user_from_group(**of_pool, GroupName="g", Username=name),
        admin.delete_group(**of_pool, GroupName="g"),
        admin.admin_delete_user(**of_pool, Username=name),
        admin.delete_user_pool_client(**of_pool, ClientId=live_pool.client_id),
        admin.delete_user_pool(**of_pool),
    ):
        assert answer.keys() == {"ResponseMetadata"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"


def test_another_account_is_told_that_the_pool_does_not_exist(
    live_pool: LivePool, server: Server, anybody: Callable[..., Any]
) -> None:
    stranger = anybody("cognito-idp", create_account(server.services, "stranger"))
    calls: tuple[Callable[[], Any], ...] = (
        lambda: stranger.describe_user_pool(UserPoolId=live_pool.id),
        lambda: stranger.admin_get_user(UserPoolId=live_pool.id, Username="ada"),
        lambda: stranger.delete_user_pool(UserPoolId=live_pool.id),
        lambda: stranger.list_tags_for_resource(ResourceArn=live_pool.arn),
    )
    for call in calls:
        with pytest.raises(ClientError) as refused:
            call()
        assert code_of(refused) in {"ResourceNotFoundException", "AccessDeniedException"}
    assert live_pool.admin.describe_user_pool(UserPoolId=live_pool.id)["UserPool"]["Id"] == live_pool.id


def test_who_has_no_right_is_not_told_which_pools_exist(live_pool: LivePool, client: Callable[..., Any]) -> None:
    """ENU-08."""
    iam = client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    credentials = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    limited = client("cognito-idp", **credentials)
    for pool_id in (live_pool.id, "us-east-1_absent000"):
        with pytest.raises(ClientError) as refused:
            limited.admin_get_user(UserPoolId=pool_id, Username="ada")
        assert code_of(refused) == "AccessDeniedException"
        assert f"userpool/{pool_id}" in refused.value.response["Error"]["Message"]
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cognito-idp:List*", "Resource": live_pool.arn}],
    }
    iam.put_user_policy(UserName="nobody", PolicyName="lists", PolicyDocument=json.dumps(document))
    assert limited.list_users(UserPoolId=live_pool.id)["Users"] == []
    with pytest.raises(ClientError) as refused:
        limited.admin_delete_user(UserPoolId=live_pool.id, Username="ada")
    assert code_of(refused) == "AccessDeniedException"


def test_passwords_and_codes_are_never_logged(live_pool: LivePool, mailbox: Mailbox, server: Server) -> None:
    """PWD-14."""
    app, client_id = live_pool.app, live_pool.client_id
    email = f"eve@{live_pool.client_id}.example"
    attributes = [{"Name": "email", "Value": email}]
    app.sign_up(ClientId=client_id, Username="eve", Password=PASSWORD, UserAttributes=attributes)
    code = mailbox.code(email)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with pytest.raises(app.exceptions.CodeMismatchException):
        app.confirm_sign_up(ClientId=client_id, Username="eve", ConfirmationCode=wrong)
    app.confirm_sign_up(ClientId=client_id, Username="eve", ConfirmationCode=code)
    with pytest.raises(app.exceptions.NotAuthorizedException):
        live_pool.sign_in("eve", NEW_PASSWORD)
    log = server.log()
    assert "ConfirmSignUp" in log
    for secret in (PASSWORD, NEW_PASSWORD, f'"{code}"', f'"{wrong}"', live_pool.sign_in("eve")["AccessToken"]):
        assert secret not in log


@pytest.mark.parametrize(
    ("operation", "members", "message"),
    [
        ("create_group", {"GroupName": "a b"}, "Value 'a b' at 'groupName' failed to satisfy constraint"),
        ("admin_get_user", {"Username": ""}, "at 'username' failed to satisfy constraint"),
        ("list_users", {"Limit": 61}, "at 'limit' failed to satisfy constraint"),
    ],
)
def test_the_model_is_enforced(
    live_pool: LivePool, client: Callable[..., Any], operation: str, members: dict[str, Any], message: str
) -> None:
    lax = client("cognito-idp", config=Config(parameter_validation=False))
    with pytest.raises(lax.exceptions.InvalidParameterException, match=message):
        getattr(lax, operation)(UserPoolId=live_pool.id, **members)
