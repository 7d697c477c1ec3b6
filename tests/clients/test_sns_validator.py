"""What topics send, verified by sns-validator, which takes certificates by HTTPS only."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest

from ostiary.iam.accounts import create_account
from tests.clients.test_javascript import run_node
from tests.fixtures.certificates import Certificates
from tests.fixtures.receiver import Receiver
from tests.fixtures.server import Server
from tests.sns.conftest import parsed


class Front(ThreadingHTTPServer):
    """What ends TLS before a server: `behind` is the server's address."""

    daemon_threads = True
    behind = ""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.socket = certificates.server.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.server_port}"


class _Pass(BaseHTTPRequestHandler):
    server: Front

    def do_GET(self) -> None:
        with urlopen(f"{self.server.behind}{self.path}") as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent."""


@pytest.fixture
def front(certificates: Certificates) -> Iterator[Front]:
    with Front(certificates) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def engine_name() -> str:
    """Name one engine: signatures do not depend on it."""
    return "sqlite"


@pytest.mark.xdist_group("clients")
def test_sns_validator_takes_what_topics_send_and_nothing_else(
    start_server: Callable[..., Server], front: Front, receiver: Receiver, certificates: Certificates
) -> None:
    server = start_server(public_url=front.url)
    front.behind = f"http://127.0.0.1:{server.services.settings.port}"
    sns = server.client("sns", create_account(server.services, "validated"), endpoint_url=front.behind)
    messages = []
    for version in ("1", "2"):
        topic = sns.create_topic(Name=f"version-{version}", Attributes={"SignatureVersion": version})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{receiver.url}/{version}")
        asked = parsed(receiver.newest("SubscriptionConfirmation", many=int(version))[1])
        sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
        sns.publish(TopicArn=topic, Message="häll\n", Subject="s")
        with_subject = parsed(receiver.newest(many=2 * int(version) - 1)[1])
        sns.publish(TopicArn=topic, Message="plain")
        messages += [asked, with_subject, parsed(receiver.newest(many=2 * int(version))[1])]
    forged = [{**message, "Message": "forged"} for message in messages]
    report = run_node(
        "sns_validator",
        {"messages": messages + forged, "hostPattern": r"^127\.0\.0\.1:\d+$"},
        NODE_EXTRA_CA_CERTS=str(certificates.authority),
    )
    assert report["verdicts"] == [""] * 6 + ["The message signature is invalid."] * 6, json.dumps(messages)
