"""A worker that is stuffed refuses at once, in the form of each service, and recovers (ROB-07)."""

import asyncio
from collections.abc import Callable, Iterator
from threading import Event, Semaphore
from typing import Any

import httpx
import pytest

from ostiary.aws.endpoint import Endpoint
from ostiary.aws.operations import Implementation
from ostiary.runtime.execution import Tasks, compute
from tests.fixtures.waiting import PATIENCE

IDP = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp", "content-type": "application/x-amz-json-1.1"}
ACTION = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15"}
SIGN_UP = {"ClientId": "client", "Username": "ada"}
ROLE = {"RoleArn": "arn:aws:iam::000000000000:role/app", "RoleSessionName": "ada", "WebIdentityToken": "token"}
UNDER_WAY = 5


class Stuffed:
    """An endpoint whose operations take until they are let go; `started` counts those that run."""

    def __init__(self) -> None:
        self.over, self.started = Event(), Semaphore(0)
        self.tasks = Tasks(computing=UNDER_WAY, most_running=UNDER_WAY)
        found = Implementation("any", self._work, "*", authorized_by_handler=True)
        self.endpoint = Endpoint(
            lambda *_: ("", None),
            lambda _call, _principal, _peer: None,
            lambda *_: None,
            now=lambda: 0,
            new_id=lambda: "request",
            region="us-east-1",
            tasks=self.tasks,
            implementations=lambda _service, _operation: found,
        )

    def _work(self, _ctx: Any, _req: Any) -> dict[str, Any]:
        def computes() -> None:
            self.started.release()
            assert self.over.wait(PATIENCE)

        compute(computes)
        return {}


@pytest.fixture
def stuffed() -> Iterator[Stuffed]:
    made = Stuffed()
    yield made
    made.over.set()
    made.tasks.close()


def beyond(stuffed: Stuffed, ask: Callable[[httpx.AsyncClient], Any]) -> tuple[httpx.Response, list[int], int]:
    """Return the answer to what comes beyond those that may be under way, their status, and that of one afterwards."""

    async def main() -> tuple[httpx.Response, list[int], int]:
        transport = httpx.ASGITransport(stuffed.endpoint)
        async with httpx.AsyncClient(transport=transport, base_url="http://ostiary") as client:
            admitted = [asyncio.create_task(client.post("/", json=SIGN_UP, headers=IDP)) for _ in range(UNDER_WAY)]
            for _ in range(UNDER_WAY):
                assert await asyncio.to_thread(stuffed.started.acquire, timeout=PATIENCE)
            refused = await ask(client)
            stuffed.over.set()
            served = [answer.status_code for answer in await asyncio.gather(*admitted)]
            return refused, served, (await ask(client)).status_code

    return asyncio.run(main())


def test_user_pools_refuse_what_they_cannot_serve_soon(stuffed: Stuffed) -> None:
    refused, served, afterwards = beyond(stuffed, lambda client: client.post("/", json=SIGN_UP, headers=IDP))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json() == {"__type": "TooManyRequestsException", "message": "Rate exceeded"}
    assert (served, afterwards) == ([200] * UNDER_WAY, 200)


def test_query_services_refuse_in_their_own_form(stuffed: Stuffed) -> None:
    refused, served, afterwards = beyond(stuffed, lambda client: client.post("/", data={**ACTION, **ROLE}))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "<Code>Throttling</Code>" in refused.text
    assert (served, afterwards) == ([200] * UNDER_WAY, 200)


def test_what_is_no_operation_is_told_so_even_then(stuffed: Stuffed) -> None:
    unknown = {**IDP, "x-amz-target": "AWSCognitoIdentityProviderService.Nothing"}
    refused, _, _ = beyond(stuffed, lambda client: client.post("/", json={}, headers=unknown))
    assert refused.json()["__type"] == "UnknownOperationException"
