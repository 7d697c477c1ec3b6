"""Whom an access key stands for, and for how long (SIG-14, STS-07, STS-08)."""

import dataclasses
import re
from typing import Any

import pytest

from ostiary.aws.errors import AccessDeniedError, ExpiredTokenError, ServiceError, UnrecognizedClientError
from ostiary.aws.wire import Request
from ostiary.context import Principal, Services
from ostiary.iam.accounts import create_account
from ostiary.runtime.clock import Clock
from ostiary.store.iam import entities
from ostiary.sts.callers import who_signed
from ostiary.sts.sessions import mint, resolve
from tests.fixtures.context import ACCOUNT, Api
from tests.sts.conftest import World, trust

NOON = 1_767_268_800
INVALID = r"^The security token included in the request is invalid\.$"


class Fixed(Clock):
    """Stands at a whole second."""

    def now(self) -> float:
        return NOON


def key_of(world: World, name: str = "ada") -> dict[str, Any]:
    return dict(world.iam("CreateAccessKey", UserName=name)["AccessKey"])


def nobody(services: Services, access_key_id: str, token: str | None = None) -> bool:
    with pytest.raises(UnrecognizedClientError, match=INVALID):
        who_signed(services, access_key_id, token)
    return True


def test_a_users_key_is_the_user_as_long_as_it_is_active_and_alone(world: World, services: Services) -> None:
    key = key_of(world)
    key_id = key["AccessKeyId"]
    assert who_signed(services, key_id, None) == (key["SecretAccessKey"], world.user)
    token = world.sts()("GetSessionToken")["Credentials"]["SessionToken"]
    assert nobody(services, key_id, token)
    assert nobody(services, key_id, "")
    world.iam("UpdateAccessKey", UserName="ada", AccessKeyId=key_id, Status="Inactive")
    assert nobody(services, key_id)
    world.iam("UpdateAccessKey", UserName="ada", AccessKeyId=key_id, Status="Active")
    assert who_signed(services, key_id, None)[1] == world.user
    world.iam("DeleteAccessKey", UserName="ada", AccessKeyId=key_id)
    assert nobody(services, key_id)


def test_a_key_of_a_user_who_is_gone_is_nobodys(world: World, services: Services) -> None:
    """STS-07."""
    key_id = key_of(world)["AccessKeyId"]
    with services.store.write() as tx:
        user = entities.find(tx, "user", ACCOUNT, "ada")
        assert user is not None
        entities.delete(tx, user)
    assert nobody(services, key_id)


def test_an_accounts_own_key_is_its_root(services: Services) -> None:
    key = create_account(services, "one")
    secret, principal = who_signed(services, key.access_key_id, None)
    root = Principal(key.account_id, "Account", f"arn:aws:iam::{key.account_id}:root", key.account_id)
    assert (secret, principal) == (key.secret_access_key, root)


def test_a_key_that_nobody_made_is_the_root_in_development_and_nobody_else_ever(
    world: World, services: Services
) -> None:
    """SIG-14."""
    developing = dataclasses.replace(services, settings=dataclasses.replace(services.settings, dev=True))
    key_id, temporary = key_of(world)["AccessKeyId"], "ASIAAAAAAAAAAAAAAAAA"
    world.iam("UpdateAccessKey", UserName="ada", AccessKeyId=key_id, Status="Inactive")
    root = Principal(ACCOUNT, "Account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
    assert who_signed(developing, "AKIAMADEUPMADEUPMADE", None) == ("", root)
    assert nobody(services, "AKIAMADEUPMADEUPMADE")
    for origin, own in (("http://localhost:3000", True), ("http://evil.example", False)):
        page = Request("POST", "/", "", [("host", "localhost"), ("origin", origin)])
        if own:
            assert who_signed(developing, "AKIAMADEUPMADEUPMADE", None, page) == ("", root)
        else:
            with pytest.raises(UnrecognizedClientError, match="and no page of another site"):
                who_signed(developing, "AKIAMADEUPMADEUPMADE", None, page)
    for each in (services, developing):
        assert nobody(each, key_id)
        assert nobody(each, temporary)
        assert nobody(each, temporary, "token")


def test_a_users_own_session_is_the_user_until_they_are_gone(world: World, services: Services) -> None:
    """STS-07."""
    made = world.sts()("GetSessionToken")["Credentials"]
    assert re.fullmatch("ASIA[A-Z2-7]{16}", made["AccessKeyId"])
    secret, principal = who_signed(services, made["AccessKeyId"], made["SessionToken"])
    assert secret == made["SecretAccessKey"]
    assert dataclasses.replace(principal, session=None) == world.user
    assert nobody(services, made["AccessKeyId"])
    world.iam("DeleteUser", UserName="ada")
    assert nobody(services, made["AccessKeyId"], made["SessionToken"])
    world.iam("CreateUser", UserName="ada")
    assert nobody(services, made["AccessKeyId"], made["SessionToken"])


def test_a_roots_own_session_is_the_root_for_an_hour_at_most(world: World) -> None:
    root = Principal(ACCOUNT, "Account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
    for principal, seconds, expected in (
        (root, None, 3600),
        (root, 7200, 3600),
        (root, 900, 900),
        (world.user, None, 43_200),
        (world.user, 129_600, 129_600),
    ):
        more = {} if seconds is None else {"DurationSeconds": seconds}
        signed = world.signed_with(world.sts(principal)("GetSessionToken", **more)["Credentials"])
        assert dataclasses.replace(signed, session=None) == principal
        assert signed.session is not None
        assert signed.session.expires_at - signed.session.issued_at == expected


def test_a_session_of_a_role_is_named_by_role_and_session(world: World) -> None:
    world.role(trust(world.user.arn), Path="/team/")
    answer = world.assume(role=f"arn:aws:iam::{ACCOUNT}:role/team/r")
    principal = world.signed_with(answer["Credentials"])
    assert (principal.account, principal.type, principal.user_name) == (ACCOUNT, "AssumedRole", "")
    assert principal.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    assert principal.user_id == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert not principal.is_root


def test_everybody_is_told_who_they_are(world: World) -> None:
    world.role(trust(world.user.arn))
    session = world.signed_with(world.assume()["Credentials"])
    for principal in (world.user, session, world.iam.ctx.principal):
        told = world.sts(principal)("GetCallerIdentity")
        assert told == {"UserId": principal.user_id, "Account": ACCOUNT, "Arn": principal.arn}


def test_a_session_token_asks_for_no_device_and_no_session(world: World) -> None:
    for more in ({"SerialNumber": "arn:aws:iam::1:mfa/ada"}, {"TokenCode": "123456"}):
        with pytest.raises(AccessDeniedError, match="invalid MFA one time pass code"):
            world.sts()("GetSessionToken", **more)
    session = world.signed_with(world.sts()("GetSessionToken")["Credentials"])
    with pytest.raises(AccessDeniedError, match="Cannot call GetSessionToken with session credentials"):
        world.sts(session)("GetSessionToken")


def test_a_session_is_opened_by_its_own_key_until_its_last_second(world: World, services: Services) -> None:
    """SIG-14."""
    session = world.signed_with(world.sts()("GetSessionToken")["Credentials"]).session
    assert session is not None
    now = services.clock.now_seconds()
    one = mint(services, dataclasses.replace(session, expires_at=now + 1000))
    two = mint(services, dataclasses.replace(session, expires_at=now + 1000))
    assert resolve(services, one.access_key_id, one.session_token)[0] == one.secret_access_key
    assert one.access_key_id != two.access_key_id
    assert one.secret_access_key != two.secret_access_key
    assert len(one.secret_access_key) == 40
    for key_id, token in (
        (two.access_key_id, one.session_token),
        (one.access_key_id, one.session_token[:-4]),
        (one.access_key_id, ""),
        (one.access_key_id, services.keyring.seal_token(b"x", "another purpose")),
        (one.access_key_id, services.keyring.seal_token(b"x", "session-token")),
    ):
        with pytest.raises(UnrecognizedClientError, match=INVALID):
            resolve(services, key_id, token)
    still = dataclasses.replace(services, clock=Fixed())
    last = mint(still, dataclasses.replace(session, expires_at=NOON + 1))
    assert resolve(still, last.access_key_id, last.session_token)[1].expires_at == NOON + 1
    ended = mint(still, dataclasses.replace(session, expires_at=NOON))
    with pytest.raises(ExpiredTokenError, match=r"^The security token included in the request is expired$"):
        resolve(still, ended.access_key_id, ended.session_token)
    wire = one.wire()
    assert wire == {
        "AccessKeyId": one.access_key_id,
        "SecretAccessKey": one.secret_access_key,
        "SessionToken": one.session_token,
        "Expiration": now + 1000,
    }
    assert one.secret_access_key not in repr(one)
    assert one.session_token not in repr(one)


def test_an_access_key_id_that_tells_no_account_is_not_valid(world: World) -> None:
    sts = Api(world.iam.ctx, "sts")
    key_id = key_of(world)["AccessKeyId"]
    assert sts("GetAccessKeyInfo", AccessKeyId=key_id) == {"Account": ACCOUNT}
    for wrong in ("AKIA", f"{key_id}A", key_id.replace(key_id[5], "1"), "AKIA" + "7" * 16):
        with pytest.raises(ServiceError, match=r"(?i)access key id"):
            sts("GetAccessKeyInfo", AccessKeyId=wrong)
