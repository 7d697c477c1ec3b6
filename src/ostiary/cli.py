"""The command line."""

import sys
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer

from ostiary.commands.accounts import account_cli
from ostiary.commands.keys import keys_cli
from ostiary.commands.pools import pool_cli
from ostiary.commands.terminal import (
    AsJson,
    ConfigFile,
    Database,
    DataDir,
    chosen_account,
    columns,
    opened,
    refuse,
    say,
)
from ostiary.commands.users import import_from_aws, users_cli
from ostiary.config import SettingsError, load_settings, misspelt_variables, wants_json
from ostiary.store.errors import SchemaError, Unavailable

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Ostiary: an identity broker you run yourself that speaks Amazon Cognito on the wire.",
)
cli.add_typer(account_cli, name="account")
sms_cli = typer.Typer(no_args_is_help=True, help="Phones that want no more messages.")
cli.add_typer(sms_cli, name="sms")
cli.add_typer(users_cli, name="users")
cli.add_typer(pool_cli, name="pool")
cli.add_typer(keys_cli, name="keys")


def main() -> None:
    """Run the command line; a wrong setting or flag is one line and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except typer.TyperException as error:
        _end(" ".join(error.format_message().split()), error.exit_code)
    except SettingsError as error:
        _end(str(error), 2)
    except (SchemaError, Unavailable) as error:
        _end(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        raise SystemExit(130) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _end(text: str, code: int) -> NoReturn:
    """End with a line that says why; a server that logs JSON says it in JSON."""
    arguments = sys.argv[1:]
    named = [Path(value) for flag, value in pairwise(arguments) if flag == "--config"]
    if not text or "serve" not in arguments[:1] or not wants_json(named[0] if named else None):
        refuse(text, code)
    from ostiary.runtime.observability import configure_logs  # noqa: PLC0415 - commands start faster without it

    configure_logs("json", "error")
    structlog.get_logger().error("not_started", reason=text)
    raise SystemExit(code)


@cli.callback()
def before_every_command(
    context: typer.Context,
    version_only: Annotated[  # noqa: ARG001, FBT002 - its callback is all of it
        bool, typer.Option("--version", callback=lambda asked: _print_version() if asked else None, is_eager=True)
    ] = False,
) -> None:
    """Tell of variables that are no settings, before any command; `serve` logs them."""
    if context.invoked_subcommand != "serve":
        for variable, meant in misspelt_variables():
            sys.stderr.write(f"ostiary: {variable} is no setting{meant and f'; did you mean {meant}?'}\n")


@cli.command()
def serve(  # noqa: PLR0917 - one parameter for each flag
    config: ConfigFile = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    data_dir: DataDir = None,
    database: Database = None,
    public_url: Annotated[str | None, typer.Option(help="Where clients reach this server.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Template of a user pool's issuer.")] = None,
    region: Annotated[str | None, typer.Option(help="The region this server is.")] = None,
    account_id: Annotated[str | None, typer.Option(help="The development account: 12 digits.")] = None,
    smtp: Annotated[str | None, typer.Option(help="smtp://user:password@host:port or smtps://…")] = None,
    delivery_webhook: Annotated[str | None, typer.Option(help="An address that takes messages as JSON.")] = None,
    s3_upstream: Annotated[str | None, typer.Option(help="The S3 server behind the gateway.")] = None,
    allow_private_addresses: Annotated[
        bool | None,
        typer.Option("--allow-private-addresses", help="Let the settings' own addresses be in private networks."),
    ] = None,
    allow_private_addresses_of_tenants: Annotated[
        bool | None,
        typer.Option("--allow-private-addresses-of-tenants", help="Let addresses that accounts give be there too."),
    ] = None,
    secure_defaults: Annotated[
        bool | None, typer.Option("--secure-defaults", help="Turn on every hardening that compatibility leaves off.")
    ] = None,
    dev: Annotated[
        bool | None, typer.Option("--dev", help="Development: any access key is root; loopback only.")
    ] = None,
) -> None:
    """Start the server."""
    from ostiary.server import run  # noqa: PLC0415 - other commands start faster without it

    flags = {name: value for name, value in locals().items() if name not in {"config", "run"}}
    run(load_settings(flags, config))


@cli.command()
def migrate(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Bring the database's schema up to date."""
    from ostiary.server import migrate_database  # noqa: PLC0415

    settings = load_settings({"data_dir": data_dir, "database": database}, config)
    migrate_database(settings)
    say({"UpToDate": True}, "The schema is up to date.", as_json=as_json)


@cli.command()
def operations(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print every operation of every service: where it is, or absent."""
    import ostiary.app  # noqa: F401, PLC0415 - registers every operation
    from ostiary.aws.operations import table  # noqa: PLC0415

    rows = table()
    lines = columns(
        ("service", "operation", "where"), *((service, name, module or "absent") for service, name, module in rows)
    )
    for service in dict.fromkeys(row[0] for row in rows):
        found = [row for row in rows if row[0] == service]
        lines.append(f"{service}: {sum(row[2] is not None for row in found)} of {len(found)}")
    say([dict(zip(("service", "operation", "module"), row, strict=True)) for row in rows], *lines, as_json=as_json)


@cli.command()
def demo() -> None:
    """Walk from a web identity to temporary credentials that open a bucket."""
    try:
        from ostiary.demo import run  # noqa: PLC0415 - present only with the `demo` extra
        from ostiary.demo.servers import NotReadyError  # noqa: PLC0415
    except ImportError as error:
        refuse(f"The demo needs '{error.name}'. Type: pip install 'ostiary[demo]'", 1)
    try:
        raise SystemExit(run())
    except NotReadyError as error:
        refuse(str(error), 1)


@sms_cli.command("opt-out")
def sms_opt_out(  # noqa: PLR0917 - one parameter for each flag
    account: Annotated[str, typer.Argument(help="Whose messages are meant: the account, by id or name.")],
    phone_number: Annotated[str, typer.Argument(help="As +15551234567.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Have an account publish nothing to a phone until OptInPhoneNumber."""
    from ostiary.sns.texts import is_number  # noqa: PLC0415
    from ostiary.store.sns import sms  # noqa: PLC0415

    if not is_number(phone_number):
        refuse(f"{phone_number} is no phone number; write it as +15551234567.", 2)
    with opened(config, data_dir, database) as services:
        owner = chosen_account(services, account)
        with services.store.write() as tx:
            sms.opt_out(tx, owner, phone_number, services.clock.now_seconds())
    told = {"AccountId": owner, "PhoneNumber": phone_number}
    say(told, f"Account {owner} publishes nothing to {phone_number} any more.", as_json=as_json)


cli.command("import-from-aws")(import_from_aws)


@cli.command("version")
def show_version(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print the version."""
    say({"Version": _version()}, _version(), as_json=as_json)


def _print_version() -> None:
    say(None, _version(), as_json=False)
    raise typer.Exit


def _version() -> str:
    try:
        return version("ostiary")
    except PackageNotFoundError:
        refuse("This runs from a checkout; its version is in pyproject.toml.", 1)
