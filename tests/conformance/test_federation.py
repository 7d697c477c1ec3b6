"""What every identity provider does, whatever its kind (IDP-02, FED-10, FED-12, FED-15, FED-16)."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import pytest

import ostiary.idp  # noqa: F401 - registers the operations
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.identity_pool import ISSUER, NAME, IdentityPool
from ostiary.federation.oidc import Oidc
from ostiary.federation.provider import Provider
from ostiary.federation.providers import BUILT_IN, social
from ostiary.federation.user_pool import UserPool
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.clock import Clock
from ostiary.store.iam.oidc_providers import OidcProvider as Registered
from ostiary.tokens import keys
from ostiary.tokens.issuer import issuer, provider_names
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.oidc_provider import JsonServer, OidcProvider, strangers_key
from tests.fixtures.social_providers import AmazonApi, FacebookGraph

AUDIENCE = "mine"
RUBBISH = [
    "",
    "x",
    "a.b.c",
    "e30.e30.e30",
    "=.=.=",
    "..",
    "a" * 100_000,
    "\0",
    "ÿ\ud800.x.y",
    "null",
    "[]",
    "eyJ9.e30.",
]
NONSENSE: list[tuple[int, Any]] = [
    *((500, {}), (503, b""), (200, b"<html>"), (200, []), (200, {}), (200, {"keys": 1}), (302, b""), (200, "x")),
]


class Issue(Protocol):
    """Issues a token of somebody."""

    def __call__(self, subject: str, audience: str = AUDIENCE, /, *, seconds: int = 3600) -> str: ...


@dataclass(frozen=True)
class Member:
    """A provider under test, and the side that issues what it verifies."""

    ctx: Context
    provider: Provider
    token: Issue
    forge: Callable[[], str]
    """Returns a token that looks good and was not issued by the provider."""
    server: JsonServer | None = None
    """What the provider asks; None for those whose keys are here."""
    federated: str = ""


Make = Callable[[Context, ExitStack], Member]


def with_settings(ctx: Context, **settings: Any) -> Context:
    """Return the context with some settings changed."""
    changed = dataclasses.replace(ctx.services, settings=dataclasses.replace(ctx.settings, **settings))
    return dataclasses.replace(ctx, services=changed)


def openid(name: str, setting: str) -> Make:
    """Return how to make a provider with an issuer and an address of keys in the settings."""

    def make(ctx: Context, running: ExitStack) -> Member:
        fake = OidcProvider()
        running.enter_context(fake.server)
        named = {f"{setting}_issuer": fake.issuer, f"{setting}_jwks_url": f"{fake.issuer}/jwks"}
        named["facebook_graph_url"] = fake.issuer
        return Member(with_settings(ctx, **named), social(name), issue(fake), lambda: forged(fake), fake.server)

    return make


def oidc(ctx: Context, running: ExitStack) -> Member:
    fake = OidcProvider()
    running.enter_context(fake.server)
    registered = Registered(ACCOUNT, fake.issuer.partition("://")[2], fake.issuer, (AUDIENCE,), (), (), 0)
    return Member(ctx, Oidc(registered), issue(fake), lambda: forged(fake), fake.server, registered.arn)


def issue(fake: OidcProvider) -> Issue:
    def token(subject: str, audience: str = AUDIENCE, seconds: int = 3600) -> str:
        return fake.token(sub=subject, aud=audience, exp=Clock().now_seconds() + seconds)

    return token


def forged(fake: OidcProvider) -> str:
    return fake.token(key=strangers_key("one"), aud=AUDIENCE)


def facebook(secrets: dict[str, str]) -> Make:
    """Return how to make Facebook, where these apps' secrets are set."""

    def make(ctx: Context, running: ExitStack) -> Member:
        fake = FacebookGraph({AUDIENCE: "secret"})
        running.enter_context(fake.server)
        ctx = with_settings(ctx, facebook_graph_url=fake.server.url, facebook_app_secrets=secrets)
        return Member(ctx, social("graph.facebook.com"), fake.token, lambda: "opaque|made-up", fake.server)

    return make


def amazon(ctx: Context, running: ExitStack) -> Member:
    fake = AmazonApi()
    running.enter_context(fake.server)
    ctx = with_settings(ctx, amazon_api_url=fake.server.url)
    return Member(ctx, social("www.amazon.com"), fake.token, lambda: "Atza|made-up", fake.server)


def identity_pool(ctx: Context, _running: ExitStack) -> Member:
    key = keys.identity_key(ctx.services)

    def token(subject: str, audience: str = AUDIENCE, seconds: int = 3600) -> str:
        exp = ctx.clock.now_seconds() + seconds
        claims = {"sub": subject, "aud": audience, "iss": ISSUER, "exp": exp, "amr": ["authenticated"]}
        return jws.sign(key.header, claims, key.key)

    return Member(ctx, IdentityPool(), token, lambda: with_another_signature(token("Ada")))


def user_pool(which: int, *, registered: bool = False) -> Make:
    """Return how to make a user pool by one of its names, or as a provider registered in IAM under that name."""

    def make(ctx: Context, _running: ExitStack) -> Member:
        pool_id = Api(ctx)("CreateUserPool", PoolName="people")["UserPool"]["Id"]
        key, name = keys.signing_key(ctx.services, pool_id, "id"), provider_names(ctx.settings, pool_id)[which]
        iss = issuer(ctx.settings, pool_id)

        def token(subject: str, audience: str = AUDIENCE, seconds: int = 3600) -> str:
            exp = ctx.clock.now_seconds() + seconds
            claims = {"sub": subject, "aud": audience, "iss": iss, "exp": exp, "token_use": "id"}
            return jws.sign(key.header, claims, key.key)

        provider: Provider = UserPool(name, pool_id)
        arn = ""
        if registered:
            row = Registered(ACCOUNT, name, iss, (AUDIENCE,), (), (), 0)
            provider, arn = Oidc(row), row.arn
        return Member(ctx, provider, token, lambda: with_another_signature(token("Ada")), None, arn)

    return make


def with_another_signature(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{signature[::-1][:-1]}A"


MEMBERS: dict[str, Make] = {
    "google": openid("accounts.google.com", "google"),
    "apple": openid("appleid.apple.com", "apple"),
    "facebook's limited login": openid("graph.facebook.com", "facebook"),
    "facebook, by an app's secret": facebook({AUDIENCE: "secret"}),
    "facebook, by the token itself": facebook({}),
    "amazon": amazon,
    "identity pool": identity_pool,
    "oidc": oidc,
    "user pool by its issuer": user_pool(0),
    "user pool by its AWS name": user_pool(1),
    "user pool registered as oidc": user_pool(0, registered=True),
}


@pytest.fixture
def engine_name() -> str:
    """One engine is enough: what a provider verifies is not in the store, but for the keys of our own pools."""
    return "sqlite"


@pytest.fixture(params=MEMBERS)
def member(request: pytest.FixtureRequest, context: Callable[..., Context]) -> Iterator[Member]:
    """Each provider in turn, with nothing remembered."""
    with ExitStack() as running:
        yield MEMBERS[request.param](context(), running)


def refused(member: Member, token: str, audiences: list[str] | None) -> str:
    with pytest.raises(InvalidTokenError) as error:
        member.provider.verify(member.ctx, token, audiences)
    return error.value.reason


def test_every_provider_is_here(context: Callable[..., Context]) -> None:
    with ExitStack() as running:
        made = [make(context(), running).provider for make in MEMBERS.values()]
    assert {provider.name for provider in BUILT_IN} <= {provider.name for provider in made}
    assert {Oidc, UserPool} <= {type(provider) for provider in made}


def test_a_good_token_says_who_it_is_and_for_whom(member: Member) -> None:
    identity = member.provider.verify(member.ctx, member.token("Ada"), [AUDIENCE])
    assert (identity.provider, identity.subject, identity.audience) == (member.provider.name, "Ada", AUDIENCE)
    assert identity.federated == (member.federated or member.provider.name)
    assert identity.expires_at == pytest.approx(member.ctx.clock.now() + 3600, abs=60)
    assert identity.claims["sub"] == "Ada"


def test_the_same_token_is_the_same_person_again(member: Member) -> None:
    token = member.token("Ada")
    first, second = (member.provider.verify(member.ctx, token, [AUDIENCE]) for _ in range(2))
    assert (first.subject, first.audience) == (second.subject, second.audience)


def test_people_are_told_apart_to_the_letter(member: Member) -> None:
    """FED-12: the provider's own identifier is the person; its case counts, an e-mail address does not."""
    subjects = ["ada", "Ada", "ADA", "ada ", "ada@example.com"]
    found = [member.provider.verify(member.ctx, member.token(name), [AUDIENCE]).subject for name in subjects]
    assert found == subjects


def test_a_token_for_somebody_else_is_refused(member: Member) -> None:
    """FED-16."""
    assert refused(member, member.token("Ada"), ["another"]) == "audience"
    assert refused(member, member.token("Ada", "another"), [AUDIENCE]) in {"audience", "signature"}
    assert refused(member, member.token("Ada"), [AUDIENCE.upper()]) == "audience"
    assert refused(member, member.token("Ada"), []) == "audience"


def test_a_token_good_for_one_app_is_still_refused_to_another(member: Member) -> None:
    token = member.token("Ada")
    assert member.provider.verify(member.ctx, token, [AUDIENCE]).subject == "Ada"
    assert refused(member, token, ["another"]) == "audience"


def test_a_token_that_is_over_is_refused(member: Member) -> None:
    """TOK-10: not a second longer; a provider that is asked may just not know the token any more."""
    assert refused(member, member.token("Ada", seconds=-1), [AUDIENCE]) in {"expired", "signature"}


def test_a_token_that_was_good_is_refused_when_it_is_over(member: Member) -> None:
    token = member.token("Ada")
    member.provider.verify(member.ctx, token, [AUDIENCE])
    member.ctx.clock.advance(3601)
    if token.count(".") == 2:  # of an opaque one the provider is asked again
        assert refused(member, token, [AUDIENCE]) == "expired"


def test_a_forged_token_is_refused(member: Member) -> None:
    assert refused(member, member.forge(), [AUDIENCE]) == "signature"


def test_rubbish_is_refused(member: Member) -> None:
    """TOK-04 to TOK-06."""
    reasons = {token[:12]: refused(member, token, [AUDIENCE]) for token in RUBBISH}
    assert set(reasons.values()) <= {"malformed", "issuer", "signature"}, reasons


def test_nobody_is_not_somebody(member: Member) -> None:
    assert refused(member, member.token(""), [AUDIENCE]) in {"malformed", "unreachable"}


def test_another_issuer_is_not_this_provider(member: Member) -> None:
    for other in ("https://elsewhere.example", "", f"{ISSUER}.evil.example", f"https://{member.provider.name}/../x"):
        assert not member.provider.issued(member.ctx, other)
    assert member.provider.name != NAME or member.provider.issued(member.ctx, ISSUER)


def test_a_provider_that_is_gone_is_unreachable(member: Member) -> None:
    token = member.token("Ada")
    if member.server is not None:
        member.server.shutdown()
        member.server.server_close()
        assert refused(member, token, [AUDIENCE]) == "unreachable"
    else:
        assert member.provider.verify(member.ctx, token, [AUDIENCE]).subject == "Ada"


def give(answer: tuple[int, Any], _path: str, _query: dict[str, str]) -> tuple[int, Any]:
    return answer


def test_a_provider_that_talks_nonsense_is_unreachable(member: Member) -> None:
    if member.server is None:
        assert member.provider.verify(member.ctx, member.token("Ada"), [AUDIENCE]).subject == "Ada"
        return
    for number, answer in enumerate(NONSENSE):
        member.server.answer = partial(give, answer)
        token = member.token(f"Ada {number}")
        assert refused(member, token, [AUDIENCE]) in {"unreachable", "signature"}, answer
