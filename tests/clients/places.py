"""A development server with a pool of one's own, for scenarios in Node that read their codes from the outbox."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from tests.clients.test_javascript import NODE
from tests.fixtures.context import REGION
from tests.fixtures.required import not_run
from tests.fixtures.server import PASSWORD, Server

TEMPORARY = "Temporary-horse-1"


@dataclass(frozen=True)
class Place:
    """A development server with a pool that has second factors, and an app client of it."""

    server: Server
    pool_id: str
    client: dict[str, Any]
    admin: Any

    @property
    def client_id(self) -> str:
        """The app client's id."""
        return str(self.client["ClientId"])

    def user(self, name: str) -> None:
        """Make a confirmed user."""
        named = {"UserPoolId": self.pool_id, "Username": name}
        self.admin.admin_create_user(**named, MessageAction="SUPPRESS")
        self.admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)

    def invite(self, name: str, **attributes: str) -> None:
        """Make a user who has a temporary password."""
        pairs = [{"Name": key, "Value": value} for key, value in attributes.items()]
        named = {"UserPoolId": self.pool_id, "Username": name, "UserAttributes": pairs}
        self.admin.admin_create_user(**named, MessageAction="SUPPRESS", TemporaryPassword=TEMPORARY)

    def run(self, name: str, **values: str) -> dict[str, Any]:
        """Run a scenario in Node and return what it reports."""
        if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
            not_run("the JavaScript clients are not installed: make node")
        known = {
            "endpoint": self.server.url,
            "region": REGION,
            "poolId": self.pool_id,
            "clientId": self.client_id,
            "password": PASSWORD,
            "temporary": TEMPORARY,
        }
        environment = {**os.environ, "SCENARIO": json.dumps({**known, **values})}
        command = ["node", f"{name}.mjs"]
        run = subprocess.run(command, cwd=NODE, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        report: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
        return report


def make_place(
    start_server: Callable[..., Server], settings: dict[str, Any], app_settings: dict[str, Any], mfa: str = "OPTIONAL"
) -> Place:
    """Start a server with a pool of these settings, where authenticator apps may be used, or must be."""
    server = start_server(dev=True)
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    admin = boto3.client("cognito-idp", endpoint_url=server.url, region_name=REGION, **keys)
    pool_id = admin.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"], **settings)["UserPool"]["Id"]
    factors = {"SoftwareTokenMfaConfiguration": {"Enabled": True}, "MfaConfiguration": mfa}
    admin.set_user_pool_mfa_config(UserPoolId=pool_id, **factors)
    app = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="app", **app_settings)["UserPoolClient"]
    return Place(server, pool_id, app, admin)
