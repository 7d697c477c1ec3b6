"""The command line."""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.table import Table

from ostiary.config import SettingsError, load_settings, wants_json
from ostiary.key_commands import keys_cli
from ostiary.pool_commands import pool_cli
from ostiary.store.errors import AlreadyExists, SchemaError, Unavailable
from ostiary.terminal import ConfigFile, Database, DataDir, console, opened, progress, refuse

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Ostiary: an identity broker you run yourself that speaks Amazon Cognito on the wire.",
)
account_cli = typer.Typer(no_args_is_help=True, help="Make and list accounts.")
cli.add_typer(account_cli, name="account")
sms_cli = typer.Typer(no_args_is_help=True, help="Phones that want no more messages.")
cli.add_typer(sms_cli, name="sms")
users_cli = typer.Typer(no_args_is_help=True, help="Carry users of a pool between deployments.")
cli.add_typer(users_cli, name="users")
cli.add_typer(pool_cli, name="pool")
cli.add_typer(keys_cli, name="keys")
_SHORTEST_PASSPHRASE = 12


def main() -> None:
    """Run the command line; a wrong setting or flag is one line and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except typer.TyperException as error:
        refuse(" ".join(error.format_message().split()), error.exit_code)
    except SettingsError as error:
        refuse(str(error), 2)
    except (SchemaError, Unavailable) as error:
        refuse(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        raise SystemExit(130) from None
    raise SystemExit(code if isinstance(code, int) else 0)


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
    dev: Annotated[
        bool | None, typer.Option("--dev", help="Development: any access key is root; loopback only.")
    ] = None,
) -> None:
    """Start the server."""
    from ostiary.observability import configure_logs  # noqa: PLC0415 - other commands start faster without it
    from ostiary.server import run  # noqa: PLC0415

    flags = {name: value for name, value in locals().items() if name not in {"config", "configure_logs", "run"}}
    try:
        run(load_settings(flags, config))
    except (SettingsError, SchemaError, Unavailable) as error:
        if not wants_json(config):
            raise
        configure_logs("json", "error")
        structlog.get_logger().error("not_started", reason=str(error))
        raise SystemExit(2 if isinstance(error, SettingsError) else 1) from None


@cli.command()
def migrate(config: ConfigFile = None, data_dir: DataDir = None, database: Database = None) -> None:
    """Bring the database's schema up to date."""
    from ostiary.server import migrate_database  # noqa: PLC0415

    settings = load_settings({"data_dir": data_dir, "database": database}, config)
    migrate_database(settings)
    console.print("The schema is up to date.")


@cli.command()
def operations(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:  # noqa: FBT002
    """Print every operation of every service: where it is, or absent."""
    import ostiary.app  # noqa: F401, PLC0415 - registers every operation
    from ostiary.aws.operations import table  # noqa: PLC0415

    rows = table()
    if as_json:
        sys.stdout.write(
            json.dumps([dict(zip(("service", "operation", "module"), row, strict=True)) for row in rows]) + "\n"
        )
        return
    shown = Table("service", "operation", "where")
    for service, name, module in rows:
        shown.add_row(service, name, module or "[dim]absent[/dim]")
    console.print(shown)
    for service in dict.fromkeys(row[0] for row in rows):
        found = [row for row in rows if row[0] == service]
        console.print(f"{service}: {sum(row[2] is not None for row in found)} of {len(found)}")


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


@account_cli.command("create")
def account_create(
    name: str,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Make an account and print its root access key, once."""
    from ostiary.iam.accounts import create_account  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        try:
            key = create_account(services, name)
        except AlreadyExists:
            refuse("An account with this id exists; try again.", 1)
    made = {
        "AccountId": key.account_id,
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
    }
    if as_json:
        sys.stdout.write(json.dumps(made) + "\n")
        return
    console.print(f"Account {key.account_id} ({name}). Its root access key is shown this once:")
    console.print(f"  aws_access_key_id = {key.access_key_id}\n  aws_secret_access_key = {key.secret_access_key}")


@account_cli.command("list")
def account_list(config: ConfigFile = None, data_dir: DataDir = None, database: Database = None) -> None:
    """List the accounts."""
    from ostiary.iam.accounts import list_accounts  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        shown = Table("account", "name")
        for account in list_accounts(services):
            shown.add_row(account.account_id, account.name)
        console.print(shown)


@sms_cli.command("opt-out")
def sms_opt_out(
    account: Annotated[str, typer.Argument(help="Whose messages are meant: 12 digits.")],
    phone_number: Annotated[str, typer.Argument(help="As +15551234567.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
) -> None:
    """Have an account publish nothing to a phone until OptInPhoneNumber."""
    from ostiary.iam.accounts import list_accounts  # noqa: PLC0415
    from ostiary.sns.texts import is_number  # noqa: PLC0415
    from ostiary.store import sms  # noqa: PLC0415

    if not is_number(phone_number):
        refuse(f"{phone_number} is no phone number; write it as +15551234567.", 2)
    with opened(config, data_dir, database) as services:
        if account not in {found.account_id for found in list_accounts(services)}:
            refuse(f"There is no account {account}; see: ostiary account list", 2)
        with services.store.write() as tx:
            sms.opt_out(tx, account, phone_number, services.clock.now_seconds())
    console.print(f"Account {account} publishes nothing to {phone_number} any more.")


@users_cli.command("export")
def users_export(  # noqa: PLR0917 - one parameter for each flag
    pool: Annotated[str, typer.Argument(help="The user pool's id.")],
    file: Annotated[Path, typer.Argument(help="The file to write; one that was begun is gone on with.")],
    passphrase_file: Annotated[Path, typer.Option(help="A file whose first line seals the users.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
) -> None:
    """Write a user pool, its users, their passwords, factors and devices into a sealed file."""
    from ostiary.moving import users_file  # noqa: PLC0415
    from ostiary.moving.sealed_file import FileBrokenError  # noqa: PLC0415

    with opened(config, data_dir, database) as services, progress("Users") as told:
        try:
            done = users_file.export_users(services, pool, file, _passphrase(passphrase_file), told)
        except KeyError:
            refuse(f"User pool {pool} does not exist.", 1)
        except FileBrokenError as error:
            refuse(str(error), 1)
    console.print(f"{file} has {done} users.")


@users_cli.command("import")
def users_import(  # noqa: PLR0917 - one parameter for each flag
    file: Annotated[Path, typer.Argument(help="A file that `ostiary users export` wrote.")],
    passphrase_file: Annotated[Path, typer.Option(help="A file whose first line opens it.")],
    account: Annotated[str | None, typer.Option(help="The account that the pool becomes part of.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
) -> None:
    """Make the pool and the users of a sealed file; what is there stays as it is, so it can be run again."""
    from ostiary.moving import users_file  # noqa: PLC0415

    with opened(config, data_dir, database) as services, progress("Users") as told:
        owner = account or services.settings.root_account
        try:
            pool, made, left = users_file.import_users(services, owner, file, _passphrase(passphrase_file), told)
        except (ValueError, OSError) as error:
            refuse(str(error), 1)
    console.print(f"{made} users made in {pool}; {left} were there.")


@users_cli.command("import-log")
def users_import_log(
    pool: str, job: str, config: ConfigFile = None, data_dir: DataDir = None, database: Database = None
) -> None:
    """Print what became of the rows of an import job that were not imported."""
    from ostiary.store import import_jobs  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        after = 0
        while True:
            with services.store.read() as tx:
                lines = import_jobs.log(tx, pool, job, after, 1000)
            for line in lines:
                sys.stdout.write(f"line {line.line}\t{line.outcome}\t{line.message}\n")
            if not lines:
                return
            after = lines[-1].line


@cli.command("import-from-aws")
def import_from_aws(  # noqa: PLR0917 - one parameter for each flag
    pools: Annotated[list[str], typer.Argument(help="The ids of the user pools.")],
    account: Annotated[str | None, typer.Option(help="The account that the pools become part of.")] = None,
    profile: Annotated[str | None, typer.Option(help="The profile of ~/.aws to read with.")] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="Another Cognito than Amazon's.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
) -> None:
    """Copy user pools of Amazon Cognito; passwords are taken over at each user's first password sign-in."""
    try:
        import boto3  # noqa: PLC0415 - present only with the `moving` extra
    except ImportError:
        refuse("Copying needs 'boto3'. Type: pip install 'ostiary[moving]'", 1)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from ostiary.moving import from_aws  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        owner = account or services.settings.root_account
        for pool in pools:
            session = boto3.session.Session(profile_name=profile, region_name=pool.partition("_")[0])
            aws = session.client("cognito-idp", endpoint_url=endpoint_url)
            try:
                made = from_aws.copy_pool(services, owner, aws, pool, console.print)
            except (BotoCoreError, ClientError, ValueError) as error:
                refuse(f"{pool}: {error}", 1)
            console.print(f"{pool}: done, {made} users made.")


def _passphrase(file: Path) -> str:
    try:
        first = file.read_text("utf-8").split("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"--passphrase-file: {error}", 2)
    if len(first) < _SHORTEST_PASSPHRASE:
        refuse(f"--passphrase-file: a passphrase has at least {_SHORTEST_PASSPHRASE} characters.", 2)
    return first


@cli.command("version")
def show_version() -> None:
    """Print the version."""
    try:
        console.print(version("ostiary"))
    except PackageNotFoundError:
        refuse("This runs from a checkout; its version is in pyproject.toml.", 1)
