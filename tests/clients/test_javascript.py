"""Unmodified JavaScript clients in Node: amazon-cognito-identity-js 6.3 and Amplify v6."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ostiary.demo.world import BUCKET, REGION, World
from tests.fixtures.required import not_run

NODE = Path(__file__).parent / "node"
PASSWORD = "Difference-Engine-1833"


def run_scenario(world: World, name: str, **values: Any) -> dict[str, Any]:
    """Run a scenario of tests/clients/node in the demo's world and return what it reports."""
    common = {
        "endpoint": world.servers.ostiary,
        "region": REGION,
        "poolId": world.pool_id,
        "clientId": world.client_id,
        "identityPoolId": world.identity_pool_id,
        "bucket": BUCKET,
        "password": PASSWORD,
    }
    return run_node(name, {**common, **values})


def run_node(name: str, scenario: dict[str, Any], **environment: str) -> dict[str, Any]:
    """Run a scenario of tests/clients/node and return what it reports."""
    if shutil.which("node") is None:
        not_run("Node is not installed")
    if not (NODE / "node_modules").is_dir():
        not_run("the JavaScript clients are not installed: make node")
    environment = {**os.environ, **environment, "SCENARIO": json.dumps(scenario)}
    run = subprocess.run(
        ["node", f"{name}.mjs"], cwd=NODE, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    report: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return report


@pytest.mark.xdist_group("clients")
def test_amazon_cognito_identity_js_signs_up_in_and_out(world: World) -> None:
    report = run_scenario(world, "identity_js", username="grace", email="grace@example.com")
    assert report["signedUpAs"] == "grace"
    assert report["unconfirmed"] == "UserNotConfirmedException"
    assert report["wrongCode"] == "CodeMismatchException"
    assert report["confirmed"] == "SUCCESS"
    assert report["wrongPassword"] == "NotAuthorizedException"
    assert report["idTokenSub"] == report["sub"] == report["refreshedSub"]
    assert report["refreshedIsNew"] is True
    assert report["attributes"]["email"] == "grace@example.com"
    assert report["attributes"]["email_verified"] == "true"
    with pytest.raises(world.client("cognito-idp").exceptions.NotAuthorizedException, match="revoked"):
        world.client("cognito-idp").get_user(AccessToken=report["accessToken"])


@pytest.mark.xdist_group("clients")
def test_amplify_opens_the_bucket_for_a_guest_and_a_person(world: World) -> None:
    other = world.client("cognito-identity").get_id(IdentityPoolId=world.identity_pool_id)["IdentityId"]
    report = run_scenario(world, "amplify", username="alan", email="alan@example.com", otherIdentityId=other)
    assert report["guestReads"] == "Welcome, whoever you are."
    assert report["guestIsRefused"] == "AccessDenied"
    assert (report["signUpStep"], report["signInStep"]) == ("CONFIRM_SIGN_UP", "DONE")
    assert report["readBack"] == "mine"
    assert report["otherIsRefused"] == "AccessDenied"
    assert report["identityId"] == report["refreshedIdentityId"]
    assert (report["username"], report["email"]) == ("alan", "alan@example.com")
    assert report["signedOut"] is True
    assert report["accessKeyId"].startswith("ASIA")
