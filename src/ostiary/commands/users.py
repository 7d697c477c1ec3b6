"""`ostiary users` and `ostiary import-from-aws`: users of pools carried between deployments."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary.commands.terminal import (
    AccountOption,
    AsJson,
    ConfigFile,
    Database,
    DataDir,
    chosen_account,
    opened,
    progress,
    refuse,
    say,
)

users_cli = typer.Typer(no_args_is_help=True, help="Carry users of a pool between deployments.")
_SHORTEST_PASSPHRASE = 12
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


@users_cli.command("export")
def users_export(  # noqa: PLR0917 - one parameter for each flag
    pool: Annotated[str, typer.Argument(help="The user pool's id.")],
    file: Annotated[Path, typer.Argument(help="The file to write; one that was begun is gone on with.")],
    passphrase_file: Annotated[Path, typer.Option(help="A file whose first line seals the users.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write a user pool, its users, their passwords, factors and devices into a sealed file."""
    from ostiary.moving import users_file  # noqa: PLC0415 - other commands start faster without it
    from ostiary.moving.sealed_file import FileBrokenError  # noqa: PLC0415

    with opened(config, data_dir, database) as services, progress("Users") as told:
        try:
            done = users_file.export_users(services, pool, file, _passphrase(passphrase_file), told)
        except KeyError:
            refuse(f"User pool {pool} does not exist.", 1)
        except FileBrokenError as error:
            refuse(str(error), 1)
    say({"UserPoolId": pool, "File": str(file), "Users": done}, f"{file} has {done} users.", as_json=as_json)


@users_cli.command("import")
def users_import(  # noqa: PLR0917 - one parameter for each flag
    file: Annotated[Path, typer.Argument(help="A file that `ostiary users export` wrote.")],
    passphrase_file: Annotated[Path, typer.Option(help="A file whose first line opens it.")],
    account: AccountOption = None,
    dry_run: DryRun = False,  # noqa: FBT002
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make the pool and the users of a sealed file; what is there stays as it is, so it can be run again."""
    from ostiary.moving import users_file  # noqa: PLC0415

    with opened(config, data_dir, database) as services, progress("Users") as told:
        owner, passphrase = chosen_account(services, account), _passphrase(passphrase_file)
        try:
            pool, made, left = users_file.import_users(services, owner, file, passphrase, told, dry_run=dry_run)
        except (ValueError, OSError) as error:
            refuse(str(error), 1)
    found = {"UserPoolId": pool, "AccountId": owner, "Made": made, "WereThere": left, "DryRun": dry_run}
    done = "would be made" if dry_run else "made"
    say(found, f"{made} users {done} in {pool} of account {owner}; {left} were there.", as_json=as_json)


@users_cli.command("import-log")
def users_import_log(  # noqa: PLR0917 - one parameter for each flag
    pool: str,
    job: str,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print what became of the rows of an import job that were not imported, a line for each."""
    from ostiary.store.idp import import_jobs  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        after = 0
        while True:
            with services.store.read() as tx:
                lines = import_jobs.log(tx, pool, job, after, 1000)
            for line in lines:
                found = {"Line": line.line, "Outcome": line.outcome, "Message": line.message}
                say(found, f"line {line.line}\t{line.outcome}\t{line.message}", as_json=as_json)
            if not lines:
                return
            after = lines[-1].line


def import_from_aws(  # noqa: PLR0917 - one parameter for each flag
    pools: Annotated[list[str], typer.Argument(help="The ids of the user pools.")],
    account: AccountOption = None,
    dry_run: DryRun = False,  # noqa: FBT002
    profile: Annotated[str | None, typer.Option(help="The profile of ~/.aws to read with.")] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="Another Cognito than Amazon's.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Copy user pools of Amazon Cognito; passwords are taken over at each user's first password sign-in."""
    try:
        import boto3  # noqa: PLC0415 - present only with the `moving` extra
    except ImportError:
        refuse("Copying needs 'boto3'. Type: pip install 'ostiary[moving]'", 1)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from ostiary.moving import from_aws  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        owner = chosen_account(services, account)
        for pool in pools:
            session = boto3.session.Session(profile_name=profile, region_name=pool.partition("_")[0])
            aws = session.client("cognito-idp", endpoint_url=endpoint_url)
            try:
                with progress(pool) as told:
                    found = (
                        from_aws.plan(services, owner, aws, pool)
                        if dry_run
                        else from_aws.copy_pool(services, owner, aws, pool, told)
                    )
            except (BotoCoreError, ClientError, ValueError) as error:
                refuse(f"{pool}: {error}", 1)
            say(found.as_dict(), *found.lines(), as_json=as_json)


def _passphrase(file: Path) -> str:
    try:
        first = file.read_text("utf-8").split("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"--passphrase-file: {error}", 2)
    if len(first) < _SHORTEST_PASSPHRASE:
        refuse(f"--passphrase-file: a passphrase has at least {_SHORTEST_PASSPHRASE} characters.", 2)
    return first
