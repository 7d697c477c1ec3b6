"""What people see in a browser: every page on a phone and on a desk, light and dark; errors as pages."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fixtures.browser import browsing, chromium
from tests.fixtures.server import Server

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
UNKNOWN = {
    "/nothing/here": (400, 404),
    "/_ostiary/nothing": (400, 404),
    "/favicon.ico": (400, 404),
    "/us-east-1_nobody/.well-known/jwks.json": (404, 404),
    "/identitypools": (403, 403),
    "/SimpleNotificationService-none.pem": (404, 404),
}
"""Addresses, and the statuses that programs and people get."""
PAGES = ("/", "/_ostiary/outbox", "/nothing/here", "/confirmUser", "/us-east-1_none/email-revert")
NARROW, WIDE = 390, 1280
SMALLEST_CONTRAST = 4.5
"""Of text and what is behind it (WCAG 2.2, 1.4.3)."""
CONTRAST = """
(() => {
  const rgb = text => text.match(/[0-9.]+/g).map(Number);
  const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const found = rgb(getComputedStyle(node).backgroundColor);
      if (found[3] !== 0) return found;
    }
    return [255, 255, 255];
  };
  const hasText = node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  const texts = [...document.body.querySelectorAll("*")].filter(hasText);
  return Math.min(...texts.map(node => {
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
})()
"""


@pytest.fixture
def engine_name() -> str:
    """Pages are the same on every engine."""
    return "sqlite"


@pytest.fixture
def place(start_server: Callable[..., Server]) -> Server:
    """A development server."""
    return start_server(dev=True)


@pytest.mark.parametrize("address", UNKNOWN)
def test_a_person_gets_a_page_where_there_is_nothing_and_a_program_what_it_reads(place: Server, address: str) -> None:
    for_programs, for_people = UNKNOWN[address]
    page = httpx.get(f"{place.url}{address}", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (for_people, "text/html; charset=utf-8")
    assert page.headers["x-amzn-requestid"] in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    head = httpx.head(f"{place.url}{address}", headers=BROWSER)
    assert (head.is_client_error, head.content) == (True, b"")
    for accept in ("*/*", "application/json"):
        answer = httpx.get(f"{place.url}{address}", headers={"accept": accept})
        assert (answer.status_code, "html" in answer.headers["content-type"]) == (for_programs, False)


def test_a_page_repeats_nothing_that_could_run(place: Server) -> None:
    address = f"{place.url}/<script>alert(1)</script>/.well-known/jwks.json"
    page = httpx.get(address, headers=BROWSER)
    assert page.status_code == 404
    assert "<script>" not in page.text


def test_a_name_that_is_not_this_machines_is_refused_with_a_page(place: Server) -> None:
    page = httpx.get(place.url, headers={**BROWSER, "host": "rebound.example"})
    assert (page.status_code, "You may not see this" in page.text) == (403, True)
    assert httpx.get(place.url, headers={"host": "rebound.example"}).json()["__type"] == "AccessDeniedException"


def test_every_page_is_readable_on_a_phone_and_on_a_desk_light_and_dark(place: Server, tmp_path: Path) -> None:
    with browsing(chromium(), tmp_path) as browser:
        for width in (NARROW, WIDE):
            for scheme in ("light", "dark"):
                browser.look(width=width, scheme=scheme)
                for page in PAGES:
                    browser.visit(f"{place.url}{page}")
                    seen = (page, width, scheme)
                    assert browser.run("document.documentElement.scrollWidth") <= width, seen
                    assert browser.run("document.querySelectorAll('h1').length") == 1, seen
                    assert browser.run(CONTRAST) >= SMALLEST_CONTRAST, seen
