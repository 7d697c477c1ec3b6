"""Starting and stopping the server: the socket, the processes, the limits of a connection."""

import contextlib
import dataclasses
import errno
import functools
import gc
import resource
import signal
import socket
import tempfile
from collections.abc import Iterator
from typing import Any

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from ostiary.app import close_services, create_app, open_services
from ostiary.config import Settings, SettingsError, misspelt_variables, share_metrics
from ostiary.context import Services
from ostiary.first_start import announce, database_answers, migrate_database, prepare, say_stopped
from ostiary.runtime.observability import configure_logs, log_uncaught
from ostiary.web.connection_limits import Connection

GRACE_SECONDS = 30
"""How long requests that are being served may take when the server is told to stop."""
IDLE_SECONDS = 75
MOST_CONNECTIONS = 4096
"""For each worker; whoever comes beyond is told to come again (503)."""
BACKLOG = 2048
WEBSOCKET_BYTES = 4096
"""What a client may say in one message; nobody listens to it."""
WORKER_SECONDS = 30
COLLECT_AFTER = (20_000, 20, 20)
"""Objects made before the young are looked at for garbage, and how many such looks before the older ones are."""

log = structlog.get_logger()

__all__ = ["application", "limits", "migrate_database", "run", "services_of"]


def run(settings: Settings) -> None:
    """Prepare the data directory and serve until told to stop; raises SettingsError and SchemaError."""
    configure_logs(settings.log_format, settings.log_level)
    log_uncaught()
    for variable, meant in misspelt_variables():
        log.warning("no_such_setting", variable=variable, meant=meant)
    with contextlib.ExitStack() as open_sockets:
        listeners = [open_sockets.enter_context(bound("host, port", settings.host, settings.port))]
        settings = dataclasses.replace(settings, port=listeners[0].getsockname()[1])
        if settings.metrics_address is not None:
            listeners.append(open_sockets.enter_context(bound("metrics_listen", *settings.metrics_address)))
        told = prepare(settings)
        _allow_open_files()
        announce(settings, told)
        _end_quietly()
        if settings.workers == 1:
            uvicorn.Server(uvicorn.Config(application(settings), **limits(settings))).run(listeners)
        else:
            _serve_with_workers(settings, listeners)
    say_stopped(settings)


def application(settings: Settings) -> Any:
    """Return the ASGI application of one process; it closes its services when it stops."""
    made = create_app(open_services(settings))
    _collect_less()
    return made


def limits(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn serves."""
    return {
        "loop": "uvloop",
        "http": Connection,
        "ws": "websockets-sansio",
        "ws_max_size": WEBSOCKET_BYTES,
        "ws_per_message_deflate": False,
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "backlog": BACKLOG,
        "limit_concurrency": MOST_CONNECTIONS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "timeout_keep_alive": IDLE_SECONDS,
    }


@contextlib.contextmanager
def services_of(settings: Settings) -> Iterator[Services]:
    """Open the services of a deployment that was started before; raises SettingsError and SchemaError."""
    services = open_services(settings)
    try:
        with database_answers():
            services.store.check_schema()
        yield services
    finally:
        close_services(services)


@contextlib.contextmanager
def bound(setting: str, host: str, port: int) -> Iterator[socket.socket]:
    """Take an address, which a setting names, before anything is made in its name; raises SettingsError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program listens there" if taken else error.strerror or str(error)
        raise SettingsError(f"{setting}: cannot listen on {host}:{port}: {reason}.") from None
    with listener:
        yield listener


def _serve_with_workers(settings: Settings, listeners: list[socket.socket]) -> None:
    with tempfile.TemporaryDirectory(prefix="ostiary-metrics-") as folder:
        share_metrics(folder)
        factory = functools.partial(_worker_application, settings)
        config = uvicorn.Config(
            factory,
            factory=True,
            workers=settings.workers,
            timeout_worker_healthcheck=WORKER_SECONDS,
            **limits(settings),
        )
        for listener in listeners:
            listener.set_inheritable(True)
        Multiprocess(config, sockets=listeners).run()


def _worker_application(settings: Settings) -> Any:
    configure_logs(settings.log_format, settings.log_level)
    log_uncaught()
    try:
        return application(settings)
    except Exception:
        log.exception("worker_failed")
        raise SystemExit(1) from None


def _collect_less() -> None:
    """Look for garbage among what requests make, seldom, and not among what lives as long as the process.

    A full collection stops every request; with a thousand clients connected it took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _end_quietly() -> None:
    """Have the signals that uvicorn took, stopped for and raises again mean nothing more: the exit code is 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)


def _allow_open_files() -> None:
    """Every connection is an open file: take as many as the system gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 65_536)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
