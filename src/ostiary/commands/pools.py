"""`ostiary pool`: what operators do with user pools that AWS's operations have no name for."""

import json
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.status import Status

from ostiary.aws.errors import ServiceError
from ostiary.commands.terminal import AsJson, ConfigFile, Database, DataDir, console, opened, refuse, say

pool_cli = typer.Typer(no_args_is_help=True, help="Do with user pools what Amazon Cognito cannot.")
Pool = Annotated[str, typer.Argument(help="The user pool's id.")]


@pool_cli.command("recovery-codes")
def recovery_codes(  # noqa: PLR0917 - one parameter for each flag
    pool: Pool,
    username: Annotated[str, typer.Argument(help="Whose authenticator app was lost.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make recovery codes for a user and print them, once; older ones are dead then."""
    from ostiary.commands import operator_context  # noqa: PLC0415
    from ostiary.idp.factors import recovery_codes  # noqa: PLC0415 - other commands start faster without them

    with opened(config, data_dir, database) as services:
        try:
            ctx = operator_context.context_of(services, pool)
            codes = recovery_codes.make(ctx, *operator_context.user_of(ctx, pool, username))
        except ServiceError as error:
            refuse(error.message, 1)
    first = f"Recovery codes of {username}; each stands once for a code of the app:"
    say(codes, first, *(f"  {code}" for code in codes), as_json=as_json)


@pool_cli.command("relax-attribute")
def relax_attribute(  # noqa: PLR0917 - one parameter for each flag
    pool: Pool,
    name: Annotated[str, typer.Argument(help="The attribute: email, custom:age …")],
    optional: Annotated[bool, typer.Option("--optional", help="Users need not have it.")] = False,  # noqa: FBT002
    mutable: Annotated[bool, typer.Option("--mutable", help="It may be changed.")] = False,  # noqa: FBT002
    least: Annotated[str | None, typer.Option("--min", help="The least length or value; empty for none.")] = None,
    most: Annotated[str | None, typer.Option("--max", help="The greatest length or value; empty for none.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make an attribute of a pool's schema less strict."""
    from ostiary.commands import operator_context  # noqa: PLC0415
    from ostiary.idp.pools import schema_changes  # noqa: PLC0415

    change = schema_changes.Relaxation(optional, mutable, least, most)
    with opened(config, data_dir, database) as services:
        try:
            relaxed = schema_changes.relax(operator_context.context_of(services, pool), pool, name, change)
        except ServiceError as error:
            refuse(error.message, 1)
    say(relaxed, json.dumps(relaxed, indent=2), as_json=as_json)


@pool_cli.command("remove-attribute")
def remove_attribute(  # noqa: PLR0917 - one parameter for each flag
    pool: Pool,
    name: Annotated[str, typer.Argument(help="The custom attribute: custom:age.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Remove a custom attribute, and its values from all users; one that was begun is gone on with."""
    from ostiary.commands import operator_context  # noqa: PLC0415
    from ostiary.idp.pools import schema_changes  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        try:
            ctx = operator_context.context_of(services, pool)
            if not schema_changes.is_removing(ctx, pool, name):
                if (
                    not yes
                    and typer.prompt(f"Its values are gone for good. Type {name} to remove it", err=True) != name
                ):
                    refuse("Nothing was removed.", 1)
                schema_changes.remove(ctx, pool, name)
        except ServiceError as error:
            refuse(error.message, 1)
        remover = schema_changes.AttributeRemover(services)
        with console.status("") as status:
            while schema_changes.is_removing(ctx, pool, name):
                done = remover.run_due()
                status.update(f"{done.seen if done else 0} users")
                if done is None:
                    time.sleep(1)
    say({"UserPoolId": pool, "Removed": name}, f"{name} is removed from {pool}.", as_json=as_json)


@pool_cli.command("ignore-case")
def ignore_case(  # noqa: PLR0917 - one parameter for each flag
    pool: Pool,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the names that would be one.")] = False,  # noqa: FBT002
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Compare user names and aliases of a pool without case from now on."""
    from ostiary.commands import operator_context  # noqa: PLC0415
    from ostiary.idp.users import username_case  # noqa: PLC0415
    from ostiary.store.db import STALE_SECONDS  # noqa: PLC0415

    with opened(config, data_dir, database) as services, console.status("") as status:
        found: list[username_case.Collision] = []
        changed = 0
        try:
            ctx = operator_context.context_of(services, pool)
            if dry_run:
                found = username_case.collisions(ctx, pool, _names(status))
            else:
                changed = username_case.switch(ctx, pool, _names(status))
                time.sleep(2 * STALE_SECONDS)
                found = username_case.settle(ctx, pool)
        except username_case.CollisionsError as error:
            found = error.collisions
        except ServiceError as error:
            refuse(error.message, 1)
    told = {"UserPoolId": pool, "Collisions": [list(each.names) for each in found], "Changed": changed}
    lines = [" = ".join(collision.names) for collision in found]
    if not found:
        done = f"Case does not count in {pool} now; {changed} changed."
        lines = ["No two names would be one." if dry_run else done]
    say(told, *lines, as_json=as_json)
    if found:
        refuse(f"{len(found)} names would be several users'. Rename or delete these users first.", 1)


def _names(status: Status) -> Callable[[int], None]:
    return lambda done: status.update(f"{done} names")
