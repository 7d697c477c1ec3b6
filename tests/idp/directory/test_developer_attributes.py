"""Attributes for developers only: called `dev:custom:<name>`, and `dev:<name>` where a request says so."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.idp.directory.schema import spelled
from tests.fixtures.context import Api

PASSWORD = "Correct-horse-7"
SCORE = {"Name": "score", "AttributeDataType": "Number", "DeveloperOnlyAttribute": True, "Mutable": True}
SPELLINGS = ("dev:custom:score", "dev:score")
Make = Callable[..., Any]


@pytest.fixture
def pool(make_pool: Make) -> Any:
    client = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "ReadAttributes": ["email", "dev:score"]}
    tags = {"ostiary:user-search": "on"}
    return make_pool(Schema=[SCORE], client=client, UserPoolTags=tags, AutoVerifiedAttributes=[])


def test_they_are_shown_under_their_whole_name(pool: Any) -> None:
    shown = pool.described["SchemaAttributes"][-1]
    assert (shown["Name"], shown["DeveloperOnlyAttribute"]) == ("dev:custom:score", True)
    assert pool.client["ReadAttributes"] == ["email", "dev:custom:score"]
    header = pool.admin("GetCSVHeader", UserPoolId=pool.id)["CSVHeader"]
    assert "dev:custom:score" in header
    with pytest.raises(InvalidParameterException, match=r"dev:custom:score: Existing attribute already has name"):
        pool.admin("AddCustomAttributes", UserPoolId=pool.id, CustomAttributes=[SCORE])


@pytest.mark.parametrize("name", SPELLINGS)
def test_administrators_write_and_find_them_by_either_name(pool: Any, name: str) -> None:
    named = {"UserPoolId": pool.id, "Username": "ann"}
    pool.admin("AdminCreateUser", **named, UserAttributes=[{"Name": name, "Value": "1"}], MessageAction="SUPPRESS")
    assert pool.attributes("ann")["dev:custom:score"] == "1"
    pool.update("ann", **{name: "2"})
    wanted = {"Filter": f'{name} = "2"', "AttributesToGet": [name]}
    (found,) = pool.admin("ListUsers", UserPoolId=pool.id, **wanted)["Users"]
    assert found["Attributes"] == [{"Name": "dev:custom:score", "Value": "2"}]
    pool.admin("AdminDeleteUserAttributes", **named, UserAttributeNames=[name])
    assert "dev:custom:score" not in pool.attributes("ann")


def test_users_read_them_and_do_not_write_them(pool: Any, unsigned: Api) -> None:
    """ATT-02."""
    pool.sign_up("ann")
    pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ann")
    pool.update("ann", **{"dev:score": "7"})
    parameters = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    flow = {"ClientId": pool.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    token = unsigned("InitiateAuth", **flow)["AuthenticationResult"]["AccessToken"]
    shown = {each["Name"]: each["Value"] for each in unsigned("GetUser", AccessToken=token)["UserAttributes"]}
    assert shown["dev:custom:score"] == "7"
    for name in SPELLINGS:
        with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
            unsigned("UpdateUserAttributes", AccessToken=token, UserAttributes=[{"Name": name, "Value": "8"}])


def test_a_provider_writes_them_by_either_name(pool: Any) -> None:
    google = {"client_id": "app", "client_secret": "hush-hush", "authorize_scopes": "openid"}
    named = {"UserPoolId": pool.id, "ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": google}
    made = pool.admin("CreateIdentityProvider", **named, AttributeMapping={"dev:score": "rank"})
    assert made["IdentityProvider"]["AttributeMapping"]["dev:custom:score"] == "rank"


def test_a_schema_of_before_keeps_its_spelling() -> None:
    assert [spelled(name, {"dev:score"}) for name in SPELLINGS] == ["dev:score", "dev:score"]
    assert spelled("dev:other", {"dev:score"}) == "dev:other"
    assert spelled("custom:score", {"dev:custom:score"}) == "custom:score"
