"""A temporary password opens one thing: the choice of a new one (PWD-10, PWD-11)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    InvalidPasswordException,
    NotAuthorizedException,
)
from tests.idp.signin.conftest import PASSWORD, App, Pool

MakePool = Callable[..., Pool]
Advance = Callable[[float], None]
NEW = "Brand-new-horse-9"
SCHEMA = [
    {"Name": "family_name", "Required": True, "Mutable": True},
    {"Name": "tier", "AttributeDataType": "String", "Mutable": True},
]


@pytest.fixture
def invited(make_pool: MakePool) -> App:
    """Make a client of a pool that wants a family name, where `ann` was invited without one."""
    pool = make_pool(Schema=SCHEMA)
    pool.invite("ann", email="ann@example.com")
    return pool.app()


def choose(app: App, session: str, password: str = NEW, username: str = "ann", **given: str) -> dict[str, Any]:
    responses = {f"userAttributes.{name}": value for name, value in {"family_name": "Lee", **given}.items()}
    responses |= {"USERNAME": username, "NEW_PASSWORD": password, **app.secret_hash(username)}
    return app.respond("NEW_PASSWORD_REQUIRED", session=session, **responses)


def test_the_challenge_says_what_is_there_and_what_is_missing(invited: App) -> None:
    answer = invited.password("ann")
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" not in answer
    parameters = answer["ChallengeParameters"]
    assert parameters["USER_ID_FOR_SRP"] == "ann"
    assert json.loads(parameters["requiredAttributes"]) == ["userAttributes.family_name"]
    assert json.loads(parameters["userAttributes"])["email"] == "ann@example.com"
    assert "sub" not in json.loads(parameters["userAttributes"])


@pytest.mark.parametrize("begin", ["password", "srp"])
def test_a_new_password_and_what_was_missing_sign_the_user_in(invited: App, begin: str) -> None:
    session = getattr(invited, begin)("ann")["Session"]
    answer = choose(invited, session, name="Ann")
    assert answer["ChallengeParameters"] == {}
    token = answer["AuthenticationResult"]["AccessToken"]
    listed = {item["Name"]: item["Value"] for item in invited.pool.get_user(token)["UserAttributes"]}
    assert (listed["family_name"], listed["name"]) == ("Lee", "Ann")
    assert invited.pool.call("AdminGetUser", Username="ann")["UserStatus"] == "CONFIRMED"
    assert invited.tokens("ann", NEW)
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        invited.password("ann")


def test_a_refused_password_leaves_the_session_good(invited: App) -> None:
    session = invited.password("ann")["Session"]
    with pytest.raises(InvalidPasswordException, match="Password not long enough"):
        choose(invited, session, "Ab-1")
    assert "AuthenticationResult" in choose(invited, session)


def test_what_is_missing_must_be_given(invited: App) -> None:
    session = invited.password("ann")["Session"]
    responses = {"USERNAME": "ann", "NEW_PASSWORD": NEW}
    with pytest.raises(InvalidParameterException, match=r"^Invalid attributes given, family_name is missing$"):
        invited.respond("NEW_PASSWORD_REQUIRED", session=session, **responses)
    with pytest.raises(InvalidParameterException, match=r"^Missing required parameter NEW_PASSWORD$"):
        invited.respond("NEW_PASSWORD_REQUIRED", session=session, USERNAME="ann")
    assert "AuthenticationResult" in choose(invited, session)


def test_what_is_there_cannot_be_changed_on_the_way(invited: App) -> None:
    """ATT-01, ATT-02."""
    session = invited.password("ann")["Session"]
    with pytest.raises(NotAuthorizedException, match=r"^Cannot modify an already provided email$"):
        choose(invited, session, email="eve@example.com")
    with pytest.raises(NotAuthorizedException, match="unauthorized attribute"):
        choose(invited, session, email_verified="true")


def test_a_client_sets_only_what_it_may_write(invited: App) -> None:
    """ATT-01."""
    narrow = invited.pool.app(WriteAttributes=["family_name"])
    session = narrow.password("ann")["Session"]
    with pytest.raises(NotAuthorizedException, match="unauthorized attribute"):
        choose(narrow, session, name="Ann")
    assert "AuthenticationResult" in choose(narrow, session)


def test_a_session_can_be_used_once(invited: App) -> None:
    session = invited.password("ann")["Session"]
    choose(invited, session)
    with pytest.raises(NotAuthorizedException, match="Invalid session for the user"):
        choose(invited, session, "Yet-another-horse-1")
    assert invited.tokens("ann", NEW)


def test_a_session_belongs_to_its_client_and_its_user(invited: App) -> None:
    """PWD-11, MFA-05."""
    session = invited.password("ann")["Session"]
    invited.pool.invite("bob")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(invited.pool.app(), session)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(invited, session, username="bob")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(invited, session[:-1] + ("A" if session[-1] != "A" else "B"))
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        invited.respond("NEW_PASSWORD_REQUIRED", USERNAME="ann", NEW_PASSWORD=NEW)


def test_a_session_expires(invited: App, advance: Advance) -> None:
    session = invited.password("ann")["Session"]
    advance(181)
    with pytest.raises(NotAuthorizedException, match="session is expired"):
        choose(invited, session)


def test_a_session_dies_with_its_temporary_password(invited: App) -> None:
    session = invited.password("ann")["Session"]
    invited.pool.set_password("ann", "Other-temporary-1", permanent=False)
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(invited, session)


def test_a_session_of_a_disabled_user_is_refused(invited: App) -> None:
    session = invited.password("ann")["Session"]
    invited.pool.call("AdminDisableUser", Username="ann")
    with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
        choose(invited, session)


def test_a_temporary_password_expires(invited: App, advance: Advance) -> None:
    """PWD-10."""
    advance(7 * 86400 + 1)
    with pytest.raises(NotAuthorizedException, match=r"^Temporary password has expired and must be reset"):
        invited.password("ann")


def test_an_administrator_answers_too(invited: App) -> None:
    answer = invited.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD)
    responses = {"USERNAME": "ann", "NEW_PASSWORD": NEW, "userAttributes.family_name": "Lee"}
    req = {"ClientId": invited.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": responses}
    assert "AuthenticationResult" in invited.pool.call("AdminRespondToAuthChallenge", Session=answer["Session"], **req)


def test_a_client_with_a_secret_proves_it_here_too(invited: App) -> None:
    """PWD-13."""
    secret = invited.pool.app(GenerateSecret=True)
    session = secret.password("ann")["Session"]
    with pytest.raises(NotAuthorizedException, match="SECRET_HASH was not received"):
        secret.respond("NEW_PASSWORD_REQUIRED", session=session, USERNAME="ann", NEW_PASSWORD=NEW)
    assert "AuthenticationResult" in choose(secret, session)
