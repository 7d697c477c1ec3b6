"""Check what is cited: requirements, sections on how AWS behaves, and the tests of divergences.

`python tools/citations.py` prints what does not hold, and exits with 1 when there is something:

- a requirement that is cited is in docs/requirements.md, and what is there is named by a test;
- a section of docs/behaviour/ that is cited exists, and what is there is cited;
- each divergence names a test, and the tests that are named exist.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
CITING = ("src", "tests", "tools", "bench", "docs")
"""Where citations are looked for, in these kinds of files."""
SUFFIXES = frozenset({".py", ".md", ".mjs", ".js", ".ts", ".tf"})
NO_IDS = frozenset({"CRC", "UTF"})
"""What looks like the letters of an id, and begins the name of something else."""
_ID = re.compile(r"\b([A-Z]{3})-\d{2}\b")
_ROW = re.compile(r"^\| ([A-Z]{3}-\d{2}) \|", re.MULTILINE)
_NUMBER = r"\d+(?:\.\d+)*"
_CITED = re.compile(rf"behaviour/([a-z0-9-]+)\.md ({_NUMBER}(?:(?:, | to |-){_NUMBER})*)")
_RANGE = re.compile(r"(\d+)(?: to |-)(\d+)")
_HEADING = re.compile(rf"^#+ ({_NUMBER}) ", re.MULTILINE)
_TEST = re.compile(r"`(tests/[^`:]+)(?:::([^`]+))?`")


def complaints(root: Path) -> Iterator[str]:
    """Yield what does not hold in a checkout."""
    texts = dict(_texts(root))
    yield from _of_requirements(root, texts)
    yield from _of_behaviour(root, texts)
    yield from _of_divergences(root)


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file that may cite something."""
    for folder in CITING:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and "node_modules" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def _of_requirements(root: Path, texts: dict[str, str]) -> Iterator[str]:
    page = "docs/requirements.md"
    listed = _ROW.findall((root / page).read_text(encoding="utf-8"))
    yield from (
        f"{page}: {each} is there twice" for each in sorted({each for each in listed if listed.count(each) > 1})
    )
    tested: set[str] = set()
    for path, text in texts.items():
        cited = {match[0] for match in _ID.finditer(text) if match[1] not in NO_IDS}
        yield from (f"{path}: {each} is not in {page}" for each in sorted(cited - set(listed)))
        if path.startswith("tests/"):
            tested |= cited
    yield from (f"{page}: no test names {each}" for each in sorted(set(listed) - tested))


def _of_behaviour(root: Path, texts: dict[str, str]) -> Iterator[str]:
    folder = root / "docs" / "behaviour"
    known = {page.stem: set(_HEADING.findall(page.read_text(encoding="utf-8"))) for page in folder.glob("*.md")}
    cited: set[tuple[str, str]] = set()
    for path, text in texts.items():
        for page, sections in _CITED.findall(text):
            for section in _sections(sections):
                cited.add((page, section))
                if section not in known.get(page, ()):
                    yield f"{path}: behaviour/{page}.md has no section {section}"
    for page, sections in sorted(known.items()):
        for section in sorted(sections):
            if not any(of == page and f"{each}.".startswith(f"{section}.") for of, each in cited):
                yield f"docs/behaviour/{page}.md: nothing cites {section}"


def _sections(text: str) -> list[str]:
    """Return the sections that a citation names, those within a range too."""
    whole = _RANGE.sub(lambda match: ", ".join(map(str, range(int(match[1]), int(match[2]) + 1))), text)
    return whole.split(", ")


def _of_divergences(root: Path) -> Iterator[str]:
    page = "docs/divergences.md"
    for number, line in enumerate((root / page).read_text(encoding="utf-8").splitlines(), 1):
        named = _TEST.findall(line)
        if line.startswith("- ") and not named:
            yield f"{page}:{number}: names no test"
        for path, test in named:
            if not (root / path).is_file():
                yield f"{page}:{number}: {path} does not exist"
            elif test and test not in _tests(root / path):
                yield f"{page}:{number}: {path} has no {test}"


@cache
def _tests(path: Path) -> frozenset[str]:
    """Return the classes and functions of a file as pytest names them."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {
                node.name,
                *(f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)),
            }
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return frozenset(found)


def main() -> int:
    """Print what does not hold; return the exit code."""
    found = list(complaints(ROOT))
    print("\n".join(found) or "Everything that is cited is there.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
