"""Prints the walk-through: what is asked, what comes back, and whether that is what should happen."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule

SHOWN = 12
"""How many characters of a credential are printed."""


class Narrator:
    """Tells the story of one run and keeps its score."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self._steps = 0
        self._checks = 0
        self._failures: list[str] = []

    def note(self, text: str) -> None:
        """Print a line of background."""
        self.console.print(f"[dim]{escape(text)}[/dim]")

    def step(self, title: str) -> None:
        """Begin a numbered step."""
        self._steps += 1
        self.console.print()
        self.console.print(Rule(f"[bold]{self._steps}. {escape(title.strip().rstrip('.'))}[/bold]", align="left"))

    def ask(self, who: str, what: str, call: Callable[[], Any], show: Callable[[Any], str]) -> Any:
        """Print a call and its answer, and return the answer; an error counts against the run and is raised."""
        self._question(who, what)
        try:
            answer = call()
        except Exception as error:
            self._verdict(good=False, text=f"{type(error).__name__}: {error}", what=what)
            raise
        self._verdict(good=True, text=show(answer), what=what)
        return answer

    def refused(self, who: str, what: str, call: Callable[[], Any], *codes: str) -> None:
        """Print a call that must be refused with one of the error codes."""
        self._question(who, what)
        try:
            call()
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            self._verdict(good=code in codes, text=f"refused: {code}: {message}", what=what)
        else:
            self._verdict(good=False, text="was allowed, but should have been refused", what=what)

    def check(self, claim: str, *, holds: bool) -> None:
        """Print a claim about the answers so far, and whether it holds."""
        self._verdict(good=holds, text=claim, what=claim)

    def summary(self) -> int:
        """Print how the run went; return 0 when every check passed, else 1."""
        self.console.print()
        if self._failures:
            body = "\n".join(f"✗ {escape(failure)}" for failure in self._failures)
            self.console.print(Panel(body, title=f"{len(self._failures)} of {self._checks} checks failed", style="red"))
            return 1
        text = f"{self._steps} steps, {self._checks} checks, all as they should be."
        text += "\n\nNext: [bold]make serve[/bold], and README.md."
        self.console.print(Panel(text, title="Done", style="green"))
        return 0

    def _question(self, who: str, what: str) -> None:
        self.console.print(f"  [cyan]{escape(who):<9}[/cyan] → {escape(what)}")

    def _verdict(self, *, good: bool, text: str, what: str) -> None:
        self._checks += 1
        mark = "[green]✓[/green]" if good else "[red]✗[/red]"
        self.console.print(f"  {'':<9} {mark} {escape(text)}")
        if not good:
            self._failures.append(f"{what}: {text}")


def credentials_in_brief(answer: Mapping[str, Any]) -> str:
    """Return temporary credentials as one line, shortened so that a log of the demo opens nothing."""
    credentials = answer["Credentials"]
    secret = credentials.get("SecretKey") or credentials["SecretAccessKey"]
    return (
        f"{credentials['AccessKeyId']}, secret {secret[:4]}…, token {credentials['SessionToken'][:SHOWN]}…, "
        f"until {credentials['Expiration']:%H:%M:%S}"
    )
