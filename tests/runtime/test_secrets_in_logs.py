"""No secret, password, code or token is ever in a log (PWD-14, STS-08)."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.fixtures.server import LivePool, Mailbox, Server

PASSWORD = "Never-in-a-log-1"


def test_a_whole_life_leaves_nothing_secret_in_the_log(
    server: Server, live_pool: LivePool, mailbox: Mailbox, client: Callable[..., Any], http: httpx.Client
) -> None:
    app, admin = live_pool.app, live_pool.admin
    secret = admin.create_user_pool_client(UserPoolId=live_pool.id, ClientName="s", GenerateSecret=True)
    named = {"ClientId": live_pool.client_id, "Username": "ada"}
    app.sign_up(**named, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": "ada@logs.example"}])
    code = mailbox.code("ada@logs.example")
    app.confirm_sign_up(**named, ConfirmationCode=code)
    tokens = live_pool.sign_in("ada", PASSWORD)
    app.get_user(AccessToken=tokens["AccessToken"])
    for password in ("Wrong-in-a-log-1", "\r\n\x1b[31mred"):
        with pytest.raises(ClientError, match="NotAuthorizedException"):
            live_pool.sign_in("ada", password)
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    credentials = client("sts").get_session_token()["Credentials"]
    http.post("/", content=b'{"Password": "' + PASSWORD.encode() + b'"', headers={"x-amz-target": "No.Such"})
    log = server.log()
    assert "SignUp" in log
    secrets = [PASSWORD, "Wrong-in-a-log-1", code, key["SecretAccessKey"], secret["UserPoolClient"]["ClientSecret"]]
    secrets += [tokens["AccessToken"], tokens["IdToken"], tokens["RefreshToken"]]
    secrets += [credentials["SecretAccessKey"], credentials["SessionToken"]]
    assert [found for found in secrets if found in log] == []
    assert "\x1b" not in log
    assert all(json.loads(line) for line in log.splitlines())
