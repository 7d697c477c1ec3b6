"""Signing up, confirming, codes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    InvalidPasswordException,
    LimitExceededException,
    NotAuthorizedException,
    UsernameExistsException,
    UserNotFoundException,
)
from ostiary.context import Services
from ostiary.store import schema
from tests.fixtures.context import Api

MakePool = Callable[..., Any]
DAY = 86400
INSENSITIVE = {"UsernameConfiguration": {"CaseSensitive": False}}


def test_a_new_user_is_unconfirmed_and_gets_a_code(pool: Any) -> None:
    answer = pool.sign_up("ada", email="ada@example.com", name="Ada")
    user = pool.get("ada")
    assert answer == {
        "UserConfirmed": False,
        "UserSub": user["UserAttributes"][0]["Value"],
        "CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"},
    }
    assert user["UserStatus"] == "UNCONFIRMED"
    assert user["Enabled"] is True
    assert pool.attributes("ada") == {
        "sub": answer["UserSub"],
        "email": "ada@example.com",
        "email_verified": "false",
        "name": "Ada",
    }
    (message,) = pool.sent()
    assert (message.medium, message.recipient, message.trigger_source) == (
        "EMAIL",
        "ada@example.com",
        "CustomMessage_SignUp",
    )
    assert message.subject == "Your verification code"
    assert message.body == f"Your verification code is {message.code}."
    assert len(message.code) == 6
    assert message.code.isdigit()


def test_the_code_confirms_the_user_and_the_address(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    assert pool.confirm("ada") == {}
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert pool.attributes("ada")["email_verified"] == "true"
    with pytest.raises(NotAuthorizedException, match=r"User cannot be confirmed. Current status is CONFIRMED"):
        pool.confirm("ada")


def test_a_wrong_code_leaves_the_user_unconfirmed(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(CodeMismatchException, match=r"Invalid verification code provided, please try again."):
        pool.confirm("ada", pool.wrong_code())
    assert pool.get("ada")["UserStatus"] == "UNCONFIRMED"
    pool.confirm("ada")
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"


def test_five_wrong_tries_kill_a_code(pool: Any) -> None:
    """PWD-07."""
    pool.sign_up("ada", email="ada@example.com")
    for _ in range(5):
        with pytest.raises(CodeMismatchException):
            pool.confirm("ada", pool.wrong_code())
    with pytest.raises(LimitExceededException, match=r"Attempt limit exceeded, please try after some time."):
        pool.confirm("ada")
    assert pool.get("ada")["UserStatus"] == "UNCONFIRMED"
    pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    pool.confirm("ada")


def test_a_code_lives_a_day(pool: Any, services: Services) -> None:
    """PWD-07, PWD-08: expiry is decided when the code is used."""
    pool.sign_up("ada", email="ada@example.com")
    services.clock.advance(DAY)
    with pytest.raises(ExpiredCodeException, match=r"Invalid code provided, please request a code again."):
        pool.confirm("ada")
    pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    services.clock.advance(DAY - 5)
    pool.confirm("ada")


def test_a_new_code_kills_the_old_one(pool: Any) -> None:
    """PWD-07."""
    pool.sign_up("ada", email="ada@example.com")
    old = pool.code()
    answer = pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    assert answer["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    assert pool.sent()[-1].trigger_source == "CustomMessage_ResendCode"
    if old != pool.code():
        with pytest.raises(CodeMismatchException):
            pool.confirm("ada", old)
    pool.confirm("ada")


def test_codes_can_be_asked_for_five_times_an_hour(pool: Any, services: Services) -> None:
    pool.sign_up("ada", email="ada@example.com")
    for _ in range(5):
        pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    with pytest.raises(LimitExceededException):
        pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    assert len(pool.sent()) == 6
    services.clock.advance(3600)
    pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")


def test_resending_needs_somebody_unconfirmed_and_an_address(make_pool: MakePool) -> None:
    pool = make_pool(AutoVerifiedAttributes=[])
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(InvalidParameterException, match=r"Cannot resend codes. Auto verification not turned on."):
        pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ada")
    with pytest.raises(InvalidParameterException, match=r"User is already confirmed."):
        pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username="ada")
    assert pool.sent() == []


def test_of_fifty_concurrent_sign_ups_with_one_address_one_wins(make_pool: MakePool) -> None:
    """ATT-06, where the address is the user name."""
    pool = make_pool(UsernameAttributes=["email"], **INSENSITIVE)

    def sign_up(number: int) -> bool:
        try:
            pool.sign_up("ada@example.com" if number % 2 else "ADA@Example.com")
        except UsernameExistsException as error:
            assert error.message == "An account with the given email already exists."  # noqa: PT017
            return False
        return True

    with ThreadPoolExecutor(50) as threads:
        assert sum(threads.map(sign_up, range(50))) == 1
    assert len(pool.admin("ListUsers", UserPoolId=pool.id)["Users"]) == 1


def test_many_concurrent_guesses_are_no_more_than_five(pool: Any) -> None:
    """PWD-07 holds for tries at the same time."""
    pool.sign_up("ada", email="ada@example.com")
    wrong = pool.wrong_code()

    def guess(_: int) -> type[Exception]:
        try:
            pool.confirm("ada", wrong)
        except (CodeMismatchException, LimitExceededException) as error:
            return type(error)
        return Exception

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(guess, range(20)))
    assert outcomes.count(CodeMismatchException) == 5
    assert outcomes.count(LimitExceededException) == 15


def test_a_sign_up_that_fails_leaves_nothing(pool: Any, services: Services) -> None:
    pool.sign_up("ada", email="ada@example.com")
    before = _rows(services)
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: pool.sign_up("ada", email="else@example.com"),
        lambda: pool.sign_up("bob", password="short", email="bob@example.com"),
        lambda: pool.sign_up("bob", email="not an address"),
        lambda: pool.sign_up("bob", **{"custom:absent": "x"}),
    )
    for attempt in attempts:
        with pytest.raises((UsernameExistsException, InvalidPasswordException, InvalidParameterException)):
            attempt()
    assert _rows(services) == before


def _rows(services: Services) -> list[int]:
    tables = (schema.users, schema.user_attributes, schema.aliases, schema.codes, schema.messages)
    with services.store.read() as tx:
        return [len(tx.all(table.select())) for table in tables]


def test_self_sign_up_can_be_closed(make_pool: MakePool) -> None:
    pool = make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    with pytest.raises(NotAuthorizedException, match="SignUp is not permitted for this user pool"):
        pool.sign_up("ada", email="ada@example.com")


def test_required_attributes_are_required(make_pool: MakePool) -> None:
    pool = make_pool(Schema=[{"Name": "name", "Required": True}])
    with pytest.raises(InvalidParameterException, match="schema: name: The attribute is required"):
        pool.sign_up("ada", email="ada@example.com")
    pool.sign_up("ada", email="ada@example.com", name="Ada")


def test_nobody_verifies_their_own_address_at_sign_up(pool: Any) -> None:
    """ATT-02."""
    for name, value in (("email_verified", "true"), ("cognito:groups", "x"), ("dev:x", "x")):
        with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
            pool.sign_up("ada", **{"email": "ada@example.com", name: value})


def test_nobody_chooses_a_sub(pool: Any) -> None:
    """ATT-02."""
    refused = r"^Cannot modify the non-mutable attribute sub$"
    with pytest.raises(InvalidParameterException, match=refused):
        pool.sign_up("ada", email="ada@example.com", sub="x")
    chosen = {"UserPoolId": pool.id, "Username": "ada", "UserAttributes": [{"Name": "sub", "Value": "x"}]}
    with pytest.raises(InvalidParameterException, match=refused):
        pool.admin("AdminCreateUser", **chosen)
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(InvalidParameterException, match=refused):
        pool.admin("AdminUpdateUserAttributes", **chosen)


@pytest.mark.parametrize(
    ("attribute", "name", "other"),
    [("email", "ada@example.com", "bob@example.com"), ("phone_number", "+12065550100", "+12065550101")],
)
def test_an_address_that_is_the_user_name_is_the_attribute_too(
    make_pool: MakePool, attribute: str, name: str, other: str
) -> None:
    pool = make_pool(UsernameAttributes=[attribute])
    text = f"^User {attribute} should be empty or same as username, since username attribute is {attribute}\\.$"
    with pytest.raises(InvalidParameterException, match=text):
        pool.sign_up(name, **{attribute: other})
    pool.sign_up(name, **{attribute: name})
    assert pool.attributes(name)[attribute] == name


def test_write_attributes_of_the_client_bind_sign_up(make_pool: MakePool) -> None:
    """ATT-01."""
    pool = make_pool(client={"WriteAttributes": ["email"]})
    with pytest.raises(NotAuthorizedException, match="A client attempted to write unauthorized attribute"):
        pool.sign_up("ada", email="ada@example.com", name="Ada")
    pool.sign_up("ada", email="ada@example.com")


def test_the_code_goes_to_the_phone_where_both_could_get_it(make_pool: MakePool) -> None:
    pool = make_pool(AutoVerifiedAttributes=["email", "phone_number"])
    details = pool.sign_up("ada", email="ada@example.com", phone_number="+12065550100")["CodeDeliveryDetails"]
    assert details == {"Destination": "+*******0100", "DeliveryMedium": "SMS", "AttributeName": "phone_number"}
    (message,) = pool.sent()
    assert (message.medium, message.recipient) == ("SMS", "+12065550100")
    pool.confirm("ada")
    assert pool.attributes("ada")["phone_number_verified"] == "true"
    assert pool.attributes("ada")["email_verified"] == "false"


def test_no_code_is_sent_where_nothing_is_verified(make_pool: MakePool) -> None:
    pool = make_pool(AutoVerifiedAttributes=[])
    assert "CodeDeliveryDetails" not in pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(ExpiredCodeException):
        pool.confirm("ada", "123456")
    pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ada")
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert pool.attributes("ada")["email_verified"] == "false"


def test_a_code_proves_only_the_address_it_went_to(pool: Any) -> None:
    """ATT-03: an administrator changed the address while the code was on its way."""
    pool.sign_up("ada", email="ada@example.com")
    first = pool.code()
    pool.update("ada", email="other@example.com")
    pool.confirm("ada", first)
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert pool.attributes("ada")["email_verified"] == "false"


# -- who exists ------------------------------------------------------------------------------------------------------
def test_a_legacy_client_is_told_who_does_not_exist(pool: Any) -> None:
    for operation, more in (("ConfirmSignUp", {"ConfirmationCode": "123456"}), ("ResendConfirmationCode", {})):
        with pytest.raises(UserNotFoundException, match=r"Username/client id combination not found."):
            pool.unsigned(operation, ClientId=pool.client_id, Username="nobody", **more)


def test_an_enabled_client_is_not_told_who_exists(make_pool: MakePool, services: Services) -> None:
    """ENU-01, ENU-03."""
    pool = make_pool(client={"PreventUserExistenceErrors": "ENABLED"})

    def resend(name: str) -> dict[str, str]:
        answer = pool.unsigned("ResendConfirmationCode", ClientId=pool.client_id, Username=name)
        return dict(answer["CodeDeliveryDetails"])

    with pytest.raises(ExpiredCodeException):
        pool.confirm("nobody", "123456")
    assert resend("nobody") == resend("nobody")
    assert resend("nobody").keys() == {"Destination", "DeliveryMedium", "AttributeName"}
    assert resend("bob@example.com")["Destination"] == "b***@e***"
    assert pool.sent() == []
    for _ in range(5):
        with pytest.raises(CodeMismatchException):
            pool.confirm("nobody", "123456")
    with pytest.raises(LimitExceededException):
        pool.confirm("nobody", "123456")
    services.clock.advance(DAY)
    with pytest.raises(ExpiredCodeException):
        pool.confirm("nobody", "123456")


def test_codes_are_stored_hashed(pool: Any, services: Services) -> None:
    pool.sign_up("ada", email="ada@example.com")
    with services.store.read() as tx:
        (row,) = tx.all(schema.codes.select().where(schema.codes.c.purpose == "sign_up"))
    assert pool.code() not in row.code_hash
    assert len(row.code_hash) == 64


def test_templates_of_the_pool_are_used_and_names_are_escaped(make_pool: MakePool, admin: Api) -> None:
    """HUI-08."""
    pool = make_pool(
        VerificationMessageTemplate={"EmailSubject": "Hello", "EmailMessage": "Take {####}!"},
        AdminCreateUserConfig={"InviteMessageTemplate": {"EmailMessage": "{username} with {####}"}},
    )
    pool.sign_up("ada", email="ada@example.com")
    assert (pool.sent()[-1].subject, pool.sent()[-1].body) == ("Hello", f"Take {pool.code()}!")
    attributes = [{"Name": "email", "Value": "bob@example.com"}]
    admin("AdminCreateUser", UserPoolId=pool.id, Username="<b>bob", UserAttributes=attributes)
    assert pool.sent()[-1].body == f"&lt;b&gt;bob with {pool.code()}"


def test_a_pool_that_wants_links_sends_codes_while_it_has_no_domain(make_pool: MakePool) -> None:
    pool = make_pool(VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"})
    assert pool.described["VerificationMessageTemplate"] == {"DefaultEmailOption": "CONFIRM_WITH_LINK"}
    pool.sign_up("ada", email="ada@example.com")
    assert pool.code() in pool.sent()[-1].body
    pool.confirm("ada")
