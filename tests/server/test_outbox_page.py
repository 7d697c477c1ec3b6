"""The development outbox, as a person opens it in a browser and as a program reads it."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ostiary.delivery import outbox
from ostiary.delivery.outbox import Message
from tests.fixtures.browser import Browser, browsing, chromium
from tests.fixtures.server import Server
from tests.fixtures.waiting import until

PAGE = "/_ostiary/outbox"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MAIL = (
    '<div style="background:#eef"><h1>Welcome</h1><script>top.document.title = "owned"</script>'
    "<p>Your code is 123456.</p><img src=x onerror=\"top.document.title = 'owned'\">"
    '<a href="{url}/nothing/here" style="position:fixed;top:0;left:0;width:99px;height:50px">Confirm</a></div>'
)


@pytest.fixture
def engine_name() -> str:
    """The page is the same on every engine."""
    return "sqlite"


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """A development server."""
    return start_server(dev=True)


@pytest.fixture
def send(server: Server) -> Callable[..., None]:
    """Put a message into the outbox."""

    def put(recipient: str, body: str, **more: Any) -> None:
        common: dict[str, Any] = {"medium": "EMAIL", "subject": "Welcome", "code": "", "expires_at": 9_999_999_999}
        named = {"pool_id": "us-east-1_abc", "trigger_source": "", "username": recipient}
        message = Message(**{**common, **named, "recipient": recipient, "body": body, **more})
        with server.services.store.write() as tx:
            outbox.enqueue(tx, server.services.anonymous(), message)

    return put


def articles(browser: Browser) -> list[str]:
    """Return the recipients that the page shows, from the top."""
    return list(browser.run("[...document.querySelectorAll('article strong')].map(each => each.textContent)"))


def test_new_messages_appear_by_themselves_and_old_ones_stay(
    server: Server, send: Callable[..., None], tmp_path: Path
) -> None:
    with browsing(chromium(), tmp_path) as browser:
        browser.visit(f"{server.url}{PAGE}")
        assert "Nothing yet." in browser.run("document.body.innerText")
        send("ada@example.com", "Your code is 123456.", code="123456")
        until(lambda: articles(browser) == ["ada@example.com"], "the first message")
        assert "Nothing yet." not in browser.run("document.body.innerText")
        browser.run("document.querySelector('article').dataset.touched = 'yes'")
        send("+15550003333", "See https://example.com/?a=1&b=2 soon.", medium="SMS", subject="")
        until(lambda: articles(browser) == ["+15550003333", "ada@example.com"], "the second message")
        assert browser.run("document.querySelectorAll('article')[1].dataset.touched") == "yes"
        httpx.post(f"{server.url}/_ostiary/reset").raise_for_status()
        until(lambda: articles(browser) == [], "the end of both")
        until(lambda: "Nothing yet." in browser.run("document.body.innerText"), "the words that say so")


def test_a_mail_is_shown_as_people_get_it_and_runs_nothing(
    server: Server, send: Callable[..., None], tmp_path: Path
) -> None:
    send("ada@example.com", MAIL.format(url=server.url), code="123456")
    with browsing(chromium(), tmp_path) as browser:
        browser.visit(f"{server.url}{PAGE}")
        frame = browser.run(
            "(frame => ({sandbox: frame.sandbox.value, inside: frame.contentDocument, text: frame.srcdoc}))"
            "(document.querySelector('iframe'))"
        )
        assert set(frame["sandbox"].split()) == {"allow-popups", "allow-popups-to-escape-sandbox"}
        assert frame["inside"] is None, "it is of another origin than the page"
        assert '<base target="_blank">' in frame["text"]
        assert browser.run("document.title") == "Outbox · Ostiary"
        assert browser.run("document.querySelector('.secret').innerText") == "123456"
        place = browser.run("(({x, y}) => ({x, y}))(document.querySelector('iframe').getBoundingClientRect())")
        wanted = f"{server.url}/nothing/here"

        def leads_there() -> bool:
            browser.click(place["x"] + 20, place["y"] + 20)  # again and again: the frame may not be there yet
            return wanted in browser.addresses()

        until(leads_there, wanted)


def test_a_message_without_a_code_has_no_bar_and_links_are_foreign_to_the_server(
    server: Server, send: Callable[..., None]
) -> None:
    send("ada@example.com", "It was you &amp; nobody else.")
    send("bob@example.com", "Open https://example.com/?a=1&amp;b=2 &lt;b&gt;now&lt;/b&gt;")
    page = httpx.get(f"{server.url}{PAGE}", headers=BROWSER).text
    assert 'class="secret"' not in page
    assert '<p class="text">It was you &amp; nobody else.</p>' in page
    (document,) = re.findall(r'srcdoc="([^"]*)"', page)
    shown = html.unescape(document)
    assert '<a href="https://example.com/?a=1&amp;b=2"' in shown
    assert "&lt;b&gt;now&lt;/b&gt;" in shown
    assert re.search(r'<a href="http', page) is None, "no link of a message is the page's own"


def test_a_program_reads_messages_as_before(server: Server, send: Callable[..., None]) -> None:
    send("ada@example.com", "Your code is &lt;1&gt;.", code="<1>")
    (message,) = httpx.get(f"{server.url}{PAGE}?to=ada@example.com").json()["messages"]
    assert (message["to"], message["body"], message["code"]) == ("ada@example.com", "Your code is <1>.", "<1>")
    assert "format" not in message


def test_a_page_that_is_known_is_not_sent_again(server: Server, send: Callable[..., None]) -> None:
    send("ada@example.com", "Hello")
    first = httpx.get(f"{server.url}{PAGE}", headers=BROWSER)
    known = {**BROWSER, "if-none-match": first.headers["etag"]}
    assert httpx.get(f"{server.url}{PAGE}", headers=known).status_code == 304
    send("bob@example.com", "Hello")
    assert "bob@example.com" in httpx.get(f"{server.url}{PAGE}", headers=known).text
