"""Everything is sealed anew after the master key was replaced, and the old key can go."""

import dataclasses
from typing import Any

import pytest

import ostiary.sns  # noqa: F401 - registers the operations
from ostiary import resealing
from ostiary.aws.errors import UnrecognizedClientError
from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Client, Context, Principal, Services, Session
from ostiary.crypto.seal import Keyring, SealBrokenError
from ostiary.iam.accounts import create_account
from ostiary.store import deployment, sealed
from ostiary.sts.callers import who_signed
from ostiary.sts.sessions import mint, resolve
from ostiary.tokens import keys
from tests.fixtures.context import ACCOUNT, MASTER_KEY, REGION, Api
from tests.idp.signin.conftest import Pool

NEW = bytes(range(100, 132))
GOOGLE = {"client_id": "c", "client_secret": "its-secret", "authorize_scopes": "openid"}


def api(services: Services, service: str = "cognito-idp") -> Api:
    root = Principal(ACCOUNT, "Account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
    return Api(Context(services, ACCOUNT, REGION, root, Client()), service)


class Deployment:
    """What there is to seal: a password, a factor, a client, a provider, access keys, push apps, keys that sign."""

    def __init__(self, services: Services) -> None:
        self.services = services
        session = Session(ACCOUNT, "r", "AROA", "/", "s", 0, services.clock.now_seconds() + 3600)
        self.credentials = mint(services, session)
        self.root = create_account(services, "another")
        self.pool = Pool(api(services), api(services), {})
        self.pool.user("ann")
        self.app = self.pool.app(GenerateSecret=True)
        self.tokens = self.app.tokens("ann")
        enabled = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
        self.pool.call("SetUserPoolMfaConfig", MfaConfiguration="OPTIONAL", **enabled)
        self.pool.anybody("AssociateSoftwareToken", AccessToken=self.tokens["AccessToken"])
        self.pool.call("CreateIdentityProvider", ProviderName="Google", ProviderType="Google", ProviderDetails=GOOGLE)
        credential = {"PlatformCredential": "key", "PlatformPrincipal": "id"}
        made = api(services, "sns")("CreatePlatformApplication", Name="app", Platform="ADM", Attributes=credential)
        self.application = made["PlatformApplicationArn"]
        self.endpoint = self.register(services)
        keys.identity_key(services)
        with services.store.write() as tx:
            deployment.put(tx, deployment.SEALED_WITH, services.keyring.seal_token(b"proof", resealing.PROOF))

    def register(self, services: Services) -> str:
        """Return the endpoint of a device: the same token is the same endpoint."""
        asked = {"PlatformApplicationArn": self.application, "Token": "token-of-a-device"}
        return str(api(services, "sns")("CreatePlatformEndpoint", **asked)["EndpointArn"])

    def refresh(self, services: Services) -> dict[str, Any]:
        """Refresh with the token from before, at a process with other keys."""
        self.pool.anybody = api(services)
        return self.app.refresh(self.tokens["RefreshToken"], **self.app.secret_hash("ann"))


def with_keys(services: Services, *master_keys: bytes) -> Services:
    """Return a process that was given these master keys."""
    services.store.forget()
    given = Keyring(master_keys)
    keyring = Keyring(master_keys, lambda: resealing.retained_keys(services.store, given))
    return dataclasses.replace(services, keyring=keyring)


def stale(services: Services) -> list[str]:
    """Return the columns of values that are not sealed under the first key."""
    with services.store.read() as tx:
        return [
            f"{table}.{column}"
            for table in dict.fromkeys(name for name, _ in sealed.PURPOSES)
            for row in sealed.page(tx, table, None, 1000)
            for column, value in row.sealed.items()
            if not services.keyring.is_current(value)
        ]


def silent(_table: str, _done: int) -> None:
    """Tell nobody."""


def test_the_old_master_key_can_be_thrown_away(services: Services) -> None:
    """CRY-02: afterwards the new one opens everything, and what is out in the world goes on."""
    there = Deployment(services)
    both = with_keys(services, NEW, MASTER_KEY)
    kinds = set(stale(both))
    assert kinds >= {
        *("users.sealed_verifier", "software_tokens.sealed_proposal", "user_pool_clients.sealed_secret"),
        *("pool_parts.sealed", "access_keys.sealed", "platform_applications.sealed", "platform_endpoints.sealed"),
        "signing_keys.sealed",
    }
    outcome = resealing.reseal(both, silent)
    assert (outcome.lost, outcome.settled) == (0, True)
    assert outcome.done >= len(kinds)
    assert stale(both) == []
    assert resealing.reseal(both, silent).done == 0
    alone = with_keys(services, NEW)
    assert there.refresh(alone)["AccessToken"]
    assert there.app.tokens("ann")["AccessToken"]
    assert there.register(alone) == there.endpoint
    assert resolve(alone, there.credentials.access_key_id, there.credentials.session_token)[1].role_name == "r"
    assert who_signed(alone, there.root.access_key_id, None)[0] == there.root.secret_access_key
    described = api(alone)("DescribeIdentityProvider", UserPoolId=there.pool.id, ProviderName="Google")
    assert described["IdentityProvider"]["ProviderDetails"]["client_secret"] == "its-secret"


def test_sessions_under_a_key_that_leaked_can_be_ended(services: Services) -> None:
    there = Deployment(services)
    resealing.reseal(with_keys(services, NEW, MASTER_KEY), silent, end_sessions=True)
    alone = with_keys(services, NEW)
    with pytest.raises(NotAuthorizedException, match="Invalid Refresh Token"):
        there.refresh(alone)
    with pytest.raises(UnrecognizedClientError):
        resolve(alone, there.credentials.access_key_id, there.credentials.session_token)
    assert there.app.tokens("ann")["AccessToken"]


def test_what_was_interrupted_goes_on_where_it_was(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Deployment(services)
    for number in range(5):
        there.pool.user(f"user{number}")
    both = with_keys(services, NEW, MASTER_KEY)
    monkeypatch.setattr(resealing, "PAGE", 2)

    def die(table: str, _done: int) -> None:
        if table == "users":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        resealing.reseal(both, die)
    left = stale(both)
    assert left.count("users.sealed_verifier") == 4
    seen: list[str] = []
    assert resealing.reseal(both, lambda table, _done: seen.append(table)).done == len(left)
    assert seen[0] == "users"
    assert stale(both) == []


def test_what_is_changed_meanwhile_is_not_overwritten(services: Services) -> None:
    there = Deployment(services)
    with services.store.read() as tx:
        row = sealed.page(tx, "users", None, 1)[0]
    there.pool.set_password("ann", "Another-horse-8")
    with services.store.write() as tx:
        assert not sealed.replace(tx, "users", row, "sealed_verifier", b"old")
    assert there.app.tokens("ann", "Another-horse-8")


def test_what_no_key_opens_stays_and_is_told(services: Services) -> None:
    there = Deployment(services)
    stranger = with_keys(services, bytes(32))
    with pytest.raises(SealBrokenError):
        resealing.reseal(stranger, silent)
    there.pool.admin = api(stranger)
    with services.store.write() as tx:
        row = sealed.page(tx, "users", None, 1)[0]
        lost = stranger.keyring.seal(b"?", "password-verifier")
        assert sealed.replace(tx, "users", row, "sealed_verifier", lost)
    outcome = resealing.reseal(with_keys(services, NEW, MASTER_KEY), silent)
    assert outcome.lost == 1
    assert stale(with_keys(services, NEW)) == ["users.sealed_verifier"]


def test_a_second_rotation_keeps_what_the_first_kept(services: Services) -> None:
    there, newest = Deployment(services), bytes(range(200, 232))
    resealing.reseal(with_keys(services, NEW, MASTER_KEY), silent)
    resealing.reseal(with_keys(services, newest, NEW), silent)
    assert there.refresh(with_keys(services, newest))["AccessToken"]
