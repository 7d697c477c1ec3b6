"""A server that has too much to do says so at once, whatever is asked for, and still tells how it is (ROB-07)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from ostiary.runtime.execution import OverloadedError
from tests.fixtures.server import Server

POOL = "us-east-1_Nothere00"
PAGES = (
    "/confirmUser?client_id=a&user_name=b&confirmation_code=c",
    f"/{POOL}/.well-known/jwks.json",
    f"/{POOL}/recovery-codes",
    f"/{POOL}/email-revert?user=a&change=b&token=c",
    "/SimpleNotificationService-none.pem",
)


@pytest.fixture
def busy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Give a server that lets nobody in."""

    async def refuse(*_: Any) -> Any:
        raise OverloadedError

    monkeypatch.setattr(server.services.tasks, "run", refuse)
    return server


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_refused_at_once_when_there_is_too_much_to_do(busy: Server, http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.text == "There is too much to do now.\n"


def test_objects_and_live_streams_are_refused_in_their_own_form(busy: Server, client: Callable[..., Any]) -> None:
    with pytest.raises(ClientError) as refused:
        client("s3").get_object(Bucket="a-bucket", Key="a")
    assert refused.value.response["Error"]["Code"] == "SlowDown"
    answer = httpx.get(f"{busy.url}/identitypools/{POOL}/identities/us-east-1:a/live")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["__type"] == "TooManyRequestsException"


def test_monitors_are_answered_all_the_while(busy: Server, http: httpx.Client) -> None:
    assert [http.get(path).status_code for path in ("/livez", "/readyz")] == [200, 200]
