"""A large object through the gateway of a process of its own: its memory stays small, whatever the size."""

import hashlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fixtures.context import REGION
from tests.fixtures.logs import show_on_failure
from tests.fixtures.s3_server import S3Server
from tests.fixtures.waiting import PATIENCE, until_ready

GIBIBYTE = 1024 * 1024 * 1024
PIECE = bytes(1024 * 1024)
MOST_RESIDENT = 300 * 1024 * 1024
ROOT = ("AKIAROOTROOTROOTROOT", "a-secret-of-forty-characters-00000000000")


@dataclass(frozen=True)
class Process:
    """The server as its own process."""

    port: int
    pid: int
    connections: list[http.client.HTTPConnection] = field(default_factory=list)
    """All that were opened, for the fixture to close."""

    def most_resident(self) -> int:
        """Return the most bytes of memory that it ever held."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def send(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> http.client.HTTPResponse:
        """Send a signed request and return the answer, unread."""
        request = AWSRequest(method, f"http://127.0.0.1:{self.port}{path}", headers=headers)
        declared = headers.get("X-Amz-Content-SHA256")
        signer = S3SigV4Auth(Credentials(*ROOT), "s3", REGION)
        if declared:
            signer.payload = lambda _request: declared
        signer.add_auth(request)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.connections.append(connection)
        connection.request(method, path, body, dict(request.headers.items()))
        return connection.getresponse()


@pytest.fixture
def process(s3_server: S3Server, tmp_path: Path, unused_port: int) -> Iterator[Process]:
    """Start `ostiary serve` in front of the S3 server."""
    settings = {
        "OSTIARY_S3_UPSTREAM": s3_server.url,
        "OSTIARY_S3_UPSTREAM_ACCESS_KEY_ID": s3_server.access_key_id,
        "OSTIARY_S3_UPSTREAM_SECRET_ACCESS_KEY": s3_server.secret_access_key,
        "OSTIARY_ROOT_ACCESS_KEY_ID": ROOT[0],
        "OSTIARY_ROOT_SECRET_ACCESS_KEY": ROOT[1],
        "OSTIARY_ROOT_ACCOUNT_ID": "111111111111",
    }
    command = [sys.executable, "-m", "ostiary", "serve", "--port", str(unused_port), "--data-dir", str(tmp_path)]
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | settings) as running:
        show_on_failure("the server", tmp_path / "log")
        try:
            until_ready(f"http://127.0.0.1:{unused_port}/readyz", running, tmp_path / "log")
            process = Process(unused_port, running.pid)
            yield process
            for connection in process.connections:
                connection.close()
        finally:
            running.terminate()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="NOT RUN HERE: reads a process's memory from /proc")
@pytest.mark.xdist_group("large")
def test_a_gibibyte_goes_up_and_down_in_little_memory(process: Process) -> None:
    assert process.send("PUT", "/large", {}).read() == b""
    digest = hashlib.sha256()
    for _ in range(GIBIBYTE // len(PIECE)):
        digest.update(PIECE)
    headers = {"Content-Length": str(GIBIBYTE), "X-Amz-Content-SHA256": digest.hexdigest()}

    up = process.send("PUT", "/large/k", headers, (PIECE for _ in range(GIBIBYTE // len(PIECE))))

    assert (up.status, up.read()) == (200, b"")
    down = process.send("GET", "/large/k", {})
    received, back = 0, hashlib.sha256()
    while piece := down.read(len(PIECE)):
        received += len(piece)
        back.update(piece)
    assert (received, back.digest()) == (GIBIBYTE, digest.digest())
    assert process.most_resident() < MOST_RESIDENT
    assert process.send("DELETE", "/large/k", {}).status == 204


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="NOT RUN HERE: reads a process's memory from /proc")
@pytest.mark.xdist_group("large")
def test_a_client_that_stops_reading_holds_the_server_behind_back(process: Process) -> None:
    """Back-pressure: what nobody takes is not fetched."""
    size = GIBIBYTE // 4
    process.send("PUT", "/paused", {}).read()
    headers = {"Content-Length": str(size), "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    process.send("PUT", "/paused/k", headers, (PIECE for _ in range(size // len(PIECE)))).read()

    answers = [process.send("GET", "/paused/k", {}) for _ in range(8)]
    assert all(len(answer.read(1000)) == 1000 for answer in answers)
    process.send("GET", "/paused?list-type=2", {}).read()

    assert process.most_resident() < MOST_RESIDENT
