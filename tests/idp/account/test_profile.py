"""What a signed-in user does with their own account."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    NotAuthorizedException,
    UserNotFoundException,
)
from tests.fixtures.context import Api

MakePool = Callable[..., Any]
PASSWORD = "Correct-horse-7"


class Person:
    """Somebody signed in."""

    def __init__(self, unsigned: Api, pool: Any, username: str) -> None:
        self.unsigned, self.pool = unsigned, pool
        parameters = {"USERNAME": username, "PASSWORD": PASSWORD}
        answer = unsigned(
            "InitiateAuth", ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
        )
        self.token = answer["AuthenticationResult"]["AccessToken"]

    def __call__(self, operation: str, **req: Any) -> dict[str, Any]:
        return self.unsigned(operation, AccessToken=self.token, **req)

    def update(self, **attributes: str) -> list[dict[str, str]]:
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        return list(self("UpdateUserAttributes", UserAttributes=listed)["CodeDeliveryDetailsList"])

    def attributes(self) -> dict[str, str]:
        return {attribute["Name"]: attribute["Value"] for attribute in self("GetUser")["UserAttributes"]}


def make(make_pool: MakePool, unsigned: Api, **settings: Any) -> Person:
    client = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], **settings.pop("client", {})}
    pool = make_pool(client=client, **settings)
    pool.confirmed("ada", name="Ada")
    return Person(unsigned, pool, "ada")


@pytest.fixture
def ada(make_pool: MakePool, unsigned: Api) -> Person:
    return make(make_pool, unsigned)


def test_a_user_sees_their_attributes(ada: Person) -> None:
    answer = ada("GetUser")
    assert answer["Username"] == "ada"
    assert answer["UserAttributes"][0] == {"Name": "sub", "Value": ada.pool.attributes("ada")["sub"]}
    assert ada.attributes() == ada.pool.attributes("ada")


def test_read_and_write_attributes_of_the_client_bind(make_pool: MakePool, unsigned: Api) -> None:
    """ATT-01."""
    lists = {"ReadAttributes": ["email"], "WriteAttributes": ["email", "name"]}
    ada = make(make_pool, unsigned, client=lists)
    assert ada.attributes().keys() == {"sub", "email"}
    with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
        ada.update(given_name="Ada")
    with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
        ada("DeleteUserAttributes", UserAttributeNames=["given_name"])
    ada.update(name="Countess")
    assert ada.pool.attributes("ada")["name"] == "Countess"


def test_a_client_without_lists_reads_and_writes_custom_attributes_too(make_pool: MakePool, unsigned: Api) -> None:
    """ATT-01."""
    schema = [{"Name": "tier", "AttributeDataType": "String", "Mutable": True}]
    silent: tuple[dict[str, list[str]], ...] = ({}, {"ReadAttributes": [], "WriteAttributes": []})
    for client in silent:
        unlisted = make(make_pool, unsigned, Schema=schema, client=client)
        unlisted.update(**{"custom:tier": "gold"})
        assert unlisted.attributes()["custom:tier"] == "gold"
    listed = make(make_pool, unsigned, Schema=schema, client={"ReadAttributes": ["custom:tier"]})
    listed.update(**{"custom:tier": "gold"})
    assert listed.attributes() == {"sub": listed.attributes()["sub"], "custom:tier": "gold"}


def test_nobody_verifies_their_own_address(ada: Person) -> None:
    """ATT-02."""
    for name in ("email_verified", "phone_number_verified", "sub", "identities", "cognito:username", "dev:x"):
        with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
            ada.update(**{name: "true"})


def test_a_new_address_is_unverified_until_its_code(ada: Person) -> None:
    """ATT-03."""
    (details,) = ada.update(email="new@example.com")
    assert details == {"Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert ada.attributes()["email_verified"] == "false"
    assert ada.pool.sent()[-1].recipient == "new@example.com"
    verify = {"AttributeName": "email"}
    with pytest.raises(CodeMismatchException):
        ada("VerifyUserAttribute", **verify, Code=ada.pool.wrong_code())
    ada("VerifyUserAttribute", **verify, Code=ada.pool.code())
    assert ada.attributes()["email_verified"] == "true"
    with pytest.raises(ExpiredCodeException):
        ada("VerifyUserAttribute", **verify, Code=ada.pool.code())


def test_the_old_address_stays_where_the_pool_wants_that(make_pool: MakePool, unsigned: Api) -> None:
    """ATT-03."""
    settings = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    ada = make(make_pool, unsigned, AliasAttributes=["email"], UserAttributeUpdateSettings=settings)
    ada.update(email="new@example.com", name="Countess")
    assert ada.attributes()["email"] == "ada@example.com"
    assert ada.attributes()["email_verified"] == "true"
    assert ada.attributes()["name"] == "Countess"
    assert ada.pool.get("ada@example.com")["Username"] == "ada"
    ada("VerifyUserAttribute", AttributeName="email", Code=ada.pool.code())
    assert ada.attributes()["email"] == "new@example.com"
    assert ada.pool.get("new@example.com")["Username"] == "ada"
    with pytest.raises(UserNotFoundException):
        ada.pool.get("ada@example.com")


def test_an_unverified_address_signs_nobody_in(make_pool: MakePool, unsigned: Api) -> None:
    """ATT-03, ATT-04."""
    ada = make(make_pool, unsigned, AliasAttributes=["email"])
    ada.pool.confirmed("eve")
    eve = Person(unsigned, ada.pool, "eve")
    eve.update(email="ada@example.com")
    assert ada.pool.get("ada@example.com")["Username"] == "ada"
    with pytest.raises(AliasExistsException, match=r"An account with the given email already exists."):
        eve("VerifyUserAttribute", AttributeName="email", Code=ada.pool.code())
    assert eve.attributes()["email_verified"] == "false"


def test_a_code_can_be_asked_for(ada: Person) -> None:
    ada.pool.update("ada", email_verified="false")
    answer = ada("GetUserAttributeVerificationCode", AttributeName="email")
    assert answer["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    ada("VerifyUserAttribute", AttributeName="email", Code=ada.pool.code())
    assert ada.attributes()["email_verified"] == "true"
    for name in ("phone_number", "name"):
        with pytest.raises(InvalidParameterException):
            ada("GetUserAttributeVerificationCode", AttributeName=name)


def test_attributes_are_deleted_but_required_ones(make_pool: MakePool, unsigned: Api) -> None:
    ada = make(make_pool, unsigned, Schema=[{"Name": "email", "Required": True}])
    ada("DeleteUserAttributes", UserAttributeNames=["name"])
    assert "name" not in ada.attributes()
    with pytest.raises(InvalidParameterException, match=r"email: The attribute is required"):
        ada("DeleteUserAttributes", UserAttributeNames=["email"])
    with pytest.raises(NotAuthorizedException):
        ada("DeleteUserAttributes", UserAttributeNames=["email_verified"])


def test_tokens_of_a_disabled_user_are_dead_and_stay_so(ada: Person) -> None:
    """TOK-12."""
    ada.pool.admin("AdminDisableUser", UserPoolId=ada.pool.id, Username="ada")
    with pytest.raises(NotAuthorizedException):
        ada("GetUser")
    ada.pool.admin("AdminEnableUser", UserPoolId=ada.pool.id, Username="ada")
    with pytest.raises(NotAuthorizedException, match="Access Token has been revoked"):
        ada("GetUser")


def test_tokens_of_a_deleted_user_are_dead_for_a_new_user_of_the_name(ada: Person) -> None:
    """TOK-12."""
    ada("DeleteUser")
    with pytest.raises(UserNotFoundException, match=r"User does not exist."):
        ada("GetUser")
    ada.pool.confirmed("ada")
    for operation in ("GetUser", "DeleteUser"):
        with pytest.raises(UserNotFoundException, match=r"User does not exist."):
            ada(operation)


def test_what_is_no_access_token_opens_nothing(ada: Person, unsigned: Api) -> None:
    for token in ("x", ada.token[:-4] + "AAAA", ada.token.replace(".", "..")):
        with pytest.raises(NotAuthorizedException):
            unsigned("GetUser", AccessToken=token)
