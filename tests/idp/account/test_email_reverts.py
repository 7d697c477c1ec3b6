"""An e-mail change that cannot lock its owner out."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    InvalidParameterException,
    NotAuthorizedException,
    PasswordResetRequiredException,
)
from ostiary.context import Context, Services
from ostiary.idp.access import pool_of
from ostiary.idp.account import email_reverts
from tests.idp.conftest import PASSWORD
from tests.idp.providers.test_email_links import sign_in

OLD, NEW = "ada@example.com", "thief@example.com"
FLOWS = {
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
}
Make = Callable[..., Any]
DAY = 86400


@pytest.fixture
def careful(make_pool: Make) -> Any:
    """A pool that signs in by e-mail, with ada in it."""
    pool = make_pool(UsernameAttributes=["email"], UserPoolTags={"ostiary:email-revert-days": "14"}, client=FLOWS)
    pool.confirmed(OLD, email=OLD)
    return pool


@pytest.fixture
def revert(careful: Any, context: Callable[..., Context]) -> Callable[[str], None]:
    """Do what the page does whose link is in a mail's body."""

    def run(link: str) -> None:
        ctx = context(account="")
        query = dict(parse_qsl(urlsplit(link).query))
        email_reverts.revert(ctx, pool_of(ctx, careful.id), query["user"], query["change"], query["token"])

    return run


def change(pool: Any, token: str, address: str) -> None:
    """Change the address of whose token it is, and prove the new one."""
    written = [{"Name": "email", "Value": address}]
    pool.unsigned("UpdateUserAttributes", AccessToken=token, UserAttributes=written)
    code = next(message.code for message in reversed(pool.sent()) if message.recipient == address)
    pool.unsigned("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=code)


def link_to(pool: Any, recipient: str) -> str:
    """Return the link of the last notice to somebody."""
    told = [m for m in pool.sent() if m.recipient == recipient and m.subject == "Your e-mail address was changed"]
    found = re.search(r'<a href="([^"]+)">', told[-1].body)
    assert found
    return html.unescape(found[1])


def test_the_old_address_signs_in_until_the_new_one_is_proven_and_is_told_then(careful: Any) -> None:
    token = sign_in(careful, OLD)["AccessToken"]
    written = [{"Name": "email", "Value": NEW}]
    careful.unsigned("UpdateUserAttributes", AccessToken=token, UserAttributes=written)
    assert sign_in(careful, OLD)["AccessToken"]
    code = careful.sent()[-1].code
    careful.unsigned("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=code)
    assert sign_in(careful, NEW)["AccessToken"]
    with pytest.raises(NotAuthorizedException):
        sign_in(careful, OLD)
    told = careful.sent()[-1]
    assert (told.recipient, told.subject) == (OLD, "Your e-mail address was changed")
    assert "is now t***@e***." in told.body
    assert NEW not in told.body


def test_the_owner_takes_the_account_back_when_every_session_is_the_thiefs(
    careful: Any, revert: Callable[[str], None], services: Services
) -> None:
    tokens = sign_in(careful, OLD)
    change(careful, tokens["AccessToken"], NEW)
    careful.unsigned("GlobalSignOut", AccessToken=tokens["AccessToken"])
    services.clock.advance(2)
    thief = sign_in(careful, NEW)
    careful.unsigned("ForgotPassword", ClientId=careful.client_id, Username=NEW)
    reset = careful.code()
    services.clock.advance(13 * DAY)
    revert(link_to(careful, OLD))
    with pytest.raises(NotAuthorizedException):
        careful.unsigned("GetUser", AccessToken=thief["AccessToken"])
    with pytest.raises(NotAuthorizedException):
        sign_in(careful, NEW)
    with pytest.raises(PasswordResetRequiredException):
        sign_in(careful, OLD)
    named = {"ClientId": careful.client_id, "Username": OLD}
    with pytest.raises(Exception, match="Invalid code provided"):
        careful.unsigned("ConfirmForgotPassword", **named, ConfirmationCode=reset, Password="Thief-horse-9")
    careful.unsigned("ForgotPassword", **named)
    assert careful.sent()[-1].recipient == OLD
    careful.unsigned("ConfirmForgotPassword", **named, ConfirmationCode=careful.code(), Password=PASSWORD)
    assert sign_in(careful, OLD)["AccessToken"]
    assert careful.attributes(OLD)["email_verified"] == "true"


def test_a_thief_who_changes_the_address_twice_gains_nothing(careful: Any, revert: Callable[[str], None]) -> None:
    token = sign_in(careful, OLD)["AccessToken"]
    change(careful, token, NEW)
    change(careful, token, "other@example.com")
    thiefs, owners = link_to(careful, NEW), link_to(careful, OLD)
    revert(owners)
    assert careful.attributes(OLD)["email"] == OLD
    for link in (thiefs, owners):
        with pytest.raises(NotAuthorizedException, match="not good"):
            revert(link)
    assert careful.attributes(OLD)["email"] == OLD


def test_a_link_is_good_for_its_days_and_exactly(
    careful: Any, revert: Callable[[str], None], services: Services
) -> None:
    change(careful, sign_in(careful, OLD)["AccessToken"], NEW)
    link = link_to(careful, OLD)
    for broken in (link[:-1] + "!", link.replace("change=", "change=0"), re.sub(r"user=[^&]+", "user=none", link)):
        with pytest.raises(NotAuthorizedException, match="not good"):
            revert(broken)
    services.clock.advance(14 * DAY)
    with pytest.raises(NotAuthorizedException, match="not good"):
        revert(link)
    assert careful.attributes(NEW)["email"] == NEW


def test_of_many_uses_of_a_link_one_counts(careful: Any, revert: Callable[[str], None]) -> None:
    change(careful, sign_in(careful, OLD)["AccessToken"], NEW)
    link = link_to(careful, OLD)

    def use(_: int) -> bool:
        try:
            revert(link)
        except NotAuthorizedException:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(8))).count(True) == 1


def test_an_address_that_is_somebody_elses_by_now_is_not_taken_from_them(
    careful: Any, revert: Callable[[str], None]
) -> None:
    change(careful, sign_in(careful, OLD)["AccessToken"], NEW)
    careful.sign_up(OLD)
    with pytest.raises(AliasExistsException):
        revert(link_to(careful, OLD))


def test_nobody_is_told_without_the_setting_or_of_an_address_that_was_not_proven(make_pool: Make) -> None:
    for settings in ({}, {"UserPoolTags": {"ostiary:email-revert-days": "14"}, "AutoVerifiedAttributes": []}):
        pool = make_pool(**settings, client=FLOWS)
        pool.sign_up("ada", email=OLD)
        pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ada")
        if not settings:
            pool.update("ada", email_verified="true")
        token = sign_in(pool)["AccessToken"]
        written = [{"Name": "email", "Value": NEW}]
        pool.unsigned("UpdateUserAttributes", AccessToken=token, UserAttributes=written)
        assert pool.attributes("ada")["email"] == NEW
        assert not [message for message in pool.sent() if message.subject == "Your e-mail address was changed"]


@pytest.mark.parametrize("days", ["0", "91", "on", "-1", "1.5"])
def test_the_setting_is_a_number_of_days(make_pool: Make, days: str) -> None:
    with pytest.raises(InvalidParameterException, match="a number of days from 1 to 90"):
        make_pool(UserPoolTags={"ostiary:email-revert-days": days})
