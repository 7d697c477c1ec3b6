"""User pools over the wire, with requests that are wrong in every way: modelled errors only, and nothing half done.

`OSTIARY_EXAMPLES=2000` makes it run long.
"""

import asyncio
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.app import create_endpoint
from ostiary.aws.endpoint import Endpoint
from ostiary.aws.model import Operation
from ostiary.context import Services
from ostiary.iam.accounts import create_account
from tests.contract.test_values import BUILT, EXTRA, SERVICE, Drawer, World, fingerprint, world
from tests.fixtures.context import ACCOUNT, REGION

__all__ = ["world"]
EXAMPLES = int(os.environ.get("OSTIARY_EXAMPLES", "4"))
HOST = "cognito.example.com"
TARGET = f"{SERVICE.target_prefix}."
OF_THE_WIRE = {"SerializationException", "InvalidParameterException"}
DEEP: Any = "deep"
for _ in range(90):
    DEEP = [DEEP]
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1.5, 1e308, "", " ", "x" * 5000, "é\u0301😀", "\ud800", "a\u0000b",
    [], [None], {}, {"": ""}, {"a": {"b": None}}, DEEP, ["x"] * 500,
)  # fmt: skip


class Wire:
    """An endpoint, called in this process as a server calls it."""

    def __init__(self, services: Services) -> None:
        self.endpoint: Endpoint = create_endpoint(services)
        key = create_account(services, "tests", ACCOUNT)
        self.signer = SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), "cognito-idp", REGION)

    def call(self, operation: Operation, body: bytes) -> tuple[int, dict[str, Any]]:
        """Return the status and the document of an answer."""
        headers = {"x-amz-target": TARGET + operation.name, "content-type": "application/x-amz-json-1.1", "host": HOST}
        if operation.signed:
            request = AWSRequest("POST", f"http://{HOST}/", headers=headers, data=body)
            self.signer.add_auth(request)
            headers = {name.lower(): value for name, value in request.headers.items()}
        return asyncio.run(self._exchange(headers, body))

    async def _exchange(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "server": (HOST, 80),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.endpoint(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in sent)
        return int(sent[0]["status"]), json.loads(text) if text else {}


@pytest.fixture
def wire(services: Services) -> Iterator[Wire]:
    made = Wire(services)
    yield made
    made.endpoint.close()


def spoiled(random: Random, value: Any) -> Any:
    """Return a JSON value in which something may be replaced by what does not belong there."""
    if random.random() < 0.08:
        return random.choice(WRONG)
    if isinstance(value, dict):
        return {name: spoiled(random, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [spoiled(random, inner) for inner in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def written(random: Random, value: Any) -> bytes:
    """Return a document, at times with a member twice, or cut off."""
    text = json.dumps(value)
    if random.random() < 0.05 and text.startswith("{") and len(text) > 2:
        text = f"{text[:-1]}, {text[1:]}"
    if random.random() < 0.03:
        text = text[: random.randrange(len(text) + 1)]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_whatever_is_sent_the_answer_is_one_of_the_model(
    world: World, wire: Wire, services: Services, random: Random
) -> None:
    drawer, before, wrong = Drawer(random, world.known), fingerprint(services), []
    for name in random.sample(BUILT, 30):
        operation = SERVICE.operations[name]
        body = written(random, spoiled(random, drawer.value(operation.input) if operation.input else {}))
        status, answer = wire.call(operation, body)
        after = fingerprint(services)
        code = answer.get("__type", "")
        if status != 200 and (status != 400 or code not in {*operation.errors, *EXTRA.get(name, ()), *OF_THE_WIRE}):
            wrong.append(f"{name}: {status} {answer} to {body!r}")
        if status != 200 and before != after:
            wrong.append(f"{name} was refused ({answer}) and changed something: {body!r}")
        before = after
    assert wrong == []
