"""JWT verifiers that people use, unmodified, before and after the keys change: PyJWT, joserfc, aws-jwt-verify."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from ostiary.iam.accounts import create_account
from ostiary.tokens import rotation
from tests.clients.test_javascript import NODE
from tests.fixtures.required import not_run
from tests.fixtures.server import LivePool, MovingClock, Server, make_live_pool

LEEWAY = 2 * rotation.SOONEST
"""The server's clock is moved past the moment at which the next keys sign."""


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


def test_pyjwt_and_joserfc_verify_while_keys_change(server: Server, live_pool: LivePool, clock: MovingClock) -> None:
    """TOK-18: a client of PyJWT keeps its keys for five minutes; what it keeps has the next ones already."""
    issuer, name = f"{server.url}/{live_pool.id}", live_pool.user()
    discovered = httpx.get(f"{issuer}/.well-known/openid-configuration").json()
    assert discovered["issuer"] == issuer

    def verify(client: jwt.PyJWKClient, tokens: dict[str, Any]) -> set[str]:
        for use, audience in (("IdToken", live_pool.client_id), ("AccessToken", None)):
            token = tokens[use]
            key = client.get_signing_key_from_jwt(token)
            options: Any = {"require": ["exp", "iat", "iss", "sub"], "verify_aud": audience is not None}
            found = jwt.decode(token, key, ["RS256"], issuer=issuer, audience=audience, options=options, leeway=LEEWAY)
            keys = KeySet.import_key_set(httpx.get(discovered["jwks_uri"]).json())
            assert joserfc_jwt.decode(token, keys, algorithms=["RS256"]).claims == found
        return {jwt.get_unverified_header(tokens[use])["kid"] for use in ("IdToken", "AccessToken")}

    before = live_pool.sign_in(name)
    first = verify(jwt.PyJWKClient(discovered["jwks_uri"]), before)
    rotation.rotate(server.services, live_pool.id, 0)
    client = jwt.PyJWKClient(discovered["jwks_uri"])
    assert verify(client, live_pool.sign_in(name)) == first
    clock.advance(rotation.SOONEST)
    second = verify(client, live_pool.sign_in(name))
    assert not second & first
    assert verify(client, before) == first
    assert live_pool.app.get_user(AccessToken=before["AccessToken"])["Username"] == name


@contextmanager
def node_verifier(**scenario: Any) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Run tests/clients/node/verifiers.mjs; what is yielded has it verify a token."""
    if shutil.which("node") is None:
        not_run("Node is not installed")
    if not (NODE / "node_modules" / "aws-jwt-verify").is_dir():
        not_run("the JavaScript clients are not installed: make node")
    environment = {**os.environ, "SCENARIO": json.dumps(scenario)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(["node", "verifiers.mjs"], cwd=NODE, env=environment, **pipes) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        given, told = run.stdin, run.stdout

        def verify(token: str) -> dict[str, Any]:
            given.write(f"{token}\n")
            return dict(json.loads(told.readline()))

        yield verify
        given.close()


@pytest.mark.parametrize("cognito", [True, False])
def test_aws_jwt_verify_verifies_while_keys_change(start_server: Callable[..., Server], *, cognito: bool) -> None:
    """TOK-18: as a verifier of Cognito's, where the issuer is AWS's, and as one of any issuer's."""
    server = start_server(**({"issuer": "https://cognito-idp.{region}.amazonaws.com/{pool_id}"} if cognito else {}))
    root = create_account(server.services, "verifiers")
    pool = make_live_pool(lambda service: server.client(service, root), server.client, {}, {})
    name = pool.user()
    scenario = {"poolId": pool.id, "clientId": pool.client_id, "issuer": f"{server.url}/{pool.id}", "cognito": cognito}
    with node_verifier(**scenario, jwks=f"{server.url}/{pool.id}/.well-known/jwks.json") as verify:

        def good(tokens: dict[str, Any]) -> int:
            sub = jwt.decode(tokens["IdToken"], options={"verify_signature": False})["sub"]
            if cognito:
                assert verify(tokens["AccessToken"])["said"] == ["CognitoJwtInvalidTokenUseError", sub]
            answer = verify(tokens["IdToken"])
            assert answer["said"] == ([sub, "CognitoJwtInvalidTokenUseError"] if cognito else [sub])
            return int(answer["fetched"])

        before = pool.sign_in(name)
        fetched = good(before)
        rotation.rotate(server.services, pool.id, 0)
        assert good(pool.sign_in(name)) == fetched
        server.services.clock.advance(rotation.SOONEST)
        after = pool.sign_in(name)
        assert good(after) > fetched
        good(before)
        forged = f"{after['IdToken'][:-6]}AAAAAA"
        assert verify(forged)["said"][0] == "JwtInvalidSignatureError"
