"""What code, tests and documents cite is there, and what is there is tested."""

from pathlib import Path

import pytest

from tests.fixtures.required import CHECKOUT
from tools.citations import complaints

ID, OTHER = (f"ABC-{number:02}" for number in (1, 2))
WIRE, LINE = (f"behaviour/{name}.md" for name in ("wire", "line"))
GOOD = {
    "docs/requirements.md": f"| id | must |\n| --- | --- |\n| {ID} | x |\n",
    "docs/behaviour/wire.md": "# The wire\n\n## 1 Errors\n\n### 1.2 Texts\n\n## 2 Pages\n\n## 3 Dates\n",
    "docs/divergences.md": "# All\n\n- One. `tests/test_a.py::test_it`\n- Two. `tests/test_a.py::A::test_b`\n",
    "src/a.py": f'"""As {WIRE} 1.2, 2 to 3 says ({ID}); UTF-16."""\n',
    "tests/test_a.py": f'def test_it():\n    """{ID}"""\n\nclass A:\n    def test_b(self):\n        pass\n',
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_everything_that_is_cited_here_is_there() -> None:
    assert list(complaints(CHECKOUT)) == []


def test_a_checkout_where_all_is_well_has_no_complaints(checkout: Path) -> None:
    assert list(complaints(checkout)) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("src/a.py", ID, OTHER, f"src/a.py: {OTHER} is not in docs/requirements.md"),
        ("docs/requirements.md", "x |\n", f"x |\n| {OTHER} | y |\n", f"docs/requirements.md: no test names {OTHER}"),
        ("docs/requirements.md", "x |\n", f"x |\n| {ID} | y |\n", f"docs/requirements.md: {ID} is there twice"),
        ("src/a.py", "2 to 3", "2 to 4", f"src/a.py: {WIRE} has no section 4"),
        ("src/a.py", "wire.md 1.2", "line.md 1.2", f"src/a.py: {LINE} has no section 1.2"),
        ("src/a.py", ", 2 to 3", ", 2", f"docs/{WIRE}: nothing cites 3"),
        ("docs/divergences.md", " `tests/test_a.py::test_it`", "", "docs/divergences.md:3: names no test"),
        ("docs/divergences.md", "::test_it", "::test_no", "docs/divergences.md:3: tests/test_a.py has no test_no"),
        ("docs/divergences.md", "A::test_b", "A::test_c", "docs/divergences.md:4: tests/test_a.py has no A::test_c"),
        ("docs/divergences.md", "test_a.py::test_it", "b.py", "docs/divergences.md:3: tests/b.py does not exist"),
    ],
)
def test_what_is_missing_is_told(checkout: Path, name: str, before: str, after: str, complaint: str) -> None:
    text = (checkout / name).read_text()
    assert before in text
    (checkout / name).write_text(text.replace(before, after, 1))
    assert complaint in list(complaints(checkout))
