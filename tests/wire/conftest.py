"""A live server with an endpoint and nothing behind it: the handlers of these tests answer what they were asked."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest
import uvicorn
from botocore.config import Config

from ostiary.aws.endpoint import Endpoint
from ostiary.aws.errors import AccessDeniedError, ExpiredTokenError, UnrecognizedClientError
from ostiary.aws.operations import Implementation
from ostiary.aws.types import cognito_idp
from ostiary.aws.wire import Request
from ostiary.runtime.clock import Clock
from ostiary.runtime.observability import configure_logs

KEY_ID, SECRET = "AKIAAAAAAAAAAAAAAAAA", "the-secret"
TARGET = "AWSCognitoIdentityProviderService"


class RetryError(Exception):
    """What the store raises when a transaction must be repeated."""

    retryable = True


@dataclass
class Handlers:
    """The operations behind the endpoint, and what reached them."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    decided: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0

    def find(self, service: str, operation: str) -> Implementation | None:
        handler = getattr(self, operation, None)
        if handler is None:
            return None
        resource = "arn:aws:cognito-idp:{region}:{account}:userpool/{UserPoolId}" if service == "cognito-idp" else "*"
        return Implementation(service, handler, resource, operation == "GetCallerIdentity")

    def SignUp(self, _ctx: Any, req: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - named as the operation
        self.seen.append(req)
        return {"UserConfirmed": False, "UserSub": "a-sub", "Session": None}

    def AdminGetUser(self, _ctx: Any, req: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        self.seen.append(req)
        if req["Username"] == "nobody":
            raise cognito_idp.UserNotFoundException("User does not exist.")
        return {"Username": req["Username"], "UserCreateDate": 1689885426.107}

    def DeleteUserPool(self, _ctx: Any, _req: dict[str, Any]) -> None:  # noqa: N802 - the same
        return None

    def DeleteUser(self, _ctx: Any, _req: dict[str, Any]) -> None:  # noqa: N802 - the same
        raise ZeroDivisionError("what nobody outside may read")

    def GetUser(self, _ctx: Any, _req: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        if self.failures:
            self.failures -= 1
            raise RetryError
        return {"Username": "u", "UserAttributes": []}

    def GetCallerIdentity(self, ctx: Any, _req: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        return {"Account": ctx.account, "Arn": f"arn:aws:iam::{ctx.account}:<root>", "UserId": ctx.principal}

    def GetId(self, _ctx: Any, req: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        self.seen.append(req)
        return {"IdentityId": "us-east-1:0"}


def who_signed(access_key_id: str, session_token: str | None, _request: Request) -> tuple[str, str]:
    """Know one key, and one session that has expired."""
    if session_token:
        raise ExpiredTokenError("The security token included in the request is expired")
    if access_key_id != KEY_ID:
        raise UnrecognizedClientError("The security token included in the request is invalid.")
    return SECRET, "the-principal"


@dataclass
class Live:
    """A running server: its address, what stands behind it, and clients for it."""

    url: str
    handlers: Handlers
    http: httpx.Client

    def boto(self, service: str, *, key: str = KEY_ID, secret: str = SECRET, token: str | None = None) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    def call(
        self, operation: str, body: bytes | str = b"{}", *, target: str = TARGET, **headers: str
    ) -> httpx.Response:
        """Send a body to an operation of user pools, unsigned; `content_type` and others are headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{target}.{operation}", **named}
        return self.http.post(self.url, content=body, headers=sent)

    def form(self, body: bytes | str, **headers: str) -> httpx.Response:
        """Send a form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            self.url, content=body, headers={"content-type": "application/x-www-form-urlencoded", **named}
        )


@pytest.fixture(scope="session")
def running() -> Iterator[Live]:
    """Start the server once."""
    configure_logs("json", "info")
    handlers = Handlers()

    def context(_call: Any, principal: Any, peer: Any) -> Any:
        return SimpleNamespace(region="us-east-1", account="111111111111", principal=principal, peer=peer)

    def decide(_ctx: Any, action: str, resource: str, _req: Any) -> None:
        handlers.decided.append((action, resource))
        if "denied" in resource:
            raise AccessDeniedError(f"User: x is not authorized to perform: {action} on resource: {resource}")

    endpoint = Endpoint(
        who_signed,
        context,
        decide,
        now=Clock().now,
        new_id=lambda: str(uuid.uuid4()),
        region="us-east-1",
        implementations=handlers.find,
    )
    server = uvicorn.Server(uvicorn.Config(endpoint, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client() as http:
        yield Live(f"http://127.0.0.1:{port}", handlers, http)
    server.should_exit = True
    thread.join()
    endpoint.close()


@pytest.fixture
def live(running: Live) -> Live:
    """The server, with nothing seen yet."""
    running.handlers.seen.clear()
    running.handlers.decided.clear()
    running.handlers.failures = 0
    return running
