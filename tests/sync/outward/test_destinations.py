"""Where streams go besides Kinesis, and what every destination has in common."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ostiary.config import SettingsError, load_settings
from ostiary.context import Context
from ostiary.store.sync.stream import StreamRecord
from ostiary.sync.destinations import destination_of
from ostiary.sync.destinations.destination import DestinationError, Stream

SECRET = "shared-with-the-receiver"
STREAM = Stream("us-east-1:pool", "changes", "")
RECORD = StreamRecord(STREAM.pool_id, "03", "0001-a", "us-east-1:identity", '{"syncCount":1,"dataSetName":"ü"}', 0)


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, and answers with the status it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def configured(context: Callable[..., Context]) -> Callable[..., Context]:
    """Make a context with these settings."""

    def make(**settings: Any) -> Context:
        ctx = context()
        services = replace(ctx.services, settings=replace(ctx.settings, **settings))
        return replace(ctx, services=services)

    return make


@pytest.fixture
def webhook(configured: Callable[..., Context], receiver: Receiver) -> Context:
    address = f"http://127.0.0.1:{receiver.server_port}/changes"
    return configured(stream_webhook=address, stream_webhook_secret=SECRET)


def test_a_webhook_gets_signed_json(webhook: Context, receiver: Receiver) -> None:
    destination_of(webhook).put(webhook, STREAM, RECORD)
    [(headers, body)] = receiver.taken
    assert json.loads(body) == {"syncCount": 1, "dataSetName": "ü"}
    signed = headers["ostiary-timestamp"].encode() + b"." + body
    assert headers["ostiary-signature"] == f"v1={hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
    assert (headers["ostiary-stream"], headers["content-type"]) == ("changes", "application/json")
    assert headers["ostiary-message-id"] == "us-east-1:pool/03/0001-a"


@pytest.mark.parametrize("status", [500, 503, 429, 404, 403])
def test_a_webhook_that_refuses_is_broken_and_one_that_fails_is_tried_again(
    webhook: Context, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    with pytest.raises(DestinationError) as error:
        destination_of(webhook).put(webhook, STREAM, RECORD)
    assert error.value.broken is (status in {404, 403})


def test_a_webhook_that_nobody_listens_at_is_tried_again(webhook: Context, receiver: Receiver) -> None:
    receiver.shutdown()
    receiver.server_close()
    with pytest.raises(DestinationError) as error:
        destination_of(webhook).put(webhook, STREAM, RECORD)
    assert not error.value.broken


def test_a_file_gets_a_line_for_each_record(configured: Callable[..., Context], tmp_path: Path) -> None:
    file = tmp_path / "changes.jsonl"
    ctx = configured(stream_file=str(file))
    for _ in range(2):
        destination_of(ctx).put(ctx, STREAM, RECORD)
    assert [json.loads(line)["dataSetName"] for line in file.read_text().splitlines()] == ["ü", "ü"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_tried_again(configured: Callable[..., Context], tmp_path: Path) -> None:
    ctx = configured(stream_file=str(tmp_path / "no" / "such" / "folder"))
    with pytest.raises(DestinationError) as error:
        destination_of(ctx).put(ctx, STREAM, RECORD)
    assert not error.value.broken


@pytest.mark.parametrize(
    "wrong",
    [
        {"stream_webhook": "http://127.0.0.1/x", "stream_webhook_secret": "s", "stream_file": "x"},
        {"stream_webhook": "http://127.0.0.1/x"},
        {"stream_webhook": "not an address", "stream_webhook_secret": "s"},
        {"kinesis_access_key_id": "AKIA"},
        {"kinesis_endpoint": "nowhere"},
    ],
)
def test_settings_that_cannot_be_are_refused_in_one_line(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load_settings(wrong)
