"""The development outbox, as a person opens it in a browser."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from tests.fixtures.context import REGION
from tests.fixtures.required import not_run
from tests.fixtures.server import Server

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@pytest.fixture
def engine_name() -> str:
    """The page is the same on every engine."""
    return "sqlite"


def test_a_person_reads_the_code_in_a_browser(start_server: Callable[..., Server], tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        not_run("Chromium is not installed")
    server = start_server(dev=True)
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    idp = boto3.client("cognito-idp", endpoint_url=server.url, region_name=REGION, **keys)
    pool_id = idp.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    client_id = idp.create_user_pool_client(UserPoolId=pool_id, ClientName="app")["UserPoolClient"]["ClientId"]
    hostile = "<script>document.title='owned'</script>"
    attributes = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "name", "Value": hostile}]
    idp.sign_up(ClientId=client_id, Username=hostile, Password="Correct-horse-7", UserAttributes=attributes)
    command = [
        chromium,
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        f"{server.url}/_ostiary/outbox",
    ]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "ada@example.com" in page
    assert "Your verification code is" in page
    assert "<title>Outbox" in page
