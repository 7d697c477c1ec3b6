"""What commands share: the options that every one of them has, what they print, and how one ends."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ostiary.config import Settings, load_settings
from ostiary.context import Services

console = Console(stderr=True, highlight=False)
"""For bars and other company while a command works. What it found goes to standard output."""

ConfigFile = Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")]
DataDir = Annotated[Path | None, typer.Option(help="Where the database and the keys are.")]
Database = Annotated[str | None, typer.Option(help="SQLAlchemy URL; SQLite in the data directory when absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AccountOption = Annotated[
    str | None, typer.Option("--account", help="The account, by id or name; needed where there are several.")
]


def opened(config: Path | None, data_dir: Path | None, database: str | None) -> AbstractContextManager[Services]:
    """Open the services of a deployment that was started before."""
    from ostiary.server import services_of  # noqa: PLC0415 - commands that do not need them start faster

    settings: Settings = load_settings({"data_dir": data_dir, "database": database}, config)
    return services_of(settings)


def say(found: Any, *lines: str, as_json: bool) -> None:
    """Print what a command found or did: to programs as one line of JSON, to people as lines that nothing cuts."""
    sys.stdout.write(json.dumps(found) + "\n" if as_json else "".join(f"{line}\n" for line in lines))


def columns(*rows: Sequence[str]) -> list[str]:
    """Return rows as lines with a column under the other: as wide as need be, so that an id can be copied whole."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def chosen_account(services: Services, wanted: str | None) -> str:
    """Return the id of the account that is wanted by id or name: without a wish the only one, else who types is asked.

    Ends the command when there is none, or nobody to ask.
    """
    from ostiary.iam.accounts import list_accounts  # noqa: PLC0415

    known = {account.account_id: account.name for account in list_accounts(services)}
    if not known:
        refuse("There is no account yet. Start the server once, or type: ostiary account create NAME", 2)
    if wanted is None and len(known) > 1:
        choices = ", ".join(f"{account_id} ({name})" for account_id, name in known.items())
        if not (sys.stdin.isatty() and console.is_terminal):
            refuse(f"There are several accounts. Say which with --account: {choices}", 2)
        wanted = typer.prompt(f"Which account: {choices}?", err=True)
    found = [account_id for account_id, name in known.items() if wanted in {None, account_id, name}]
    if len(found) != 1:
        which = "is the name of several accounts; give the id" if found else "is no account's id or name"
        refuse(f"{wanted} {which}; see: ostiary account list", 2)
    return found[0]


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; give what tells it how many are done, of how many."""
    shown = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=max(done, total))


def refuse(text: str, code: int) -> NoReturn:
    """End the command with one line and an exit code."""
    if text:  # a command without its arguments has shown its help instead
        sys.stderr.write(f"ostiary: {text}\n")
    raise SystemExit(code)
