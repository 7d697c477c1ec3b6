"""Signing keys change and no verification fails (TOK-18; OpenID Connect Core 10.1.1)."""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.federation.providers import verify_web_identity
from ostiary.identity import discovery as discovery_module
from ostiary.idp.pools import discovery
from ostiary.sns import signing
from ostiary.store.db import Store
from ostiary.tokens import keys, rotation
from ostiary.tokens.key_worker import KeyWorker
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.waiting import until
from tests.idp.signin.conftest import App, Pool

HOUR, DAY = 3_600, 86_400
USES = ("IdToken", "AccessToken")


def verified(published: dict[str, Any], token: str, now: float) -> dict[str, Any]:
    """Verify a token as anybody does who keeps a key set; PyJWT, but for the time, which is the server's."""
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(key) for key in published["keys"] if key["kid"] == kid)
    found: dict[str, Any] = jwt.decode(
        token, key, ["RS256"], options={"verify_exp": False, "verify_aud": False, "verify_iat": False}
    )
    assert found["exp"] > now
    return found


def kids(services: Services, pool: Pool) -> dict[str, str]:
    """Return the ids of the keys that sign now."""
    return {use: keys.signing_key(services, pool.id, use).kid for use in ("id", "access")}


def test_a_verifier_that_keeps_its_keys_for_a_day_never_fails(services: Services, pool: Pool) -> None:
    pool.user("ann")
    app = pool.app(AccessTokenValidity=24, IdTokenValidity=24)
    kept: dict[str, Any] = {}
    fetched_at, seen = 0.0, set()
    out: list[tuple[str, float]] = []
    for hour in range(0, 120, 3):
        now = services.clock.now()
        if now - fetched_at >= DAY:  # it asks once a day, and never between
            kept, fetched_at = discovery.jwks(services, pool.id) or {}, now
        if hour in {9, 48}:
            rotation.rotate(services, pool.id, DAY)
        out = [token for token in out if token[1] > now]
        out += [(token, now + DAY) for token in map(app.tokens("ann").__getitem__, USES)]
        for token, _ in out:
            seen.add(verified(kept, token, now)["token_use"] + jwt.get_unverified_header(token)["kid"])
        services.clock.advance(3 * HOUR)
    assert len(seen) == 6, "three keys of each use signed"


def test_what_was_signed_before_stays_good_for_as_long_as_it_says(services: Services, app: App) -> None:
    tokens = app.tokens("ann")
    first = kids(services, app.pool)
    shown = rotation.rotate(services, app.pool.id, HOUR)
    assert sorted(state.state for state in shown) == ["next", "next", "signing", "signing"]
    assert kids(services, app.pool) == first
    services.clock.advance(HOUR - 1)
    assert kids(services, app.pool) == first
    assert app.pool.get_user(tokens["AccessToken"])["Username"] == "ann"
    last = app.tokens("ann")
    services.clock.advance(1)
    assert not set(kids(services, app.pool).values()) & set(first.values())
    assert app.pool.get_user(last["AccessToken"])["Username"] == "ann"
    assert app.refresh(tokens["RefreshToken"])["AccessToken"]
    services.clock.advance(DAY + HOUR - 1)
    assert set(first.values()) <= {key["kid"] for key in (discovery.jwks(services, app.pool.id) or {})["keys"]}
    services.clock.advance(1 + HOUR)
    assert not set(first.values()) & {key["kid"] for key in (discovery.jwks(services, app.pool.id) or {})["keys"]}


@pytest.fixture
def other_node(services: Services) -> Iterator[Services]:
    """Another process on the same database, with the same clock."""
    store = Store.open(services.store.url)
    yield dataclasses.replace(services, store=store)
    store.close()


def test_every_node_follows_without_being_told(services: Services, app: App, other_node: Services) -> None:
    before = keys.jwks(other_node, app.pool.id)
    rotation.rotate(services, app.pool.id, HOUR)
    until(lambda: keys.jwks(other_node, app.pool.id) != before)
    assert keys.jwks(other_node, app.pool.id) == keys.jwks(services, app.pool.id)
    services.clock.advance(HOUR)
    assert keys.signing_key(other_node, app.pool.id, "id").kid == kids(services, app.pool)["id"]


def test_several_who_rotate_at_once_make_one_next_key(services: Services, app: App) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: rotation.rotate(services, app.pool.id, HOUR), range(4)))
    shown = rotation.states(services, app.pool.id)
    assert sorted((state.key.token_use, state.state) for state in shown) == [
        (use, state) for use in ("access", "id") for state in ("next", "signing")
    ]


def test_a_leaked_key_is_followed_in_seconds_and_withdrawn(services: Services, app: App) -> None:
    tokens, leaked = app.tokens("ann"), kids(services, app.pool)["access"]
    rotation.rotate(services, app.pool.id, DAY)
    with pytest.raises(rotation.StillSigningError):
        rotation.withdraw(services, app.pool.id, leaked)
    assert len(rotation.rotate(services, app.pool.id, 0)) == 4, "those that wait sign sooner; there are no others"
    services.clock.advance(rotation.SOONEST)
    rotation.withdraw(services, app.pool.id, leaked)
    with pytest.raises(NotAuthorizedException, match="Could not verify signature"):
        app.pool.get_user(tokens["AccessToken"])
    assert app.pool.get_user(app.tokens("ann")["AccessToken"])["Username"] == "ann"
    for owner, kid in ((app.pool.id, leaked), ("us-east-1_nobody", leaked)):
        with pytest.raises(KeyError):
            rotation.withdraw(services, owner, kid)
    with pytest.raises(KeyError):
        rotation.rotate(services, "us-east-1_nobody", 0)


def test_keys_change_by_themselves_and_are_forgotten_when_nothing_needs_them(services: Services, app: App) -> None:
    settings = dataclasses.replace(services.settings, signing_keys_days=30, signing_keys_lead=DAY)
    services = dataclasses.replace(services, settings=settings)
    worker = KeyWorker(services)
    assert worker.run_due() == 0
    services.clock.advance(30 * DAY)
    assert worker.run_due() == 1
    assert worker.run_due() == 0, "somebody was there within the hour"
    services.clock.advance(HOUR)
    assert worker.run_due() == 0, "the next keys wait already"
    services.clock.advance(3 * DAY)
    assert worker.run_due() == 0
    assert {state.state for state in rotation.states(services, app.pool.id)} == {"signing"}
    assert len(rotation.states(services, app.pool.id)) == 2


def test_the_keys_of_identity_pools_and_topics_rotate_too(
    services: Services, context: Callable[..., Context], app: App
) -> None:
    admin, anybody = Api(context(), "cognito-identity"), Api(context(account=""), "cognito-identity")
    provider = {"ProviderName": f"127.0.0.1:9500/{app.pool.id}", "ClientId": app.id, "ServerSideTokenCheck": True}
    pool = admin(
        "CreateIdentityPool",
        IdentityPoolName="p",
        AllowUnauthenticatedIdentities=False,
        AllowClassicFlow=True,
        CognitoIdentityProviders=[provider],
    )["IdentityPoolId"]
    logins = {provider["ProviderName"]: app.tokens("ann")["IdToken"]}

    def open_id_token() -> str:
        identity = anybody("GetId", IdentityPoolId=pool, Logins=logins)["IdentityId"]
        return str(anybody("GetOpenIdToken", IdentityId=identity, Logins=logins)["Token"])

    token = open_id_token()
    certificate = signing.signed(services, {"Type": "Notification"}, "2")["SigningCertURL"].rpartition("/")[2]
    for owner in (app.pool.id, keys.IDENTITY_POOLS, keys.TOPICS):
        rotation.rotate(services, owner, 0)
    services.clock.advance(rotation.SOONEST)
    newer = open_id_token()
    assert jwt.get_unverified_header(newer)["kid"] != jwt.get_unverified_header(token)["kid"]
    published = {key["kid"] for key in discovery_module.jwks(services)["keys"]}
    assert published == {jwt.get_unverified_header(each)["kid"] for each in (token, newer)}
    for each in (token, newer):
        assert verify_web_identity(context(), ACCOUNT, each, None).audience == pool
    assert signing.certificate(services, certificate)
    later = signing.signed(services, {"Type": "Notification"}, "2")["SigningCertURL"].rpartition("/")[2]
    assert later != certificate
    assert signing.certificate(services, later)
