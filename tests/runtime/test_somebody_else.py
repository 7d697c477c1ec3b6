"""Whoever waits for somebody outside holds up nobody else, however many they are and whoever they wait for."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ostiary.iam.accounts import RootKey, create_account
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.imports.foreign_passwords import Foreign
from ostiary.runtime import http_client, outsiders
from ostiary.runtime.observability import metrics_page
from ostiary.store.idp import user_pools, users
from ostiary.triggers.invoke import invoke
from tests.fixtures.functions import SECRET, arn_of
from tests.fixtures.oidc_provider import OidcProvider
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, Server, make_live_pool
from tests.fixtures.silent_peer import Manner, SilentPeer
from tests.fixtures.waiting import until

THREADS = 2
EACH, MOVED = 3, 20
AMAZON = "www.amazon.com"
MANY = Config(max_pool_connections=64)
LONG_SECONDS = 600.0
"""Longer than any test: what waits is let go by the test, and the clock is not asked."""
Call = Callable[[int], Any]


@pytest.fixture
def engine_name() -> str:
    """Name one engine: what is waited for is outside, and holds no transaction on either (test_outsiders.py)."""
    return "sqlite"


@dataclass(frozen=True)
class World:
    """A server with few threads, all of whose outsiders are one peer, and somebody of a pool that needs nobody."""

    server: Server
    key: RootKey
    peer: SilentPeer
    home: LivePool

    @property
    def waits(self) -> int:
        """How many requests wait for somebody outside."""
        return self.server.services.http.outsiders.waits

    def client(self, service: str, *, signed: bool = True) -> Any:
        """Make a client that makes many requests at a time."""
        return self.server.client(service, self.key if signed else None, config=MANY)

    def role(self, name: str, federated: str) -> str:
        """Make a role that trusts a provider; return its ARN."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": federated},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return str(made["Role"]["Arn"])


@contextmanager
def worlds(start_server: Callable[..., Server], manner: Manner, **flags: Any) -> Iterator[World]:
    with SilentPeer(manner) as peer:
        stand_ins = {"amazon_api_url": peer.url, "google_issuer": peer.url, "google_jwks_url": f"{peer.url}/google"}
        functions = {"functions": {"*": peer.url}, "functions_secret": SECRET}
        server = start_server(threads=THREADS, **stand_ins, **functions, **flags)
        key = create_account(server.services, "account")
        home = make_live_pool(lambda service: server.client(service, key), server.client, {}, {})
        home.user("somebody")
        yield World(server, key, peer, home)
        peer.let_go()


# -- the calls, and what is heard when nobody answers ------------------------------------------------------------------
def tokens_of(issuer: str) -> OidcProvider:
    provider = OidcProvider()
    provider.server.server_close()
    provider.issuer = issuer
    return provider


def access_tokens(world: World) -> Call:
    sts, role = world.client("sts", signed=False), world.role("amazon", AMAZON)
    return lambda number: sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="session", WebIdentityToken=f"token-{number}", ProviderId=AMAZON
    )


def keys_of_google(world: World) -> Call:
    pool = world.client("cognito-identity").create_identity_pool(
        IdentityPoolName="p",
        AllowUnauthenticatedIdentities=False,
        SupportedLoginProviders={"accounts.google.com": "client"},
    )
    token, anybody = tokens_of(world.peer.url).token(), world.client("cognito-identity", signed=False)
    return lambda _: anybody.get_id(IdentityPoolId=pool["IdentityPoolId"], Logins={"accounts.google.com": token})


def keys_of_a_registered_provider(world: World) -> Call:
    issuer = f"{world.peer.url}/registered"
    iam, sts = world.client("iam"), world.client("sts", signed=False)
    made = iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["client"])
    role, token = world.role("oidc", made["OpenIDConnectProviderArn"]), tokens_of(issuer).token()
    return lambda _: sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="session", WebIdentityToken=token)


def old_pools(world: World) -> Call:
    services, pool = world.server.services, world.home
    names = [pool.user(f"moved-{number}") for number in range(MOVED)]
    with services.store.write() as tx:
        known = user_pools.find(tx, pool.id)
        assert known is not None
        for name in names:
            user = users.find_by_username(tx, pool.id, name)
            assert user is not None
            moved = users.update(tx, user, sealed_verifier=None)
            foreign = Foreign(endpoint=world.peer.url, client_id="c", username=name)
            foreign_passwords.keep(tx, services.anonymous(), moved, foreign)
    app = world.client("cognito-idp", signed=False)
    return lambda number: app.initiate_auth(
        ClientId=pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": names[number], "PASSWORD": PASSWORD},
    )


def metadata(world: World) -> Call:
    admin = world.client("cognito-idp")
    return lambda number: admin.create_identity_provider(
        UserPoolId=world.home.id,
        ProviderName=f"corp-{number}",
        ProviderType="SAML",
        ProviderDetails={"MetadataURL": f"{world.peer.url}/{number}"},
    )


def functions(world: World) -> Call:
    config = {"PreSignUp": arn_of("dead", world.key.account_id)}
    pool = make_live_pool(
        lambda service: world.server.client(service, world.key), world.server.client, {"LambdaConfig": config}, {}
    )
    app = world.client("cognito-idp", signed=False)
    return lambda number: app.sign_up(ClientId=pool.client_id, Username=f"new-{number}", Password=PASSWORD)


KINDS: dict[Callable[[World], Call], str] = {
    access_tokens: "IDPCommunicationError",
    keys_of_google: "ExternalServiceException",
    keys_of_a_registered_provider: "IDPCommunicationError",
    old_pools: "TooManyRequestsException",
    metadata: "InvalidParameterException",
    functions: "UnexpectedLambdaException",
}


def code_of(call: Future[Any]) -> str:
    error = call.exception()
    assert isinstance(error, ClientError), error
    return str(error.response["Error"]["Code"])


# -- the tests ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("manner", ["hangs", "drips"])
def test_somebody_else_signs_in_while_all_kinds_of_requests_wait(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, manner: Manner
) -> None:
    """Nine times as many as there are threads wait, and none of them is through before somebody else is."""
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", LONG_SECONDS)
    defaults = invoke.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "timeout_seconds", LONG_SECONDS)
    monkeypatch.setitem(defaults, "attempts", 1)
    with worlds(start_server, manner) as world, ThreadPoolExecutor(64) as callers:
        calls = {kind: kind(world) for kind in KINDS}
        waiting = {kind: [callers.submit(call, number) for number in range(EACH)] for kind, call in calls.items()}
        # The keys of each provider are fetched once for all.
        until(lambda: world.waits == EACH * len(KINDS) and world.peer.asked == EACH * len(KINDS) - 2 * (EACH - 1))
        world.home.sign_in("somebody")
        assert not any(call.done() for kind in waiting.values() for call in kind)
        world.peer.let_go()
        assert {kind: {code_of(call) for call in waiting[kind]} for kind in KINDS} == {
            kind: {code} for kind, code in KINDS.items()
        }
    assert world.waits == 0


@pytest.mark.parametrize("manner", ["refuses", "breaks"])
def test_a_peer_that_is_down_is_told_in_the_words_of_each_service(
    start_server: Callable[..., Server], manner: Manner
) -> None:
    with worlds(start_server, manner) as world, ThreadPoolExecutor(64) as callers:
        calls = {kind: kind(world) for kind in KINDS}
        made = {kind: [callers.submit(call, number) for number in range(EACH)] for kind, call in calls.items()}
        world.home.sign_in("somebody")
        assert {kind: {code_of(call) for call in made[kind]} for kind in KINDS} == {
            kind: {code} for kind, code in KINDS.items()
        }


@pytest.mark.parametrize("kind", [access_tokens, old_pools])
def test_whoever_comes_beyond_those_that_wait_is_refused_at_once(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, kind: Callable[[World], Call]
) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", LONG_SECONDS)
    most = outsiders.MOST_PER_DESTINATION // 2  # of one caller's
    with worlds(start_server, "hangs") as world, ThreadPoolExecutor(64) as callers:
        call = kind(world)
        waiting = [callers.submit(call, number) for number in range(most)]
        until(lambda: world.waits == world.peer.asked == most)
        with pytest.raises(ClientError) as crowded:
            call(most)
        answer = crowded.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
        told = metrics_page().decode()
        assert f"ostiary_outside_waits {float(most)}" in told
        assert 'ostiary_outside_refusals_total{reason="crowded"}' in told
        assert answer["Error"] == {
            **answer["Error"],
            "Code": "Throttling" if kind is access_tokens else "TooManyRequestsException",
            "Message": "Rate exceeded",
        }
        assert not any(each.done() for each in waiting)
        assert world.peer.asked == most
        world.peer.let_go()


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_not_answer_is_left_alone(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, kind: Callable[[World], Call]
) -> None:
    """Administrators who make a provider are the exception: they may just have mended it, and are not many."""
    monkeypatch.setattr(outsiders, "FIRST_SECONDS", LONG_SECONDS)
    monkeypatch.setattr("ostiary.federation.documents.FIRST_SECONDS", LONG_SECONDS)
    monkeypatch.setattr("ostiary.federation.documents.LONGEST_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(outsiders, "LONGEST_SECONDS", LONG_SECONDS)
    keys = kind in {keys_of_google, keys_of_a_registered_provider}
    tries = 8
    with worlds(start_server, "breaks") as world:
        call = kind(world)
        for number in range(tries):
            with refused(KINDS[kind]):
                call(number)
        assert world.peer.asked == (tries if kind is metadata else 1 if keys else outsiders.FAILURES)
        alone = world.server.log().count("server_outside_left_alone")
        assert alone == (0 if keys or kind is metadata else 1)


def test_a_password_that_the_old_pool_cannot_check_is_no_failure(start_server: Callable[..., Server]) -> None:
    """Where clients must not learn who exists, they hear what they hear of a wrong password."""
    with worlds(start_server, "breaks") as world:
        call = old_pools(world)
        for _ in range(8):
            with refused("TooManyRequestsException", "The password cannot be checked at the moment. Try again later."):
                call(0)
        hiding = {"UserPoolId": world.home.id, "ClientId": world.home.client_id}
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        world.home.admin.update_user_pool_client(
            **hiding, PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=flows
        )
        with refused("NotAuthorizedException", "Incorrect username or password."):
            call(0)


# -- what is decided here ----------------------------------------------------------------------------------------------
def test_nobody_is_asked_for_a_role_that_is_not_there_or_does_not_trust_them(
    start_server: Callable[..., Server],
) -> None:
    with worlds(start_server, "breaks") as world:
        sts, account = world.client("sts", signed=False), world.key.account_id
        issuer = f"{world.peer.url}/registered"
        made = world.client("iam").create_open_id_connect_provider(Url=issuer, ClientIDList=["client"])
        world.role("amazons", AMAZON)
        world.role("registered", made["OpenIDConnectProviderArn"])
        opaque = {"WebIdentityToken": "Atza|any", "ProviderId": AMAZON}
        signed = {"WebIdentityToken": tokens_of(issuer).token()}
        for role, token in (("none", opaque), ("registered", opaque), ("none", signed), ("amazons", signed)):
            arn = f"arn:aws:iam::{account}:role/{role}"
            with pytest.raises(ClientError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
                sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="session", **token)
        assert world.peer.asked == 0


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1}, "ExpiredTokenException"),
        ({"aud": "another"}, "InvalidIdentityToken"),
        ({"sub": None}, "InvalidIdentityToken"),
        ({"nbf": 99_999_999_999}, "InvalidIdentityToken"),
    ],
)
def test_nobody_is_asked_for_a_token_that_is_wrong_by_itself(
    start_server: Callable[..., Server], claims: dict[str, Any], code: str
) -> None:
    with worlds(start_server, "breaks") as world:
        issuer = f"{world.peer.url}/registered"
        made = world.client("iam").create_open_id_connect_provider(Url=issuer, ClientIDList=["client"])
        role = world.role("registered", made["OpenIDConnectProviderArn"])
        token = tokens_of(issuer).token(**claims)
        with refused(code):
            world.client("sts", signed=False).assume_role_with_web_identity(
                RoleArn=role, RoleSessionName="session", WebIdentityToken=token
            )
        assert world.peer.asked == 0


def test_nobody_is_asked_when_another_login_is_refused_here(start_server: Callable[..., Server]) -> None:
    with worlds(start_server, "breaks") as world:
        own = world.server.services.settings.base_url.partition("://")[2] + f"/{world.home.id}"
        pool = world.client("cognito-identity").create_identity_pool(
            IdentityPoolName="p",
            AllowUnauthenticatedIdentities=False,
            SupportedLoginProviders={"accounts.google.com": "client"},
            CognitoIdentityProviders=[{"ProviderName": own, "ClientId": world.home.client_id}],
        )
        anybody, good = world.client("cognito-identity", signed=False), tokens_of(world.peer.url).token()
        for name in (own, "graph.facebook.com"):
            with refused("NotAuthorizedException"):
                anybody.get_id(
                    IdentityPoolId=pool["IdentityPoolId"], Logins={"accounts.google.com": good, name: "a.b.c"}
                )
        assert world.peer.asked == 0


def test_nobody_is_asked_for_a_provider_that_a_pool_cannot_have(start_server: Callable[..., Server]) -> None:
    with worlds(start_server, "breaks") as world:
        admin = world.client("cognito-idp")
        saml = {"UserPoolId": world.home.id, "ProviderType": "SAML", "ProviderDetails": {"MetadataURL": world.peer.url}}
        known = {"UserPoolId": world.home.id, "ProviderName": "known", "ProviderType": "OIDC"}
        oidc = {"client_id": "c", "attributes_request_method": "GET", "authorize_scopes": "openid"}
        admin.create_identity_provider(**known, ProviderDetails={**oidc, "oidc_issuer": "https://login.example.com"})
        with refused("DuplicateProviderException"):
            admin.create_identity_provider(**saml, ProviderName="known")
        with refused("InvalidParameterException", "nowhere is not an attribute"):
            admin.create_identity_provider(**saml, ProviderName="new", AttributeMapping={"nowhere": "claim"})
        with refused("InvalidParameterException", "only supported for OIDC"):
            admin.create_identity_provider(**saml, ProviderName="new", AcrMapping={"Level1": "a"})
        assert world.peer.asked == 0
