"""Clients of live streams, which read on threads of their own: by server-sent events and by WebSocket."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fixtures.waiting import PATIENCE

REGION = "us-east-1"


def credentials_of(sync: Any) -> Credentials:
    """Return what a boto3 client signs with."""
    return sync._request_signer._credentials.get_frozen_credentials()  # noqa: SLF001


def address(url: str, person: Any) -> str:
    """Return where somebody's stream is."""
    return f"{url}/identitypools/{quote(person.pool_id, safe='')}/identities/{quote(person.identity_id, safe='')}/live"


def signed(url: str, keys: Any, service: str = "cognito-sync", **headers: str) -> dict[str, str]:
    """Return the headers of a signed GET."""
    request = AWSRequest("GET", url, headers=headers)
    SigV4Auth(keys, service, REGION).add_auth(request)
    return dict(request.headers.items())


def presigned(url: str, keys: Any, expires: int = 300, **query: str) -> str:
    """Return an address that is signed itself."""
    request = AWSRequest("GET", url + ("?" + urlencode(query) if query else ""))
    SigV4QueryAuth(keys, "cognito-sync", REGION, expires=expires).add_auth(request)
    return str(request.url)


class Listener:
    """What one client heard: (kind, data) with `id` in the data, in order."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.last_id = ""

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        self.last_id = data.get("id") or self.last_id
        self.heard.put((kind, data))

    def next(self, kind: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Return the next event of a kind, past heartbeats; whatever else comes before is an error."""
        while True:
            found, data = self.heard.get(timeout=seconds)
            if found == kind:
                return data
            assert found == "heartbeat", (found, data)

    def until(self, counts: dict[str, int]) -> None:
        """Wait until the client has heard that datasets are at these counts."""
        missing = dict(counts)
        while missing:
            kind, data = self.heard.get(timeout=PATIENCE)
            if kind == "change" and data["syncCount"] >= missing.get(data["datasetName"], 2**62):
                del missing[data["datasetName"]]

    def closed(self) -> None:
        """Wait until the connection is gone, whatever was told before."""
        while self.heard.get(timeout=PATIENCE)[0] != "closed":
            pass


@contextmanager
def events(url: str, headers: dict[str, str] | None = None) -> Iterator[Listener]:
    """Listen to server-sent events."""
    listener = Listener()
    with httpx.Client() as http, http.stream("GET", url, headers=headers or {}) as answer:
        assert answer.status_code == 200, (answer.status_code, answer.read())
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["access-control-allow-origin"] == "*"
        thread = threading.Thread(target=_read_events, args=(answer, listener))
        thread.start()
        yield listener
        with suppress(OSError):
            answer.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        thread.join()


def _read_events(answer: httpx.Response, listener: Listener) -> None:
    event: dict[str, str] = {}
    try:
        for line in answer.iter_lines():
            if line == ":":
                listener.hear("heartbeat", {})
            elif not line and "data" in event:
                listener.hear(event["event"], {"id": event.get("id", ""), **json.loads(event["data"])})
                event = {}
            elif line:
                name, _, value = line.partition(": ")
                event[name] = value
        listener.hear("closed", {})
    except httpx.HTTPError:
        listener.hear("closed", {})


def listening(url: str, person: Any, **headers: str) -> Any:
    """Listen to somebody's datasets."""
    url = address(url, person)
    return events(url, signed(url, credentials_of(person.sync), **headers))


@contextmanager
def websocket(url: str) -> Iterator[Listener]:
    """Listen to a WebSocket."""
    listener = Listener()
    with connect(url.replace("http", "ws", 1), proxy=None) as opened:

        def read() -> None:
            try:
                for text in opened:
                    data = json.loads(text)
                    listener.hear(data.pop("type"), data)
            except ConnectionClosed:
                pass
            listener.hear("closed", {"code": opened.close_code})

        thread = threading.Thread(target=read)
        thread.start()
        yield listener
        opened.close()
        thread.join()
