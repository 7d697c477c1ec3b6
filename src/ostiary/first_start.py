"""What the first start makes: the data directory, the master key, the schema, an account and its root access key."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from rich.console import Console
from rich.panel import Panel
from sqlalchemy.exc import SQLAlchemyError

from ostiary.app import close_services, open_services, open_store
from ostiary.config import LOOPBACK, Settings, SettingsError
from ostiary.context import Services
from ostiary.crypto.seal import SealBrokenError
from ostiary.iam.accounts import RootKey, ensure_root_key, list_accounts
from ostiary.iam.names import new_access_key_id, new_secret
from ostiary.resealing import PROOF
from ostiary.runtime.masterkey import key_file, make_key_file, write_secret
from ostiary.runtime.randomness import Random
from ostiary.store import deployment, schema
from ostiary.store.errors import Retry, Unavailable

log = structlog.get_logger()
CREDENTIALS_FILE = "root-credentials"
_PROOF = b"the master key of this deployment"


@dataclass(frozen=True, slots=True)
class Made:
    """What a first start made; `credentials` is the file that holds the root's access key."""

    account_id: str
    credentials: Path


def prepare(settings: Settings) -> Made | None:
    """Make what is not there yet, and say what a first start made; raises SettingsError and SchemaError."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        made_key = make_key_file(settings)
    except OSError as error:
        raise SettingsError(f"data_dir: {settings.data_dir}: {error.strerror or error}.") from None
    migrate_database(settings)
    services = open_services(settings)
    try:
        if made_key and list_accounts(services):
            key_file(settings).unlink()
            raise SettingsError(f"{key_file(settings)} is missing, and the database was sealed with it. Put it back.")
        _check_master_key(services)
        return _make_root_key(services)
    finally:
        close_services(services)


def migrate_database(settings: Settings) -> None:
    """Bring the schema up to date; raises SettingsError, and SchemaError when it is newer than this version."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"data_dir: {settings.data_dir}: {error.strerror or error}.") from None
    store = open_store(settings)
    try:
        with database_answers():
            store.migrate()
    finally:
        store.close()


@contextmanager
def database_answers() -> Iterator[None]:
    """Turn a database that does not answer, or refuses us, into a SettingsError of one line."""
    try:
        yield
    except (Retry, Unavailable, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise SettingsError(f"database: {reason.rstrip('.')}.") from None


def announce(settings: Settings, made: Made | None) -> None:
    """Say what was made, what mode this is, where it is served and what to type next: on the terminal, or as JSON."""
    if settings.log_format == "json":
        _log(settings, made)
    else:
        _print(settings, made, _console())


def say_stopped(settings: Settings) -> None:
    """Say that the server has stopped."""
    if settings.log_format == "json":
        log.info("stopped")
    else:
        _console().print("Stopped.")


def _console() -> Console:
    return Console(stderr=True, highlight=False)


def _log(settings: Settings, made: Made | None) -> None:
    if made is not None and not settings.dev:
        sealed = "" if settings.master_key else str(key_file(settings).absolute())
        log.info(
            "account_made", account=made.account_id, root_file=str(made.credentials.absolute()), sealing_file=sealed
        )
    if settings.dev:
        log.warning("development_mode", account=settings.account_id)
    if _knows_no_leaks(settings):
        log.warning("breached_passwords_not_set")
    if settings.host not in LOOPBACK and not settings.public_url:
        log.warning("public_url_not_set", issuer=settings.base_url)
    log.info("serving", url=settings.base_url)


def _print(settings: Settings, made: Made | None, console: Console) -> None:
    if made is not None and not settings.dev:
        sealed = "the setting master_key" if settings.master_key else str(key_file(settings).absolute())
        console.print(Panel(f"Account {made.account_id} was made.", title="First start", expand=False))
        _lines(
            console,
            f"  the root's access key: {made.credentials.absolute()}",
            f"  the master key, which seals every secret: {sealed}",
            "  Keep copies of both elsewhere.",
            "",
        )
    if settings.dev:
        console.print(
            Panel(
                f"DEVELOPMENT MODE: every program and web page of this machine is the root of account "
                f"{settings.account_id}, with any access key. Never expose it.",
                style="bold yellow",
            )
        )
        _lines(console, f"  messages to users: {settings.base_url}/_ostiary/outbox", "")
    if made is not None or settings.dev:
        keys = (
            "AWS_ACCESS_KEY_ID=dev AWS_SECRET_ACCESS_KEY=dev"
            if settings.dev or made is None
            else f"AWS_SHARED_CREDENTIALS_FILE={shlex.quote(str(made.credentials.absolute()))}"
        )
        where = f"--endpoint-url {settings.base_url} --region {settings.region}"
        _lines(console, "Type in another terminal:", "", f"{keys} aws {where} sts get-caller-identity", "")
    if _knows_no_leaks(settings):
        _lines(console, "The setting breached_passwords is not set: no password is known to have leaked.")
    if settings.host not in LOOPBACK and not settings.public_url:
        _lines(console, f"The setting public_url is not set: tokens will name {settings.base_url} as their issuer.")
    _lines(console, f"Ostiary serves {settings.base_url}  (Ctrl+C stops)")


def _knows_no_leaks(settings: Settings) -> bool:
    return settings.secure_defaults and not settings.breached_passwords


def _lines(console: Console, *lines: str) -> None:
    """Print lines that are never wrapped: they are there to be copied."""
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _check_master_key(services: Services) -> None:
    """Refuse to start with another master key than the one that sealed this database."""
    proof = services.keyring.seal_token(_PROOF, PROOF)
    with services.store.write() as tx:
        tx.insert_if_absent(schema.deployment, name=deployment.SEALED_WITH, value=proof)
        found = deployment.fact(tx, deployment.SEALED_WITH)
    try:
        services.keyring.open_token(found, PROOF)
    except SealBrokenError:
        raise SettingsError(
            "master_key: the database was sealed with another one; give that one, or both separated by a comma."
        ) from None


def _make_root_key(services: Services) -> Made | None:
    """Make the first account's root access key, unless the settings give it or there is an account already."""
    settings = services.settings
    if settings.root_access_key_id:
        key = RootKey(settings.root_account, settings.root_access_key_id, settings.root_secret_access_key)
        ensure_root_key(services, key)
        return None
    if list_accounts(services):
        return None
    account_id = settings.root_account
    if not settings.dev and not settings.root_account_id and account_id == "0" * 12:
        account_id = Random.text(1, "123456789") + Random.digits(11)
    key = RootKey(account_id, new_access_key_id("AKIA", account_id, services.random), new_secret(services.random))
    path = settings.data_dir / CREDENTIALS_FILE
    path.unlink(missing_ok=True)
    lines = (
        "[default]",
        f"aws_access_key_id = {key.access_key_id}",
        f"aws_secret_access_key = {key.secret_access_key}",
    )
    write_secret(path, "\n".join(lines) + "\n")
    ensure_root_key(services, key)
    return Made(account_id, path)
