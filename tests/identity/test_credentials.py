"""The role somebody gets, and the credentials for it (IDP-05 to IDP-09)."""

import json
from typing import Any

import pytest

from ostiary.aws.types.cognito_identity import (
    InvalidIdentityPoolConfigurationException,
    InvalidParameterException,
    NotAuthorizedException,
    ResourceNotFoundException,
)
from ostiary.crypto import jws
from ostiary.identity.discovery import jwks
from ostiary.sts.callers import who_signed
from tests.fixtures.context import Api
from tests.identity.conftest import ROLE, IdentityPool, trust


def arn_of(pool: IdentityPool, answer: dict[str, Any]) -> str:
    credentials = answer["Credentials"]
    _, principal = who_signed(pool.admin.ctx.services, credentials["AccessKeyId"], credentials["SessionToken"])
    return principal.arn


def set_mapping(pool: IdentityPool, mapping: dict[str, Any], provider: str = "accounts.google.com") -> None:
    roles = {"authenticated": f"{ROLE}person", "unauthenticated": f"{ROLE}guest"}
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=roles, RoleMappings={provider: mapping})


def test_guests_and_people_get_the_role_of_their_kind(pool: IdentityPool) -> None:
    guest = pool.credentials(pool.get_id())
    assert arn_of(pool, guest) == "arn:aws:sts::111111111111:assumed-role/guest/CognitoIdentityCredentials"
    person = pool.credentials(pool.get_id(pool.google("ada")), pool.google("ada"))
    assert arn_of(pool, person) == "arn:aws:sts::111111111111:assumed-role/person/CognitoIdentityCredentials"
    assert person["Credentials"].keys() == {"AccessKeyId", "SecretKey", "SessionToken", "Expiration"}


def test_a_session_says_which_identity_it_is(pool: IdentityPool) -> None:
    identity_id = pool.get_id(pool.google("ada"))
    credentials = pool.credentials(identity_id, pool.google("ada"))["Credentials"]
    _, principal = who_signed(pool.admin.ctx.services, credentials["AccessKeyId"], credentials["SessionToken"])
    assert principal.session is not None
    assert principal.session.claims == {
        "cognito-identity.amazonaws.com:aud": [pool.id],
        "cognito-identity.amazonaws.com:sub": [identity_id],
        "cognito-identity.amazonaws.com:amr": [
            "authenticated",
            "accounts.google.com",
            "accounts.google.com:OIDC:ada",
        ],
    }


def test_a_role_that_does_not_trust_the_pool_is_an_invalid_configuration(pool: IdentityPool) -> None:
    """IDP-07."""
    iam = Api(pool.admin.ctx, "iam")
    iam("UpdateAssumeRolePolicy", RoleName="guest", PolicyDocument=trust("us-east-1:another", "unauthenticated"))
    with pytest.raises(InvalidIdentityPoolConfigurationException, match="Check assigned IAM roles"):
        pool.credentials(pool.get_id())


def test_a_pool_without_roles_gives_no_credentials(pool: IdentityPool) -> None:
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles={})
    with pytest.raises(InvalidIdentityPoolConfigurationException):
        pool.credentials(pool.get_id())


@pytest.mark.parametrize(
    ("claims", "role"),
    [({"team": "eng"}, "special"), ({"team": ["x", "eng"]}, "special"), ({"team": "x"}, "person"), ({}, "person")],
)
def test_rules_choose_by_claims_and_fall_back(pool: IdentityPool, claims: dict[str, Any], role: str) -> None:
    """IDP-09."""
    rule = {"Claim": "team", "MatchType": "Equals", "Value": "eng", "RoleARN": f"{ROLE}special"}
    mapping = {"Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole", "RulesConfiguration": {"Rules": [rule]}}
    set_mapping(pool, mapping)
    login = pool.google("ada", **claims)
    assert f"/{role}/" in arn_of(pool, pool.credentials(pool.get_id(login), login))


def test_rules_that_do_not_match_deny_where_the_pool_says_so(pool: IdentityPool) -> None:
    rule = {"Claim": "team", "MatchType": "NotEqual", "Value": "eng", "RoleARN": f"{ROLE}special"}
    set_mapping(pool, {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]}})
    login = pool.google("ada")
    with pytest.raises(NotAuthorizedException):
        pool.credentials(pool.get_id(login), login)


def test_a_token_offers_roles_and_only_those_can_be_chosen(pool: IdentityPool) -> None:
    """IDP-08."""
    set_mapping(pool, {"Type": "Token", "AmbiguousRoleResolution": "Deny"})
    roles = {"cognito:roles": [f"{ROLE}special", f"{ROLE}person"], "cognito:preferred_role": f"{ROLE}special"}
    login = pool.google("ada", **roles)
    identity_id = pool.get_id(login)
    assert "/special/" in arn_of(pool, pool.credentials(identity_id, login))
    chosen = pool.credentials(identity_id, login, CustomRoleArn=f"{ROLE}person")
    assert "/person/" in arn_of(pool, chosen)
    with pytest.raises(NotAuthorizedException, match="CustomRoleArn"):
        pool.credentials(identity_id, login, CustomRoleArn=f"{ROLE}guest")


def test_the_classic_flow_is_off_unless_the_pool_allows_it(pool: IdentityPool) -> None:
    """IDP-05."""
    with pytest.raises(InvalidParameterException, match="Basic \\(classic\\) flow is not enabled"):
        pool.anybody("GetOpenIdToken", IdentityId=pool.get_id())


def test_the_classic_flow_gives_a_token_that_sts_takes(pool: IdentityPool) -> None:
    """IDP-06."""
    described = pool.admin("DescribeIdentityPool", IdentityPoolId=pool.id)
    pool.admin("UpdateIdentityPool", **{**described, "AllowClassicFlow": True})
    identity_id = pool.get_id()
    token = pool.anybody("GetOpenIdToken", IdentityId=identity_id)["Token"]
    header, claims = jws.unverified(token)
    assert header["alg"] == "RS512"
    assert header["kid"] in {key["kid"] for key in jwks(pool.admin.ctx.services)["keys"]}
    assert (claims["sub"], claims["aud"], claims["amr"]) == (identity_id, pool.id, ["unauthenticated"])
    assert claims["exp"] - claims["iat"] == 600
    sts = Api(pool.anybody.ctx, "sts")
    answer = sts("AssumeRoleWithWebIdentity", RoleArn=f"{ROLE}guest", RoleSessionName="app", WebIdentityToken=token)
    assert answer["SubjectFromWebIdentityToken"] == identity_id
    assert answer["Provider"] == "cognito-identity.amazonaws.com"


def test_principal_tags_come_from_claims_and_need_the_roles_leave(pool: IdentityPool) -> None:
    """IDP-11."""
    named = {"IdentityPoolId": pool.id, "IdentityProviderName": "accounts.google.com"}
    unset = r"^No Principal Tags configured for Provider accounts\.google\.com$"
    with pytest.raises(ResourceNotFoundException, match=unset):
        pool.admin("GetPrincipalTagAttributeMap", **named)
    pool.admin(
        "SetPrincipalTagAttributeMap",
        IdentityPoolId=pool.id,
        IdentityProviderName="accounts.google.com",
        PrincipalTags={"team": "department"},
    )
    login = pool.google("ada", department="eng")
    identity_id = pool.get_id(login)
    with pytest.raises(InvalidIdentityPoolConfigurationException):
        pool.credentials(identity_id, login)
    document = json.loads(trust(pool.id, "authenticated"))
    document["Statement"][0]["Action"] = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    Api(pool.admin.ctx, "iam")("UpdateAssumeRolePolicy", RoleName="person", PolicyDocument=json.dumps(document))
    credentials = pool.credentials(identity_id, login)["Credentials"]
    _, principal = who_signed(pool.admin.ctx.services, credentials["AccessKeyId"], credentials["SessionToken"])
    assert principal.session is not None
    assert principal.session.tags == {"team": "eng"}
