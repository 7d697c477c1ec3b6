"""What the documentation points to is there."""

import re
from itertools import chain
from pathlib import Path

import pytest

from tests.fixtures.required import CHECKOUT

PAGES = sorted(chain(CHECKOUT.glob("*.md"), CHECKOUT.glob("docs/**/*.md"), CHECKOUT.glob("clients/js/*.md")))
OF_TODAY = [page for page in PAGES if page.parent.name != "decisions"]
"""The pages that tell how it is, not how it was when something was decided."""
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FILE = re.compile(r"`((?:src|tests|tools|bench|docs|clients|constraints)/[\w./-]+\.\w+)(?:::([\w:]+))?`")


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(CHECKOUT)) for page in pages]


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as links write them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_links_lead_to_pages_and_headings_that_there_are(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", OF_TODAY, ids=names(OF_TODAY))
def test_files_and_tests_that_are_named_are_there(page: Path) -> None:
    for path, test in _FILE.findall(page.read_text()):
        assert (CHECKOUT / path).exists(), path
        for name in filter(None, test.split("::")):
            assert re.search(rf"^ *(?:def|class) {name}\b", (CHECKOUT / path).read_text(), re.MULTILINE), name
