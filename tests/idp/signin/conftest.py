"""A user pool whose users sign in, through clients of every kind."""

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

import ostiary.idp  # noqa: F401 - registers the operations
from ostiary.context import Context, Services
from tests.fixtures.context import Api
from tests.fixtures.srp_client import SrpClient
from tests.fixtures.still_clock import StillClock

PASSWORD = "Correct-horse-7"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
REFRESHING = [*FLOWS, "ALLOW_REFRESH_TOKEN_AUTH"]


class App:
    """One app client, and what its users do."""

    def __init__(self, pool: "Pool", settings: dict[str, Any]) -> None:
        settings = {"ExplicitAuthFlows": REFRESHING, **settings}
        answer = pool.admin("CreateUserPoolClient", UserPoolId=pool.id, ClientName="app", **settings)
        self.pool, self.id = pool, answer["UserPoolClient"]["ClientId"]
        self.secret = answer["UserPoolClient"].get("ClientSecret", "")

    def secret_hash(self, username: str) -> dict[str, str]:
        if not self.secret:
            return {}
        proof = hmac.digest(self.secret.encode(), f"{username}{self.id}".encode(), hashlib.sha256)
        return {"SECRET_HASH": base64.b64encode(proof).decode()}

    def initiate(self, flow: str, **parameters: str) -> dict[str, Any]:
        return self.pool.anybody("InitiateAuth", ClientId=self.id, AuthFlow=flow, AuthParameters=parameters)

    def admin_initiate(self, flow: str, **parameters: str) -> dict[str, Any]:
        req = {"UserPoolId": self.pool.id, "ClientId": self.id, "AuthFlow": flow, "AuthParameters": parameters}
        return self.pool.admin("AdminInitiateAuth", **req)

    def respond(self, challenge: str, session: str | None = None, **responses: str) -> dict[str, Any]:
        req: dict[str, Any] = {"ClientId": self.id, "ChallengeName": challenge, "ChallengeResponses": responses}
        return self.pool.anybody("RespondToAuthChallenge", **req, **({"Session": session} if session else {}))

    def password(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        hashed = self.secret_hash(username)
        return self.initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password, **hashed)

    def tokens(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        return dict(self.password(username, password)["AuthenticationResult"])

    def srp_challenge(self, username: str, srp: SrpClient) -> dict[str, str]:
        parameters = {"USERNAME": username, "SRP_A": f"{srp.large_a_value:x}", **self.secret_hash(username)}
        answer = self.initiate("USER_SRP_AUTH", **parameters)
        assert answer["ChallengeName"] == "PASSWORD_VERIFIER"
        return dict(answer["ChallengeParameters"])

    def srp_answer(self, challenge: dict[str, str], srp: SrpClient) -> dict[str, str]:
        responses: dict[str, str] = srp.process_challenge(challenge, {"USERNAME": challenge["USERNAME"]})
        return responses | self.secret_hash(challenge["USERNAME"])

    def srp(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        srp = SrpClient(self.pool.id, username, password)
        return self.respond("PASSWORD_VERIFIER", **self.srp_answer(self.srp_challenge(username, srp), srp))

    def refresh(self, token: str, **more: str) -> dict[str, Any]:
        return dict(self.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **more)["AuthenticationResult"])

    def rotate(self, token: str, **more: str) -> dict[str, Any]:
        answer = self.pool.anybody("GetTokensFromRefreshToken", ClientId=self.id, RefreshToken=token, **more)
        return dict(answer["AuthenticationResult"])

    def revoke(self, token: str, **more: str) -> dict[str, Any]:
        return self.pool.anybody("RevokeToken", ClientId=self.id, Token=token, **more)


class Pool:
    """A user pool."""

    def __init__(self, admin: Api, anybody: Api, settings: dict[str, Any]) -> None:
        self.admin, self.anybody = admin, anybody
        self.id = str(admin("CreateUserPool", PoolName="people", **settings)["UserPool"]["Id"])

    def app(self, **settings: Any) -> App:
        return App(self, settings)

    def user(self, username: str, password: str = PASSWORD, **attributes: str) -> str:
        """Make a confirmed user; return the sub."""
        answer = self.invite(username, password, **attributes)
        self.set_password(username, password)
        listed = {attribute["Name"]: attribute["Value"] for attribute in answer["User"]["Attributes"]}
        return str(listed["sub"])

    def invite(self, username: str, password: str = PASSWORD, **attributes: str) -> dict[str, Any]:
        listed = [{"Name": name.replace("custom_", "custom:"), "Value": value} for name, value in attributes.items()]
        return self.call(
            "AdminCreateUser",
            Username=username,
            TemporaryPassword=password,
            UserAttributes=listed,
            MessageAction="SUPPRESS",
        )

    def set_password(self, username: str, password: str, *, permanent: bool = True) -> None:
        self.call("AdminSetUserPassword", Username=username, Password=password, Permanent=permanent)

    def call(self, operation: str, **req: Any) -> dict[str, Any]:
        """Call an operation as the pool's administrator."""
        return self.admin(operation, UserPoolId=self.id, **req)

    def get_user(self, access_token: str) -> dict[str, Any]:
        return self.anybody("GetUser", AccessToken=access_token)


@pytest.fixture
def services(services: Services) -> Services:
    """Stop the clock: locks and grace periods last for a second or a few."""
    return dataclasses.replace(services, clock=StillClock())


@pytest.fixture
def make_pool(context: Callable[..., Context]) -> Callable[..., Pool]:
    """Make pools: `make_pool(UsernameAttributes=["email"])`."""
    return lambda **settings: Pool(Api(context()), Api(context(account="")), settings)


@pytest.fixture
def pool(make_pool: Callable[..., Pool]) -> Pool:
    return make_pool()


@pytest.fixture
def app(pool: Pool) -> App:
    """Make an app client that may do everything, in a pool where `ann` is."""
    pool.user("ann")
    return pool.app()


@pytest.fixture
def advance(services: Services) -> Callable[[float], None]:
    """Move the server's time."""
    return services.clock.advance
