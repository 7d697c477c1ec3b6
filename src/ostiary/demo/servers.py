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
from urllib.error import URLError
from urllib.request import urlopen

from ostiary.demo.narrator import Narrator

READY_WITHIN = 30.0
"""Seconds."""
S3_KEY = ("upstream", "upstream-secret")
GOOGLE_CLIENT_ID = "1234567890-demo.apps.googleusercontent.com"


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

    Without the URL of a `database` it is a file.
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
        processes.enter_context(_process(command, folder / "provider.log"))
        narrator.note(f"Starting a push service that stands in for Firebase on {push_service} …")
        command = [sys.executable, "-m", "ostiary.demo.push_service", str(push_port)]
        processes.enter_context(_process(command, folder / "push_service.log"))
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
        processes.enter_context(_process(command, folder / "ostiary.log", settings))
        _wait(f"{provider}/.well-known/openid-configuration", folder / "provider.log")
        _wait(f"{push_service}/arrived?token=nobody", folder / "push_service.log")
        _wait(f"{ostiary}/readyz", folder / "ostiary.log")
        yield Servers(ostiary, provider, push_service, s3, data_dir, root, database)


def rclone() -> str:
    """Return the path of rclone: the one on the PATH, or the one of the Python package in the `demo` extra."""
    found = shutil.which("rclone")
    package = find_spec("rclone_api")
    if found or package is None or package.origin is None:
        return found or "rclone"
    return str(Path(package.origin).parent / "bin" / "rclone")


@contextmanager
def _process(command: list[str], log: Path, settings: dict[str, str] | None = None) -> Iterator[None]:
    environment = {name: value for name, value in os.environ.items() if not re.match("OSTIARY_|AWS_", name)}  # noqa: TID251
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, stdout=output, stderr=subprocess.STDOUT, env=environment | (settings or {})
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2):  # noqa: S310
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"{url} did not answer within {READY_WITHIN:.0f} s. Its log ends:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
