"""Every provider verifies what is presented: signature, issuer, audience, expiry (TOK-01, FED-10, FED-16)."""

import dataclasses
import hmac
import json
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import RSAKey

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.providers import social, verify_web_identity
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.store.iam import oidc_providers
from ostiary.store.iam.oidc_providers import OidcProvider as Registered
from tests.fixtures.context import ACCOUNT
from tests.fixtures.oidc_provider import JsonServer, OidcProvider
from tests.fixtures.weak_keys import roca_key, short_key


def with_settings(ctx: Context, **settings: Any) -> Context:
    """Return the context with some settings changed."""
    changed = dataclasses.replace(ctx.services, settings=dataclasses.replace(ctx.settings, **settings))
    return dataclasses.replace(ctx, services=changed)


@pytest.fixture
def ctx(context: Callable[..., Context], provider: OidcProvider) -> Context:
    """A context where the provider stands in for Google and Apple and is registered in IAM."""
    settings = {"google_issuer": provider.issuer, "google_jwks_url": f"{provider.issuer}/jwks"}
    settings |= {"apple_issuer": provider.issuer, "apple_jwks_url": f"{provider.issuer}/jwks"}
    return with_settings(context(), **settings)


def register(ctx: Context, provider: OidcProvider, *client_ids: str) -> None:
    url = provider.issuer.partition("://")[2]
    with ctx.store.write() as tx:
        oidc_providers.create(tx, Registered(ACCOUNT, url, provider.issuer, client_ids, (), (), 0))


def reason(call: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(InvalidTokenError) as refused:
        call(*arguments)
    return refused.value.reason


@pytest.mark.parametrize("name", ["accounts.google.com", "appleid.apple.com"])
def test_a_good_token_says_who_it_is(ctx: Context, provider: OidcProvider, name: str) -> None:
    identity = social(name).verify(ctx, provider.token(amr=["pwd"]), ["client"])
    assert (identity.provider, identity.federated, identity.subject, identity.audience) == (
        name,
        name,
        "somebody",
        "client",
    )
    assert identity.conditions["amr"] == ("pwd",)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": None}, "malformed"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"nbf": 99_999_999_999}, "malformed"),
        ({"sub": None}, "malformed"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": ["somebody-else", "another"]}, "audience"),
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    ctx: Context, provider: OidcProvider, claims: dict[str, Any], expected: str
) -> None:
    assert reason(social("accounts.google.com").verify, ctx, provider.token(**claims), ["client"]) == expected


def test_a_token_signed_by_somebody_else_is_refused(ctx: Context, provider: OidcProvider) -> None:
    foreign = RSAKey.generate_key(2048, parameters={"kid": "one"})
    token = provider.token(key=foreign)
    assert reason(social("accounts.google.com").verify, ctx, token, ["client"]) == "signature"


def publish(provider: OidcProvider, **members: Any) -> None:
    """Have the provider's key be published with other members."""
    documents = provider.server.answer
    published = {**provider.keys[0].as_dict(private=False), **members}

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        return (200, {"keys": [published]}) if path == "/jwks" else documents(path, query)

    provider.server.answer = answer


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"key_ops": ["sign"]},
        {"use": "sig", "key_ops": ["wrapKey"]},
        {"use": "enc", "key_ops": ["verify"]},
        {"alg": "RS512"},
    ],
    ids=json.dumps,
)
def test_a_key_that_is_for_something_else_verifies_nothing(
    ctx: Context, provider: OidcProvider, members: dict[str, Any]
) -> None:
    """TOK-01: `use`, `key_ops` and `alg` of a JWK set (RFC 7517, 4.2 to 4.4)."""
    publish(provider, **members)
    assert reason(social("accounts.google.com").verify, ctx, provider.token(), ["client"]) == "signature"


@pytest.mark.parametrize("members", [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"]}])
def test_a_key_that_is_for_verifying_verifies(ctx: Context, provider: OidcProvider, members: dict[str, Any]) -> None:
    publish(provider, **members)
    assert social("accounts.google.com").verify(ctx, provider.token(), ["client"]).subject == "somebody"


@pytest.mark.parametrize("weak", [short_key, roca_key])
def test_a_weak_key_verifies_nothing(
    ctx: Context, provider: OidcProvider, weak: Callable[[], rsa.RSAPrivateKey]
) -> None:
    """CRY-05: its signature is right, but anybody may have made it."""
    pem = weak().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of what is tried here
        provider.keys[0] = RSAKey.import_key(pem, {"kid": "one"})
    assert reason(social("accounts.google.com").verify, ctx, provider.token(), ["client"]) == "signature"


def test_the_public_key_is_no_shared_secret(ctx: Context, provider: OidcProvider) -> None:
    """TOK-01: HS256 with the public key as the secret."""
    secret = provider.keys[0].as_pem(private=False)
    _, claims = jws.unverified(provider.token())
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "one"}, claims)]
    signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    token = b".".join([signed, signature]).decode()
    assert reason(social("accounts.google.com").verify, ctx, token, ["client"]) == "signature"


def test_keys_that_rotate_are_fetched_again_but_not_over_and_over(ctx: Context, provider: OidcProvider) -> None:
    """FED-15."""
    google = social("accounts.google.com")
    google.verify(ctx, provider.token(), ["client"])
    google.verify(ctx, provider.token(), ["client"])
    assert provider.server.asked.count("/jwks") == 1
    provider.rotate("two")
    assert reason(google.verify, ctx, provider.token(), ["client"]) == "signature"
    assert provider.server.asked.count("/jwks") == 1


def test_a_registered_provider_is_found_by_its_issuer(ctx: Context, provider: OidcProvider) -> None:
    """STS-05."""
    plain = with_settings(ctx, google_issuer="https://accounts.google.com", apple_issuer="https://appleid.apple.com")
    assert reason(verify_web_identity, plain, ACCOUNT, provider.token(), None) == "unknown_provider"
    register(plain, provider, "client")
    identity = verify_web_identity(plain, ACCOUNT, provider.token(), None)
    assert identity.federated == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider.issuer.partition('://')[2]}"
    assert reason(verify_web_identity, plain, ACCOUNT, provider.token(aud="x"), None) == "audience"
    assert reason(verify_web_identity, plain, "222222222222", provider.token(), None) == "unknown_provider"


def test_a_discovery_document_of_another_issuer_is_not_believed(ctx: Context, provider: OidcProvider) -> None:
    plain = with_settings(ctx, google_issuer="https://accounts.google.com", apple_issuer="https://appleid.apple.com")
    register(plain, provider, "client")
    token, provider.issuer = provider.token(), "https://elsewhere.example"
    assert reason(verify_web_identity, plain, ACCOUNT, token, None) == "unreachable"


def test_facebook_is_asked_which_app_a_token_was_given_to(context: Callable[..., Context]) -> None:
    """FED-16: a token of another app is refused, though Facebook says that it is valid."""

    def graph(path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path != "/debug_token" or query["access_token"] != "app|secret":
            return 400, {"error": {}}
        app = {"mine": "app", "stolen": "another-app"}.get(query["input_token"])
        if app is None:
            return 200, {"data": {"is_valid": False}}
        return 200, {"data": {"is_valid": True, "app_id": app, "user_id": "77", "expires_at": 99_999_999_999}}

    with JsonServer(graph) as server:
        ctx = with_settings(context(), facebook_graph_url=server.url, facebook_app_secrets={"app": "secret"})
        facebook = social("graph.facebook.com")
        identity = facebook.verify(ctx, "mine", ["app"])
        assert (identity.subject, identity.conditions["app_id"]) == ("77", ("app",))
        assert reason(facebook.verify, ctx, "stolen", ["app"]) == "audience"
        assert reason(facebook.verify, ctx, "made-up", ["app"]) == "signature"


def test_without_an_apps_secret_facebook_is_asked_with_the_token_itself(context: Callable[..., Context]) -> None:
    def graph(path: str, query: dict[str, str]) -> tuple[int, Any]:
        if query.get("access_token") != "mine":
            return 400, {"error": {"message": "Invalid OAuth access token."}}
        return 200, {"/app": {"id": "app"}, "/me": {"id": "77"}}[path]

    with JsonServer(graph) as server:
        ctx = with_settings(context(), facebook_graph_url=server.url)
        assert social("graph.facebook.com").verify(ctx, "mine", ["app"]).subject == "77"
        assert reason(social("graph.facebook.com").verify, ctx, "mine", ["other"]) == "audience"
        assert reason(social("graph.facebook.com").verify, ctx, "other", ["app"]) == "signature"


def test_amazon_is_asked_which_client_a_token_was_given_to(context: Callable[..., Context]) -> None:
    def api(path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path != "/auth/o2/tokeninfo" or query["access_token"] not in {"mine", "late"}:
            return 400, {"error": "invalid_token"}
        seconds = 3000 if query["access_token"] == "mine" else 0
        return 200, {"aud": "amzn1.client", "user_id": "amzn1.account.X", "exp": seconds, "app_id": "amzn1.app"}

    with JsonServer(api) as server:
        ctx = with_settings(context(), amazon_api_url=server.url)
        amazon = social("www.amazon.com")
        identity = amazon.verify(ctx, "mine", ["amzn1.client"])
        assert (identity.subject, identity.conditions["app_id"]) == ("amzn1.account.X", ("amzn1.app",))
        assert reason(amazon.verify, ctx, "mine", ["amzn1.other"]) == "audience"
        assert reason(amazon.verify, ctx, "late", ["amzn1.client"]) == "expired"
        assert reason(amazon.verify, ctx, "forged", ["amzn1.client"]) == "signature"


def test_a_provider_that_does_not_answer_is_said_to_be_unreachable(context: Callable[..., Context]) -> None:
    ctx = with_settings(context(), amazon_api_url="http://127.0.0.1:9")
    assert reason(social("www.amazon.com").verify, ctx, "mine", ["c"]) == "unreachable"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.e30", "=.=.=", "a" * 100_000, "e30=.e30.e30"])
def test_what_is_no_token_is_malformed(ctx: Context, token: str) -> None:
    assert reason(verify_web_identity, ctx, ACCOUNT, token, None) in {"malformed", "unknown_provider"}
