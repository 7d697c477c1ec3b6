"""Case stops counting in the names of a pool, when no two of them would be one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ostiary.aws.types.cognito_idp import InvalidParameterException, UsernameExistsException
from ostiary.context import Context, Services
from ostiary.idp.users import username_case
from ostiary.idp.users.username_case import Collision, CollisionsError
from ostiary.store import schema
from ostiary.store.idp import user_pools
from ostiary.store.idp.user_pools import PoolConfiguration
from tests.idp.providers.test_email_links import sign_in

FLOWS = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
Make = Callable[..., Any]


def told(_: int) -> None:
    """Hear nothing of the progress."""


@pytest.fixture
def cased(make_pool: Make) -> Any:
    """A pool in which case counts, with `Ada`, who has an alias, and `bob`."""
    pool = make_pool(AliasAttributes=["email"], client=FLOWS)
    pool.confirmed("Ada", email="Ada@Example.com")
    pool.confirmed("bob")
    return pool


def test_users_sign_in_by_any_case_with_the_passwords_they_had(cased: Any, context: Callable[..., Context]) -> None:
    with pytest.raises(Exception, match="does not exist"):
        sign_in(cased, "ada")
    assert username_case.collisions(context(), cased.id, told) == []
    assert username_case.switch(context(), cased.id, told) == 2
    for name in ("ada", "ADA", "Ada", "ada@example.com", "ADA@EXAMPLE.COM", "BOB"):
        assert sign_in(cased, name)["AccessToken"]
    assert cased.get("aDa")["Username"] == "Ada"
    described = cased.admin("DescribeUserPool", UserPoolId=cased.id)["UserPool"]
    assert described["UsernameConfiguration"] == {"CaseSensitive": False}
    with pytest.raises(UsernameExistsException):
        cased.sign_up("ADA", email="other@example.com")
    with pytest.raises(InvalidParameterException, match="not case sensitive already"):
        username_case.switch(context(), cased.id, told)


def test_names_that_would_be_one_are_listed_and_nothing_is_changed(
    cased: Any, context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(username_case, "PAGE", 1)
    cased.confirmed("ada", email="ada@example.com")
    cased.confirmed("BOB", email="bob2@example.com")
    expected = {
        Collision("ada", ("Ada", "ada")),
        Collision("bob", ("BOB", "bob")),
        Collision("email:ada@example.com", ("email:Ada@Example.com", "email:ada@example.com")),
    }
    assert set(username_case.collisions(context(), cased.id, told)) == expected
    with pytest.raises(CollisionsError) as refused:
        username_case.switch(context(), cased.id, told)
    assert set(refused.value.collisions) == expected
    assert cased.get("Ada")["Username"] == "Ada"
    assert cased.get("ada")["Username"] == "ada"
    assert sign_in(cased, "BOB")["AccessToken"]


def test_what_another_process_wrote_by_the_old_rule_is_settled(
    cased: Any, context: Callable[..., Context], services: Services
) -> None:
    username_case.switch(context(), cased.id, told)
    with services.store.write() as tx:
        pool = user_pools.lock(tx, cased.id)
        assert pool
        old: PoolConfiguration = {**pool.configuration, "UsernameConfiguration": {"CaseSensitive": True}}
        user_pools.update(tx, cased.id, name=pool.name, configuration=old, now=0)
    cased.confirmed("Late")
    cased.confirmed("ADA", email="third@example.com")
    with services.store.write() as tx:
        user_pools.update(tx, cased.id, name=pool.name, configuration=pool.configuration, now=0)
    found = username_case.settle(context(), cased.id)
    assert [collision.key for collision in found] == ["ada"]
    assert cased.get("late")["Username"] == "Late"
    assert cased.get("ada")["Username"] == "Ada"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_operator_tries_first_and_switches_then(cased: Any, tmp_path: Path) -> None:
    from ostiary.cli import cli  # noqa: PLC0415 - the other tests start faster without it

    key = {"OSTIARY_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}

    def run(*flags: str) -> Any:
        where = ["--data-dir", str(tmp_path), *flags]
        return CliRunner().invoke(cli, ["pool", "ignore-case", cased.id, *where], env=key)

    cased.confirmed("BOB", email="bob2@example.com")
    for flags in (["--dry-run"], []):
        refused = run(*flags)
        assert refused.exit_code == 1
        assert "BOB = bob" in refused.stdout
    cased.admin("AdminDeleteUser", UserPoolId=cased.id, Username="BOB")
    assert run("--dry-run").exit_code == 0
    assert run().exit_code == 0
    assert run().exit_code == 1


def test_names_are_looked_at_while_others_write(
    cased: Any, context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(username_case, "PAGE", 1)
    ctx = context()
    ctx.clock.advance(2)
    looked_at: list[int] = []

    def write(number: int) -> None:
        with ctx.store.write() as tx:  # which cannot be done where a transaction writes already
            tx.delete(schema.spent, {"pool_id": "nobody's"})
        looked_at.append(number)

    assert username_case.switch(ctx, cased.id, write) == 2
    assert looked_at == [1, 2, 3, 4]


def test_a_name_that_is_made_meanwhile_is_looked_at_too(
    cased: Any, context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(username_case, "PAGE", 1)
    ctx = context()
    ctx.clock.advance(2)
    made: list[int] = []

    def make(number: int) -> None:
        if not made:
            made.append(number)
            cased.confirmed("ADA", email="other@example.com")

    with pytest.raises(CollisionsError) as told:
        username_case.switch(ctx, cased.id, make)
    assert [collision.key for collision in told.value.collisions] == ["ada"]
    assert username_case.collisions(ctx, cased.id, told=lambda _: None), "case counts as before"
