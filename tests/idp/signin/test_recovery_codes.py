"""Recovery codes in place of a lost authenticator app (MFA-04, MFA-08; docs/guide/beyond-cognito.md)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    InvalidParameterException,
    NotAuthorizedException,
)
from ostiary.context import Context, Services
from ostiary.delivery.outbox import Message
from ostiary.idp.access import signed_in
from ostiary.idp.factors import recovery_codes
from ostiary.store import schema
from ostiary.store.idp import auth_events
from tests.idp.signin.conftest import Pool
from tests.idp.signin.test_second_factors import World

ON = {"ostiary:recovery-codes": "on"}
Made = tuple[World, list[str]]


@pytest.fixture
def world(make_pool: Callable[..., Pool], services: Services, sent: Callable[[], list[Message]]) -> World:
    return World(make_pool(UserPoolTags=ON), services, sent)


@pytest.fixture
def made(world: World, context: Callable[..., Context]) -> Made:
    """Ann, whose app is set up, and her codes."""
    world.enrol()
    return world, make(world, context(account=""))


def make(world: World, ctx: Context) -> list[str]:
    """Have ann make codes; her app proves the sign-in where she has one."""
    challenge = world.app.password("ann")
    if "Session" in challenge:
        world.pool.call("AdminSetUserMFAPreference", Username="ann", SoftwareTokenMfaSettings={"Enabled": False})
        challenge = world.app.password("ann")
        world.pool.call("AdminSetUserMFAPreference", Username="ann", SoftwareTokenMfaSettings={"Enabled": True})
    pool, _, user = signed_in(ctx, challenge["AuthenticationResult"]["AccessToken"])
    return recovery_codes.make(ctx, pool, user)


def answer(world: World, code: str) -> dict[str, Any]:
    return world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=code)


def test_each_code_signs_in_once_however_it_is_typed_and_the_user_is_told(made: Made) -> None:
    world, codes = made
    assert len(set(codes)) == 10
    assert "AuthenticationResult" in answer(world, codes[0])
    assert "AuthenticationResult" in answer(world, f" {codes[1].upper().replace('-', ' ')} ")
    for used in codes[:2]:
        with pytest.raises(CodeMismatchException, match=r"Invalid code received for user"):
            answer(world, used)
    told = [message for message in world.sent() if message.subject == "A recovery code was used"]
    assert {message.recipient for message in told} == {"ann@example.com"}
    assert sorted(message.body.partition("You have ")[2][:7] for message in told) == ["8 left.", "9 left."]
    assert not [message for message in world.sent() if any(code in message.body for code in codes)]
    with world.services.store.read() as tx:
        (row,) = [row for row in tx.all(schema.users.select()) if row.username == "ann"]
        events = auth_events.page(tx, row.pool_id, row.sub, None, 10)
    kinds = [event.document["EventType"] for event in events]
    assert sorted(kinds) == ["RecoveryCodeUsed", "RecoveryCodeUsed", "RecoveryCodesMade"]


def test_wrong_codes_are_counted_like_those_of_the_app(made: Made, advance: Callable[[float], None]) -> None:
    world, codes = made
    challenge = world.app.password("ann")
    for _ in range(5):
        with pytest.raises(CodeMismatchException):
            world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE="22222-22222")
    with pytest.raises((CodeMismatchException, NotAuthorizedException)):
        world.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=codes[0])
    with pytest.raises(NotAuthorizedException, match="Password attempts exceeded"):
        world.app.password("ann")
    advance(60)
    assert "AuthenticationResult" in answer(world, codes[0])


def test_new_codes_kill_the_old_ones_and_are_kept_sealed(made: Made, context: Callable[..., Context]) -> None:
    world, old = made
    new = make(world, context(account=""))
    with pytest.raises(CodeMismatchException):
        answer(world, old[0])
    assert "AuthenticationResult" in answer(world, new[0])
    with world.services.store.read() as tx:
        stored = b"".join(bytes(row.sealed) for row in tx.all(schema.recovery_codes.select()))
    assert not [code for code in new if code.encode() in stored or code.replace("-", "").encode() in stored]


def test_codes_are_nobodys_without_the_setting_or_an_app(made: Made, context: Callable[..., Context]) -> None:
    world, codes = made
    world.pool.call("AdminDeleteSoftwareToken", Username="ann")
    with pytest.raises(InvalidParameterException, match=r"^The user has no authenticator app"):
        make(world, context(account=""))
    world.services.clock.advance(60)
    world.enrol()
    with pytest.raises(CodeMismatchException):
        answer(world, codes[0])
    arn = world.pool.admin("DescribeUserPool", UserPoolId=world.pool.id)["UserPool"]["Arn"]
    codes = make(world, context(account=""))
    world.pool.admin("UntagResource", ResourceArn=arn, TagKeys=list(ON))
    with pytest.raises(CodeMismatchException):
        answer(world, codes[0])
    with pytest.raises(InvalidParameterException, match=r"^Recovery codes are not turned on in this user pool.$"):
        make(world, context(account=""))


@pytest.mark.parametrize("tag", [{"ostiary:recovery-codes": "yes"}, {"ostiary:recovery-code": "on"}])
def test_a_misspelt_switch_is_refused(make_pool: Callable[..., Pool], pool: Pool, tag: dict[str, str]) -> None:
    arn = pool.admin("DescribeUserPool", UserPoolId=pool.id)["UserPool"]["Arn"]
    for call in (
        lambda: make_pool(UserPoolTags=tag),
        lambda: pool.call("UpdateUserPool", UserPoolTags=tag),
        lambda: pool.admin("TagResource", ResourceArn=arn, Tags=tag),
    ):
        with pytest.raises(InvalidParameterException, match="ostiary:recovery-code"):
            call()
