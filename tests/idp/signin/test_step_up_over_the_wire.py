"""Levels and step-up from outside: boto3 against a live server (behaviour/additions.md 4)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.crypto import jws
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, Mailbox, MovingClock, make_live_pool

LEVELS = [f"urn:cognito:loa:{number}" for number in range(1, 5)]
ONE, TWO, HIGHEST = LEVELS[1:]
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
OFF, ON = {"Enabled": False}, {"Enabled": True}
ADDRESS = "ann@example.com"


class Person:
    """Somebody with an address, in a pool that sends second factors by e-mail to who turns that on."""

    def __init__(self, pool: LivePool, mailbox: Mailbox) -> None:
        self.pool, self.mailbox, self.address = pool, mailbox, f"{pool.client_id}.{ADDRESS}"
        self.mfa("OPTIONAL")
        self.name = pool.user(email=self.address, email_verified="true")

    def mfa(self, mode: str) -> None:
        mail = {"Subject": "Code", "Message": "{####}"}
        self.pool.admin.set_user_pool_mfa_config(
            UserPoolId=self.pool.id, MfaConfiguration=mode, EmailMfaConfiguration=mail
        )

    def prefers(self, *, second: bool) -> None:
        self.pool.admin.admin_set_user_mfa_preference(
            UserPoolId=self.pool.id, Username=self.name, EmailMfaSettings=ON if second else OFF
        )

    def begin(self, targets: str = "", **parameters: str) -> dict[str, Any]:
        wanted = {"TARGET_ACR_VALUES": targets} if targets else {}
        return dict(
            self.pool.app.initiate_auth(
                ClientId=self.pool.client_id,
                AuthFlow="USER_AUTH",
                AuthParameters={"USERNAME": self.name, **wanted, **parameters},
            )
        )

    def by_password(self, targets: str = "", **parameters: str) -> dict[str, Any]:
        return self.begin(targets, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD, **parameters)

    def answer(self, asked: dict[str, Any], **responses: str) -> dict[str, Any]:
        return dict(
            self.pool.app.respond_to_auth_challenge(
                ClientId=self.pool.client_id,
                ChallengeName=asked["ChallengeName"],
                Session=asked["Session"],
                ChallengeResponses={"USERNAME": self.name, **responses},
            )
        )

    def by_mail(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["ChallengeName"] == "EMAIL_OTP"
        return self.answer(asked, EMAIL_OTP_CODE=self.mailbox.code(self.address))

    def token(self) -> str:
        """Return an access token of a sign-in by password alone."""
        return str(self.pool.sign_in(self.name)["AccessToken"])


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def ann(client: Callable[..., Any], anybody: Callable[..., Any], mailbox: Mailbox) -> Person:
    return Person(make_live_pool(client, anybody, {}, {"ExplicitAuthFlows": FLOWS}), mailbox)


def told(tokens: dict[str, Any]) -> tuple[Any, Any]:
    """Return `acr` and `amr`, which both tokens have."""
    found = [jws.unverified(tokens[name])[1] for name in ("IdToken", "AccessToken")]
    assert (found[0]["acr"], found[0]["amr"]) == (found[1]["acr"], found[1]["amr"])
    return found[0]["acr"], found[0]["amr"]


def test_every_token_tells_its_level_and_a_refresh_by_either_way_keeps_it(ann: Person) -> None:
    assert told(ann.pool.sign_in(ann.name)) == (ONE, ["pwd"])
    ann.prefers(second=True)
    tokens = ann.by_mail(ann.by_password())["AuthenticationResult"]
    assert told(tokens) == (TWO, ["pwd", "otp", "mfa"])
    named = {"ClientId": ann.pool.client_id}
    by_flow = ann.pool.app.initiate_auth(
        **named, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]}
    )
    by_name = ann.pool.app.get_tokens_from_refresh_token(**named, RefreshToken=tokens["RefreshToken"])
    for answer in (by_flow, by_name):
        assert told(answer["AuthenticationResult"]) == (TWO, ["pwd", "otp", "mfa"])


def test_a_token_is_stepped_up_by_the_factor_that_it_lacks(ann: Person) -> None:
    token = ann.token()
    ann.prefers(second=True)
    done = ann.by_mail(ann.begin(f"urn:unknown {HIGHEST} {TWO}", ACCESS_TOKEN=token))["AuthenticationResult"]
    assert told(done) == (TWO, ["pwd", "otp", "mfa"])
    assert ann.pool.app.get_user(AccessToken=token)["Username"] == ann.name


def test_an_administrator_steps_a_user_up(ann: Person) -> None:
    token = ann.token()
    ann.prefers(second=True)
    named = {"UserPoolId": ann.pool.id, "ClientId": ann.pool.client_id}
    parameters = {"USERNAME": ann.name, "TARGET_ACR_VALUES": TWO, "ACCESS_TOKEN": token, "MAX_AGE": "60"}
    asked = ann.pool.admin.admin_initiate_auth(**named, AuthFlow="USER_AUTH", AuthParameters=parameters)
    done = ann.pool.admin.admin_respond_to_auth_challenge(
        **named,
        ChallengeName=asked["ChallengeName"],
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": ann.name, "EMAIL_OTP_CODE": ann.mailbox.code(ann.address)},
    )
    assert told(done["AuthenticationResult"]) == (TWO, ["pwd", "otp", "mfa"])


def test_a_token_gives_no_credit_beyond_its_age_its_life_or_its_sign_in(ann: Person, clock: MovingClock) -> None:
    token = ann.token()
    ann.prefers(second=True)
    clock.advance(1000)
    everything = ann.begin(TWO, ACCESS_TOKEN=token, MAX_AGE="900")
    assert everything["ChallengeName"] == "SELECT_CHALLENGE"
    assert everything["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    assert ann.begin(TWO, ACCESS_TOKEN=token, MAX_AGE="1100")["ChallengeName"] == "EMAIL_OTP"
    clock.advance(2700)
    with refused("NotAuthorizedException", "Access Token has expired"):
        ann.begin(TWO, ACCESS_TOKEN=token)


def test_tokens_that_are_not_the_users_own_and_live_are_refused(
    ann: Person, client: Callable[..., Any], anybody: Callable[..., Any]
) -> None:
    ann.prefers(second=True)
    bob = ann.pool.user()
    elsewhere = make_live_pool(client, anybody, {}, {"ExplicitAuthFlows": FLOWS})
    namesake = elsewhere.sign_in(elsewhere.user(ann.name))["AccessToken"]
    for foreign in (ann.pool.sign_in(bob)["AccessToken"], namesake):
        with refused("NotAuthorizedException", "Access Token does not belong to the user."):
            ann.begin(TWO, ACCESS_TOKEN=foreign)
    ann.prefers(second=False)
    mine = ann.pool.sign_in(ann.name)
    ann.prefers(second=True)
    head, body, signature = mine["AccessToken"].split(".")
    for forged in (f"{head}.{body}.{signature[::-1]}", mine["IdToken"], mine["RefreshToken"], "x"):
        with refused("NotAuthorizedException"):
            ann.begin(TWO, ACCESS_TOKEN=forged)
    ann.pool.app.global_sign_out(AccessToken=mine["AccessToken"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        ann.begin(TWO, ACCESS_TOKEN=mine["AccessToken"])


def test_what_is_offered_leads_to_the_level_and_what_is_out_of_reach_is_refused(ann: Person) -> None:
    ann.prefers(second=True)
    asked = ann.begin(TWO)
    with refused("InvalidParameterException", "The selected challenge is not available."):
        ann.answer(asked, ANSWER="EMAIL_OTP")
    fallen_back = ann.answer(ann.begin(f"{HIGHEST} {ONE}"), ANSWER="PASSWORD", PASSWORD=PASSWORD)
    tokens = ann.by_mail(fallen_back)["AuthenticationResult"]
    assert told(tokens)[0] == TWO, "the second factor that is turned on is asked for whatever the level"
    with refused("NotAuthorizedException", "User cannot satisfy any of the requested ACR values."):
        ann.by_password(HIGHEST)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"ACCESS_TOKEN": "x"}, "ACCESS_TOKEN requires TARGET_ACR_VALUES."),
        ({"TARGET_ACR_VALUES": "urn:nobody's level4"}, "TARGET_ACR_VALUES must contain an ACR value of the user pool."),
        ({"TARGET_ACR_VALUES": " "}, "TARGET_ACR_VALUES must contain an ACR value of the user pool."),
        ({"TARGET_ACR_VALUES": TWO, "MAX_AGE": "-1"}, "MAX_AGE must be a number of seconds."),
        ({"TARGET_ACR_VALUES": TWO, "MAX_AGE": "٣"}, "MAX_AGE must be a number of seconds."),
    ],
)
def test_parameters_that_make_no_sense_are_refused(ann: Person, parameters: dict[str, str], text: str) -> None:
    with refused("InvalidParameterException", text):
        ann.begin(**parameters)


def test_a_pools_own_names_are_what_is_asked_for_and_told(ann: Person) -> None:
    ann.prefers(second=True)
    names = {"Level2": {"AcrValue": TWO}, "Level3": {"AcrValue": "https://acme.example/strong"}}
    ann.pool.admin.update_user_pool(
        UserPoolId=ann.pool.id, AutoVerifiedAttributes=["email"], MfaConfiguration="OPTIONAL", AcrConfiguration=names
    )
    done = ann.by_mail(ann.by_password("https://acme.example/strong"))["AuthenticationResult"]
    assert told(done)[0] == "https://acme.example/strong"
    with refused("InvalidParameterException", "TARGET_ACR_VALUES"):
        ann.begin(ONE)


def test_the_least_plan_has_no_step_up_and_tells_levels_all_the_same(
    client: Callable[..., Any], anybody: Callable[..., Any]
) -> None:
    pool = make_live_pool(client, anybody, {}, {"ExplicitAuthFlows": FLOWS})
    pool.admin.update_user_pool(UserPoolId=pool.id, UserPoolTier="LITE")
    name = pool.user()
    with refused("FeatureUnavailableInTierException"):
        pool.app.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_AUTH",
            AuthParameters={"USERNAME": name, "TARGET_ACR_VALUES": TWO},
        )
    assert told(pool.sign_in(name)) == (ONE, ["pwd"])
