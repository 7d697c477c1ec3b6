"""Starting and stopping the server: the first start's keys, the sockets, the workers."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from rich.panel import Panel

from ostiary.app import close_services, create_app, open_services
from ostiary.config import Settings, SettingsError, load_settings
from ostiary.context import Services
from ostiary.iam.accounts import RootKey, ensure_root_key, list_accounts
from ostiary.iam.names import new_access_key_id, new_secret
from ostiary.masterkey import key_file, make_key_file, write_secret
from ostiary.observability import configure_logs
from ostiary.randomness import Random
from ostiary.store.db import Store

CREDENTIALS_FILE = "root-credentials"
GRACE_SECONDS = 30
IDLE_SECONDS = 75
MOST_HEADER_BYTES = 64 * 1024
_HANDED_TO_WORKERS = "OSTIARY_WORKER_SETTINGS"


def run(settings: Settings) -> None:
    """Prepare the data directory and serve until told to stop."""
    configure_logs(settings.log_format, settings.log_level)
    console = Console(stderr=True, highlight=False)
    _prepare(settings, console)
    _announce(settings, console)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": "httptools",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "timeout_keep_alive": IDLE_SECONDS,
        "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
    }
    if settings.workers == 1:
        uvicorn.run(application(settings), **options)
        return
    os.environ[_HANDED_TO_WORKERS] = _packed(settings)  # noqa: TID251 - the only way into uvicorn's workers
    uvicorn.run("ostiary.server:worker_application", factory=True, workers=settings.workers, **options)


def application(settings: Settings) -> Any:
    """Return the ASGI application of one process."""
    return create_app(open_services(settings))


def worker_application() -> Any:
    """Return the ASGI application of one of several workers, with the settings that the parent packed."""
    import json  # noqa: PLC0415

    settings = load_settings(json.loads(os.environ[_HANDED_TO_WORKERS]))  # noqa: TID251
    configure_logs(settings.log_format, settings.log_level)
    return application(settings)


def migrate_database(settings: Settings) -> None:
    """Bring the schema up to date; raises SchemaError when it is newer than this version."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = _store(settings)
    try:
        store.migrate()
    finally:
        store.close()


@contextlib.contextmanager
def services_of(settings: Settings) -> Iterator[Services]:
    """Open the services of a deployment that was started before; raises SettingsError and SchemaError."""
    services = open_services(settings)
    try:
        services.store.check_schema()
        yield services
    finally:
        close_services(services)


def _store(settings: Settings) -> Store:
    try:
        return Store.open(settings.database_url)
    except ValueError as error:
        raise SettingsError(f"database: {error}") from None


def _prepare(settings: Settings, console: Console) -> None:
    """Make what the first start makes: directory, master key, schema, account, root access key."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        made_key = make_key_file(settings)
    except OSError as error:
        raise SettingsError(f"data_dir: {settings.data_dir}: {error.strerror or error}.") from None
    migrate_database(settings)
    with services_of(settings) as services:
        if made_key and list_accounts(services):
            key_file(settings).unlink()
            raise SettingsError(f"{key_file(settings)} is missing, and the database was sealed with it. Put it back.")
        _make_root_key(services, console)


def _make_root_key(services: Services, console: Console) -> None:
    settings = services.settings
    if settings.root_access_key_id:
        key = RootKey(settings.root_account, settings.root_access_key_id, settings.root_secret_access_key)
        ensure_root_key(services, key)
        return
    if list_accounts(services):
        return
    account_id = settings.root_account
    if not settings.dev and not settings.root_account_id and account_id == "0" * 12:
        account_id = Random.text(1, "123456789") + Random.digits(11)
    key = RootKey(account_id, new_access_key_id("AKIA", account_id, services.random), new_secret(services.random))
    path = settings.data_dir / CREDENTIALS_FILE
    path.unlink(missing_ok=True)
    write_secret(
        path, f"[default]\naws_access_key_id = {key.access_key_id}\naws_secret_access_key = {key.secret_access_key}\n"
    )
    ensure_root_key(services, key)
    _tell_first_start(settings, account_id, path, console)


def _tell_first_start(settings: Settings, account_id: str, path: Path, console: Console) -> None:
    command = (
        f"AWS_SHARED_CREDENTIALS_FILE={path.absolute()} AWS_REGION={settings.region} \\\n"
        f"  aws --endpoint-url {settings.base_url} cognito-idp create-user-pool --pool-name people"
    )
    sealed = "in the settings" if settings.master_key else str(key_file(settings).absolute())
    console.print(
        Panel(
            f"Account [bold]{account_id}[/bold] and its root access key: {path.absolute()}\n"
            f"The master key that seals all secrets: {sealed}\nKeep a copy of both elsewhere.\n\n"
            f"Try, in another terminal:\n\n{command}",
            title="First start",
        )
    )


def _announce(settings: Settings, console: Console) -> None:
    if settings.dev:
        console.print(
            Panel(
                f"Any access key is the root of account {settings.account_id}. Never expose this.\n"
                f"Messages to users: {settings.base_url}/_ostiary/outbox",
                title="Development mode",
                style="yellow",
            )
        )
    console.print(f"Ostiary serves {settings.base_url}  (Ctrl+C stops)")


def _packed(settings: Settings) -> str:
    import json  # noqa: PLC0415
    from dataclasses import fields  # noqa: PLC0415

    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return json.dumps(values, default=str)
