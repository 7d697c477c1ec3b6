"""Which names sign in, and whose they are."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    InvalidParameterException,
    UsernameExistsException,
    UserNotFoundException,
)

MakePool = Callable[..., Any]
INSENSITIVE = {"UsernameConfiguration": {"CaseSensitive": False}}


def test_names_differ_by_case_unless_the_pool_says_otherwise(make_pool: MakePool) -> None:
    """ATT-05."""
    pool = make_pool()
    pool.sign_up("ada", email="ada@example.com")
    pool.sign_up("ADA", email="ada@example.com")
    with pytest.raises(UserNotFoundException):
        pool.get("Ada")
    folding = make_pool(**INSENSITIVE)
    folding.sign_up("Ada", email="Ada@Example.com")
    for name in ("ADA", "ada", "\uff21da"):
        with pytest.raises(UsernameExistsException, match="User already exists"):
            folding.sign_up(name, email="else@example.com")
    assert folding.get("aDa")["Username"] == "ada"
    assert folding.attributes("ada")["email"] == "ada@example.com"


def test_where_the_address_is_the_name_the_user_is_called_by_the_sub(make_pool: MakePool) -> None:
    pool = make_pool(UsernameAttributes=["email"], **INSENSITIVE)
    answer = pool.sign_up("Ada@Example.com")
    user = pool.get("ada@example.com")
    assert user["Username"] == answer["UserSub"]
    assert pool.attributes(answer["UserSub"])["email"] == "ada@example.com"
    pool.confirm("ADA@example.com")
    assert pool.get(answer["UserSub"])["UserStatus"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["email"], "Username should be an email."),
        (["phone_number"], "Username should be a phone number."),
        (["email", "phone_number"], "Username should be either an email or a phone number."),
    ],
)
def test_where_the_address_is_the_name_nothing_else_is(make_pool: MakePool, wanted: list[str], message: str) -> None:
    pool = make_pool(UsernameAttributes=wanted)
    with pytest.raises(InvalidParameterException, match=message):
        pool.sign_up("ada")


def test_an_alias_pool_refuses_names_that_look_like_aliases(make_pool: MakePool) -> None:
    pool = make_pool(AliasAttributes=["email", "phone_number"])
    with pytest.raises(InvalidParameterException, match="Username cannot be of email format"):
        pool.sign_up("ada@example.com", email="ada@example.com")
    with pytest.raises(InvalidParameterException, match="Username cannot be of phone number format"):
        pool.sign_up("+12065550100", email="ada@example.com")


def test_an_address_is_an_alias_once_it_is_verified(make_pool: MakePool) -> None:
    """ATT-04, FED-13."""
    pool = make_pool(AliasAttributes=["email"])
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(UserNotFoundException):
        pool.get("ada@example.com")
    pool.confirm("ada")
    assert pool.get("ada@example.com")["Username"] == "ada"


def test_of_two_users_with_one_address_the_verified_one_has_the_alias(make_pool: MakePool) -> None:
    """ATT-04, ENU-05."""
    pool = make_pool(AliasAttributes=["email"], **INSENSITIVE)
    pool.confirmed("ada", email="shared@example.com")
    pool.sign_up("eve", email="Shared@example.com")
    code = pool.code()
    with pytest.raises(AliasExistsException, match=r"An account with the given email already exists."):
        pool.confirm("eve", code)
    assert pool.get("eve")["UserStatus"] == "UNCONFIRMED"
    assert pool.get("shared@example.com")["Username"] == "ada"
    pool.confirm("eve", code, ForceAliasCreation=True)
    assert pool.get("shared@example.com")["Username"] == "eve"
    assert pool.attributes("ada")["email_verified"] == "false"
    assert pool.attributes("eve")["email_verified"] == "true"


def test_the_sub_names_a_user_too_and_cannot_be_taken_as_a_name(pool: Any) -> None:
    sub = pool.sign_up("ada", email="ada@example.com")["UserSub"]
    assert pool.get(sub)["Username"] == "ada"
    with pytest.raises(UsernameExistsException):
        pool.sign_up(sub, email="eve@example.com")


def test_a_preferred_name_is_an_alias_only_after_confirmation(make_pool: MakePool) -> None:
    pool = make_pool(AliasAttributes=["preferred_username"])
    with pytest.raises(InvalidParameterException, match="preferred_username"):
        pool.sign_up("ada", email="ada@example.com", preferred_username="countess")
    pool.confirmed("ada")
    pool.update("ada", preferred_username="countess")
    assert pool.get("countess")["Username"] == "ada"
    pool.update("ada", preferred_username="")
    with pytest.raises(UserNotFoundException):
        pool.get("countess")
