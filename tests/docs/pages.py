"""The documentation as a reader follows it: the snippets of a page, run from top to bottom."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

from tests.fixtures.command_line import aws_environment
from tests.fixtures.required import CHECKOUT, not_run

PAGES = sorted(CHECKOUT.glob("docs/guide/*.md")) + [CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md")]
RUN = {"console", "python"}
"""The languages whose every snippet is run."""
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PRELUDE = """
set -euo pipefail
make() { command make --dry-run --directory "$CHECKOUT" "$@" >/dev/null; }
pip() { command pip "$@" --no-index --no-deps --dry-run --quiet; }
ostiary() {
    if [ "$1" != serve ]; then command ostiary "$@"; return; fi
    command ostiary "$@" >server.log 2>&1 &
    curl -s --fail --retry 60 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$OSTIARY_PORT/readyz" >/dev/null
    kill %% && wait %%
}
"""
"""For what would do more than a test may: `make` and `pip` say what they would do, a server ends once it is ready."""


@dataclass(frozen=True)
class Snippet:
    """A fenced block: where it begins, its language, its text."""

    place: str
    language: str
    text: str


def snippets(page: Path) -> list[Snippet]:
    """Return the snippets of a page that name a language, in order."""
    text = page.read_text()
    return [
        Snippet(f"{page.relative_to(CHECKOUT)}:{text[: found.start()].count(chr(10)) + 1}", found[1], found[2])
        for found in _FENCED.finditer(text)
    ]


def pages_with(*languages: str) -> list[str]:
    """Return the names of the pages that have a snippet in one of these languages."""
    return [page.stem for page in PAGES if any(snippet.language in languages for snippet in snippets(page))]


@dataclass
class Reader:
    """Somebody who follows a page, in a folder of their own.

    `places` says what the examples in its text are here, `names` what its Python may use; `environment` is for its
    commands.
    """

    page: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    left: list[Snippet] = field(init=False)

    def __post_init__(self) -> None:
        [page] = [page for page in PAGES if page.stem == self.page]
        self.left = [snippet for snippet in snippets(page) if snippet.language in RUN]

    def run(self) -> Any:
        """Run the next snippet: return what its commands print, or the value of its last line of Python."""
        snippet = self.left.pop(0)
        return self._commands(snippet) if snippet.language == "console" else self._python(snippet)

    def here(self, text: str) -> str:
        """Return a text with what its examples are here."""
        for example, real in self.places.items():
            text = text.replace(example, real)
        return text

    def _python(self, snippet: Snippet) -> Any:
        tree = ast.parse(self.here(snippet.text), snippet.place)
        value = None
        if isinstance(tree.body[-1], ast.Expr):
            value = ast.Expression(tree.body[-1].value)
            tree.body.pop()
        exec(compile(tree, snippet.place, "exec"), self.names)  # noqa: S102 - the snippet is ours
        return eval(compile(value, snippet.place, "eval"), self.names) if value else None  # noqa: S307 - the same

    def _commands(self, snippet: Snippet) -> str:
        """Run the commands: those behind `$ ` when there are such, and then what stands between is what they print."""
        text, shown = self.here(snippet.text), ""
        if re.search(r"^\$ ", text, re.MULTILINE):
            commands = re.findall(r"^\$ ((?:.*\\\n)*.*)", text, re.MULTILINE)
            shown = re.sub(r"^\$ (?:.*\\\n)*.*\n", "", text, flags=re.MULTILINE)
            text = "\n".join(commands)
        ended = self._bash(text)
        printed = ended.stdout + ended.stderr
        if shown:
            assert_shown(shown, printed)
        else:
            assert (ended.returncode, ended.stderr) == (0, ""), f"{snippet.place}\n{printed}"
        return printed

    def _bash(self, commands: str) -> subprocess.CompletedProcess[str]:
        for program in ("bash", "curl"):
            if not which(program):
                not_run(f"{program} is not installed, which the guide's commands need")
        found = aws_environment()
        path = f"{Path(sys.executable).parent}:{found['PATH']}:{os.environ['PATH']}"
        environment = {**found, "CHECKOUT": str(CHECKOUT), "COLUMNS": "200", **self.environment, "PATH": path}
        return subprocess.run(
            ["bash", "-c", _PRELUDE + commands],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def assert_shown(shown: str, printed: str) -> None:
    """Fail unless what a page shows is what was printed: JSON by its members, other text by its letters."""
    try:
        wanted = json.loads(shown)
    except json.JSONDecodeError:
        assert printed.strip() == shown.strip()
    else:
        assert_members(wanted, json.loads(printed))


def assert_members(shown: Any, real: Any) -> None:
    """Fail unless two JSON documents have the same members, of the same types, all the way down."""
    assert type(shown) is type(real), f"{shown!r}, not {real!r}"
    if isinstance(shown, dict):
        assert shown.keys() == real.keys(), f"{shown.keys() ^ real.keys()}"
        for name, value in shown.items():
            assert_members(value, real[name])
    elif isinstance(shown, list):
        for each in real:
            assert_members(shown[0], each)
