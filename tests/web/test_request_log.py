"""The line of each request: who called what, about what, and what became of it."""

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from ostiary.iam.accounts import RootKey
from tests.fixtures.server import LivePool, Server
from tests.fixtures.waiting import PATIENCE, until

MEMBERS = {"timestamp", "level", "event", "service", "operation", "status", "ms", "request_id"}


def lines(server: Server, **wanted: Any) -> list[dict[str, Any]]:
    """Return the lines of requests that have these values."""
    found = [json.loads(line) for line in server.log().splitlines()]
    requests = [line for line in found if line["event"] == "request"]
    return [line for line in requests if all(line.get(name) == value for name, value in wanted.items())]


def line(server: Server, count: int = 1, **wanted: Any) -> dict[str, Any]:
    """Return the last of them once there are `count`: they are written when the answer is out."""
    until(lambda: len(lines(server, **wanted)) >= count, f"a line of {wanted}")
    found = lines(server, **wanted)
    assert len(found) == count, server.log()
    return found[-1]


def test_a_signed_request_is_told_with_principal_account_and_resource(
    server: Server, client: Callable[..., Any], live_pool: LivePool, root: RootKey
) -> None:
    iam = client("iam")
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    live_pool.admin.describe_user_pool(UserPoolId=live_pool.id)
    told = line(server, operation="DescribeUserPool")
    assert told.keys() == MEMBERS | {"client", "account", "principal", "resource"}
    assert (told["status"], told["client"], told["account"]) == (200, "127.0.0.1", root.account_id)
    assert (told["principal"], told["resource"]) == (f"arn:aws:iam::{root.account_id}:root", live_pool.arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        client("cognito-idp", **keys).describe_user_pool(UserPoolId=live_pool.id)
    told = line(server, operation="DescribeUserPool", status=400)
    assert told["error"] == "AccessDeniedException"
    assert (told["principal"], told["resource"]) == (arn, live_pool.arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        client("iam", **keys).list_users()
    assert line(server, operation="ListUsers")["error"] == "AccessDenied", "as the client was told"


def test_a_request_of_an_app_is_told_with_its_pool(server: Server, live_pool: LivePool, root: RootKey) -> None:
    token = live_pool.sign_in(live_pool.user("bea"))["AccessToken"]
    about: dict[str, Any] = {"account": root.account_id, "resource": live_pool.id}
    line(server, operation="InitiateAuth", status=200, **about)
    live_pool.app.get_user(AccessToken=token)
    assert "principal" not in line(server, operation="GetUser", status=200, **about)
    with pytest.raises(ClientError, match="NotAuthorized"):
        live_pool.sign_in("bea", "Wrong-horse-7")
    line(server, operation="InitiateAuth", status=400, error="NotAuthorizedException", **about)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        live_pool.app.forgot_password(ClientId="nobodys", Username="bea")
    assert "resource" not in line(server, operation="ForgotPassword", error="ResourceNotFoundException")
    assert "bea" not in server.log(), "people are not named"


def test_a_signature_that_is_not_good_is_told_with_the_resource_it_was_for(server: Server, live_pool: LivePool) -> None:
    wrong = server.client("cognito-idp", aws_access_key_id="AKIAIOSFODNN7NOBODY0", aws_secret_access_key="x")
    with pytest.raises(ClientError, match="UnrecognizedClient"):
        wrong.describe_user_pool(UserPoolId=live_pool.id)
    told = line(server, operation="DescribeUserPool")
    assert (told["error"], told["resource"]) == ("UnrecognizedClientException", live_pool.id)
    assert "principal" not in told


def test_identity_pools_roles_and_topics_are_told(server: Server, client: Callable[..., Any], root: RootKey) -> None:
    identity = client("cognito-identity")
    pool_id = identity.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)["IdentityPoolId"]
    identity_id = server.client("cognito-identity").get_id(IdentityPoolId=pool_id)["IdentityId"]
    line(server, operation="GetId", account=root.account_id, resource=pool_id)
    with pytest.raises(ClientError):
        server.client("cognito-identity").get_credentials_for_identity(IdentityId=identity_id)
    line(server, operation="GetCredentialsForIdentity", resource=identity_id)
    role = "arn:aws:iam::123456789012:role/nobodys"
    with pytest.raises(ClientError):
        client("sts").assume_role(RoleArn=role, RoleSessionName="session")
    line(server, operation="AssumeRole", resource=role, error="AccessDenied")


def test_a_page_is_told_with_its_path(server: Server, http: httpx.Client, live_pool: LivePool) -> None:
    answer = http.get(f"/{live_pool.id}/.well-known/jwks.json")
    told = line(server, service="pages")
    assert told["path"] == f"/{live_pool.id}/.well-known/jwks.json"
    assert (told["operation"], told["resource"]) == ("/{pool_id}/.well-known/jwks.json", live_pool.id)
    assert told["request_id"] == answer.headers["x-amzn-requestid"]
    http.get("/confirmUser?confirmation_code=secret-code")
    assert line(server, operation="/confirmUser")["path"] == "/confirmUser"
    http.get(f"/stream-payloads/{live_pool.id}/secret-payload")
    told = line(server, operation="/stream-payloads/{pool_id}/{payload_id}")
    assert told["path"] == f"/stream-payloads/{live_pool.id}/{{payload_id}}"
    assert "secret-" not in server.log()
    for path in ("/livez", "/readyz", "/metrics"):
        http.get(path)
    assert not lines(server, service="pages", operation="/livez")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_address_where_nothing_is_is_told(server: Server, http: httpx.Client, method: str) -> None:
    answer = http.request(method, "/nothing/here")
    assert line(server, path="/nothing/here")["request_id"] == answer.headers["x-amzn-requestid"]


def test_what_a_client_chose_cannot_forge_a_line_or_leave_a_secret(server: Server) -> None:
    """ROB-10."""
    address = urlsplit(server.url)
    hostile = [
        b"/%0d%0a%7b%22event%22:%22request%22%7d%1b%5b31m%e2%80%a8",
        b"/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        b"/Signature=secret-of-somebody",
        b"/%ff%fe" + b"x" * 5_000,
    ]
    for path in hostile:
        with socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while connection.recv(65536):
                pass
    line(server, len(hostile), operation="")
    found = lines(server, operation="")
    assert all(len(told["path"]) < 600 for told in found)
    assert not {"\x1b", "\u2028"} & set(server.log())
    assert "eyJ" not in server.log()
    assert "secret-of-somebody" not in server.log()
