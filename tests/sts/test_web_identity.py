"""Roles for whom a provider vouches: what the trust sees of them, and what a token may carry (behaviour/sts.md 4)."""

import dataclasses
import json
from typing import Any

import pytest

from ostiary.aws.errors import AccessDeniedError, ValidationError
from ostiary.aws.types.sts import (
    ExpiredTokenException,
    IDPCommunicationErrorException,
    InvalidContextAssertionException,
    InvalidIdentityTokenException,
)
from ostiary.context import ANONYMOUS, Client, Context, Session
from ostiary.federation.web_identity import WebIdentity
from ostiary.sts.roles import Wish, assume_with_web_identity
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.oidc_provider import OidcProvider
from tests.sts.conftest import ROLE, World

GOOGLE = "accounts.google.com"
WEB = "sts:AssumeRoleWithWebIdentity"
ALL = (WEB, "sts:TagSession", "sts:SetSourceIdentity")
TAGS, SOURCE = "https://aws.amazon.com/tags", "https://aws.amazon.com/source_identity"
REFUSED = "^Not authorized to perform sts:AssumeRoleWithWebIdentity$"
IDENTITY = WebIdentity(
    GOOGLE, GOOGLE, "https://accounts.google.com", "ada@google", "client", 0, conditions={"amr": ("pwd", "otp")}
)


def trusting(*actions: str, federated: str = GOOGLE, **statement: Any) -> str:
    listed = {"Effect": "Allow", "Principal": {"Federated": federated}, "Action": actions or ALL, **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [listed]})


def nobody(world: World) -> Context:
    client = Client(ip="10.1.2.3")
    return dataclasses.replace(world.iam.ctx, account="", principal=ANONYMOUS, client=client)


def taken(world: World, *, wish: Wish | None = None, **claims: Any) -> Session:
    """Return the session that somebody of Google gets whose token has these claims."""
    identity = dataclasses.replace(IDENTITY, claims=claims)
    return assume_with_web_identity(nobody(world), wish or Wish(ROLE, "app"), identity).session


def from_source(source_identity: Any) -> dict[str, Any]:
    return {SOURCE: source_identity}


def tags(principal_tags: Any = None, transitive: Any = None) -> dict[str, Any]:
    given = {"principal_tags": principal_tags, "transitive_tag_keys": transitive}
    return {TAGS: {name: value for name, value in given.items() if value is not None}}


KEYS = {
    f"{GOOGLE}:aud": "client",
    f"{GOOGLE}:sub": "ada@google",
    f"{GOOGLE}:amr": "otp",
    "aws:FederatedProvider": GOOGLE,
    "aws:SourceIp": "10.1.2.3",
    "aws:PrincipalType": "Anonymous",
    "sts:RoleSessionName": "app",
    "sts:DurationSeconds": "3600",
    "aws:ResourceTag/kind": "open",
    "aws:RequestTag/team": "eng",
    "aws:TagKeys": "team",
    "sts:TransitiveTagKeys": "team",
    "sts:SourceIdentity": "ada",
}


def test_each_key_of_a_web_identity_can_be_a_trusts_condition(world: World) -> None:
    carried = {**tags({"team": ["eng"]}, ["team"]), SOURCE: "ada"}
    world.role(trusting(), Tags=[{"Key": "kind", "Value": "open"}])
    for key, value in KEYS.items():
        world.trust(trusting(Condition={"ForAnyValue:StringEquals": {key: value}}))
        assert taken(world, **carried).name == "app", key
        world.trust(trusting(Condition={"ForAnyValue:StringEquals": {key: f"{value}x"}}))
        with pytest.raises(AccessDeniedError, match=REFUSED):
            taken(world, **carried)


def test_a_trust_in_others_lets_nobody_of_this_provider_in(world: World) -> None:
    """STS-05, STS-06."""
    world.role(trusting())
    taken(world)
    denying = json.loads(trusting())
    denying["Statement"].append({"Effect": "Deny", "Principal": {"Federated": GOOGLE}, "Action": WEB})
    for document in (
        trusting(federated="appleid.apple.com"),
        trusting("sts:AssumeRole"),
        trusting(Condition={"StringEquals": {f"{GOOGLE}:aud": "another"}}),
        json.dumps(denying),
    ):
        world.trust(document)
        with pytest.raises(AccessDeniedError, match=REFUSED):
            taken(world)


def test_a_role_that_does_not_exist_refuses_like_one_that_does_not_trust(world: World) -> None:
    with pytest.raises(AccessDeniedError, match=REFUSED):
        taken(world)
    world.role(trusting(), Path="/team/")
    with pytest.raises(AccessDeniedError, match=REFUSED):
        taken(world)


def test_what_a_token_carries_needs_the_roles_leave(world: World) -> None:
    """IDP-11."""
    world.role(trusting())
    for without, carried in (("sts:TagSession", tags({"team": "eng"})), ("sts:SetSourceIdentity", {SOURCE: "ada"})):
        world.trust(trusting(*(action for action in ALL if action != without)))
        with pytest.raises(AccessDeniedError, match=REFUSED):
            taken(world, **carried)
        taken(world)
        world.trust(trusting())
        taken(world, **carried)


def test_a_session_holds_what_the_provider_said_and_what_the_token_carries(world: World) -> None:
    world.role(trusting())
    carried = {**tags({"team": ["eng"], "shift": "night"}, ["team"]), SOURCE: "ada"}
    wish = Wish(ROLE, "app", tags={"asked": "for"}, transitive_tag_keys=("asked",), source_identity="bob")
    session = taken(world, wish=wish, **carried)
    assert session.tags == {"team": "eng", "shift": "night"}
    assert (session.transitive_tag_keys, session.source_identity) == (("team",), "ada")
    assert session.federated_provider == GOOGLE
    assert session.claims == {
        f"{GOOGLE}:aud": ["client"],
        f"{GOOGLE}:sub": ["ada@google"],
        f"{GOOGLE}:amr": ["pwd", "otp"],
    }
    assert (session.account, session.role_name, session.role_path, session.name) == (ACCOUNT, "r", "/", "app")
    bare = taken(world)
    assert (bare.tags, bare.transitive_tag_keys, bare.source_identity) == ({}, (), "")


def test_the_tags_of_the_role_are_keys_of_the_request(world: World) -> None:
    world.role(trusting(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:RequestTag/team}"}}),
               Tags=[{"Key": "team", "Value": "eng"}])  # fmt: skip
    assert taken(world, **tags({"team": "eng"})).tags == {"team": "eng"}
    with pytest.raises(AccessDeniedError, match=REFUSED):
        taken(world, **tags({"team": "ops"}))


MANY = {f"key{index}": "x" for index in range(51)}
BAD_TAGS: list[Any] = [
    {TAGS: ["team"]},
    {TAGS: "team"},
    {TAGS: None},
    tags(["team"]),
    tags("team"),
    tags({"team": 1}),
    tags({"team": ["eng", "ops"]}),
    tags({"team": []}),
    tags({"team": [1]}),
    tags({"team": None}),
    tags({"team": True}),
    tags({"team": "e!"}),
    tags({"team": "eng\x00"}),
    tags({"team": "x" * 257}),
    tags({"team!": "eng"}),
    tags({"team\x00": "eng"}),
    tags({"": "eng"}),
    tags({"x" * 129: "eng"}),
    tags({"aws:team": "eng"}),
    tags({"AWS:team": "eng"}),
    tags({"team": "eng", "Team": "ops"}),
    tags(MANY),
    tags({"team": "eng"}, "team"),
    tags({"team": "eng"}, {"team": 1}),
    tags({"team": "eng"}, ["shift"]),
    tags({"team": "eng"}, ["Team"]),
    tags({"team": "eng"}, [1]),
    tags({"team": "eng"}, [["team"]]),
    tags(None, ["team"]),
]


def test_tags_in_a_token_that_could_not_be_a_sessions_are_refused(world: World) -> None:
    world.role(trusting())
    for carried in BAD_TAGS:
        with pytest.raises(AccessDeniedError, match="The session tags in the token are not valid"):
            taken(world, **carried)


def test_a_source_identity_in_a_token_that_could_not_be_one_is_refused(world: World) -> None:
    world.role(trusting())
    for source in ("aws:ada", "a", "x" * 257, "ada!", "ada\n", "ada lovelace", "adä", 5, None, [], ["ada"]):
        with pytest.raises(AccessDeniedError, match="The source identity in the token is not valid"):
            taken(world, **from_source(source))
    assert taken(world, **from_source("")).source_identity == ""


def test_good_tags_in_a_token_become_the_sessions(world: World) -> None:
    world.role(trusting())
    for given in (
        {"team": "eng"},
        {"x" * 128: "y" * 256},
        {"Größe _.:/=+-@1": "é _.:/=+-@1"},
        {"empty": ""},
        dict(list(MANY.items())[:50]),
        {"awsome": "x"},
    ):
        for spelt in (given, {key: [value] for key, value in given.items()}):
            session = taken(world, **tags(spelt, list(given)), **from_source("ada.l+x=1,@_-"))
            assert (session.tags, session.transitive_tag_keys) == (given, tuple(given))
            assert session.source_identity == "ada.l+x=1,@_-"
    assert taken(world, **from_source("x" * 256)).source_identity == "x" * 256


def test_a_web_identity_is_bound_by_the_roles_longest_session_and_by_no_chain(world: World) -> None:
    """STS-02."""
    world.role(trusting(), MaxSessionDuration=7200)
    session = taken(world, wish=Wish(ROLE, "app", seconds=7200))
    assert session.expires_at - session.issued_at == 7200
    with pytest.raises(ValidationError, match="exceeds the MaxSessionDuration"):
        taken(world, wish=Wish(ROLE, "app", seconds=7201))


def asked(world: World, token: str, role: str = ROLE, **more: Any) -> dict[str, Any]:
    sts = Api(nobody(world), "sts")
    return sts("AssumeRoleWithWebIdentity", RoleArn=role, RoleSessionName="app", WebIdentityToken=token, **more)


def trust_in(world: World, provider: OidcProvider) -> str:
    """Register a provider, and make the role that trusts it; return its name."""
    world.iam("CreateOpenIDConnectProvider", Url=provider.issuer, ClientIDList=["client"])
    name = provider.issuer.partition("://")[2]
    world.role(trusting(federated=f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"))
    return name


def test_a_token_of_a_registered_provider_is_answered_with_a_session(world: World, provider: OidcProvider) -> None:
    """STS-05."""
    name = trust_in(world, provider)
    answer = asked(world, provider.token(**from_source("ada")), Policy=trusting_nothing())
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"], answer["SourceIdentity"]) == (
        "somebody",
        "client",
        "ada",
    )
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/app"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].endswith(":app")
    assert answer["Provider"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"
    assert answer["PackedPolicySize"] >= 1
    session = world.signed_with(answer["Credentials"]).session
    assert session is not None
    assert session.claims == {f"{name}:aud": ["client"], f"{name}:sub": ["somebody"]}
    assert session.policies == (trusting_nothing(),)
    assert "SourceIdentity" not in asked(world, provider.token())


def trusting_nothing() -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})


def test_nobodys_keys_are_fetched_for_a_role_that_trusts_somebody_else(world: World, provider: OidcProvider) -> None:
    world.iam("CreateOpenIDConnectProvider", Url=provider.issuer, ClientIDList=["client"])
    world.role(trusting())
    for role in (ROLE, f"{ROLE}x"):
        with pytest.raises(AccessDeniedError, match=REFUSED):
            asked(world, provider.token(), role)
    assert provider.server.asked == []


def test_what_stands_for_no_provider_here_is_refused_by_name(world: World, provider: OidcProvider) -> None:
    world.role(trusting())
    with pytest.raises(InvalidIdentityTokenException, match=r"for login\.example\.com$"):
        asked(world, provider.token(), ProviderId="login.example.com")
    with pytest.raises(InvalidContextAssertionException, match="leave ProvidedContexts out"):
        world.sts()("AssumeRole", RoleArn=ROLE, RoleSessionName="s", ProvidedContexts=[{"ProviderArn": "x"}])


def test_a_token_that_is_refused_is_refused_in_stss_words(world: World, provider: OidcProvider) -> None:
    now = world.iam.ctx.clock.now_seconds()
    unknown = f"^No OpenIDConnect provider found in your account for {provider.issuer}$"
    with pytest.raises(InvalidIdentityTokenException, match=unknown):
        asked(world, provider.token())
    trust_in(world, provider)
    with pytest.raises(InvalidIdentityTokenException, match=r"^Incorrect token audience$"):
        asked(world, provider.token(aud="another"))
    with pytest.raises(ExpiredTokenException, match=f"must be before the expiration date/time {now - 1}$"):
        asked(world, provider.token(exp=now - 1))
    forged = provider.token()[:-8] + "AAAAAAAA"
    with pytest.raises(InvalidIdentityTokenException, match="Couldn't retrieve verification key"):
        asked(world, forged)
    with pytest.raises(InvalidIdentityTokenException, match="The ID Token provided is not a valid JWT"):
        asked(world, "nonsense")
    with pytest.raises(ValidationError, match=r"is invalid$"):
        asked(world, provider.token(), f"arn:aws:iam::{ACCOUNT}:user/ada")


def test_a_provider_that_does_not_answer_is_told_as_such(world: World, provider: OidcProvider) -> None:
    silent = "http://127.0.0.1:9"
    provider.issuer = silent
    trust_in(world, provider)
    with pytest.raises(IDPCommunicationErrorException, match="could not be reached"):
        asked(world, provider.token())
