"""What administrators do with users: invite, change, disable, delete, list."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    InvalidParameterException,
    InvalidPasswordException,
    UnsupportedUserStateException,
    UsernameExistsException,
    UserNotFoundException,
)
from ostiary.context import Services
from ostiary.idp.factors.passwords import check_policy
from ostiary.idp.users.list_users import parse_filter
from ostiary.store import schema
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import Filter
from tests.fixtures.context import Api

MakePool = Callable[..., Any]
DAY = 86400


def invite(pool: Any, username: str, *, more: dict[str, Any] | None = None, **attributes: str) -> dict[str, Any]:
    listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
    answer = pool.admin("AdminCreateUser", UserPoolId=pool.id, Username=username, UserAttributes=listed, **(more or {}))
    return dict(answer["User"])


# -- invitations -----------------------------------------------------------------------------------------------------
def test_an_invited_user_must_change_a_password_that_was_sent(pool: Any, services: Services) -> None:
    user = invite(pool, "ada", email="ada@example.com")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert user["Attributes"][0]["Name"] == "sub"
    assert user["Attributes"][1:] == [{"Name": "email", "Value": "ada@example.com"}]
    (message,) = pool.sent()
    assert message.body == f"Your username is ada and temporary password is {message.code}."
    assert (message.trigger_source, message.subject) == ("CustomMessage_AdminCreateUser", "Your temporary password")
    with services.store.read() as tx:
        (row,) = tx.all(schema.users.select())
    assert row.temporary_password_expires_at == row.created_at + 7 * DAY


def test_generated_passwords_meet_the_policy(make_pool: MakePool, services: Services) -> None:
    pool = make_pool(
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 40,
                **dict.fromkeys(
                    ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"),
                    True,
                ),
            }
        }
    )
    stored = UserPool(pool.id, "", "", pool.described, 0, 0)
    seen = set()
    for number in range(20):
        invite(pool, f"u{number}", email="u@example.com")
        check_policy(stored, pool.code())
        seen.add(pool.code())
    assert len(seen) == 20


def test_a_suppressed_invitation_sends_nothing(pool: Any) -> None:
    invite(pool, "ada", more={"MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary-1"})
    assert pool.get("ada")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pool.sent() == []


def test_a_user_without_an_address_is_created_and_not_told(pool: Any) -> None:
    invite(pool, "ada", name="Ada")
    assert pool.get("ada")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pool.sent() == []


def test_an_invitation_goes_by_every_desired_medium(pool: Any) -> None:
    both = {"DesiredDeliveryMediums": ["EMAIL", "SMS"]}
    invite(pool, "ada", more=both, email="ada@example.com", phone_number="+12065550100")
    assert [(message.medium, message.recipient) for message in pool.sent()] == [
        ("EMAIL", "ada@example.com"),
        ("SMS", "+12065550100"),
    ]
    assert len({message.code for message in pool.sent()}) == 1


def test_an_invitation_is_sent_again_with_another_password(pool: Any) -> None:
    invite(pool, "ada", email="ada@example.com")
    first = pool.code()
    invite(pool, "ada", more={"MessageAction": "RESEND"})
    assert pool.code() != first
    assert len(pool.sent()) == 2
    pool.admin("AdminSetUserPassword", UserPoolId=pool.id, Username="ada", Password="Correct-horse-8", Permanent=True)
    with pytest.raises(UnsupportedUserStateException, match=r"Resend not possible. ada status is not FORCE_CHANGE"):
        invite(pool, "ada", more={"MessageAction": "RESEND"})
    with pytest.raises(UserNotFoundException, match=r"User does not exist."):
        invite(pool, "nobody", more={"MessageAction": "RESEND"})


def test_an_invited_name_is_taken(pool: Any) -> None:
    invite(pool, "ada", email="ada@example.com")
    with pytest.raises(UsernameExistsException, match="User account already exists"):
        invite(pool, "ada", email="ada@example.com")
    with pytest.raises(InvalidPasswordException, match="Password did not conform with policy: Password not long"):
        invite(pool, "bob", more={"TemporaryPassword": "short"}, email="bob@example.com")


def test_an_administrator_says_which_address_is_verified(make_pool: MakePool) -> None:
    """ATT-04."""
    pool = make_pool(AliasAttributes=["email"])
    pool.confirmed("ada", email="shared@example.com")
    verified: dict[str, Any] = {"email": "shared@example.com", "email_verified": "True"}
    with pytest.raises(UsernameExistsException, match=r"An account with the given email already exists."):
        invite(pool, "bob", **verified)
    invite(pool, "bob", more={"ForceAliasCreation": True}, **verified)
    assert pool.get("shared@example.com")["Username"] == "bob"
    assert pool.attributes("bob")["email_verified"] == "true"
    assert pool.attributes("ada")["email_verified"] == "false"


def test_nobodys_user_name_is_taken_by_force(make_pool: MakePool) -> None:
    pool = make_pool(UsernameAttributes=["email"])
    invite(pool, "ada@example.com")
    with pytest.raises(UsernameExistsException, match=r"An account with the given email already exists."):
        invite(pool, "ada@example.com", more={"ForceAliasCreation": True})
    assert pool.sent()[-1].body.startswith("Your username is ada@example.com and")


# -- changes ---------------------------------------------------------------------------------------------------------
def test_attributes_are_set_and_an_empty_value_deletes(pool: Any) -> None:
    pool.confirmed("ada", name="Ada")
    pool.update("ada", name="", given_name="Ada", email_verified="true")
    attributes = pool.attributes("ada")
    assert "name" not in attributes
    assert attributes["given_name"] == "Ada"
    pool.admin("AdminDeleteUserAttributes", UserPoolId=pool.id, Username="ada", UserAttributeNames=["given_name"])
    assert "given_name" not in pool.attributes("ada")


def test_a_changed_address_is_not_verified_any_more(pool: Any) -> None:
    """ATT-03."""
    pool.confirmed("ada")
    pool.update("ada", email="new@example.com")
    assert pool.attributes("ada")["email_verified"] == "false"
    assert pool.sent()[-1].trigger_source == "CustomMessage_UpdateUserAttribute"
    sent = len(pool.sent())
    pool.update("ada", email="newer@example.com", email_verified="true")
    assert pool.attributes("ada")["email_verified"] == "true"
    assert len(pool.sent()) == sent


def test_immutable_attributes_are_set_once(make_pool: MakePool) -> None:
    """ATT-07."""
    pool = make_pool(
        Schema=[
            {"Name": "tenant", "AttributeDataType": "String", "Mutable": False},
            {
                "Name": "level",
                "AttributeDataType": "Number",
                "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"},
            },
            {"Name": "email", "Required": True},
        ]
    )
    pool.confirmed("ada", **{"custom:tenant": "a"})
    for wrong, message in (
        ({"custom:tenant": "b"}, "user.custom:tenant: Attribute cannot be updated."),
        ({"sub": "x"}, "Cannot modify the non-mutable attribute sub"),
        ({"custom:absent": "x"}, "custom:absent: Attribute does not exist in the schema."),
        ({"custom:level": "10"}, "custom:level: Number must be no greater than 9"),
        ({"custom:level": "ten"}, "custom:level: The attribute must be a number"),
        ({"email": ""}, "email: The attribute is required"),
        ({"email": "x"}, "Invalid email address format."),
        ({"email": "a@b\r\nBcc: c@d"}, "Invalid email address format."),
        ({"phone_number": "206-555-0100"}, "Invalid phone number format."),
        ({"birthdate": "yesterday"}, "birthdate: String must be longer than 9"),
        ({"email_verified": "maybe"}, "email_verified: The attribute must be a boolean"),
        ({"name": "x" * 2049}, "name: String must be no longer than 2048"),
        ({"name": "x\x00"}, "name: String must not contain NUL"),
    ):
        with pytest.raises(InvalidParameterException, match=message):
            pool.update("ada", **wrong)
    assert pool.attributes("ada")["custom:tenant"] == "a"


def test_an_address_that_is_somebody_elses_name_is_refused(make_pool: MakePool) -> None:
    pool = make_pool(UsernameAttributes=["email"])
    invite(pool, "ada@example.com")
    invite(pool, "bob@example.com")
    with pytest.raises(AliasExistsException, match=r"An account with the given email already exists."):
        pool.update("bob@example.com", email="ada@example.com")
    pool.update("bob@example.com", email="robert@example.com")
    with pytest.raises(UserNotFoundException):
        pool.get("bob@example.com")
    assert pool.attributes("robert@example.com")["email"] == "robert@example.com"


def test_a_disabled_user_stays_and_a_deleted_one_does_not(pool: Any) -> None:
    """TOK-12: a name that is taken again belongs to somebody else."""
    sub = pool.confirmed("ada")["UserAttributes"][0]["Value"]
    pool.admin("AdminDisableUser", UserPoolId=pool.id, Username="ada")
    assert pool.get("ada")["Enabled"] is False
    pool.admin("AdminEnableUser", UserPoolId=pool.id, Username="ada")
    assert pool.get("ada")["Enabled"] is True
    pool.admin("AdminDeleteUser", UserPoolId=pool.id, Username="ada")
    for operation in ("AdminDeleteUser", "AdminGetUser", "AdminDisableUser", "AdminEnableUser"):
        with pytest.raises(UserNotFoundException, match=r"User does not exist."):
            pool.admin(operation, UserPoolId=pool.id, Username="ada")
    assert pool.confirmed("ada")["UserAttributes"][0]["Value"] != sub


def test_deleting_a_user_or_a_pool_leaves_no_row_of_theirs(pool: Any, services: Services) -> None:
    pool.confirmed("ada")
    pool.admin("CreateGroup", UserPoolId=pool.id, GroupName="g")
    pool.admin("AdminAddUserToGroup", UserPoolId=pool.id, Username="ada", GroupName="g")
    pool.admin("AdminDeleteUser", UserPoolId=pool.id, Username="ada")
    of_users = (schema.users, schema.user_attributes, schema.aliases, schema.codes, schema.group_members)
    with services.store.read() as tx:
        assert [tx.all(table.select()) for table in of_users] == [[]] * len(of_users)
    pool.sign_up("bob", email="bob@example.com")
    pool.admin("DeleteUserPool", UserPoolId=pool.id)
    with services.store.read() as tx:
        for table in schema.metadata.sorted_tables:
            if "pool_id" in table.c:
                assert tx.all(table.select()) == [], table.name


def test_concurrent_changes_of_one_user_all_arrive(pool: Any) -> None:
    pool.confirmed("ada")
    fields = ("name", "given_name", "family_name", "nickname", "gender", "locale", "website", "profile")

    with ThreadPoolExecutor(len(fields)) as threads:
        list(threads.map(lambda field: pool.update("ada", **{field: "x"}), fields))
    attributes = pool.attributes("ada")
    assert [attributes.get(field) for field in fields] == ["x"] * len(fields)


# -- lists -----------------------------------------------------------------------------------------------------------
def test_users_are_listed_page_by_page(pool: Any) -> None:
    names = {f"user{number}" for number in range(5)}
    for name in names:
        invite(pool, name, more={"MessageAction": "SUPPRESS"})
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = pool.admin("ListUsers", UserPoolId=pool.id, Limit=2, **token)
        assert len(answer["Users"]) <= 2
        seen += [user["Username"] for user in answer["Users"]]
        if "PaginationToken" not in answer:
            break
        token = {"PaginationToken": answer["PaginationToken"]}
    assert len(seen) == 5
    assert set(seen) == names
    with pytest.raises(InvalidParameterException, match="Invalid pagination token"):
        pool.admin("ListUsers", UserPoolId=pool.id, Limit=2, Filter='username = "user1"', **token)


@pytest.fixture
def crowd(make_pool: MakePool) -> Any:
    pool = make_pool()
    quiet = {"MessageAction": "SUPPRESS"}
    invite(pool, "ada", more=quiet, email="Ada@Example.com", given_name="Ada", family_name="Lovelace")
    invite(pool, "Adam", more=quiet, email="adam@example.com", phone_number="+12065550100", name='Adam "A" Ant')
    invite(pool, "bob", more=quiet, email="bob_x%@example.org", preferred_username="Straße")
    pool.admin("AdminDisableUser", UserPoolId=pool.id, Username="bob")
    pool.admin("AdminSetUserPassword", UserPoolId=pool.id, Username="ada", Password="Correct-horse-8", Permanent=True)
    return pool


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"ada", "Adam", "bob"}),
        ('username = "ada"', {"ada"}),
        ('username = "adam"', set()),
        ('username ^= "Ad"', {"Adam"}),
        ('email = "ADA@example.com"', {"ada"}),
        ('email ^= "ada"', {"ada", "Adam"}),
        ('email ^= "bob_x%"', {"bob"}),
        ('email ^= "bob%"', set()),
        ('  given_name="Ada"  ', {"ada"}),
        ('family_name ^= ""', {"ada"}),
        (r'name = "Adam \"A\" Ant"', {"Adam"}),
        ('phone_number = "+12065550100"', {"Adam"}),
        ('preferred_username = "STRASSE"', {"bob"}),
        ('cognito:user_status = "confirmed"', {"ada"}),
        ('cognito:user_status ^= "FORCE"', {"Adam", "bob"}),
        ('status = "Enabled"', {"ada", "Adam"}),
        ('status = "Disabled"', {"bob"}),
        ('status = "disabled"', set()),
        ("""email = "' OR 1=1 --" """, set()),
        ('"email" ^= "ada"', {"ada", "Adam"}),
        (' "given_name"="Ada"', {"ada"}),
        ('"cognito:user_status" = "CONFIRMED"', {"ada"}),
    ],
)
def test_users_are_found_by_a_filter(crowd: Any, text: str, expected: set[str]) -> None:
    """ENU-06."""
    found = crowd.admin("ListUsers", UserPoolId=crowd.id, Filter=text)["Users"]
    assert {user["Username"] for user in found} == expected


def test_a_user_is_found_by_sub(crowd: Any) -> None:
    sub = crowd.attributes("ada")["sub"]
    for text in (f'sub = "{sub}"', f'sub ^= "{sub[:20]}"'):
        (found,) = crowd.admin("ListUsers", UserPoolId=crowd.id, Filter=text)["Users"]
        assert found["Username"] == "ada"


def test_another_pools_users_are_never_found(crowd: Any, make_pool: MakePool) -> None:
    """ENU-06."""
    other = make_pool()
    for text in ("", 'username = "ada"', 'email ^= ""', 'status = "Enabled"', 'sub ^= ""'):
        assert other.admin("ListUsers", UserPoolId=other.id, Filter=text)["Users"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('custom:foo = "x"', "Invalid search attribute: custom:foo"),
        ('address = "x"', "Invalid search attribute: address"),
        ("email = x", "Error while parsing filter"),
        ('email == "x"', "Error while parsing filter"),
        ('email = "x" and name = "y"', "Error while parsing filter"),
        ('email = "x', "Error while parsing filter"),
        ('email "x"', "Error while parsing filter"),
        ('"email = "x"', "Error while parsing filter"),
        ('email" = "x"', "Error while parsing filter"),
        ('"" = "x"', "Error while parsing filter"),
        ('"custom:foo" = "x"', "Invalid search attribute: custom:foo"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(pool: Any, text: str, message: str) -> None:
    with pytest.raises(InvalidParameterException, match=message):
        pool.admin("ListUsers", UserPoolId=pool.id, Filter=text)


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.booleans())
def test_every_value_can_be_searched_for(value: str, prefix: bool) -> None:  # noqa: FBT001
    quoted = value.replace("\\", r"\\").replace('"', r"\"")
    assert parse_filter(f'email {"^" if prefix else ""}= "{quoted}"') == Filter("email", value, prefix=prefix)


@given(st.text())
def test_every_text_is_a_filter_or_is_refused(text: str) -> None:
    try:
        clause = parse_filter(text)
    except InvalidParameterException:
        return
    assert clause is None or clause.name


def test_only_the_attributes_that_are_asked_for_are_listed(crowd: Any, admin: Api) -> None:
    found = admin("ListUsers", UserPoolId=crowd.id, AttributesToGet=["email"], Filter='username = "ada"')["Users"]
    assert found[0]["Attributes"] == [{"Name": "email", "Value": "Ada@Example.com"}]
    with pytest.raises(InvalidParameterException, match=r"One or more requested attributes do not exist."):
        admin("ListUsers", UserPoolId=crowd.id, AttributesToGet=["custom:absent"])
