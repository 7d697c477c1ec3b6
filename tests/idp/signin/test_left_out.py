"""What is left out of a request for a sign-in is named, and nothing is counted."""

import pytest

from ostiary.aws import model
from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.idp.signin import flows
from ostiary.idp.signin.attempt import LONGEST_NAME
from ostiary.idp.signin.challenges import CHALLENGES
from tests.idp.signin.conftest import App

FLOWS = {
    "USER_PASSWORD_AUTH": ("USERNAME", "PASSWORD"),
    "USER_SRP_AUTH": ("USERNAME", "SRP_A"),
    "REFRESH_TOKEN_AUTH": ("REFRESH_TOKEN",),
}


def test_every_challenge_of_the_model_says_what_its_answers_must_have() -> None:
    request = model.service("cognito-idp").operations["RespondToAuthChallenge"].input
    assert request is not None
    of_model = request.members["ChallengeName"].shape
    assert CHALLENGES.keys() == {*of_model.enum} - {"ADMIN_NO_SRP_AUTH"}


def test_every_flow_of_the_model_can_begin() -> None:
    request = model.service("cognito-idp").operations["AdminInitiateAuth"].input
    assert request is not None
    assert flows.FLOWS.keys() == {*request.members["AuthFlow"].shape.enum}


def test_a_left_out_answer_is_named_and_locks_nobody_out(app: App) -> None:
    for challenge, stated in CHALLENGES.items():
        whole = dict.fromkeys(("USERNAME", *stated.needed), "ann")
        for missing in whole:
            rest = {name: value for name, value in whole.items() if name != missing}
            for answer in (rest, rest | {missing: ""}):
                if (challenge, answer.get("ANSWER")) == ("CUSTOM_CHALLENGE", ""):
                    continue  # the pool's functions judge it
                with pytest.raises(InvalidParameterException, match=f"^Missing required parameter {missing}$"):
                    app.respond(challenge, "session", **answer)
    assert app.tokens("ann")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_left_out_parameter_is_named(app: App, flow: str) -> None:
    for missing in FLOWS[flow]:
        given = {name: "ann" for name in FLOWS[flow] if name != missing}
        with pytest.raises(InvalidParameterException, match=f"^Missing required parameter {missing}$"):
            app.initiate(flow, **given)


def test_a_name_that_nobody_can_have_is_refused_before_anything_is_done(app: App) -> None:
    refused = f"Value at 'username' failed to satisfy constraint: Member must have length less than or equal to {2048}"
    name = "n" * (LONGEST_NAME + 1)
    with pytest.raises(InvalidParameterException, match=refused):
        app.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A="2")
    with pytest.raises(InvalidParameterException, match=refused):
        app.respond("SMS_MFA", "session", USERNAME=name, SMS_MFA_CODE="123456")
