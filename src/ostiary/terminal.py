"""What commands share: the options that every one of them has, and how one ends."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ostiary.config import Settings, load_settings
from ostiary.context import Services

console = Console(highlight=False)

ConfigFile = Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")]
DataDir = Annotated[Path | None, typer.Option(help="Where the database and the keys are.")]
Database = Annotated[str | None, typer.Option(help="SQLAlchemy URL; SQLite in the data directory when absent.")]


def opened(config: Path | None, data_dir: Path | None, database: str | None) -> AbstractContextManager[Services]:
    """Open the services of a deployment that was started before."""
    from ostiary.server import services_of  # noqa: PLC0415 - commands that do not need them start faster

    settings: Settings = load_settings({"data_dir": data_dir, "database": database}, config)
    return services_of(settings)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; give what tells it how many are done, of how many."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=max(done, total))


def refuse(text: str, code: int) -> NoReturn:
    """End the command with one line and an exit code."""
    if text:  # a command without its arguments has shown its help instead
        sys.stderr.write(f"ostiary: {text}\n")
    raise SystemExit(code)
