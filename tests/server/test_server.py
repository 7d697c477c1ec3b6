"""The whole server, live on both engines."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ostiary.config import SettingsError, load_settings
from ostiary.iam.accounts import RootKey
from tests.fixtures.server import LivePool, Mailbox, MovingClock, Server


def test_a_root_signs_with_the_key_of_its_account(client: Callable[..., Any], root: RootKey) -> None:
    caller = client("sts").get_caller_identity()
    assert caller["Account"] == root.account_id
    assert caller["Arn"] == f"arn:aws:iam::{root.account_id}:root"


def test_a_key_that_nobody_made_is_refused(client: Callable[..., Any]) -> None:
    stranger = client("sts", aws_access_key_id="AKIAIOSFODNN7NOBODY0", aws_secret_access_key="x" * 40)
    with pytest.raises(stranger.exceptions.ClientError, match="InvalidClientTokenId"):
        stranger.get_caller_identity()


def test_a_person_signs_up_confirms_and_signs_in(live_pool: LivePool, mailbox: Mailbox) -> None:
    app = live_pool.app
    pair = [{"Name": "email", "Value": "ada@example.com"}]
    named = {"ClientId": live_pool.client_id, "Username": "ada"}
    app.sign_up(**named, Password="Difference-Engine-1", UserAttributes=pair)
    app.confirm_sign_up(**named, ConfirmationCode=mailbox.code("ada@example.com"))
    tokens = live_pool.sign_in("ada", "Difference-Engine-1")
    assert app.get_user(AccessToken=tokens["AccessToken"])["Username"] == "ada"


def test_tokens_expire_when_the_time_comes(live_pool: LivePool, clock: MovingClock) -> None:
    name = live_pool.user()
    token = live_pool.sign_in(name)["AccessToken"]
    clock.advance(3_601)
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException, match="expired"):
        live_pool.app.get_user(AccessToken=token)
    assert live_pool.admin.admin_get_user(UserPoolId=live_pool.id, Username=name)["UserStatus"] == "CONFIRMED"


def test_a_pools_documents_are_public(live_pool: LivePool, http: httpx.Client, server: Server) -> None:
    found = http.get(f"/{live_pool.id}/.well-known/openid-configuration")
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.json()["issuer"] == f"{server.url}/{live_pool.id}"
    keys = httpx.get(found.json()["jwks_uri"]).json()["keys"]
    assert len(keys) == 2
    assert {"kty", "kid", "n", "e", "alg", "use"} <= keys[0].keys()
    missing = http.get("/us-east-1_nobody000/.well-known/jwks.json")
    assert missing.status_code == 404


@pytest.mark.parametrize("key", ["test", "minioadmin", "AKIAIOSFODNN7EXAMPLE"])
def test_a_key_that_everybody_knows_opens_no_server_that_others_reach(key: str) -> None:
    """STS-15."""
    pair = {"root_access_key_id": key, "root_secret_access_key": "x" * 40}
    for reached in ({"host": "0.0.0.0"}, {"public_url": "https://auth.example.com"}):  # noqa: S104 - what is refused
        with pytest.raises(SettingsError, match="a well-known key opens this server to everybody"):
            load_settings({**pair, **reached})
    assert load_settings(pair).root_access_key_id == key
