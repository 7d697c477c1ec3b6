"""A schema that may change: relaxed by AddCustomAttributes and by command, and less one attribute."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.idp.pools import schema_changes
from ostiary.idp.pools.schema_changes import AttributeRemover, Relaxation
from ostiary.store import schema

ON = {"ostiary:schema-changes": "on"}
AGE = {
    "Name": "age",
    "AttributeDataType": "Number",
    "Mutable": True,
    "NumberAttributeConstraints": {"MinValue": "18", "MaxValue": "99"},
}
TEAM = {
    "Name": "team",
    "AttributeDataType": "String",
    "Mutable": False,
    "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "8"},
}
Make = Callable[..., Any]


@pytest.fixture
def changing(make_pool: Make) -> Any:
    attributes = [AGE, TEAM, {"Name": "email", "AttributeDataType": "String", "Required": True}]
    lists = {"ReadAttributes": ["email", "custom:age"], "WriteAttributes": ["email", "custom:age", "custom:team"]}
    return make_pool(Schema=attributes, UserPoolTags=ON, client=lists)


def shown(pool: Any, name: str) -> dict[str, Any]:
    listed = pool.admin("DescribeUserPool", UserPoolId=pool.id)["UserPool"]["SchemaAttributes"]
    return next((each for each in listed if each["Name"] == name), {})


def add(pool: Any, attribute: dict[str, Any]) -> None:
    pool.admin("AddCustomAttributes", UserPoolId=pool.id, CustomAttributes=[attribute])


def test_an_sdk_relaxes_an_attribute_by_adding_it_again(changing: Any) -> None:
    changing.sign_up("ada", email="ada@example.com", **{"custom:team": "blue"})
    with pytest.raises(InvalidParameterException):
        changing.update("ada", **{"custom:team": "far too long"})
    add(changing, {**TEAM, "Mutable": True, "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "20"}})
    changing.update("ada", **{"custom:team": "far too long"})
    assert changing.attributes("ada")["custom:team"] == "far too long"
    assert shown(changing, "custom:team")["Mutable"] is True
    add(changing, {"Name": "age", "AttributeDataType": "Number"})
    assert shown(changing, "custom:age")["NumberAttributeConstraints"] == {}
    assert shown(changing, "custom:age")["Mutable"] is True
    add(changing, {"Name": "new", "AttributeDataType": "String"})
    assert shown(changing, "custom:new")


@pytest.mark.parametrize(
    "wanted",
    [
        {**AGE, "NumberAttributeConstraints": {"MinValue": "19", "MaxValue": "99"}},
        {**AGE, "NumberAttributeConstraints": {"MinValue": "18", "MaxValue": "98"}},
        {**AGE, "AttributeDataType": "String"},
        {**AGE, "Mutable": False},
        {**AGE, "NumberAttributeConstraints": {"MinValue": "x"}},
    ],
)
def test_what_would_be_stricter_is_refused(changing: Any, wanted: dict[str, Any]) -> None:
    before = shown(changing, "custom:age")
    with pytest.raises(InvalidParameterException):
        add(changing, wanted)
    assert shown(changing, "custom:age") == before


def test_a_schema_stays_as_it_is_without_the_setting(make_pool: Make, context: Callable[..., Context]) -> None:
    pool = make_pool(Schema=[AGE])
    with pytest.raises(InvalidParameterException, match=r"Existing attribute already has name custom:age."):
        add(pool, {"Name": "age", "AttributeDataType": "Number"})
    for change in (
        lambda: schema_changes.relax(context(), pool.id, "email", Relaxation(optional=True)),
        lambda: schema_changes.remove(context(), pool.id, "custom:age"),
    ):
        with pytest.raises(InvalidParameterException, match="ostiary:schema-changes of this user pool is not on"):
            change()


def test_a_required_attribute_becomes_optional(changing: Any, context: Callable[..., Context]) -> None:
    with pytest.raises(InvalidParameterException):
        changing.sign_up("ada")
    relaxed = schema_changes.relax(context(), changing.id, "email", Relaxation(optional=True, most=""))
    assert relaxed["Required"] is False
    assert relaxed["StringAttributeConstraints"] == {"MinLength": "0"}
    changing.sign_up("ada")
    for name, change in (("sub", Relaxation(mutable=True)), ("none", Relaxation()), ("name", Relaxation(most="2049"))):
        with pytest.raises(InvalidParameterException):
            schema_changes.relax(context(), changing.id, name, change)


def test_an_attribute_goes_with_its_values_and_a_removal_that_died_goes_on(
    changing: Any, context: Callable[..., Context], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        value = {"custom:age": "20"} if number % 2 else {}
        changing.sign_up(f"u{number}", email=f"u{number}@example.com", **value)
    schema_changes.remove(context(), changing.id, "custom:age")
    assert shown(changing, "custom:age") == {}
    client = changing.admin("DescribeUserPoolClient", UserPoolId=changing.id, ClientId=changing.client_id)
    assert client["UserPoolClient"]["ReadAttributes"] == ["email"]
    assert client["UserPoolClient"]["WriteAttributes"] == ["email", "custom:team"]
    with pytest.raises(InvalidParameterException, match=r"Values of a removed attribute of this name remain."):
        add(changing, AGE)
    monkeypatch.setattr(schema_changes, "BATCH", 3)
    first = AttributeRemover(services)
    assert first.run_due()
    with services.store.write() as tx:  # what a process that died has left: its lease
        tx.update(schema.attribute_removals, leased_until=2**40)
    assert AttributeRemover(services).run_due() is None
    with services.store.write() as tx:
        tx.update(schema.attribute_removals, leased_until=1)
    second = AttributeRemover(services)
    seen = [done.seen for done in iter(second.run_due, None)]
    assert seen == [6, 7]
    assert not schema_changes.is_removing(context(), changing.id, "custom:age")
    assert not [number for number in range(7) if "custom:age" in changing.attributes(f"u{number}")]
    assert changing.attributes("u1")["email"] == "u1@example.com"
    add(changing, AGE)
    assert "custom:age" not in changing.attributes("u1")


def test_a_list_that_loses_its_only_attribute_does_not_mean_all_of_them(
    make_pool: Make, context: Callable[..., Context]
) -> None:
    """ATT-01."""
    pool = make_pool(
        Schema=[AGE, {**TEAM, "Mutable": True}],
        UserPoolTags=ON,
        client={
            "ReadAttributes": ["custom:age"],
            "WriteAttributes": ["custom:age"],
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        },
    )
    pool.sign_up("ada")
    pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ada")
    pool.update("ada", **{"email": "ada@example.com", "custom:team": "blue"})
    schema_changes.remove(context(), pool.id, "custom:age")
    parameters = {"USERNAME": "ada", "PASSWORD": "Correct-horse-7"}
    flow = {"ClientId": pool.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    token = pool.unsigned("InitiateAuth", **flow)["AuthenticationResult"]["AccessToken"]
    (only,) = pool.unsigned("GetUser", AccessToken=token)["UserAttributes"]
    assert only["Name"] == "sub"
    with pytest.raises(NotAuthorizedException):
        pool.unsigned(
            "UpdateUserAttributes", AccessToken=token, UserAttributes=[{"Name": "custom:team", "Value": "red"}]
        )


def test_what_is_needed_is_not_removed(changing: Any, context: Callable[..., Context]) -> None:
    google = {"client_id": "app", "client_secret": "hush-hush", "authorize_scopes": "profile email openid"}
    changing.admin(
        "CreateIdentityProvider",
        UserPoolId=changing.id,
        ProviderName="Google",
        ProviderType="Google",
        ProviderDetails=google,
        AttributeMapping={"custom:team": "hd"},
    )
    for name in ("email", "custom:none", "custom:team"):
        with pytest.raises(InvalidParameterException):
            schema_changes.remove(context(), changing.id, name)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_operator_relaxes_and_removes_by_command(changing: Any, services: Services, tmp_path: Path) -> None:
    from ostiary.cli import cli  # noqa: PLC0415 - the other tests start faster without it

    changing.sign_up("ada", email="ada@example.com", **{"custom:age": "20"})
    key = {"OSTIARY_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}

    def run(*words: str, typed: str = "") -> Any:
        where = ["--data-dir", str(tmp_path)]
        return CliRunner().invoke(cli, ["pool", words[0], changing.id, *words[1:], *where], env=key, input=typed)

    relaxed = run("relax-attribute", "email", "--optional")
    assert json.loads(relaxed.stdout)["Required"] is False
    assert run("remove-attribute", "custom:age", typed="custom:agee\n").exit_code == 1
    assert changing.attributes("ada")["custom:age"] == "20"
    removed = run("remove-attribute", "custom:age", typed="custom:age\n")
    assert removed.exit_code == 0, removed.output
    assert "custom:age" not in changing.attributes("ada")
    assert run("remove-attribute", "custom:age", "--yes").exit_code == 1
