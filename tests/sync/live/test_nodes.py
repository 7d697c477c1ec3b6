"""Live streams on several servers of one database, on several workers of one file, and across a `kill -9`."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ostiary.store.engines.postgresql import PostgreSQL
from tests.fixtures.logs import show_on_failure
from tests.fixtures.server import Server
from tests.fixtures.waiting import until_ready
from tests.sync.conftest import SYNC_STATEMENT, IdentityPool, replace, set_role
from tests.sync.live.listening import address, credentials_of, events, listening, presigned, signed, websocket

KEY = ("AKIAQLIVEKEYFORTESTS", "only-a-secret-of-this-test")


@dataclass(frozen=True)
class Process:
    """A server in a process of its own."""

    url: str
    process: subprocess.Popen[bytes]

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client of its root."""
        keys = {"aws_access_key_id": KEY[0], "aws_secret_access_key": KEY[1]} | options
        retries = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        keys["config"] = retries.merge(keys["config"]) if "config" in keys else retries
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", **keys)

    def pool(self) -> IdentityPool:
        """Make an identity pool for guests."""
        identity = self.client("cognito-identity")
        made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
        set_role(self.client("iam"), identity, made["IdentityPoolId"], SYNC_STATEMENT)
        sync = self.client("cognito-sync")
        return IdentityPool(made["IdentityPoolId"], sync, identity, self.client, lambda: pytest.fail("guests only"))


@contextmanager
def process(data_dir: Path, database: str, port: int, *flags: str) -> Iterator[Process]:
    """Start `ostiary serve` and wait until it answers."""
    command = [sys.executable, "-m", "ostiary", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    command += ["--database", database, *flags]
    others = {name: value for name, value in os.environ.items() if not name.startswith("OSTIARY_")}
    keys = {"OSTIARY_ROOT_ACCESS_KEY_ID": KEY[0], "OSTIARY_ROOT_SECRET_ACCESS_KEY": KEY[1]}
    environment = {**others, **keys, "PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    with (data_dir / "log").open("ab") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    show_on_failure(f"the server on port {port}", data_dir / "log")
    try:
        url = f"http://127.0.0.1:{port}"
        until_ready(f"{url}/readyz", started, data_dir / "log")
        yield Process(url, started)
    finally:
        started.terminate()
        started.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("hints", ["with hints", "hints are lost"])
def test_two_servers_of_one_database_tell_of_each_others_changes(
    hints: str,
    database: str,
    start_server: Callable[..., Server],
    pool_on: Callable[[Server], IdentityPool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if hints == "hints are lost":
        monkeypatch.setattr(PostgreSQL, "carrier", lambda _engine, _heard: None)
    key = os.urandom(32).hex()[:43] + "="
    one, other = start_server(master_key=key), start_server(master_key=key)
    person = pool_on(one).guest()
    url = address(other.url, person)
    with events(url, signed(url, credentials_of(person.sync))) as listener:
        listener.next("ready")
        for number in range(1, 6):
            person.dataset("notes").update(replace(f"k{number}", "v"))
        listener.until({"notes": 5})


def test_workers_of_one_file_tell_of_each_others_changes(migrated_sqlite: Path, tmp_path: Path) -> None:
    (tmp_path / "ostiary.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with process(tmp_path, "", free_port(), "--workers", "2") as server, ExitStack() as opened:
        person = server.pool().guest()
        listeners = [opened.enter_context(listening(server.url, person)) for _ in range(6)]
        for listener in listeners:
            listener.next("ready")
        for number in range(1, 6):
            person.dataset("notes").update(replace(f"k{number}", "v"))
        for listener in listeners:
            listener.until({"notes": 5})


def test_after_a_kill_every_device_hears_what_was_acknowledged(database: str, tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, database, port) as server:
        person = server.pool().guest()
        url, keys = address(server.url, person), credentials_of(person.sync)
        with events(url, signed(url, keys)) as by_events, websocket(presigned(url, keys)) as by_socket:
            ids = []
            for listener in (by_events, by_socket):
                listener.next("ready")
            person.dataset("notes").update(replace("k", "v"))
            for listener in (by_events, by_socket):
                listener.until({"notes": 1})
                ids.append(listener.last_id)
            person.dataset("notes").update(replace("k2", "v"))
            server.process.kill()
            server.process.wait()
            for listener in (by_events, by_socket):
                listener.closed()
    with (
        process(tmp_path, database, port),
        events(url, signed(url, keys, **{"Last-Event-ID": ids[0]})) as by_events,
        websocket(presigned(url, keys, lastEventId=ids[1])) as by_socket,
    ):
        for listener in (by_events, by_socket):
            listener.until({"notes": 2})
            assert listener.next("ready")["resumed"] is False
