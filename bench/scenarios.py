"""The exchanges that are measured, each as a conversation of raw HTTP requests."""

import json
import random
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from bench import sync
from bench.load import Conversation
from bench.srp_client import SrpClient
from bench.world import PASSWORD, World
from ostiary.aws import sigv4
from ostiary.demo.world import REGION


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to drive, what the server must sign and raise to a power for it, and the target per second.

    The target is stated for a machine that makes `floor.REFERENCE_SIGNATURES`.
    """

    name: str
    conversation: Conversation
    signatures: float = 0
    powers: float = 0
    target: float | None = None
    upstream: bool = False


def scenarios(world: World) -> Iterator[Scenario]:
    """Yield every scenario, in the order of the table."""
    # Refresh must reach half of what two signatures allow.
    yield Scenario("refresh", _each(_refresh(world)), signatures=2, target=950)
    yield Scenario("password sign-in", _each(_password(world)), signatures=2, powers=1, target=450)
    yield Scenario("SRP sign-in", _srp(world), signatures=2, powers=3)
    yield Scenario("GetUser", _each(_get_user(world)), target=2000)
    yield Scenario("AdminGetUser by alias", _each(_by_alias(world)))
    yield Scenario("ListUsers by e-mail", _each(_by_email(world)))
    yield Scenario("GetId", _each(_get_id(world)))
    yield Scenario("GetCredentialsForIdentity", _each(_get_credentials(world)), target=1500)
    yield Scenario("AssumeRoleWithWebIdentity", _each([_assume_role(world)]))
    yield Scenario("UpdateRecords, 10 records", sync.update_records(world), target=600)
    yield Scenario("ListRecords, 100 records", sync.list_records(world), target=1000)
    yield Scenario("S3 GET 1 KiB, gateway", _each([_get(world.gateway_url)]))
    yield Scenario("S3 GET 1 KiB, direct", _each([_get(world.upstream_url)]), upstream=True)


def _each(requests: list[bytes]) -> Conversation:
    turns = cycle(requests)

    def conversation() -> Generator[bytes, bytes, None]:
        yield next(turns)

    return conversation


def _post(target: str, body: dict[str, Any], root: tuple[str, str] | None = None) -> bytes:
    """Return a request, signed by the account's root or not at all."""
    content = json.dumps(body).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    if root is None:
        headers["host"] = "127.0.0.1"
    else:
        hashed = sha256(content).hexdigest()
        url = "http://127.0.0.1/"
        headers = sigv4.sign("POST", url, headers, hashed, *root, None, REGION, "cognito-idp", time.time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _idp(operation: str, root: tuple[str, str] | None = None, **body: Any) -> bytes:
    return _post(f"AWSCognitoIdentityProviderService.{operation}", body, root)


def _identity(operation: str, **body: Any) -> bytes:
    return _post(f"AWSCognitoIdentityService.{operation}", body)


def _get(url: str) -> bytes:
    path = "/" + url.split("/", 3)[3]
    return f"GET {path} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n\r\n".encode()


def _refresh(world: World) -> list[bytes]:
    return [
        _idp(
            "InitiateAuth",
            ClientId=world.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": s.refresh_token},
        )
        for s in world.sessions
    ]


def _password(world: World) -> list[bytes]:
    parameters = [{"USERNAME": name, "PASSWORD": PASSWORD} for name in world.usernames]
    return [
        _idp("InitiateAuth", ClientId=world.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=p)
        for p in parameters
    ]


def _get_user(world: World) -> list[bytes]:
    return [_idp("GetUser", AccessToken=session.access_token) for session in world.sessions]


def _by_alias(world: World) -> list[bytes]:
    return [
        _idp("AdminGetUser", world.root, UserPoolId=world.pool_id, Username=f"{name}@example.com")
        for name in world.usernames
    ]


def _by_email(world: World) -> list[bytes]:
    return [
        _idp("ListUsers", world.root, UserPoolId=world.pool_id, Filter=f'email = "{name}@example.com"')
        for name in world.usernames
    ]


def _get_id(world: World) -> list[bytes]:
    return [
        _identity("GetId", IdentityPoolId=world.identity_pool_id, Logins=session.logins) for session in world.sessions
    ]


def _get_credentials(world: World) -> list[bytes]:
    return [_identity("GetCredentialsForIdentity", IdentityId=s.identity_id, Logins=s.logins) for s in world.sessions]


def _assume_role(world: World) -> bytes:
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": world.service_role_arn,
        "RoleSessionName": "bench",
        "WebIdentityToken": world.google_token,
    }
    content = urlencode(form).encode()
    head = (
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _srp(world: World) -> Callable[[], Generator[bytes, bytes, None]]:
    client = SrpClient(world.pool_id)

    def conversation() -> Generator[bytes, bytes, None]:
        username = random.choice(world.usernames)
        parameters = {"USERNAME": username, "SRP_A": client.public}
        answer = yield _idp(
            "InitiateAuth", ClientId=world.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters
        )
        challenge = json.loads(answer[answer.index(b"\r\n\r\n") :])["ChallengeParameters"]
        responses = client.respond(challenge, PASSWORD)
        yield _idp(
            "RespondToAuthChallenge",
            ClientId=world.client_id,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses=responses,
        )

    return conversation
