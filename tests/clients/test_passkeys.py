"""A passkey from end to end: boto3 and a real browser, whose virtual authenticator makes it and signs in with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.browser import browsing, chromium
from tests.fixtures.server import PASSWORD, Server, make_live_pool

CREATE = """(async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(%s);
  return (await navigator.credentials.create({ publicKey })).toJSON();
})()"""
GET = """(async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(%s);
  return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
})()"""


@pytest.fixture
def engine_name() -> str:
    """The browser sees the same on every engine; `tests/idp/signin/test_passkeys.py` runs on both."""
    return "sqlite"


@pytest.mark.xdist_group("clients")
def test_a_browser_makes_a_passkey_and_signs_in_with_it(
    server: Server, client: Callable[..., Any], anybody: Callable[..., Any], tmp_path: Path
) -> None:
    """WAN-01, WAN-02."""
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool = make_live_pool(client, anybody, {"Policies": policies}, {"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})
    party = {"RelyingPartyId": "localhost", "UserVerification": "required"}
    pool.admin.set_user_pool_mfa_config(UserPoolId=pool.id, WebAuthnConfiguration=party)
    pool.user("ann")

    def begin(**parameters: str) -> dict[str, Any]:
        named = {"USERNAME": "ann", **parameters}
        return dict(pool.app.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_AUTH", AuthParameters=named))

    token = begin(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]["AccessToken"]
    options = pool.app.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    with browsing(chromium(), tmp_path) as browser:
        browser.visit(f"{server.url.replace('127.0.0.1', 'localhost')}/livez")
        browser.add_authenticator()
        credential = browser.run(CREATE % json.dumps(options))
        pool.app.complete_web_authn_registration(AccessToken=token, Credential=credential)
        listed = pool.app.list_web_authn_credentials(AccessToken=token)["Credentials"]
        assert [item["CredentialId"] for item in listed] == [credential["id"]]
        for _ in range(2):
            asked = begin(PREFERRED_CHALLENGE="WEB_AUTHN")
            proof = browser.run(GET % asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
            done = pool.app.respond_to_auth_challenge(
                ClientId=pool.client_id,
                ChallengeName="WEB_AUTHN",
                Session=asked["Session"],
                ChallengeResponses={"USERNAME": "ann", "CREDENTIAL": proof},
            )
            tokens = done["AuthenticationResult"]
            assert pool.app.get_user(AccessToken=tokens["AccessToken"])["Username"] == "ann"
