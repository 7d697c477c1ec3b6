"""Triggers whose operations are elsewhere: what they send, and what they take."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Client, Context, Services
from ostiary.runtime.http_client import HttpClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.tokens.override import GroupOverride
from ostiary.triggers import custom_challenge, inbound_federation, pre_token_generation
from ostiary.triggers.custom_challenge import Result
from ostiary.triggers.event import Occasion
from tests.fixtures.functions import FunctionServer, arn_of, settings_of
from tests.triggers.functions import answering, same

NAMES = (*("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"), "PreTokenGeneration")
METADATA = {"tenant": "blue"}
SRP = [Result("SRP_A", passed=True), Result("PASSWORD_VERIFIER", passed=True)]
SESSION = [
    {"challengeName": name, "challengeResult": True, "challengeMetadata": None}
    for name in ("SRP_A", "PASSWORD_VERIFIER")
]


@pytest.fixture
def engine_name() -> str:
    """One engine is enough: nothing here is stored."""
    return "sqlite"


@pytest.fixture
def ctx(services: Services, context: Callable[..., Context], functions: FunctionServer) -> Context:
    settings = dataclasses.replace(services.settings, **settings_of(functions))
    running = dataclasses.replace(services, settings=settings, http=HttpClient(settings))
    browser = Client(user_agent="aws-sdk-js/6.0.0 os/linux")
    return dataclasses.replace(context(account=""), services=running, client=browser)


@pytest.fixture
def occasion() -> Occasion:
    config: Any = {name: arn_of(name) for name in NAMES}
    config["InboundFederation"] = {"LambdaVersion": "V1_0", "LambdaArn": arn_of("InboundFederation")}
    config["PreTokenGenerationConfig"] = {"LambdaVersion": "V3_0", "LambdaArn": arn_of("PreTokenGeneration")}
    pool = UserPool("us-east-1_AbCdEfGhI", "123456789012", "people", {"LambdaConfig": config}, 0, 0)
    return Occasion(pool, "jane", {"sub": "a-sub"}, "client", METADATA, user_not_found=False)


def test_define_hears_of_what_was_passed_and_says_what_comes(
    ctx: Context, functions: FunctionServer, occasion: Occasion
) -> None:
    functions.on("DefineAuthChallenge", answering(challengeName="CUSTOM_CHALLENGE", issueTokens=False))
    assert custom_challenge.define(ctx, occasion, SRP) == "CUSTOM_CHALLENGE"
    assert functions.events == [
        {
            "version": "1",
            "region": "us-east-1",
            "userPoolId": "us-east-1_AbCdEfGhI",
            "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-js-6.0.0", "clientId": "client"},
            "triggerSource": "DefineAuthChallenge_Authentication",
            "request": {
                "userAttributes": {"sub": "a-sub"},
                "session": SESSION,
                "clientMetadata": METADATA,
                "userNotFound": False,
            },
            "response": {"challengeName": None, "issueTokens": None, "failAuthentication": None},
        }
    ]


@pytest.mark.parametrize(
    ("response", "results", "expected"),
    [
        ({"issueTokens": True}, SRP, "issue_tokens"),
        ({"issueTokens": True, "failAuthentication": True}, SRP, "fail"),
        ({"challengeName": "PASSWORD_VERIFIER"}, SRP[:1], "PASSWORD_VERIFIER"),
        ({"challengeName": "PASSWORD_VERIFIER"}, SRP, None),
        ({"challengeName": "SMS_MFA"}, [], None),
        ({"challengeName": 7}, [], None),
        ({"issueTokens": "true"}, [], None),
        ({}, [], None),
    ],
)
def test_define_says_one_of_four_things(
    ctx: Context, functions: FunctionServer, occasion: Occasion, *, response: Any, results: Any, expected: Any
) -> None:
    functions.on("DefineAuthChallenge", answering(**response))
    if expected is None:
        with pytest.raises(InvalidLambdaResponseException, match="Unrecognizable lambda output"):
            custom_challenge.define(ctx, occasion, results)
    else:
        assert custom_challenge.define(ctx, occasion, results) == expected


def test_a_challenge_is_made_and_its_answer_judged(ctx: Context, functions: FunctionServer, occasion: Occasion) -> None:
    made = {"publicChallengeParameters": {"url": "u"}, "privateChallengeParameters": {"answer": "5"}}
    functions.on("CreateAuthChallenge", answering(**made, challengeMetadata="CAPTCHA"))
    challenge = custom_challenge.create(ctx, occasion, SRP)
    assert (challenge.public, challenge.private, challenge.metadata) == ({"url": "u"}, {"answer": "5"}, "CAPTCHA")
    assert functions.events[0]["request"]["challengeName"] == "CUSTOM_CHALLENGE"
    assert functions.events[0]["request"]["session"] == SESSION

    def judge(event: dict[str, Any]) -> dict[str, Any]:
        request = event["request"]
        return answering(answerCorrect=request["challengeAnswer"] == request["privateChallengeParameters"]["answer"])(
            event
        )

    functions.on("VerifyAuthChallengeResponse", judge)
    assert custom_challenge.verify(ctx, occasion, challenge.private, "5")
    assert not custom_challenge.verify(ctx, occasion, challenge.private, "6")


def test_inbound_federation_replaces_what_a_provider_said(
    ctx: Context, functions: FunctionServer, occasion: Occasion
) -> None:
    said = {"email": "jane@example.com", "given_name": "Jane"}
    documents = {"idToken": {**said, "email_verified": True, "expires_in": 3600, "groups": ["a"]}}
    asked: dict[str, Any] = {"provider_name": "MyOIDC", "provider_type": "OIDC", "documents": documents}
    functions.on("InboundFederation", same)
    assert inbound_federation.mapped(ctx, occasion, **asked, attributes=said) == said
    told = functions.events[0]["request"]["attributes"]["idToken"]
    assert (told["email_verified"], told["expires_in"], told["groups"]) == ("true", "3600", '["a"]')
    functions.on("InboundFederation", answering(userAttributesToMap={"email": "other@example.com"}))
    assert inbound_federation.mapped(ctx, occasion, **asked, attributes=said) == {"email": "other@example.com"}


def test_client_credentials_change_the_access_token_only(
    ctx: Context, functions: FunctionServer, occasion: Occasion
) -> None:
    details = {
        "idTokenGeneration": {"claimsToAddOrOverride": {"x": 1}},
        "accessTokenGeneration": {"claimsToAddOrOverride": {"tenant": 7}, "scopesToAdd": ["rs/write"]},
        "groupOverrideDetails": {"groupsToOverride": ["admins"]},
    }
    functions.on("PreTokenGeneration", answering(claimsAndScopeOverrideDetails=details))
    found = pre_token_generation.override(
        ctx, "TokenGeneration_ClientCredentials", occasion, groups=GroupOverride(), scopes=["rs/read"]
    )
    assert found is not None
    claims = {"client_id": "client", "scope": "rs/read"}
    assert found.of_access(claims) == {"client_id": "client", "scope": "rs/read rs/write", "tenant": 7}
    assert found.of_id({"sub": "a"}) == {"sub": "a"}
    assert (functions.events[0]["version"], functions.events[0]["request"]["scopes"]) == ("3", ["rs/read"])
