"""The server as a process of its own: what it prints, and where it shows its metrics."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.process import clean_environment, free_port, root_client, serving_process
from tests.fixtures.server import Server

TOKEN = "a-token-for-prometheus"


@pytest.fixture
def engine_name() -> str:
    """Processes print the same on every engine."""
    return "sqlite"


def printed(folder: Path) -> list[dict[str, Any]]:
    """Return the events of everything that was printed: each line is one."""
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def refused(folder: Path, *flags: str, **settings: str) -> tuple[int, str]:
    """Return exit code and output of a server that does not start."""
    command = [sys.executable, "-m", "ostiary", "serve", "--data-dir", str(folder), *flags]
    environment = clean_environment() | {f"OSTIARY_{name.upper()}": value for name, value in settings.items()}
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_logs_json_prints_nothing_but_json(tmp_path: Path, workers: str) -> None:
    port, watched = free_port(), free_port()
    settings = {"log_format": "json", "workers": workers, "metrics_listen": f"127.0.0.1:{watched}"}
    with serving_process(tmp_path, "", port, dev=False, **settings) as process:
        httpx.get(f"http://127.0.0.1:{port}/confirmUser")
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"no HTTP at all\r\n\r\n")
            connection.recv(65536)
        for path in ("/metrics", "/livez", "/readyz"):
            assert httpx.get(f"http://127.0.0.1:{watched}{path}").status_code == 200
        assert "ostiary_requests_total" in httpx.get(f"http://127.0.0.1:{watched}/metrics").text
        for path in ("/", "/us-east-1_a/.well-known/jwks.json", "/_ostiary/outbox"):
            assert httpx.get(f"http://127.0.0.1:{watched}{path}").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{watched}/", data={"Action": "GetCallerIdentity"}).status_code == 404
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    events = printed(tmp_path)
    assert {"account_made", "serving", "request", "stopped"} <= {line["event"] for line in events}
    made = next(line for line in events if line["event"] == "account_made")
    assert Path(made["root_file"]).read_text().startswith("[default]")
    assert next(line["url"] for line in events if line["event"] == "serving") == f"http://127.0.0.1:{port}"


def test_a_development_server_that_logs_json_says_so_in_json(tmp_path: Path) -> None:
    port = free_port()
    with serving_process(tmp_path, "", port, log_format="json") as process:
        root_client(port, "iam").list_users()
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert "development_mode" in {line["event"] for line in printed(tmp_path)}


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"region": "us-east-1", "threads": "0"}, 2, "threads"),
        ({"port": "no"}, 2, "port"),
        ({"config": "/nowhere.toml"}, 2, "nowhere"),
        ({"database": "sqlite:////nowhere/at/all.sqlite3"}, 2, "database"),
        ({"metrics_listen": "127.0.0.1"}, 2, "metrics_listen"),
        ({"metrics_token": "short"}, 2, "metrics_token"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line_of_json(
    tmp_path: Path, settings: dict[str, str], code: int, words: str
) -> None:
    found, output = refused(tmp_path, log_format="json", **settings)
    (line,) = output.splitlines()
    assert (found, json.loads(line)["event"]) == (code, "not_started")
    assert words in json.loads(line)["reason"]


@pytest.mark.parametrize("flags", [["--prot", "1"], ["--port", "no"]])
def test_flags_that_are_wrong_are_told_in_json_too(tmp_path: Path, flags: list[str]) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('log_format = "json"\n')
    for settings in ([*flags, "--config", str(file)], ["--config", str(file), *flags]):
        found, output = refused(tmp_path, *settings)
        (line,) = output.splitlines()
        assert (found, json.loads(line)["event"]) == (2, "not_started")


def test_what_keeps_it_from_starting_is_one_line_of_text(tmp_path: Path) -> None:
    found, output = refused(tmp_path, threads="0")
    assert (found, output.splitlines()) == (2, ["ostiary: workers, threads, queue: must be at least 1."])


def test_an_address_for_metrics_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        found, output = refused(tmp_path, metrics_listen=address, port=str(free_port()))
    assert found == 2
    assert "metrics_listen" in output
    assert not list(tmp_path.iterdir()), "nothing was made"


def test_metrics_are_for_whoever_has_the_token(start_server: Callable[..., Server]) -> None:
    url = f"{start_server(metrics_token=TOKEN).url}/metrics"
    assert "ostiary_requests_total" in httpx.get(url, headers={"authorization": f"Bearer {TOKEN}"}).text
    for authorization in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"):
        answer = httpx.get(url, headers={b"authorization": authorization.encode()})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert httpx.get(url).status_code == 401


def test_metrics_are_not_for_strangers(start_server: Callable[..., Server]) -> None:
    assert httpx.get(f"{start_server().url}/metrics").status_code == 404
    assert "ostiary_requests_total" in httpx.get(f"{start_server(dev=True).url}/metrics").text
