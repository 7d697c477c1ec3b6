"""`ostiary account`: the accounts of a deployment, and which of them a user pool belongs to."""

from typing import Annotated

import typer

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
from ostiary.store.errors import AlreadyExists

account_cli = typer.Typer(no_args_is_help=True, help="Make and list accounts; move user pools between them.")


@account_cli.command("create")
def account_create(
    name: str,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make an account and print its root access key, once."""
    from ostiary.iam.accounts import create_account  # noqa: PLC0415 - other commands start faster without it

    with opened(config, data_dir, database) as services:
        try:
            key = create_account(services, name)
        except AlreadyExists:
            refuse("An account with this id exists; try again.", 1)
    say(
        {"AccountId": key.account_id, "AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key},
        f"Account {key.account_id} ({name}). Its root access key is shown this once:",
        f"  aws_access_key_id = {key.access_key_id}",
        f"  aws_secret_access_key = {key.secret_access_key}",
        as_json=as_json,
    )


@account_cli.command("list")
def account_list(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the accounts."""
    from ostiary.iam.accounts import list_accounts  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        found = [(account.account_id, account.name) for account in list_accounts(services)]
    listed = [{"AccountId": account_id, "Name": name} for account_id, name in found]
    say(listed, *columns(("account", "name"), *found), as_json=as_json)


@account_cli.command("move-pool")
def account_move_pool(  # noqa: PLR0917 - one parameter for each flag
    pool: Annotated[str, typer.Argument(help="The user pool's id.")],
    account: Annotated[str, typer.Argument(help="The account that it becomes part of, by id or name.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Give a user pool to another account. People stay signed in; the pool's ARN is another one."""
    from ostiary.aws.errors import ServiceError  # noqa: PLC0415
    from ostiary.commands import operator_context  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        try:
            moved = operator_context.move_pool(services, pool, chosen_account(services, account))
        except ServiceError as error:
            refuse(error.message, 1)
    lines = [f"{pool} belongs to account {moved.account_id} now: {moved.arn}", f"Policies may name {moved.arn_before}."]
    if moved.named:
        lines += ["In the pool, these are of the old account still:", *(f"  {arn}" for arn in moved.named)]
    told = {"Arn": moved.arn, "ArnBefore": moved.arn_before, "OfTheOldAccount": list(moved.named)}
    say(told, *lines, as_json=as_json)
