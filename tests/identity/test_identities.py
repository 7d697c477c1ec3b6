"""One identity per person across providers (IDP-01 to IDP-03, IDP-10, IDP-12)."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from ostiary.aws.types.cognito_identity import (
    NotAuthorizedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from ostiary.context import Context
from tests.fixtures.context import ACCOUNT
from tests.identity.conftest import IdentityPool


def test_a_guest_is_somebody_new_each_time(pool: IdentityPool) -> None:
    first, second = pool.get_id(), pool.get_id()
    assert first != second
    assert first.startswith("us-east-1:")


def test_a_pool_without_guests_refuses_them(pool: IdentityPool) -> None:
    """IDP-01."""
    guest = pool.get_id()
    described = pool.admin("DescribeIdentityPool", IdentityPoolId=pool.id)
    pool.admin("UpdateIdentityPool", **{**described, "AllowUnauthenticatedIdentities": False})
    with pytest.raises(NotAuthorizedException, match="Unauthenticated access is not supported"):
        pool.get_id()
    with pytest.raises(NotAuthorizedException, match="Unauthenticated access is not supported"):
        pool.credentials(guest)


def test_a_person_is_the_same_identity_each_time(pool: IdentityPool) -> None:
    assert pool.get_id(pool.google("ada")) == pool.get_id(pool.google("ada")) != pool.get_id(pool.google("grace"))


def test_fifty_first_sign_ins_at_once_make_one_identity(pool: IdentityPool) -> None:
    """IDP-10, ATT-06."""
    login = pool.google("ada")

    def get_id(_: int) -> str:
        while True:
            try:
                return pool.get_id(login)
            except Exception as error:
                if not getattr(error, "retryable", False):
                    raise

    with ThreadPoolExecutor(50) as threads:
        found = set(threads.map(get_id, range(50)))
    assert len(found) == 1
    listed = pool.admin("ListIdentities", IdentityPoolId=pool.id, MaxResults=60)["Identities"]
    assert [identity["IdentityId"] for identity in listed if identity.get("Logins")] == list(found)


def test_two_logins_at_once_are_linked(pool: IdentityPool) -> None:
    both = pool.get_id(pool.google("ada") | pool.apple("ada.apple"))
    assert both == pool.get_id(pool.google("ada")) == pool.get_id(pool.apple("ada.apple"))
    described = pool.admin("DescribeIdentity", IdentityId=both)
    assert described["Logins"] == ["accounts.google.com", "appleid.apple.com"]


def test_a_guest_who_signs_in_stays_the_same_identity(pool: IdentityPool) -> None:
    guest = pool.get_id()
    answer = pool.credentials(guest, pool.google("ada"))
    assert answer["IdentityId"] == guest == pool.get_id(pool.google("ada"))
    with pytest.raises(NotAuthorizedException, match="is forbidden"):
        pool.credentials(guest)


def test_two_identities_of_one_person_merge_and_the_old_id_leads_to_the_survivor(pool: IdentityPool) -> None:
    google, apple = pool.get_id(pool.google("ada")), pool.get_id(pool.apple("ada.apple"))
    survivor = pool.get_id(pool.google("ada") | pool.apple("ada.apple"))
    gone = apple if survivor == google else google
    assert pool.get_id(pool.google("ada")) == pool.get_id(pool.apple("ada.apple")) == survivor
    assert pool.credentials(gone, pool.google("ada"))["IdentityId"] == survivor
    with pytest.raises(ResourceNotFoundException):
        pool.credentials(gone)


def test_an_identity_has_one_login_of_a_provider(pool: IdentityPool) -> None:
    """IDP-10: nobody's login is moved silently."""
    ada = pool.get_id(pool.google("ada") | pool.apple("a"))
    with pytest.raises(ResourceConflictException, match="Login already exists"):
        pool.get_id(pool.google("grace") | pool.apple("a"))
    assert pool.get_id(pool.google("ada")) == ada


def test_somebody_elses_identity_does_not_open(pool: IdentityPool) -> None:
    """IDP-03."""
    ada = pool.get_id(pool.google("ada"))
    pool.get_id(pool.google("eve"))
    with pytest.raises(NotAuthorizedException, match="Logins don't match"):
        pool.credentials(ada, pool.google("eve"))
    with pytest.raises(NotAuthorizedException, match="is forbidden"):
        pool.credentials(ada)


@pytest.mark.parametrize("name", ["accounts.google.com/", "Accounts.google.com", "google.com", "www.amazon.com"])
def test_a_provider_must_be_named_exactly(pool: IdentityPool, name: str) -> None:
    """IDP-12."""
    with pytest.raises(NotAuthorizedException, match="not from a supported provider"):
        pool.get_id({name: pool.provider.token()})


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"exp": 1}, "Invalid login token. Token expired: "),
        ({"aud": "another"}, "Incorrect token audience."),
        ({"iss": "https://elsewhere"}, "Issuer doesn't match providerName"),
    ],
)
def test_a_bad_login_is_refused_in_awss_words(pool: IdentityPool, claims: dict[str, object], text: str) -> None:
    with pytest.raises(NotAuthorizedException, match=text):
        pool.get_id(pool.google("ada", **claims))


def test_unlinking_the_last_login_makes_a_new_person_of_it(pool: IdentityPool) -> None:
    ada = pool.get_id(pool.google("ada"))
    pool.anybody("UnlinkIdentity", IdentityId=ada, Logins=pool.google("ada"), LoginsToRemove=["accounts.google.com"])
    assert pool.get_id(pool.google("ada")) != ada


def test_another_accounts_identities_cannot_be_seen_or_deleted(pool: IdentityPool) -> None:
    ada = pool.get_id(pool.google("ada"))
    other = type(pool.admin)(_of_account(pool, "222222222222"), "cognito-identity")
    for operation in ("DescribeIdentityPool", "DeleteIdentityPool", "GetIdentityPoolRoles"):
        with pytest.raises(ResourceNotFoundException):
            other(operation, IdentityPoolId=pool.id)
    with pytest.raises(ResourceNotFoundException):
        other("DescribeIdentity", IdentityId=ada)
    assert other("DeleteIdentities", IdentityIdsToDelete=[ada])["UnprocessedIdentityIds"] == [
        {"IdentityId": ada, "ErrorCode": "AccessDenied"}
    ]
    assert pool.admin("DescribeIdentity", IdentityId=ada)["IdentityId"] == ada


def _of_account(pool: IdentityPool, account: str) -> Context:
    ctx = pool.admin.ctx
    assert ctx.account == ACCOUNT
    return dataclasses.replace(ctx, account=account)
