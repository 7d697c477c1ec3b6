"""boto3, the `aws` CLI and pycognito, unmodified."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pycognito import Cognito

from ostiary.demo.world import ACCOUNT, BUCKET, REGION, World, administrator, user_pool_provider
from tests.fixtures.command_line import run_aws

PASSWORD = "Difference-Engine-1833"
pytestmark = pytest.mark.xdist_group("clients")


def aws(world: World, *arguments: str, keys: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the `aws` command line with an access key."""
    found = keys or {"AccessKeyId": world.servers.root[0], "SecretAccessKey": world.servers.root[1]}
    environment = {
        "AWS_ENDPOINT_URL": world.servers.ostiary,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found.get("SecretKey") or found["SecretAccessKey"],
    }
    if "SessionToken" in found:
        environment["AWS_SESSION_TOKEN"] = found["SessionToken"]
    return run_aws(*arguments, environment=environment)


def answer_of(run: subprocess.CompletedProcess[str]) -> Any:
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_aws_command_line_manages_pools_roles_and_callers(world: World) -> None:
    pool = answer_of(aws(world, "cognito-idp", "describe-user-pool", "--user-pool-id", world.pool_id))
    assert pool["UserPool"]["Name"] == "people"
    role = answer_of(aws(world, "iam", "get-role", "--role-name", "person"))
    statement = role["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Federated": "cognito-identity.amazonaws.com"}
    caller = answer_of(aws(world, "sts", "get-caller-identity"))
    assert caller == {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_aws_command_line_copies_files_with_a_guests_credentials(world: World, tmp_path: Path) -> None:
    identity = world.client("cognito-identity")
    identity_id = identity.get_id(IdentityPoolId=world.identity_pool_id)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    target = tmp_path / "welcome.txt"
    run = aws(world, "s3", "cp", f"s3://{BUCKET}/public/welcome.txt", str(target), keys=keys)
    assert run.returncode == 0, run.stderr
    assert target.read_text() == "Welcome, whoever you are."
    refused = aws(world, "s3", "cp", str(target), f"s3://{BUCKET}/public/mine.txt", keys=keys)
    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr


def test_pycognito_registers_confirms_signs_in_and_refreshes(world: World) -> None:
    idp = administrator(world.servers, "cognito-idp", world.servers.root)
    user = Cognito(
        world.pool_id, world.client_id, username="hedy", boto3_client_kwargs={"endpoint_url": world.servers.ostiary}
    )
    user.client = world.client("cognito-idp")
    user.set_base_attributes(email="hedy@example.com")
    user.register("hedy", PASSWORD)
    user.confirm_sign_up(world.code_sent_to("hedy@example.com"), username="hedy")
    assert idp.admin_get_user(UserPoolId=world.pool_id, Username="hedy")["UserStatus"] == "CONFIRMED"
    user.authenticate(password=PASSWORD)
    before = user.access_token
    user.renew_access_token()
    assert user.access_token != before
    assert user.get_user().email == "hedy@example.com"


def test_boto3_takes_a_user_from_sign_up_to_credentials(world: World) -> None:
    idp, identity = world.client("cognito-idp"), world.client("cognito-identity")
    root = administrator(world.servers, "cognito-idp", world.servers.root)
    root.admin_create_user(
        UserPoolId=world.pool_id, Username="kay", MessageAction="SUPPRESS", TemporaryPassword="Temp-Pass-1"
    )
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client_id = root.create_user_pool_client(UserPoolId=world.pool_id, ClientName="admin", ExplicitAuthFlows=flows)[
        "UserPoolClient"
    ]["ClientId"]
    challenge = root.admin_initiate_auth(
        UserPoolId=world.pool_id,
        ClientId=client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "kay", "PASSWORD": "Temp-Pass-1"},
    )
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    tokens = idp.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "kay", "NEW_PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    assert idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == "kay"
    with pytest.raises(identity.exceptions.NotAuthorizedException, match="not from a supported provider of this"):
        logins = {user_pool_provider(world.pool_id): tokens["IdToken"]}
        identity.get_id(IdentityPoolId=world.identity_pool_id, Logins=logins)
