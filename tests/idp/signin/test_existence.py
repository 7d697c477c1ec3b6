"""Whether somebody exists: what a client that must not know hears of anybody, and what others hear (ENU-01)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.delivery.outbox import Message
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import FLOWS, PASSWORD, App, Pool

WRONG = "Wrong-horse-8"
PEOPLE = ("absent", "confirmed", "unconfirmed", "disabled", "invited", "reset")
Try = Callable[[App, str], Any]


def by_srp(app: App, name: str) -> Any:
    srp = SrpClient(app.pool.id, name, WRONG)
    return app.respond("PASSWORD_VERIFIER", **app.srp_answer(app.srp_challenge(name, srp), srp))


def by_choice(**preferred: str) -> Try:
    def attempt(app: App, name: str) -> Any:
        return app.initiate("USER_AUTH", USERNAME=name, **preferred)

    return attempt


def call(operation: str, **more: Any) -> Try:
    return lambda app, name: app.pool.anybody(operation, ClientId=app.id, Username=name, **more)


def with_a_wrong_code(app: App, name: str) -> Any:
    call("ForgotPassword")(app, name)
    return call("ConfirmForgotPassword", ConfirmationCode="000000", Password=PASSWORD)(app, name)


WAYS: dict[str, Try] = {
    "a password": lambda app, name: app.password(name, WRONG),
    "a question for a proof": lambda app, name: app.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A="4" * 64),
    "a proof": by_srp,
    "a choice of a password": by_choice(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=WRONG),
    "a choice of a proof": by_choice(PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A="4" * 64),
    "a new code": call("ForgotPassword"),
    "a wrong code": with_a_wrong_code,
}
"""Ways to learn of a user without knowing a secret of theirs, each taken by somebody who does not."""


SETTINGS = {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}}


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def people(make_pool: Callable[..., Pool]) -> Pool:
    return with_people(make_pool(**SETTINGS, AutoVerifiedAttributes=["email"]))


def with_people(pool: Pool) -> Pool:
    for name in ("confirmed", "disabled", "reset"):
        pool.user(name, email=f"{name}@people.example", email_verified="true")
    pool.call("AdminDisableUser", Username="disabled")
    pool.call("AdminResetUserPassword", Username="reset")
    pool.invite("invited", email="invited@people.example", email_verified="true")
    email = [{"Name": "email", "Value": "unconfirmed@people.example"}]
    signing_up = pool.app()
    pool.anybody("SignUp", ClientId=signing_up.id, Username="unconfirmed", Password=PASSWORD, UserAttributes=email)
    return pool


def heard(attempt: Try, app: App, name: str) -> Any:
    """Return all that an answer tells: an error's type and text, or a shape."""
    try:
        return shape(attempt(app, name))
    except ServiceError as error:
        return type(error).__name__, str(error)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        told = {"ChallengeName", "AttributeName", "DeliveryMedium"}
        return {key: part if key in told else shape(part) for key, part in value.items()}
    return type(value).__name__


@pytest.mark.parametrize("way", WAYS)
def test_a_client_that_must_not_know_hears_the_same_of_everybody(people: Pool, way: str) -> None:
    app = people.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=[*FLOWS, "ALLOW_USER_AUTH"])
    answers = {name: heard(WAYS[way], app, name) for name in PEOPLE}
    assert {name: answer for name, answer in answers.items() if answer != answers["confirmed"]} == {}


@pytest.mark.parametrize("way", [way for way in WAYS if "choice" not in way])
def test_another_client_hears_that_there_is_nobody(people: Pool, way: str) -> None:
    """Where the user chooses how to sign in, nobody ever does (behaviour/user-pools.md 9.8)."""
    kind, text = heard(WAYS[way], people.app(), "absent")
    assert kind == "UserNotFoundException"
    assert text in {"User does not exist.", "Username/client id combination not found."}


@pytest.mark.parametrize("preferred", [{}, {"PREFERRED_CHALLENGE": "EMAIL_OTP"}])
@pytest.mark.parametrize("mode", ["ENABLED", "LEGACY"])
def test_who_chooses_how_to_sign_in_hears_nothing_either_way(people: Pool, mode: str, preferred: Any) -> None:
    app = people.app(PreventUserExistenceErrors=mode, ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    answers = [heard(by_choice(**preferred), app, name) for name in ("absent", "confirmed", "disabled")]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("verified", [["email"], []], ids=["a pool that verifies addresses", "one that does not"])
def test_who_did_not_sign_up_hears_what_who_did_hears(make_pool: Callable[..., Pool], verified: list[str]) -> None:
    people = with_people(make_pool(**SETTINGS, AutoVerifiedAttributes=verified))
    app = people.app(PreventUserExistenceErrors="ENABLED")
    for attempt in (call("ResendConfirmationCode"), call("ConfirmSignUp", ConfirmationCode="000000")):
        assert heard(attempt, app, "absent") == heard(attempt, app, "unconfirmed")


def with_a_wrong_mailed_code(app: App, name: str) -> Any:
    asked = app.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="EMAIL_OTP")
    return app.respond("EMAIL_OTP", asked["Session"], USERNAME=name, EMAIL_OTP_CODE="00000000")


def by_selecting(answer: str, **more: str) -> Try:
    def attempt(app: App, name: str) -> Any:
        asked = app.initiate("USER_AUTH", USERNAME=name)
        return app.respond("SELECT_CHALLENGE", asked["Session"], USERNAME=name, ANSWER=answer, **more)

    return attempt


CHOSEN: dict[str, Try] = {
    "a wrong mailed code": with_a_wrong_mailed_code,
    "a mailed code": by_selecting("EMAIL_OTP"),
    "a password": by_selecting("PASSWORD", PASSWORD=WRONG),
    "a question for a proof": by_selecting("PASSWORD_SRP", SRP_A="4" * 64),
}


@pytest.mark.parametrize("way", CHOSEN)
@pytest.mark.parametrize("mode", ["ENABLED", "LEGACY"])
def test_what_was_chosen_tells_nothing_either_way(people: Pool, mode: str, way: str) -> None:
    app = people.app(PreventUserExistenceErrors=mode, ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    names = ("absent", "confirmed", "unconfirmed", "disabled")
    answers = {name: heard(CHOSEN[way], app, name) for name in names}
    assert {name: answer for name, answer in answers.items() if answer != answers["confirmed"]} == {}


def test_a_disabled_user_hears_of_it_behind_a_right_code(people: Pool, sent: Callable[[], list[Message]]) -> None:
    app = people.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    asked = by_choice(PREFERRED_CHALLENGE="EMAIL_OTP")(app, "disabled")
    code = [message.code for message in sent() if message.recipient == "disabled@people.example"][-1]
    with pytest.raises(NotAuthorizedException, match="User is disabled"):
        app.respond("EMAIL_OTP", asked["Session"], USERNAME="disabled", EMAIL_OTP_CODE=code)


def test_a_stranger_has_the_same_address_each_time_and_everywhere(people: Pool) -> None:
    app = people.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    forgotten = [call("ForgotPassword")(app, "absent")["CodeDeliveryDetails"]["Destination"] for _ in range(2)]
    asked = by_choice(PREFERRED_CHALLENGE="EMAIL_OTP")(app, "absent")["ChallengeParameters"]
    assert {*forgotten, asked["CODE_DELIVERY_DESTINATION"]} == {forgotten[0]}
    assert forgotten[0] != call("ForgotPassword")(app, "another")["CodeDeliveryDetails"]["Destination"]
