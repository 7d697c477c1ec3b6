"""Logs of user pools, from what happens to where they go: what users did, and messages that did not arrive."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ostiary.delivery.pool_logs import FOLDER
from ostiary.iam.accounts import create_account
from tests.fixtures.receiver import Receiver
from tests.fixtures.server import PASSWORD, Mailbox, Server
from tests.fixtures.waiting import until

GROUP = {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/people"}
NOTIFICATIONS = {"EventSource": "userNotification", "LogLevel": "ERROR", "CloudWatchLogsConfiguration": GROUP}
ACTIVITY = {"EventSource": "userAuthEvents", "LogLevel": "INFO", "CloudWatchLogsConfiguration": GROUP}
NOBODY_LISTENS = "127.0.0.1:9"


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


def signed_up(server: Server) -> tuple[str, str]:
    """Make a pool with logs, and have somebody sign up and in; return the pool's id and the mailed code."""
    admin = server.client("cognito-idp", create_account(server.services, "pools"))
    protected = {"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}, "AutoVerifiedAttributes": ["email"]}
    pool_id = str(admin.create_user_pool(PoolName="p", **protected)["UserPool"]["Id"])
    admin.set_log_delivery_configuration(UserPoolId=pool_id, LogConfigurations=[NOTIFICATIONS, ACTIVITY])
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    made = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=flows)
    app, client_id = server.client("cognito-idp"), made["UserPoolClient"]["ClientId"]
    email = [{"Name": "email", "Value": "ann@people.example"}]
    app.sign_up(ClientId=client_id, Username="ann", Password=PASSWORD, UserAttributes=email)
    code = Mailbox(server.services).code("ann@people.example")
    app.confirm_sign_up(ClientId=client_id, Username="ann", ConfirmationCode=code)
    app.initiate_auth(
        ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD}
    )
    return pool_id, code


def check(lines: list[dict[str, Any]], pool_id: str, code: str) -> None:
    told = {line["eventSource"]: line for line in lines}
    assert told.keys() == {"USER_NOTIFICATION", "USER_ACTIVITY"}
    assert all(line["logSourceId"] == {"userPoolId": pool_id} for line in lines)
    failed = told["USER_NOTIFICATION"]
    assert failed["logLevel"] == "ERROR"
    assert failed["message"]["details"].startswith("CustomMessage_SignUp by EMAIL to the user ann was not delivered: ")
    activity = [line["message"] for line in lines if line["eventSource"] == "USER_ACTIVITY"]
    assert {(each["userName"], each["eventType"], each["eventResponse"]) for each in activity} == {
        ("ann", "SignUp", "Pass"),
        ("ann", "SignIn", "Pass"),
    }
    assert not any(secret in str(lines) for secret in (code, PASSWORD))


def test_what_happens_is_written_to_a_file_of_the_log_group(start_server: Callable[..., Server]) -> None:
    server = start_server(smtp=f"smtp://{NOBODY_LISTENS}")
    pool_id, code = signed_up(server)
    file: Path = server.services.settings.data_dir / FOLDER / "log-group_people.jsonl"

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    until(lambda: len(lines()) >= 3)
    check(lines(), pool_id, code)


def test_an_address_that_is_down_gets_everything_when_it_is_back(
    start_server: Callable[..., Server], receiver: Receiver
) -> None:
    receiver.answers = [503]
    server = start_server(smtp=f"smtp://{NOBODY_LISTENS}", log_delivery_webhook=receiver.url)
    pool_id, code = signed_up(server)
    until(lambda: len(receiver.taken) >= 3)
    receiver.answers = [200]
    refused = len(receiver.taken)

    def taken() -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in receiver.taken[refused:]]

    server.services.clock.advance(60)
    until(lambda: len({line["eventTimestamp"] + line["eventSource"] for line in taken()}) >= 3)
    check(taken(), pool_id, code)
    assert {headers["ostiary-destination"] for headers, _ in receiver.taken} == {GROUP["LogGroupArn"]}
