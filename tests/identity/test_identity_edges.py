"""Whose identity opens, for whom and with what: guests, merges, the pools' own tokens (IDP-01 to IDP-06)."""

import json
from typing import Any

import pytest

from ostiary.aws.types.cognito_identity import NotAuthorizedException, ResourceNotFoundException
from ostiary.context import Session
from ostiary.crypto import jws
from ostiary.identity.credentials import GUEST_POLICY
from ostiary.identity.discovery import openid_configuration
from ostiary.sts.callers import who_signed
from ostiary.tokens import keys
from tests.fixtures.context import Api
from tests.identity.conftest import ROLE, IdentityPool, trust

OWN = "cognito-identity.amazonaws.com"
FORBIDDEN, MISMATCH = "^Access to Identity '.*' is forbidden", "^Logins don't match"


def session_of(pool: IdentityPool, answer: dict[str, Any]) -> Session:
    credentials = answer["Credentials"]
    _, principal = who_signed(pool.admin.ctx.services, credentials["AccessKeyId"], credentials["SessionToken"])
    assert principal.session is not None
    return principal.session


def configure(pool: IdentityPool, **settings: Any) -> None:
    described = pool.admin("DescribeIdentityPool", IdentityPoolId=pool.id)
    pool.admin("UpdateIdentityPool", **{**described, **settings})


def another(pool: IdentityPool) -> IdentityPool:
    """Make a second pool, with the same providers and roles that trust it."""
    made = pool.admin(
        "CreateIdentityPool",
        IdentityPoolName="others",
        AllowUnauthenticatedIdentities=True,
        AllowClassicFlow=True,
        SupportedLoginProviders={"accounts.google.com": "client"},
    )
    iam = Api(pool.admin.ctx, "iam")
    document = trust(made["IdentityPoolId"], "authenticated")
    iam("CreateRole", RoleName="theirs", AssumeRolePolicyDocument=document)
    roles = {"authenticated": f"{ROLE}theirs"}
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=made["IdentityPoolId"], Roles=roles)
    return IdentityPool(made["IdentityPoolId"], pool.admin, pool.anybody, pool.provider)


def open_id(pool: IdentityPool, identity_id: str, logins: dict[str, str] | None = None) -> str:
    return str(pool.anybody("GetOpenIdToken", IdentityId=identity_id, Logins=logins or {})["Token"])


def test_a_guest_is_narrowed_and_a_person_is_not(pool: IdentityPool) -> None:
    """IDP-01."""
    assert session_of(pool, pool.credentials(pool.get_id())).policies == (GUEST_POLICY,)
    ada = pool.google("ada")
    session = session_of(pool, pool.credentials(pool.get_id(ada), ada))
    assert (session.policies, session.name, session.federated_provider) == ((), "CognitoIdentityCredentials", OWN)
    actions = json.loads(GUEST_POLICY)["Statement"][0]["Action"]
    assert {"s3:*", "cognito-sync:*", "kms:Decrypt"} <= set(actions)
    assert not [action for action in actions if action.startswith(("iam:", "sts:", "*", "ec2:"))]


def test_an_identity_of_one_pool_opens_nothing_in_another(pool: IdentityPool) -> None:
    """IDP-03."""
    other = another(pool)
    ada = pool.google("ada")
    here, there = pool.get_id(ada), other.get_id(ada)
    assert here != there
    assert "/person/" in session_arn(pool, pool.credentials(here, ada))
    assert "/theirs/" in session_arn(pool, pool.credentials(there, ada))
    with pytest.raises(NotAuthorizedException):
        other.credentials(there, pool.apple("ada"))


def session_arn(pool: IdentityPool, answer: dict[str, Any]) -> str:
    session = session_of(pool, answer)
    return f"/{session.role_name}/"


def test_an_identity_that_is_not_there_is_not_found(pool: IdentityPool) -> None:
    missing = "us-east-1:00000000-0000-4000-8000-000000000000"
    for logins in ({}, pool.google("ada")):
        with pytest.raises(ResourceNotFoundException, match=f"^Identity '{missing}' not found.$"):
            pool.credentials(missing, logins)
    with pytest.raises(ResourceNotFoundException):
        pool.credentials(missing, {OWN: "x"})
    with pytest.raises(ResourceNotFoundException):
        pool.admin("DescribeIdentity", IdentityId=missing)
    answer = pool.admin("DeleteIdentities", IdentityIdsToDelete=[missing])
    assert answer["UnprocessedIdentityIds"] == [{"IdentityId": missing, "ErrorCode": "AccessDenied"}]


def test_a_guest_who_turns_out_to_be_somebody_is_that_one(pool: IdentityPool) -> None:
    """IDP-10."""
    ada, guest = pool.get_id(pool.google("ada")), pool.get_id()
    assert pool.credentials(guest, pool.google("ada"))["IdentityId"] == ada
    with pytest.raises(ResourceNotFoundException):
        pool.credentials(guest)
    assert pool.credentials(guest, pool.google("ada"))["IdentityId"] == ada
    with pytest.raises(NotAuthorizedException, match=MISMATCH):
        pool.credentials(guest, pool.google("eve"))


def test_a_new_login_joins_an_identity_only_beside_one_it_has(pool: IdentityPool) -> None:
    """IDP-03."""
    ada = pool.get_id(pool.google("ada"))
    with pytest.raises(NotAuthorizedException, match=MISMATCH):
        pool.credentials(ada, pool.apple("a"))
    assert pool.credentials(ada, pool.google("ada") | pool.apple("a"))["IdentityId"] == ada
    assert pool.credentials(ada, pool.apple("a"))["IdentityId"] == ada


def test_guests_who_are_no_longer_wanted_lose_their_identities_too(pool: IdentityPool) -> None:
    """IDP-01."""
    guest = pool.get_id()
    assert pool.credentials(guest)["IdentityId"] == guest
    configure(pool, AllowUnauthenticatedIdentities=False)
    with pytest.raises(NotAuthorizedException, match="Unauthenticated access is not supported"):
        pool.credentials(guest)


@pytest.fixture
def classic(pool: IdentityPool) -> IdentityPool:
    configure(pool, AllowClassicFlow=True)
    return pool


def test_a_pools_own_token_opens_its_identity_and_no_other(classic: IdentityPool) -> None:
    """IDP-03."""
    google = classic.google("ada")
    ada, eve = classic.get_id(google), classic.get_id(classic.google("eve"))
    token = open_id(classic, ada, google)
    answer = classic.credentials(ada, {OWN: token})
    assert answer["IdentityId"] == ada
    session = session_of(classic, answer)
    assert (session.role_name, session.policies) == ("person", ())
    assert session.claims[f"{OWN}:sub"] == [ada]
    assert session.claims[f"{OWN}:amr"] == ["authenticated", "accounts.google.com", "accounts.google.com:OIDC:ada"]
    for identity_id, logins in ((eve, {OWN: token}), (ada, {OWN: token, **google}), (ada, {**google, OWN: token})):
        with pytest.raises(NotAuthorizedException, match=MISMATCH):
            classic.credentials(identity_id, logins)


def test_a_guests_own_token_is_for_sts_alone(classic: IdentityPool) -> None:
    """IDP-03."""
    guest = classic.get_id()
    with pytest.raises(NotAuthorizedException, match=FORBIDDEN):
        classic.credentials(guest, {OWN: open_id(classic, guest)})


def test_a_pools_own_token_of_another_pool_or_of_nobody_is_refused(classic: IdentityPool) -> None:
    """IDP-06."""
    other = another(classic)
    google = classic.google("ada")
    ada, there = classic.get_id(google), other.get_id(google)
    foreign = open_id(other, there, google)
    with pytest.raises(NotAuthorizedException, match="Incorrect token audience"):
        classic.credentials(ada, {OWN: foreign})
    token = open_id(classic, ada, google)
    for bad, text in ((f"{token[:-8]}AAAAAAAA", "Token signature invalid"), ("x", "Not a valid OpenId Connect")):
        with pytest.raises(NotAuthorizedException, match=text):
            classic.credentials(ada, {OWN: bad})
    classic.admin.ctx.clock.advance(601)
    with pytest.raises(NotAuthorizedException, match="Token expired"):
        classic.credentials(ada, {OWN: token})


def test_a_pools_own_token_says_what_the_pool_says(classic: IdentityPool) -> None:
    google = classic.google("ada", department="eng")
    ada = classic.get_id(google)
    named = {"IdentityPoolId": classic.id, "IdentityProviderName": "accounts.google.com"}
    classic.admin("SetPrincipalTagAttributeMap", **named, PrincipalTags={"team": "department"})
    header, claims = jws.unverified(open_id(classic, ada, google))
    assert (header["alg"], header["typ"]) == ("RS512", "JWS")
    assert (claims["iss"], claims["aud"], claims["sub"]) == (f"https://{OWN}", classic.id, ada)
    assert claims["exp"] - claims["iat"] == 600
    assert claims["https://aws.amazon.com/tags"] == {"principal_tags": {"team": ["eng"]}}
    untagged = jws.unverified(open_id(classic, classic.get_id()))[1]
    assert "https://aws.amazon.com/tags" not in untagged
    assert untagged["amr"] == ["unauthenticated"]


def test_a_token_under_the_pools_key_with_another_issuer_is_refused(classic: IdentityPool) -> None:
    google = classic.google("ada")
    ada = classic.get_id(google)
    claims = jws.unverified(open_id(classic, ada, google))[1]
    key = keys.identity_key(classic.admin.ctx.services)
    for changed, text in (
        ({"iss": "https://elsewhere.example"}, "Issuer doesn't match"),
        ({"aud": "another"}, "Incorrect token audience"),
        ({"amr": ["unauthenticated"]}, FORBIDDEN),
        ({"amr": "authenticated"}, FORBIDDEN),
        ({"exp": 1}, "Token expired"),
    ):
        with pytest.raises(NotAuthorizedException, match=text):
            classic.credentials(ada, {OWN: jws.sign(key.header, {**claims, **changed}, key.key)})
    assert classic.credentials(ada, {OWN: jws.sign(key.header, claims, key.key)})["IdentityId"] == ada


def test_a_role_is_chosen_within_what_the_login_allows(pool: IdentityPool) -> None:
    """IDP-08."""
    google = pool.google("ada")
    ada = pool.get_id(google)
    assert session_of(pool, pool.credentials(ada, google, CustomRoleArn=f"{ROLE}person")).role_name == "person"
    with pytest.raises(NotAuthorizedException, match="CustomRoleArn"):
        pool.credentials(ada, google, CustomRoleArn=f"{ROLE}special")


def test_identities_are_listed_a_page_at_a_time_and_shown_as_they_are(pool: IdentityPool) -> None:
    ada, guest = pool.get_id(pool.google("ada")), pool.get_id()
    merged = pool.get_id()
    pool.credentials(merged, pool.google("ada"))

    def listed(**more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token: dict[str, Any] = {}
        while True:
            page = pool.admin("ListIdentities", IdentityPoolId=pool.id, MaxResults=1, **more, **token)
            assert len(page["Identities"]) <= 1
            found += page["Identities"]
            if "NextToken" not in page:
                return found
            token = {"NextToken": page["NextToken"]}

    assert {item["IdentityId"] for item in listed()} == {ada, guest, merged}
    assert {item["IdentityId"] for item in listed(HideDisabled=True)} == {ada, guest}
    shown = {item["IdentityId"]: item for item in listed()}
    assert shown[ada]["Logins"] == ["accounts.google.com"]
    assert "Logins" not in shown[guest]
    described = pool.admin("DescribeIdentity", IdentityId=ada)
    assert {name: described[name] for name in shown[ada]} == shown[ada]
    assert described["CreationDate"] <= described["LastModifiedDate"]


def test_logins_are_unlinked_by_whoever_has_them(pool: IdentityPool) -> None:
    both = pool.google("ada") | pool.apple("a")
    ada = pool.get_id(both)
    with pytest.raises(NotAuthorizedException):
        pool.anybody(
            "UnlinkIdentity", IdentityId=ada, Logins=pool.google("eve"), LoginsToRemove=["accounts.google.com"]
        )
    with pytest.raises(NotAuthorizedException, match=FORBIDDEN):
        pool.anybody("UnlinkIdentity", IdentityId=ada, Logins={}, LoginsToRemove=["accounts.google.com"])
    pool.anybody("UnlinkIdentity", IdentityId=ada, Logins=both, LoginsToRemove=["appleid.apple.com"])
    assert pool.admin("DescribeIdentity", IdentityId=ada)["Logins"] == ["accounts.google.com"]
    assert pool.get_id(pool.google("ada")) == ada
    assert pool.get_id(pool.apple("a")) != ada


def test_a_guest_has_nothing_to_unlink(pool: IdentityPool) -> None:
    guest = pool.get_id()
    with pytest.raises(NotAuthorizedException, match=FORBIDDEN):
        pool.anybody("UnlinkIdentity", IdentityId=guest, Logins={}, LoginsToRemove=["accounts.google.com"])


def test_the_issuer_of_identity_pools_describes_itself() -> None:
    found = openid_configuration()
    assert found["issuer"] == f"https://{OWN}"
    assert found["jwks_uri"] == f"https://{OWN}/.well-known/jwks_uri"
    assert found["id_token_signing_alg_values_supported"] == ["RS512"]
