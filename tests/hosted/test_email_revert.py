"""The page that takes a change of an address back."""

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fixtures.server import Mailbox, Server, make_live_pool


@pytest.fixture
def engine_name() -> str:
    """`tests/idp/account/test_email_reverts.py` runs on both."""
    return "sqlite"


def test_the_mails_link_asks_first_and_the_button_takes_the_address_back(
    client: Callable[..., Any], anybody: Callable[..., Any], server: Server, mailbox: Mailbox
) -> None:
    pool = make_live_pool(client, anybody, {"UserPoolTags": {"ostiary:email-revert-days": "3"}}, {})
    old, new = f"ada@{pool.client_id}.example.com", f"new@{pool.client_id}.example.com"
    pool.user("ada", email=old, email_verified="true")
    token = pool.sign_in("ada")["AccessToken"]
    pool.app.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}])
    pool.app.verify_user_attribute(AccessToken=token, AttributeName="email", Code=mailbox.code(new))
    found = re.search(r'<a href="([^"]+)">', mailbox.newest(old).body)
    assert found
    link = html.unescape(found[1])

    def email() -> str:
        shown = pool.admin.admin_get_user(UserPoolId=pool.id, Username="ada")["UserAttributes"]
        return str(next(each["Value"] for each in shown if each["Name"] == "email"))

    asked = httpx.get(link)
    assert (asked.status_code, email()) == (200, new)
    assert "Take your e-mail address back?" in asked.text
    assert httpx.post(link.partition("&token")[0]).status_code == 400
    assert httpx.post(link + "x").status_code == 400
    assert httpx.post(link.replace(pool.id, "us-east-1_nobody")).status_code == 400
    done = httpx.post(link)
    assert (done.status_code, email()) == (200, old)
    assert "Your e-mail address is back" in done.text
    assert httpx.post(link).status_code == 400
    assert link.rpartition("=")[2] not in server.log()
