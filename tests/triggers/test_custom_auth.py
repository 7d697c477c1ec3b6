"""CUSTOM_AUTH: functions on loopback that decide, ask and judge, with and without a proof of the password first."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.idp.signin.session import LONGEST
from ostiary.store import schema
from tests.fixtures.server import PASSWORD, LivePool, Mailbox, MovingClock, Server
from tests.fixtures.srp_client import SrpClient

Triggered = Callable[..., LivePool]
APP = {"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}
SMS = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}


class Functions:
    """Three functions: two riddles in a row, three tries in all; they remember what they were told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.kept = ""

    def define(self, event: dict[str, Any]) -> dict[str, Any]:
        self.events.append(event)
        done = event["request"]["session"]
        answer: dict[str, Any] = {"issueTokens": False, "failAuthentication": False}
        riddles = [entry for entry in done if entry["challengeName"] == "CUSTOM_CHALLENGE"]
        if done and done[-1]["challengeName"] == "SRP_A":
            answer["challengeName"] = "PASSWORD_VERIFIER"
        elif sum(entry["challengeResult"] for entry in riddles) == 2:
            answer["issueTokens"] = True
        elif len(riddles) == 3:
            answer["failAuthentication"] = True
        else:
            answer["challengeName"] = "CUSTOM_CHALLENGE"
        return {**event, "response": answer}

    def create(self, event: dict[str, Any]) -> dict[str, Any]:
        number = str(len(event["request"]["session"]))
        made = {"publicChallengeParameters": {"riddle": number}, "privateChallengeParameters": {"answer": number * 2}}
        if self.kept:
            made["privateChallengeParameters"]["kept"] = self.kept
        return {**event, "response": {**made, "challengeMetadata": f"riddle {number}"}}

    def verify(self, event: dict[str, Any]) -> dict[str, Any]:
        request = event["request"]
        private = request["privateChallengeParameters"]
        right = private.get("answer") == request["challengeAnswer"] and private.get("kept", "") == self.kept
        return {**event, "response": {"answerCorrect": right and not request.get("userNotFound")}}

    @property
    def handlers(self) -> dict[str, Any]:
        return {
            "DefineAuthChallenge": self.define,
            "CreateAuthChallenge": self.create,
            "VerifyAuthChallengeResponse": self.verify,
        }


@pytest.fixture
def riddles() -> Functions:
    return Functions()


def begin(pool: LivePool, name: str = "ann", **parameters: str) -> dict[str, Any]:
    named = {"USERNAME": name, **parameters}
    return dict(pool.app.initiate_auth(ClientId=pool.client_id, AuthFlow="CUSTOM_AUTH", AuthParameters=named))


def respond(pool: LivePool, asked: dict[str, Any], name: str = "ann", **responses: str) -> dict[str, Any]:
    return dict(
        pool.app.respond_to_auth_challenge(
            ClientId=pool.client_id,
            ChallengeName=asked["ChallengeName"],
            ChallengeResponses={"USERNAME": name, **responses},
            **({"Session": asked["Session"]} if "Session" in asked else {}),
        )
    )


def right(asked: dict[str, Any]) -> str:
    return str(asked["ChallengeParameters"]["riddle"] * 2)


def test_right_answers_sign_in_and_wrong_ones_are_heard_of(triggered: Triggered, riddles: Functions) -> None:
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    asked = begin(pool)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"riddle": "0", "USERNAME": "ann"}
    asked = respond(pool, asked, ANSWER=right(asked))
    asked = respond(pool, asked, ANSWER="wrong")
    done = respond(pool, asked, ANSWER=right(asked))
    assert pool.app.get_user(AccessToken=done["AuthenticationResult"]["AccessToken"])["Username"] == "ann"
    assert riddles.events[-1]["request"]["session"] == [
        {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": result, "challengeMetadata": f"riddle {number}"}
        for number, result in enumerate((True, False, True))
    ]


def test_riddles_are_watched_where_the_pool_says_so(triggered: Triggered, riddles: Functions) -> None:
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    seen = []
    for flows in ({}, {"AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"}}):
        addons = {"AdvancedSecurityMode": "ENFORCED", **flows}
        lambdas = pool.admin.describe_user_pool(UserPoolId=pool.id)["UserPool"]["LambdaConfig"]
        pool.admin.update_user_pool(UserPoolId=pool.id, UserPoolAddOns=addons, LambdaConfig=lambdas)
        asked = begin(pool)
        asked = respond(pool, asked, ANSWER=right(asked))
        assert "AuthenticationResult" in respond(pool, asked, ANSWER=right(asked))
        events = pool.admin.admin_list_user_auth_events(UserPoolId=pool.id, Username="ann")["AuthEvents"]
        seen.append([event["EventResponse"] for event in events])
    assert seen == [[], ["Pass"]]


def test_functions_end_a_sign_in(triggered: Triggered, riddles: Functions) -> None:
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    asked = begin(pool)
    for _ in range(2):
        asked = respond(pool, asked, ANSWER="wrong")
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        respond(pool, asked, ANSWER="wrong")
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="session can only be used once"):
        respond(pool, asked, ANSWER="wrong")


def test_a_session_is_good_once_and_for_its_user(triggered: Triggered, riddles: Functions) -> None:
    """PWD-11, MFA-05."""
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    pool.user("bob")
    first = begin(pool)
    second = respond(pool, first, ANSWER=right(first))
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="session can only be used once"):
        respond(pool, first, ANSWER=right(first))
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="Invalid session for the user"):
        respond(pool, second, "bob", ANSWER=right(second))
    with pytest.raises(pool.app.exceptions.InvalidParameterException, match="Missing required parameter ANSWER"):
        respond(pool, second)
    assert "AuthenticationResult" in respond(pool, second, ANSWER=right(second))


@pytest.mark.parametrize("kept", ["x" * 1000, "x" * 8192, "ж€🔑" * 20_000], ids=len)
def test_functions_may_keep_more_than_a_session_holds(triggered: Triggered, riddles: Functions, kept: str) -> None:
    riddles.kept = kept
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    first = begin(pool)
    second = respond(pool, first, ANSWER=right(first))
    other = begin(pool)
    assert max(len(asked["Session"]) for asked in (first, second, other)) <= LONGEST
    assert "AuthenticationResult" in respond(pool, second, ANSWER=right(second))
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="session can only be used once"):
        respond(pool, second, ANSWER=right(second))
    assert respond(pool, other, ANSWER=right(other))["ChallengeName"] == "CUSTOM_CHALLENGE"


def test_what_is_kept_for_a_session_goes_with_it(
    triggered: Triggered, riddles: Functions, clock: MovingClock, server: Server
) -> None:
    riddles.kept = "x" * 8192
    pool = triggered(app={**APP, "PreventUserExistenceErrors": "ENABLED"}, **riddles.handlers)
    pool.user("ann")
    for number, name in enumerate(("ann", "nobody"), 1):
        old = begin(pool, name)
        clock.advance(181)
        with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="session is expired"):
            respond(pool, old, name, ANSWER="")
        begin(pool, name)
        assert kept(server, pool) == number
        clock.advance(181)
    asked = begin(pool)
    pool.admin.admin_delete_user(UserPoolId=pool.id, Username="ann")
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match=r"Invalid session for the user\.$"):
        respond(pool, asked, ANSWER=right(asked))


def kept(server: Server, pool: LivePool) -> int:
    """Return of how many sessions the store keeps what they say."""
    table = schema.codes
    with server.services.store.read() as tx:
        return len(tx.all(table.select().where(table.c.pool_id == pool.id, table.c.purpose.startswith("session "))))


def test_a_proof_of_the_password_comes_first_and_the_second_factor_behind_it(
    triggered: Triggered, riddles: Functions, mailbox: Mailbox
) -> None:
    settings = {"SmsConfiguration": SMS, "MfaConfiguration": "OPTIONAL"}
    pool = triggered(pool=settings, app=APP, **riddles.handlers)
    pool.user("ann", phone_number="+15550007777")
    preference = {"Enabled": True, "PreferredMfa": True}
    pool.admin.admin_set_user_mfa_preference(UserPoolId=pool.id, Username="ann", SMSMfaSettings=preference)
    srp = SrpClient(pool.id, "ann", PASSWORD)
    asked = begin(pool, CHALLENGE_NAME="SRP_A", SRP_A=f"{srp.large_a_value:x}")
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    proof = srp.process_challenge(asked["ChallengeParameters"], {"USERNAME": "ann"})
    asked = respond(pool, asked, **{key: value for key, value in proof.items() if key != "USERNAME"})
    assert asked["ChallengeName"] == "SMS_MFA"
    asked = respond(pool, asked, SMS_MFA_CODE=mailbox.code("+15550007777"))
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    done = [entry["challengeName"] for entry in riddles.events[-1]["request"]["session"]]
    assert done == ["SRP_A", "PASSWORD_VERIFIER", "SMS_MFA"]
    asked = respond(pool, asked, ANSWER=right(asked))
    assert "AuthenticationResult" in respond(pool, asked, ANSWER=right(asked))


def test_a_wrong_proof_ends_the_sign_in(triggered: Triggered, riddles: Functions) -> None:
    pool = triggered(app=APP, **riddles.handlers)
    pool.user("ann")
    srp = SrpClient(pool.id, "ann", "Wrong-horse-8")
    asked = begin(pool, CHALLENGE_NAME="SRP_A", SRP_A=f"{srp.large_a_value:x}")
    proof = srp.process_challenge(asked["ChallengeParameters"], {"USERNAME": "ann"})
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        respond(pool, asked, **{key: value for key, value in proof.items() if key != "USERNAME"})


def test_functions_are_told_of_strangers_where_clients_are_not(triggered: Triggered, riddles: Functions) -> None:
    """ENU-01: the same shape, and no tokens whatever the functions say."""
    pool = triggered(app={**APP, "PreventUserExistenceErrors": "ENABLED"}, **riddles.handlers)
    pool.user("ann")
    there, absent = begin(pool), begin(pool, "nobody")
    assert riddles.events[-1]["request"]["userNotFound"] is True
    assert absent["ChallengeParameters"] == {"riddle": "0", "USERNAME": "nobody"}
    assert there.keys() == absent.keys()
    assert len(there["Session"]) == len(absent["Session"])
    riddles.kept = "x" * 8192
    assert len(begin(pool)["Session"]) == len(begin(pool, "nobody")["Session"])
    riddles.kept = ""
    for _ in range(2):
        absent = respond(pool, absent, "nobody", ANSWER=right(absent))
    with pytest.raises(pool.app.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        respond(pool, absent, "nobody", ANSWER=right(absent))


def test_a_pool_without_the_functions_says_so(triggered: Triggered, riddles: Functions) -> None:
    pool = triggered(app=APP)
    pool.user("ann")
    with pytest.raises(pool.app.exceptions.ClientError, match="Custom auth lambda trigger is not configured"):
        begin(pool)
    assert not riddles.events
