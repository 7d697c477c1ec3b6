"""The processes of the demo: an S3 server, an OpenID Connect provider, a push service, and Ostiary in the middle."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

from ostiary.demo.narrator import Narrator

READY_WITHIN = 300.0
"""Seconds: a machine that is busy takes long; a process that ends is told at once."""
S3_KEY = ("upstream", "upstream-secret")
GOOGLE_CLIENT_ID = "1234567890-demo.apps.googleusercontent.com"


class NotReadyError(Exception):
    """A server ended or did not answer; the text has the end of its log."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the processes listen, and the access key (id, secret) of the first account's root."""

    ostiary: str
    provider: str
    push_service: str
    s3: str
    data_dir: Path
    root: tuple[str, str]
    database: str
    """Its URL."""


@contextmanager
def running_servers(
    folder: Path, narrator: Narrator, *, development: bool = True, database: str = ""
) -> Iterator[Servers]:
    """Start the four processes below `folder`, and stop them at the end; `development` is `ostiary serve --dev`.

    Without the URL of a `database` it is a file. Raises NotReadyError.
    """
    ports = s3_port, provider_port, push_port, ostiary_port = [free_port() for _ in range(4)]
    s3, provider, push_service, ostiary = (f"http://127.0.0.1:{port}" for port in ports)
    root = ("AKIADEMOROOTACCESSKE", "demo-root-secret-of-this-run-only-0000000")
    data_dir = folder / "data"
    with ExitStack() as processes:
        narrator.note(f"Starting an S3 server on {s3} …")
        (folder / "s3").mkdir()
        command = [rclone(), "serve", "s3", str(folder / "s3"), "--addr", f"127.0.0.1:{s3_port}"]
        processes.enter_context(_process([*command, "--auth-key", ",".join(S3_KEY)], folder / "s3.log"))
        narrator.note(f"Starting an OpenID Connect provider that stands in for Google on {provider} …")
        command = [sys.executable, "-m", "ostiary.demo.provider", str(provider_port)]
        started = {"provider": processes.enter_context(_process(command, folder / "provider.log"))}
        narrator.note(f"Starting a push service that stands in for Firebase on {push_service} …")
        command = [sys.executable, "-m", "ostiary.demo.push_service", str(push_port)]
        started["push_service"] = processes.enter_context(_process(command, folder / "push_service.log"))
        database = database or f"sqlite:///{data_dir}/ostiary.sqlite3"
        engine = "SQLite in a fresh data directory" if database.startswith("sqlite") else "PostgreSQL"
        narrator.note(f"Starting Ostiary on {ostiary}, on {engine} …")
        settings = {
            "OSTIARY_ROOT_ACCESS_KEY_ID": root[0],
            "OSTIARY_ROOT_SECRET_ACCESS_KEY": root[1],
            "OSTIARY_ROOT_ACCOUNT_ID": "111111111111",
            "OSTIARY_S3_UPSTREAM": s3,
            "OSTIARY_S3_UPSTREAM_ACCESS_KEY_ID": S3_KEY[0],
            "OSTIARY_S3_UPSTREAM_SECRET_ACCESS_KEY": S3_KEY[1],
            "OSTIARY_GOOGLE_ISSUER": provider,
            "OSTIARY_GOOGLE_JWKS_URL": f"{provider}/jwks",
            "OSTIARY_FCM_URL": push_service,
            "OSTIARY_FCM_TOKEN_URL": f"{push_service}/token",
        }
        command = [sys.executable, "-m", "ostiary", "serve", "--port", str(ostiary_port), "--data-dir", str(data_dir)]
        command += ["--database", database, *(["--dev"] if development else ["--allow-private-addresses"])]
        started["ostiary"] = processes.enter_context(_process(command, folder / "ostiary.log", settings))
        for name, url in (
            ("provider", f"{provider}/.well-known/openid-configuration"),
            ("push_service", f"{push_service}/arrived?token=nobody"),
            ("ostiary", f"{ostiary}/readyz"),
        ):
            _wait(url, started[name], folder / f"{name}.log")
        yield Servers(ostiary, provider, push_service, s3, data_dir, root, database)


def rclone() -> str:
    """Return the path of rclone: the one on the PATH, or the one of the Python package in the `demo` extra."""
    found = shutil.which("rclone")
    package = find_spec("rclone_api")
    if found or package is None or package.origin is None:
        return found or "rclone"
    return str(Path(package.origin).parent / "bin" / "rclone")


@contextmanager
def _process(
    command: list[str], log: Path, settings: dict[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {name: value for name, value in os.environ.items() if not re.match("OSTIARY_|AWS_", name)}  # noqa: TID251
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, stdout=output, stderr=subprocess.STDOUT, env=environment | (settings or {})
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=READY_WITHIN):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    why = f"ended with {process.returncode}" if process.poll() is not None else f"took over {READY_WITHIN:.0f} s"
    raise NotReadyError(f"What should answer at {url} {why}. Its log ends:\n{log.read_text()[-5000:]}")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
