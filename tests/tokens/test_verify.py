"""Access tokens at our own door: what is refused, and with which words (TOK-01 … TOK-10, TOK-19)."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import RSAKey

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Services
from ostiary.crypto import jws
from ostiary.tokens import keys, verify
from tests.crypto.test_jws import encoded
from tests.idp.signin.conftest import App, Pool

MakePool = Callable[..., Pool]
SCOPELESS = "Access Token does not have required scopes"
INVALID, FORGED = "Invalid Access Token", "Could not verify signature for Access Token"
EXPIRED, NARROW = "Access Token has expired", "Access Token does not have required scopes"


class Forger:
    """Somebody with a good token who makes others of it; with `key` the pool's own, as a bug of ours would."""

    def __init__(self, app: App, services: Services) -> None:
        self.app = app
        self.good = app.tokens("ann")["AccessToken"]
        self.header, self.claims = jws.unverified(self.good)
        self.key = keys.signing_key(services, app.pool.id, "access")

    def signed(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        changed = {name: value for name, value in {**self.claims, **claims}.items() if value is not ...}
        return jws.sign(header or self.header, changed, self.key.key)

    def refused(self, token: str, text: str) -> None:
        with pytest.raises(NotAuthorizedException) as error:
            self.app.pool.get_user(token)
        assert error.value.message == text


@pytest.fixture
def forger(app: App, services: Services) -> Forger:
    return Forger(app, services)


def test_a_good_token_is_good(forger: Forger) -> None:
    assert forger.app.pool.get_user(forger.good)["Username"] == "ann"
    assert forger.app.pool.get_user(forger.signed())["Username"] == "ann"


def test_an_algorithm_of_the_forgers_choice_is_refused(forger: Forger) -> None:
    """TOK-01."""
    signature = forger.good.rpartition(".")[2]
    for name in ("none", "None", "HS256", "RS384", "PS256", "ES256"):
        unsigned = f"{encoded(forger.header | {'alg': name})}.{encoded(forger.claims)}"
        forger.refused(f"{unsigned}.{signature}", FORGED)
        forger.refused(f"{unsigned}.", INVALID)
    public = forger.key.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = f"{encoded(forger.header | {'alg': 'HS256'})}.{encoded(forger.claims)}"
    forger.refused(f"{unsigned}.{encoded(hmac.digest(public, unsigned.encode(), hashlib.sha256))}", FORGED)


def test_a_key_of_the_forgers_own_is_refused(forger: Forger) -> None:
    """TOK-02."""
    own = RSAKey.generate_key(2048)
    for more in ({}, {"jwk": own.as_dict(private=False)}, {"jku": "https://evil.example"}, {"kid": "evil"}):
        forger.refused(jws.sign(forger.header | more, forger.claims, own), FORGED)


def test_extensions_are_refused_even_when_we_signed_them(forger: Forger) -> None:
    """TOK-03."""
    for more in ({"crit": ["b64"], "b64": False}, {"b64": False}, {"zip": "DEF"}):
        forger.refused(forger.signed(forger.header | more), FORGED)


def test_a_changed_claim_is_refused(forger: Forger) -> None:
    header, _, signature = forger.good.split(".")
    for claims in (forger.claims | {"username": "eve"}, forger.claims | {"exp": 4102444800}):
        forger.refused(f"{header}.{encoded(claims)}.{signature}", FORGED)


def test_what_is_no_token_at_all_is_invalid(forger: Forger) -> None:
    """TOK-05, TOK-06."""
    header, payload, signature = forger.good.split(".")
    for token in ("x", "a.b.c", f"{header}.{payload}", f"{forger.good}.x", f"{header}.{payload}.{signature}="):
        forger.refused(token, INVALID)
    forger.refused(f"{header}.{'A' * 70_000}.{signature}", INVALID)
    forger.refused(f"{header}.{encoded([1])}.{signature}", INVALID)


def test_other_tokens_of_the_same_sign_in_are_invalid_here(forger: Forger) -> None:
    """TOK-08."""
    tokens = forger.app.tokens("ann")
    forger.refused(tokens["IdToken"], INVALID)
    forger.refused(tokens["RefreshToken"], INVALID)
    forger.refused(forger.signed(token_use="id"), INVALID)
    forger.refused(forger.signed(token_use=["access"]), INVALID)


def test_the_key_of_id_tokens_signs_no_access_tokens(forger: Forger, services: Services) -> None:
    """TOK-19."""
    key = keys.signing_key(services, forger.app.pool.id, "id")
    forger.refused(jws.sign(key.header, forger.claims, key.key), FORGED)


def test_another_pools_key_and_another_pools_name_do_not_pass(
    forger: Forger, services: Services, make_pool: MakePool
) -> None:
    """TOK-09, TOK-19."""
    other = make_pool()
    theirs = keys.signing_key(services, other.id, "access")
    forger.refused(jws.sign(theirs.header, forger.claims, theirs.key), FORGED)
    forger.refused(forger.signed(iss=f"http://127.0.0.1:9500/{other.id}"), FORGED)


ISSUERS = [
    ...,
    None,
    1,
    ["http://127.0.0.1:9500/us-east-1_x"],
    "",
    "https://evil.example/{pool}",
    "https://127.0.0.1:9500/{pool}",
    "http://127.0.0.1:9500/{pool}/",
    "http://127.0.0.1:9500//{pool}",
    "http://127.0.0.1:9500/us-east-1_NoSuchPool",
    "http://127.0.0.1:9500/us-east-1_\u0000",
    "http://127.0.0.1:9500/../{pool}",
    "cognito-idp.us-east-1.amazonaws.com/{pool}",
    "https://cognito-idp.us-east-1.amazonaws.com/{pool}",
]


def test_the_issuer_must_be_exactly_the_pools(forger: Forger) -> None:
    """TOK-09."""
    for iss in ISSUERS:
        given = iss.replace("{pool}", forger.app.pool.id) if isinstance(iss, str) else iss
        forger.refused(forger.signed(iss=given), INVALID)


def test_a_token_expires_to_the_second(forger: Forger, services: Services) -> None:
    """TOK-10: no leeway at our own door."""
    now = services.clock.now()
    assert forger.app.pool.get_user(forger.signed(exp=int(now) + 1))
    for past in (int(now), int(now) - 1, 0, -1, 1.5, None, ...):
        forger.refused(forger.signed(exp=past), EXPIRED)
    unreadable: list[Any] = ["4102444800", True, [4102444800], {}]
    for odd in unreadable:
        forger.refused(forger.signed(exp=odd), INVALID)


def test_a_token_without_its_claims_is_invalid(forger: Forger) -> None:
    for name in ("sub", "client_id", "scope", "username"):
        for value in (..., None, 1, ["x"]):
            text = SCOPELESS if (name, value) == ("scope", ...) else INVALID
            claim: dict[str, Any] = {name: value}
            forger.refused(forger.signed(**claim), text)


def test_the_scope_must_be_the_one_of_this_api(forger: Forger) -> None:
    ours = "aws.cognito.signin.user.admin"
    for scope in ("", "openid email", f"{ours}istrator", ours.upper()):
        forger.refused(forger.signed(scope=scope), NARROW)
        assert forger.app.pool.get_user(forger.signed(scope=f"{scope} {ours}"))


def test_what_is_wrong_is_told_in_this_order(forger: Forger, services: Services) -> None:
    forger.app.pool.call("AdminUserGlobalSignOut", Username="ann")
    forger.refused(forger.signed(scope="openid"), "Access Token has been revoked")
    services.clock.advance(3601)
    forger.refused(forger.signed(scope="openid"), EXPIRED)
    forger.refused(forger.signed()[:-4] + "AAAA", FORGED)


def test_an_id_token_is_its_own_pools(app: App, services: Services, make_pool: MakePool) -> None:
    """TOK-08, TOK-09, TOK-19."""
    tokens = app.tokens("ann")
    assert verify.id_token(services, app.pool.id, tokens["IdToken"])["aud"] == app.id
    other = make_pool()
    for pool_id, token in (
        (other.id, tokens["IdToken"]),
        (app.pool.id, tokens["AccessToken"]),
        ("x_y", tokens["IdToken"]),
    ):
        with pytest.raises(jws.JwsError):
            verify.id_token(services, pool_id, token)
    key = keys.signing_key(services, app.pool.id, "id")
    claims = jws.unverified(tokens["IdToken"])[1]
    for change in ({"iss": f"http://127.0.0.1:9500/{other.id}"}, {"token_use": "access"}):
        with pytest.raises(jws.JwsError):
            verify.id_token(services, app.pool.id, jws.sign(key.header, claims | change, key.key))
