"""Recovery codes as an app and an operator get them."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from ostiary.cli import cli
from ostiary.crypto import totp
from tests.fixtures.server import LivePool, Mailbox, MovingClock, Server, make_live_pool

ON = {"UserPoolTags": {"ostiary:recovery-codes": "on"}}


@pytest.fixture
def engine_name() -> str:
    """`tests/idp/signin/test_recovery_codes.py` uses codes up on both engines."""
    return "sqlite"


def enrolled(client: Callable[..., Any], anybody: Callable[..., Any], clock: MovingClock) -> tuple[LivePool, str]:
    """Return a pool with ann, who has an authenticator app, and her access token."""
    pool = make_live_pool(client, anybody, ON, {})
    pool.admin.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    pool.user("ann", email=f"ann@{pool.client_id}.example.com", email_verified="true")
    token = pool.sign_in("ann")["AccessToken"]
    secret = pool.app.associate_software_token(AccessToken=token)["SecretCode"]
    code = totp.code(base64.b32decode(f"{secret}===="), totp.step_at(clock.now()))
    pool.app.verify_software_token(AccessToken=token, UserCode=code)
    preferred = {"Enabled": True, "PreferredMfa": True}
    pool.app.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=preferred)
    return pool, token


def sign_in(pool: LivePool, code: str) -> dict[str, Any]:
    parameters = {"USERNAME": "ann", "PASSWORD": "Correct-horse-7"}
    asked = pool.app.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    return dict(
        pool.app.respond_to_auth_challenge(
            ClientId=pool.client_id,
            ChallengeName=asked["ChallengeName"],
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": "ann", "SOFTWARE_TOKEN_MFA_CODE": code},
        )["AuthenticationResult"]
    )


def test_an_app_shows_codes_once_and_an_unmodified_sdk_signs_in_with_one(
    client: Callable[..., Any], anybody: Callable[..., Any], clock: MovingClock, server: Server, mailbox: Mailbox
) -> None:
    pool, token = enrolled(client, anybody, clock)
    address, bearer = f"{server.url}/{pool.id}/recovery-codes", {"authorization": f"Bearer {token}"}
    answer = httpx.post(address, headers=bearer)
    codes = answer.json()["RecoveryCodes"]
    assert (answer.status_code, len(codes), answer.headers["cache-control"]) == (200, 10, "no-store")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert sign_in(pool, codes[0])["AccessToken"]
    assert httpx.get(address, headers=bearer).json() == {"RecoveryCodesLeft": 9}
    assert "9 left" in mailbox.newest(f"ann@{pool.client_id}.example.com").body
    assert not [code for code in codes if code in server.log()]


def test_codes_are_for_the_user_of_a_good_access_token(
    client: Callable[..., Any], anybody: Callable[..., Any], server: Server, live_pool: LivePool
) -> None:
    token = live_pool.sign_in(live_pool.user())["AccessToken"]
    other = make_live_pool(client, anybody, ON, {})
    for pool, header, status, code in (
        (live_pool, {}, 400, "NotAuthorizedException"),
        (live_pool, {"authorization": "Bearer nonsense"}, 400, "NotAuthorizedException"),
        (other, {"authorization": f"Bearer {token}"}, 400, "NotAuthorizedException"),
        (live_pool, {"authorization": f"Bearer {token}"}, 400, "InvalidParameterException"),
    ):
        answer = httpx.post(f"{server.url}/{pool.id}/recovery-codes", headers=header)
        assert (answer.status_code, answer.json()["__type"]) == (status, code)


@pytest.mark.usefixtures("without_switches")
def test_an_operator_prints_codes_for_somebody(
    client: Callable[..., Any], anybody: Callable[..., Any], clock: MovingClock, server: Server
) -> None:
    pool, _ = enrolled(client, anybody, clock)
    settings = server.services.settings
    where = ["--data-dir", str(settings.data_dir), "--json"]
    answer = CliRunner().invoke(cli, ["pool", "recovery-codes", pool.id, "ann", *where])
    codes = json.loads(answer.stdout)
    assert sign_in(pool, codes[9])["AccessToken"]
    nobody = CliRunner().invoke(cli, ["pool", "recovery-codes", pool.id, "bob", *where])
    assert (nobody.exit_code, nobody.stderr) == (1, "ostiary: User does not exist.\n")
