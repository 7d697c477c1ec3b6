"""Confirmation by link: the mail, the page, and what is tried with links that are not good."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.fixtures.browser import browsing, chromium
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, Mailbox, MovingClock, Server, make_live_pool

DAY = 86400
BY_LINK = {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}}


@pytest.fixture
def engine_name() -> str:
    """Codes are tried on both engines in `tests/idp/account/test_signup.py`; the page is the same on each."""
    return "sqlite"


@pytest.fixture
def pool(client: Callable[..., Any], anybody: Callable[..., Any]) -> LivePool:
    return pool_by_link(client, anybody)


def pool_by_link(client: Callable[..., Any], anybody: Callable[..., Any], **settings: Any) -> LivePool:
    made = make_live_pool(client, anybody, {**BY_LINK, **settings}, {})
    prefix = made.id.replace("_", "-").lower()
    made.admin.create_user_pool_domain(UserPoolId=made.id, Domain=prefix)
    return made


def sign_up(pool: LivePool, name: str = "ada") -> str:
    address = f"{name}@{pool.client_id}.example.com"
    attributes = [{"Name": "email", "Value": address}]
    pool.app.sign_up(ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=attributes)
    return address


def link_in(body: str) -> str:
    found = re.search(r'<a href="([^"]+)">', body)
    assert found, body
    return html.unescape(found[1])


def status_of(pool: LivePool, name: str = "ada") -> str:
    return str(pool.admin.admin_get_user(UserPoolId=pool.id, Username=name)["UserStatus"])


def test_the_link_of_the_mail_confirms_the_user_once(pool: LivePool, mailbox: Mailbox, server: Server) -> None:
    mail = mailbox.newest(sign_up(pool))
    assert mail.subject == "Your verification link"
    assert mail.body.startswith("Please click the link below to verify your email address. <a href=")
    link = link_in(mail.body)
    assert link.startswith(f"{server.url}/confirmUser?")
    assert parse_qs(urlsplit(link).query) == {
        "client_id": [pool.client_id],
        "user_name": ["ada"],
        "confirmation_code": [mail.code],
    }
    assert httpx.head(link).status_code == 200
    assert status_of(pool) == "UNCONFIRMED"
    first, second = httpx.get(link), httpx.get(link)
    assert first.status_code == 200
    assert "Your registration has been confirmed!" in first.text
    assert first.headers["cache-control"] == "no-store"
    assert second.status_code == 400
    assert "User cannot be confirmed. Current status is CONFIRMED" in second.text
    shown = pool.admin.admin_get_user(UserPoolId=pool.id, Username="ada")
    assert {"Name": "email_verified", "Value": "true"} in shown["UserAttributes"]
    assert pool.sign_in("ada")["AccessToken"]


def test_a_link_that_is_not_good_says_so_and_confirms_nobody(
    pool: LivePool, mailbox: Mailbox, server: Server, clock: MovingClock
) -> None:
    """PWD-07: the fifth wrong try kills the link; it lives a day."""
    link = link_in(mailbox.newest(sign_up(pool)).body)
    code = parse_qs(urlsplit(link).query)["confirmation_code"][0]
    page = f"{server.url}/confirmUser"
    for broken in (page, f"{page}?client_id={pool.client_id}", link.replace("ada", "%00"), f"{page}?user_name=ada"):
        assert "The link is not whole." in httpx.get(broken).text
    assert "does not exist" in httpx.get(link.replace(pool.client_id, "nobody")).text
    assert "Username/client id combination not found." in httpx.get(link.replace("user_name=ada", "user_name=bob")).text
    assert "<script>" not in httpx.get(link.replace(pool.client_id, "<script>")).text
    clock.advance(DAY)
    assert "please request a code again" in httpx.get(link).text
    pool.app.resend_confirmation_code(ClientId=pool.client_id, Username="ada")
    for _ in range(5):
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert httpx.get(link.replace(code, wrong)).status_code == 400
    newest = link_in(mailbox.newest(f"ada@{pool.client_id}.example.com").body)
    assert "Attempt limit exceeded" in httpx.get(newest).text
    assert status_of(pool) == "UNCONFIRMED"


def test_of_fifty_uses_of_one_link_one_confirms(pool: LivePool, mailbox: Mailbox) -> None:
    link = link_in(mailbox.newest(sign_up(pool)).body)
    with ThreadPoolExecutor(50) as threads, httpx.Client() as http:
        answers = list(threads.map(lambda _: http.get(link).status_code, range(50)))
    assert sorted(answers) == [200] + [400] * 49


def test_templates_and_functions_write_their_own_links(
    client: Callable[..., Any], anybody: Callable[..., Any], mailbox: Mailbox
) -> None:
    template = {
        "DefaultEmailOption": "CONFIRM_WITH_LINK",
        "EmailMessageByLink": "Welcome, {##Press Here##}!",
        "EmailSubjectByLink": "Nearly there",
    }
    pool = pool_by_link(client, anybody, VerificationMessageTemplate=template)
    mail = mailbox.newest(sign_up(pool))
    assert mail.subject == "Nearly there"
    assert re.fullmatch(r'Welcome, <a href="[^"]+">Press Here</a>!', mail.body)
    with refused("InvalidParameterException"):
        pool.admin.update_user_pool(
            UserPoolId=pool.id, VerificationMessageTemplate={**template, "EmailMessageByLink": "no link at all"}
        )


def test_the_code_of_a_link_confirms_too_and_changed_addresses_get_codes(pool: LivePool, mailbox: Mailbox) -> None:
    code = mailbox.code(sign_up(pool))
    pool.app.confirm_sign_up(ClientId=pool.client_id, Username="ada", ConfirmationCode=code)
    token = pool.sign_in("ada")["AccessToken"]
    new = {"Name": "email", "Value": f"new@{pool.client_id}.example.com"}
    pool.app.update_user_attributes(AccessToken=token, UserAttributes=[new])
    mail = mailbox.newest(new["Value"])
    assert mail.body == f"Your verification code is {mail.code}."


def test_a_link_leads_to_the_domain_of_ones_own(pool: LivePool, mailbox: Mailbox, server: Server) -> None:
    own = f"auth.{pool.client_id}.example.com"
    certificate = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/any"}
    pool.admin.create_user_pool_domain(UserPoolId=pool.id, Domain=own, CustomDomainConfig=certificate)
    link = link_in(mailbox.newest(sign_up(pool)).body)
    assert link.startswith(f"https://{own}/confirmUser?")
    assert httpx.get(link.replace(f"https://{own}", server.url), headers={"host": own}).status_code == 200


@pytest.mark.xdist_group("clients")
def test_a_person_opens_the_link_in_a_browser(pool: LivePool, mailbox: Mailbox, tmp_path: Path) -> None:
    link = link_in(mailbox.newest(sign_up(pool)).body)
    with browsing(chromium(), tmp_path) as browser:
        browser.visit(link)
        heading = "document.querySelector('h1').innerText"
        assert browser.run(heading) == "Your registration has been confirmed!"
        assert browser.run("getComputedStyle(document.querySelector('.card')).borderTopColor") == "rgb(26, 127, 75)"
        assert status_of(pool) == "CONFIRMED"
        browser.visit(link.replace("ada", "%3Cb%3Ebob"))
        assert browser.run(heading) == "Your registration could not be confirmed"
