"""Accounts kept by unmodified Python clients: passwords, attributes, recovery. pycognito, warrant-lite and `aws`."""

import json
import locale
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pycognito import Cognito
from pycognito.exceptions import ForceChangePasswordException
from warrant_lite import ForceChangePasswordException as AsksForPassword
from warrant_lite import WarrantLite

from tests.fixtures.command_line import run_aws
from tests.fixtures.context import REGION
from tests.fixtures.refusals import refused
from tests.fixtures.server import LivePool, Mailbox, Server, make_live_pool

TEMPORARY, FIRST, SECOND, THIRD = (f"Analytical-Engine-{number}" for number in range(4))


@pytest.fixture
def engine_name() -> str:
    """Clients see the same on every engine."""
    return "sqlite"


@pytest.fixture
def secret_pool(client: Callable[..., Any], anybody: Callable[..., Any]) -> LivePool:
    """Make a pool whose app client has a secret."""
    return make_live_pool(client, anybody, {}, {"GenerateSecret": True})


def secret_of(pool: LivePool) -> str:
    found = pool.admin.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    return str(found["ClientSecret"])


def invite(pool: LivePool, name: str) -> None:
    pairs = [{"Name": "email", "Value": f"{name}@example.com"}]
    named = {"UserPoolId": pool.id, "Username": name, "UserAttributes": pairs}
    pool.admin.admin_create_user(**named, MessageAction="SUPPRESS", TemporaryPassword=TEMPORARY)


def test_pycognito_keeps_an_account_with_a_clients_secret(
    server: Server, secret_pool: LivePool, mailbox: Mailbox
) -> None:
    pool = secret_pool
    invite(pool, "hedy")
    hedy = Cognito(
        *(pool.id, pool.client_id),
        username="hedy",
        client_secret=secret_of(pool),
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    hedy.client = pool.app
    with pytest.raises(ForceChangePasswordException):
        hedy.authenticate(password=TEMPORARY)
    hedy.new_password_challenge(TEMPORARY, FIRST)
    hedy.verify_tokens()
    hedy.send_verification("email")
    hedy.validate_verification(mailbox.code("hedy@example.com"), "email")
    hedy.update_profile({"given_name": "Hedy"})
    found = hedy.get_user(attr_map={"given_name": "first_name"})
    assert (found.email_verified, found.first_name) == (True, "Hedy")
    hedy.change_password(FIRST, SECOND)
    hedy.initiate_forgot_password()
    hedy.confirm_forgot_password(mailbox.code("hedy@example.com"), THIRD)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        hedy.authenticate(password=SECOND)
    hedy.authenticate(password=THIRD)
    before = hedy.access_token
    assert hedy.check_token(renew=True) is False
    hedy.renew_access_token()
    assert hedy.access_token != before
    hedy.logout()
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        pool.app.get_user(AccessToken=before)
    hedy.authenticate(password=THIRD)
    hedy.delete_user()
    with refused("UserNotFoundException", "User does not exist."):
        pool.admin.admin_get_user(UserPoolId=pool.id, Username="hedy")


def test_pycognito_administers_users_and_groups(server: Server, live_pool: LivePool) -> None:
    admin = Cognito(live_pool.id, live_pool.client_id, username="ada", boto3_client_kwargs={"endpoint_url": server.url})
    admin.client = live_pool.admin
    admin.admin_create_user("ada", temporary_password=TEMPORARY, email="ada@example.com", additional_kwargs={})
    admin.admin_update_profile({"given_name": "Ada"})
    live_pool.admin.create_group(UserPoolId=live_pool.id, GroupName="readers")
    admin.admin_add_user_to_group("ada", "readers")
    assert admin.admin_list_groups_for_user("ada") == ["readers"]
    assert [group.group_name for group in admin.get_groups()] == ["readers"]
    admin.admin_disable_user("ada")
    assert [(user.email, user.given_name) for user in admin.get_users()] == [("ada@example.com", "Ada")]
    admin.admin_enable_user("ada")
    found = admin.admin_get_user()
    assert (found.user_status, found.enabled) == ("FORCE_CHANGE_PASSWORD", True)
    admin.admin_remove_user_from_group("ada", "readers")
    admin.admin_delete_user()
    assert admin.get_users() == []


def test_warrant_lite_sets_a_password_and_signs_in(
    server: Server, secret_pool: LivePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """behaviour/clients.md 8. It wants the locale en_US.UTF-8, for English days, which this process writes anyway."""
    monkeypatch.setattr(locale, "setlocale", lambda _category, wanted=None: wanted)
    pool = secret_pool
    invite(pool, "grace")

    def session(password: str) -> WarrantLite:
        made = WarrantLite("grace", password, pool.id, pool.client_id, client=pool.app, client_secret=secret_of(pool))
        made.user_pool_region = REGION
        # It asks for keys at AWS's address only.
        made.pool_jwk = httpx.get(f"{server.url}/{pool.id}/.well-known/jwks.json").json()
        return made

    with pytest.raises(AsksForPassword):
        session(TEMPORARY).authenticate_user()
    assert session(TEMPORARY).set_new_password_challenge(FIRST)["AuthenticationResult"]
    grace = session(FIRST)
    tokens = grace.authenticate_user()["AuthenticationResult"]
    assert grace.verify_token(tokens["AccessToken"], "access_token", "access")["username"] == "grace"
    assert grace.verify_token(tokens["IdToken"], "id_token", "id")["cognito:username"] == "grace"


def test_the_aws_command_line_signs_people_up_and_in(
    server: Server,
    live_pool: LivePool,
    mailbox: Mailbox,
) -> None:
    environment = {"AWS_ENDPOINT_URL": server.url, "AWS_DEFAULT_REGION": REGION}

    def aws(*arguments: str, ends: int = 0) -> Any:
        run = run_aws("cognito-idp", *arguments, environment=environment)
        assert run.returncode == ends, run.stderr
        return run.stderr if ends else json.loads(run.stdout or "{}")

    client, ada = ("--client-id", live_pool.client_id), ("--username", "ada")
    address = ("--user-attributes", "Name=email,Value=ada@example.com")
    assert aws("sign-up", *client, *ada, "--password", FIRST, *address)["UserConfirmed"] is False
    assert "CodeMismatchException" in aws("confirm-sign-up", *client, *ada, "--confirmation-code", "x", ends=255)
    aws("confirm-sign-up", *client, *ada, "--confirmation-code", mailbox.code("ada@example.com"))
    flow = ("initiate-auth", *client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters")
    tokens = aws(*flow, f"USERNAME=ada,PASSWORD={FIRST}")["AuthenticationResult"]
    assert aws("get-user", "--access-token", tokens["AccessToken"])["Username"] == "ada"
    changed = ("--previous-password", FIRST, "--proposed-password", SECOND)
    aws("change-password", "--access-token", tokens["AccessToken"], *changed)
    assert "NotAuthorizedException" in aws(*flow, f"USERNAME=ada,PASSWORD={FIRST}", ends=255)
    aws("forgot-password", *client, *ada)
    code = ("--confirmation-code", mailbox.code("ada@example.com"))
    aws("confirm-forgot-password", *client, *ada, *code, "--password", THIRD)
    assert aws(*flow, f"USERNAME=ada,PASSWORD={THIRD}")["AuthenticationResult"]["TokenType"] == "Bearer"
