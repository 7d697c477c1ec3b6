"""Setting, changing and recovering passwords."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    InvalidPasswordException,
    LimitExceededException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    UserNotFoundException,
)
from ostiary.context import Services
from tests.fixtures.context import Api

MakePool = Callable[..., Any]
PASSWORD = "Correct-horse-7"
NEW_PASSWORD = "Battery-staple-8"
FLOWS = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    return make_pool(client=FLOWS)


def sign_in(pool: Any, username: str, password: str) -> dict[str, Any]:
    parameters = {"USERNAME": username, "PASSWORD": password}
    answer = pool.unsigned(
        "InitiateAuth", ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    return dict(answer.get("AuthenticationResult", answer))


def forgot(pool: Any, username: str) -> dict[str, str]:
    answer = pool.unsigned("ForgotPassword", ClientId=pool.client_id, Username=username)
    return dict(answer["CodeDeliveryDetails"])


def recover(pool: Any, username: str, code: str, password: str = NEW_PASSWORD) -> None:
    pool.unsigned(
        "ConfirmForgotPassword",
        ClientId=pool.client_id,
        Username=username,
        ConfirmationCode=code,
        Password=password,
    )


def test_a_forgotten_password_is_replaced_with_a_code(pool: Any) -> None:
    """PWD-09: the answer signs nobody in."""
    pool.confirmed("ada")
    details = forgot(pool, "ada")
    assert details == {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert pool.sent()[-1].trigger_source == "CustomMessage_ForgotPassword"
    assert pool.sent()[-1].subject == "Your password reset code"
    sign_in(pool, "ada", PASSWORD)
    recover(pool, "ada", pool.code())
    with pytest.raises(NotAuthorizedException, match=r"Incorrect username or password."):
        sign_in(pool, "ada", PASSWORD)
    assert sign_in(pool, "ada", NEW_PASSWORD)["TokenType"] == "Bearer"


def test_a_reset_code_is_single_use_and_lives_an_hour(pool: Any, services: Services) -> None:
    """PWD-07, PWD-08."""
    pool.confirmed("ada")
    forgot(pool, "ada")
    code = pool.code()
    recover(pool, "ada", code)
    with pytest.raises(ExpiredCodeException, match=r"Invalid code provided, please request a code again."):
        recover(pool, "ada", code, PASSWORD)
    forgot(pool, "ada")
    services.clock.advance(3600)
    with pytest.raises(ExpiredCodeException):
        recover(pool, "ada", pool.code())


def test_five_wrong_tries_kill_a_reset_code(pool: Any) -> None:
    """PWD-07."""
    pool.confirmed("ada")
    forgot(pool, "ada")
    for _ in range(5):
        with pytest.raises(CodeMismatchException):
            recover(pool, "ada", pool.wrong_code())
    with pytest.raises(LimitExceededException):
        recover(pool, "ada", pool.code())
    sign_in(pool, "ada", PASSWORD)


def test_new_codes_do_not_buy_more_than_twenty_tries_an_hour(pool: Any) -> None:
    pool.confirmed("ada")
    tries = 0
    for _ in range(8):
        forgot(pool, "ada")
        for _ in range(5):
            try:
                recover(pool, "ada", pool.wrong_code())
            except CodeMismatchException:
                tries += 1
            except LimitExceededException:
                break
    assert tries == 20


def test_a_code_for_signing_up_does_not_reset_and_the_reverse(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(ExpiredCodeException):
        recover(pool, "ada", pool.code())
    pool.confirm("ada")
    forgot(pool, "ada")
    with pytest.raises(NotAuthorizedException):
        pool.confirm("ada")


def test_a_code_needs_a_verified_address(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(InvalidParameterException, match="no registered/verified email or phone_number"):
        forgot(pool, "ada")
    pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="ada")
    with pytest.raises(InvalidParameterException, match="no registered/verified email or phone_number"):
        forgot(pool, "ada")
    pool.update("ada", email_verified="true")
    forgot(pool, "ada")


def test_the_pool_says_which_address_recovers(make_pool: MakePool) -> None:
    both = {"phone_number": "+12065550100", "phone_number_verified": "true", "email_verified": "true"}
    for mechanisms, medium in (
        ([{"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"}], "EMAIL"),
        ([{"Priority": 2, "Name": "verified_email"}, {"Priority": 1, "Name": "verified_phone_number"}], "SMS"),
    ):
        pool = make_pool(AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
        pool.confirmed("ada")
        pool.update("ada", **both)
        assert forgot(pool, "ada")["DeliveryMedium"] == medium
    closed = make_pool(AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]})
    closed.confirmed("ada")
    with pytest.raises(NotAuthorizedException, match=r"Contact administrator to reset password."):
        forgot(closed, "ada")


def test_who_was_invited_or_disabled_cannot_reset(pool: Any) -> None:
    attributes = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]
    pool.admin("AdminCreateUser", UserPoolId=pool.id, Username="ada", UserAttributes=attributes)
    with pytest.raises(NotAuthorizedException, match=r"User password cannot be reset in the current state."):
        forgot(pool, "ada")
    pool.confirmed("bob")
    pool.admin("AdminDisableUser", UserPoolId=pool.id, Username="bob")
    with pytest.raises(NotAuthorizedException, match=r"User is disabled."):
        forgot(pool, "bob")


def test_a_client_that_hides_who_exists_answers_for_everybody(make_pool: MakePool) -> None:
    """ENU-01: absent, unverified, invited and disabled users look like anybody."""
    pool = make_pool(client={"PreventUserExistenceErrors": "ENABLED"})
    pool.sign_up("unverified", email="u@example.com")
    pool.confirmed("disabled")
    pool.admin("AdminDisableUser", UserPoolId=pool.id, Username="disabled")
    pool.admin("AdminCreateUser", UserPoolId=pool.id, Username="invited", MessageAction="SUPPRESS")
    pool.confirmed("present")
    sent = len(pool.sent())
    for name in ("absent", "unverified", "disabled", "invited", "present"):
        with pytest.raises(ExpiredCodeException):
            recover(pool, name, "123456")
        assert forgot(pool, name).keys() == {"Destination", "DeliveryMedium", "AttributeName"}
        for _ in range(5):
            with pytest.raises(CodeMismatchException):
                recover(pool, name, pool.wrong_code())
        with pytest.raises(LimitExceededException):
            recover(pool, name, "123456")
    assert len(pool.sent()) == sent + 1


def test_a_legacy_client_is_told_who_does_not_exist(pool: Any) -> None:
    with pytest.raises(UserNotFoundException, match=r"Username/client id combination not found."):
        forgot(pool, "nobody")
    with pytest.raises(UserNotFoundException, match=r"Username/client id combination not found."):
        recover(pool, "nobody", "123456")


def test_an_administrator_makes_a_password_unusable(pool: Any) -> None:
    pool.confirmed("ada")
    pool.admin("AdminResetUserPassword", UserPoolId=pool.id, Username="ada")
    assert pool.get("ada")["UserStatus"] == "RESET_REQUIRED"
    with pytest.raises(PasswordResetRequiredException, match="Password reset required for the user"):
        sign_in(pool, "ada", PASSWORD)
    recover(pool, "ada", pool.code())
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert sign_in(pool, "ada", NEW_PASSWORD)["TokenType"] == "Bearer"


def test_an_administrator_sets_a_password_for_good_or_for_now(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    secret = {"UserPoolId": pool.id, "Username": "ada", "Password": NEW_PASSWORD}
    pool.admin("AdminSetUserPassword", **secret, Permanent=True)
    assert pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert sign_in(pool, "ada", NEW_PASSWORD)["TokenType"] == "Bearer"
    pool.admin("AdminSetUserPassword", **secret)
    assert pool.get("ada")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert sign_in(pool, "ada", NEW_PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    with pytest.raises(UserNotFoundException, match=r"User does not exist."):
        pool.admin("AdminSetUserPassword", **{**secret, "Username": "nobody"})


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Ab-1", "Password not long enough"),
        ("lower-case-1", "Password must have uppercase characters"),
        ("UPPER-CASE-1", "Password must have lowercase characters"),
        ("No-digits-here", "Password must have numeric characters"),
        ("NoSymbols1", "Password must have symbol characters"),
        (" NoSymbols1 ", "Password must have symbol characters"),
        ("Ab-1" * 64 + "x", "Password too long"),
    ],
)
def test_the_policy_names_the_first_rule_that_is_broken(pool: Any, password: str, fault: str) -> None:
    with pytest.raises(InvalidPasswordException, match=f"Password did not conform with policy: {fault}"):
        pool.sign_up("ada", password=password, email="ada@example.com")


@pytest.mark.parametrize("password", ["Inner space1", "Ab-1" * 64, "Pässwörd-1", "Abcd-1\u0041\u030aé", "Abcdef-1\t"])
def test_a_password_is_kept_exactly_as_it_is(pool: Any, password: str) -> None:
    """PWD-03, PWD-04."""
    pool.sign_up("ada", password=password, email="ada@example.com")
    pool.confirm("ada")
    assert sign_in(pool, "ada", password)["TokenType"] == "Bearer"
    for other in (password[:-1], password + "x", password.upper()):
        with pytest.raises(NotAuthorizedException, match=r"Incorrect username or password."):
            sign_in(pool, "ada", other)


def test_a_signed_in_user_changes_the_password(pool: Any, unsigned: Api) -> None:
    pool.confirmed("ada")
    token = sign_in(pool, "ada", PASSWORD)["AccessToken"]
    with pytest.raises(NotAuthorizedException, match=r"Incorrect username or password."):
        unsigned("ChangePassword", AccessToken=token, PreviousPassword="Wrong-1234", ProposedPassword=NEW_PASSWORD)
    with pytest.raises(InvalidPasswordException):
        unsigned("ChangePassword", AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword="short")
    assert unsigned("ChangePassword", AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW_PASSWORD) == {}
    assert sign_in(pool, "ada", NEW_PASSWORD)["TokenType"] == "Bearer"


def test_a_password_is_tried_five_times_an_hour_for_changing_it(pool: Any, unsigned: Api) -> None:
    pool.confirmed("ada")
    token = sign_in(pool, "ada", PASSWORD)["AccessToken"]
    change = {"AccessToken": token, "ProposedPassword": NEW_PASSWORD}
    for _ in range(5):
        with pytest.raises(NotAuthorizedException):
            unsigned("ChangePassword", **change, PreviousPassword="Wrong-1234")
    with pytest.raises(LimitExceededException, match=r"Attempt limit exceeded, please try after some time."):
        unsigned("ChangePassword", **change, PreviousPassword=PASSWORD)
    sign_in(pool, "ada", PASSWORD)


def test_a_reset_does_not_take_an_alias_that_moved(make_pool: MakePool) -> None:
    """ATT-04."""
    pool = make_pool(AliasAttributes=["email"], client=FLOWS)
    pool.confirmed("ada", email="shared@example.com")
    forgot(pool, "ada")
    code = pool.code()
    pool.sign_up("eve", email="shared@example.com")
    pool.confirm("eve", ForceAliasCreation=True)
    recover(pool, "ada", code)
    assert pool.get("shared@example.com")["Username"] == "eve"
    assert pool.attributes("ada")["email_verified"] == "false"
    assert sign_in(pool, "ada", NEW_PASSWORD)["TokenType"] == "Bearer"


def test_an_administrators_confirmation_takes_no_alias_of_another(make_pool: MakePool) -> None:
    """ATT-04: nothing is written."""
    pool = make_pool(AliasAttributes=["email"])
    pool.confirmed("ada", email="shared@example.com")
    pool.sign_up("eve", email="shared@example.com")
    pool.update("eve", email_verified="true")
    secret = {"Username": "eve", "Password": NEW_PASSWORD, "Permanent": True}
    with pytest.raises(InvalidParameterException, match="An account with the given email already exists"):
        pool.admin("AdminConfirmSignUp", UserPoolId=pool.id, Username="eve")
    with pytest.raises(InvalidParameterException, match="An account with the given email already exists"):
        pool.admin("AdminSetUserPassword", UserPoolId=pool.id, **secret)
    assert pool.get("eve")["UserStatus"] == "UNCONFIRMED"
    assert pool.get("shared@example.com")["Username"] == "ada"
