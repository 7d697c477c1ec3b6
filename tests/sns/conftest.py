"""SNS over the wire, as the root of an account calls it, and receivers that are as strict as AWS's validators."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fixtures.server import Server
from tests.sns.verifier import verified
from tests.sync.waiting import until

GCM = {"PlatformCredential": "a-key"}


def refused(call: Any, **request: Any) -> tuple[str, str]:
    """Return code and text of the error that a call ends with."""
    with pytest.raises(ClientError) as error:
        call(**request)
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


@pytest.fixture
def sns(client: Callable[..., Any]) -> Any:
    """A boto3 client."""
    return client("sns")


@pytest.fixture
def application(sns: Any) -> str:
    """The ARN of an app at Firebase."""
    made = sns.create_platform_application(Name="app", Platform="GCM", Attributes=GCM)
    return str(made["PlatformApplicationArn"])


@pytest.fixture
def topic(sns: Any) -> str:
    """The ARN of a topic."""
    return str(sns.create_topic(Name="news")["TopicArn"])


class Receiver(ThreadingHTTPServer):
    """An address that takes what topics send. `answers` are the statuses it gives, the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.answers = [200]
        self.taken: list[tuple[dict[str, str], str]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def newest(self, kind: str = "Notification", *, many: int = 1) -> tuple[dict[str, str], str]:
        """Return headers and body of the newest message of a kind, as soon as there are so many."""
        until(lambda: len(self.of(kind)) >= many)
        return self.of(kind)[-1]

    def of(self, kind: str) -> list[tuple[dict[str, str], str]]:
        """Return headers and bodies of every message of a kind."""
        return [taken for taken in self.taken if taken[0].get("x-amz-sns-message-type", kind) == kind]


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        answers = self.server.answers
        self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def subscribed(sns: Any, topic: str, server: Server, receiver: Receiver) -> Callable[..., str]:
    """Subscribe the receiver, let it verify and confirm; the subscription's ARN."""

    def subscribe(**attributes: str) -> str:
        before = len(receiver.of("SubscriptionConfirmation"))
        given = {"TopicArn": topic, "Protocol": "http", "Endpoint": f"{receiver.url}/in", "Attributes": attributes}
        assert sns.subscribe(**given)["SubscriptionArn"] == "pending confirmation"
        headers, body = receiver.newest("SubscriptionConfirmation", many=before + 1)
        asked = verified(headers, body, server.url)
        return str(sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])["SubscriptionArn"])

    return subscribe


def attribute(kind: str, value: str) -> dict[str, str]:
    """Return a message attribute with a text."""
    return {"DataType": kind, "StringValue": value}


def parsed(body: str) -> Any:
    """Return the JSON of a body."""
    return json.loads(body)
