"""`ostiary pool`: what operators do with user pools that AWS's operations have no name for."""

import json
import sys
from typing import Annotated

import typer

from ostiary.aws.errors import ServiceError
from ostiary.terminal import ConfigFile, Database, DataDir, console, opened, refuse

pool_cli = typer.Typer(no_args_is_help=True, help="Do with user pools what Amazon Cognito cannot.")
Pool = Annotated[str, typer.Argument(help="The user pool's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    from ostiary.idp import operators, recovery_codes  # noqa: PLC0415 - other commands start faster without them

    with opened(config, data_dir, database) as services:
        try:
            ctx = operators.context_of(services, pool)
            codes = recovery_codes.make(ctx, *operators.user_of(ctx, pool, username))
        except ServiceError as error:
            refuse(error.message, 1)
    if as_json:
        sys.stdout.write(json.dumps(codes) + "\n")
        return
    console.print(f"Recovery codes of {username}; each stands once for a code of the app:")
    console.print("\n".join(f"  {code}" for code in codes))
