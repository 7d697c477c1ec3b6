"""Signing in from outside: boto3 and pycognito, unmodified, against a live server."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import ForceChangePasswordException

from tests.fixtures.server import FLOWS, PASSWORD, LivePool, MovingClock, Server

HARD = "Zażółć-gęślą-jaźń-1 🔑"


def person(server: Server, pool: LivePool, name: str, **more: Any) -> Cognito:
    """Return pycognito for one user; it verifies the tokens it gets with the published keys."""
    found = Cognito(pool.id, pool.client_id, username=name, boto3_client_kwargs={"endpoint_url": server.url}, **more)
    found.client = server.client("cognito-idp")
    return found


def test_pycognito_signs_in_again_and_again(server: Server, live_pool: LivePool) -> None:
    live_pool.user("ann", HARD, email="ann@example.com")
    for _ in range(5):
        ann = person(server, live_pool, "ann")
        ann.authenticate(password=HARD)
        ann.verify_tokens()
    ann.renew_access_token()
    ann.verify_tokens()
    assert ann.get_user().email == "ann@example.com"
    with pytest.raises(ClientError, match="Incorrect username or password"):
        person(server, live_pool, "ann").authenticate(password=f"{HARD} ")


def test_pycognito_signs_in_by_address_at_a_client_with_a_secret(
    server: Server, live_pool: LivePool, client: Callable[..., Any]
) -> None:
    admin = client("cognito-idp")
    created = admin.create_user_pool(PoolName="addresses", UsernameAttributes=["email"])["UserPool"]
    app = admin.create_user_pool_client(UserPoolId=created["Id"], ClientName="app", GenerateSecret=True)[
        "UserPoolClient"
    ]
    pool = LivePool(created["Id"], app["ClientId"], created["Arn"], admin, live_pool.app)
    pool.user("ann@example.com", email="ann@example.com")
    ann = person(server, pool, "ann@example.com", client_secret=app["ClientSecret"])
    ann.authenticate(password=PASSWORD)
    ann.verify_tokens()
    assert ann.id_claims["cognito:username"] == ann.id_claims["sub"]


def test_pycognito_replaces_a_temporary_password(server: Server, live_pool: LivePool) -> None:
    named = {"UserPoolId": live_pool.id, "Username": "bob"}
    live_pool.admin.admin_create_user(**named, TemporaryPassword="Temporary-1", MessageAction="SUPPRESS")
    bob = person(server, live_pool, "bob")
    with pytest.raises(ForceChangePasswordException):
        bob.authenticate(password="Temporary-1")
    bob.new_password_challenge("Temporary-1", HARD)
    bob.verify_tokens()
    assert live_pool.admin.admin_get_user(**named)["UserStatus"] == "CONFIRMED"


def test_pycognito_signs_out(server: Server, live_pool: LivePool) -> None:
    live_pool.user("ann")
    ann = person(server, live_pool, "ann")
    ann.authenticate(password=PASSWORD)
    token = ann.access_token
    ann.logout()
    with pytest.raises(ann.client.exceptions.NotAuthorizedException, match="Access Token has been revoked"):
        ann.client.get_user(AccessToken=token)


def test_boto3_rotates_and_revokes(live_pool: LivePool) -> None:
    """TOK-11, TOK-14."""
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = [f"ALLOW_{flow}" for flow in FLOWS if flow != "REFRESH_TOKEN_AUTH"]
    app = live_pool.admin.create_user_pool_client(
        UserPoolId=live_pool.id, ClientName="rotates", ExplicitAuthFlows=flows, RefreshTokenRotation=rotation
    )["UserPoolClient"]
    pool = LivePool(live_pool.id, app["ClientId"], live_pool.arn, live_pool.admin, live_pool.app)
    pool.user("ann")
    first = pool.sign_in("ann")["RefreshToken"]
    answer = pool.app.get_tokens_from_refresh_token(RefreshToken=first, ClientId=pool.client_id)
    second = answer["AuthenticationResult"]["RefreshToken"]
    with pytest.raises(pool.app.exceptions.RefreshTokenReuseException):
        pool.app.get_tokens_from_refresh_token(RefreshToken=first, ClientId=pool.client_id)
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="revoked"):
        pool.app.get_tokens_from_refresh_token(RefreshToken=second, ClientId=pool.client_id)
    tokens = pool.sign_in("ann")
    pool.app.revoke_token(Token=tokens["RefreshToken"], ClientId=pool.client_id)
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="Access Token has been revoked"):
        pool.app.get_user(AccessToken=tokens["AccessToken"])


def test_boto3_sees_tokens_expire(live_pool: LivePool, clock: MovingClock) -> None:
    """TOK-10, TOK-15."""
    live_pool.user("ann")
    tokens = live_pool.sign_in("ann")
    clock.advance(3601)
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException, match="Access Token has expired"):
        live_pool.app.get_user(AccessToken=tokens["AccessToken"])
    clock.advance(30 * 86400)
    parameters = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException, match="Refresh Token has expired"):
        live_pool.app.initiate_auth(
            ClientId=live_pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters
        )


def call(http: httpx.Client, operation: str, body: Any, **headers: str) -> httpx.Response:
    target = {"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}"}
    headers = {"content-type": "application/x-amz-json-1.1", **target, **headers}
    return http.post("/", content=json.dumps(body), headers=headers)


def test_signing_in_needs_no_signature_and_minds_no_wrong_one(http: httpx.Client, live_pool: LivePool) -> None:
    """behaviour/clients.md 5, 7: null is absent, and an Authorization header means nothing here."""
    live_pool.user("ann")
    body = {
        "ClientId": live_pool.client_id,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ann", "PASSWORD": PASSWORD},
        "Session": None,
        "ClientMetadata": None,
    }
    for headers in ({}, {"authorization": "AWS4-HMAC-SHA256 nonsense"}, {"authorization": "Bearer x"}):
        answer = call(http, "InitiateAuth", body, **headers)
        assert answer.status_code == 200
        assert "Session" not in answer.json()
        assert answer.json()["AuthenticationResult"]["TokenType"] == "Bearer"


@pytest.mark.parametrize("odd", ["\ud800", "\0", "x" * 5000, "🔑", " ", "' OR 1=1 --"])
def test_odd_parameters_are_refused_without_a_fault(http: httpx.Client, live_pool: LivePool, odd: str) -> None:
    """ROB-04."""
    flows = {
        "USER_PASSWORD_AUTH": {"USERNAME": odd, "PASSWORD": odd},
        "USER_SRP_AUTH": {"USERNAME": odd, "SRP_A": odd},
        "REFRESH_TOKEN_AUTH": {"REFRESH_TOKEN": odd},
    }
    for flow, parameters in flows.items():
        body = {"ClientId": live_pool.client_id, "AuthFlow": flow, "AuthParameters": parameters}
        assert call(http, "InitiateAuth", body).status_code == 400
    responses = dict.fromkeys(("USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"), odd)
    for challenge in ("PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SMS_MFA"):
        answer = {"ClientId": live_pool.client_id, "ChallengeName": challenge, "ChallengeResponses": responses}
        assert call(http, "RespondToAuthChallenge", answer).status_code == 400
    for operation in ("GetUser", "GlobalSignOut"):
        assert call(http, operation, {"AccessToken": odd}).status_code == 400


def test_passwords_and_tokens_stay_out_of_the_log(server: Server, live_pool: LivePool) -> None:
    """PWD-14."""
    live_pool.user("ann", HARD)
    tokens = live_pool.sign_in("ann", HARD)
    person(server, live_pool, "ann").authenticate(password=HARD)
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException):
        live_pool.sign_in("ann", "Wrong-horse-8")
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException):
        live_pool.app.get_user(AccessToken=tokens["AccessToken"] + "x")
    log = server.log()
    secrets = [HARD, "Wrong-horse-8", *(tokens[name][-40:] for name in ("AccessToken", "IdToken", "RefreshToken"))]
    assert not [secret for secret in secrets if secret in log]


def test_the_published_documents_are_where_they_say(http: httpx.Client, live_pool: LivePool) -> None:
    document = http.get(f"/{live_pool.id}/.well-known/openid-configuration").json()
    assert document["issuer"] == f"{http.base_url}/{live_pool.id}".replace("//us", "/us")
    keys = httpx.get(document["jwks_uri"])
    assert keys.headers["access-control-allow-origin"] == "*"
    assert len(keys.json()["keys"]) == 2
    assert http.get("/us-east-1_NoSuchPool/.well-known/jwks.json").status_code == 404


def test_a_secret_is_proved_over_the_wire(live_pool: LivePool) -> None:
    """PWD-13."""
    app = live_pool.admin.create_user_pool_client(
        UserPoolId=live_pool.id, ClientName="s", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    live_pool.user("ann")
    proof = hmac.digest(app["ClientSecret"].encode(), f"ann{app['ClientId']}".encode(), hashlib.sha256)
    parameters = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    req: dict[str, Any] = {"ClientId": app["ClientId"], "AuthFlow": "USER_PASSWORD_AUTH"}
    with pytest.raises(live_pool.app.exceptions.NotAuthorizedException, match="SECRET_HASH was not received"):
        live_pool.app.initiate_auth(**req, AuthParameters=parameters)
    proved = parameters | {"SECRET_HASH": base64.b64encode(proof).decode()}
    assert live_pool.app.initiate_auth(**req, AuthParameters=proved)["AuthenticationResult"]
