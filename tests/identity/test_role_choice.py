"""Which role somebody gets, by every kind of mapping (IDP-08, IDP-09, IDP-11)."""

import dataclasses
import json
from types import SimpleNamespace
from typing import Any

import pytest

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.types.cognito_identity import (
    InvalidIdentityPoolConfigurationException,
    InvalidParameterException,
    NotAuthorizedException,
)
from ostiary.config import Settings
from ostiary.context import Principal
from ostiary.federation.web_identity import WebIdentity
from ostiary.identity.roles import role_for, tags_for
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.tokens.issuer import pool_of_provider, provider_names
from tests.fixtures.context import ACCOUNT, Api
from tests.identity.conftest import ROLE
from tests.identity.conftest import IdentityPool as Pool

GOOGLE, APPLE = "accounts.google.com", "appleid.apple.com"
PERSON, GUEST, SPECIAL, OTHER = (f"{ROLE}{name}" for name in ("person", "guest", "special", "other"))
BOTH = {"authenticated": PERSON, "unauthenticated": GUEST}
SETTINGS = Settings(account_id=ACCOUNT)
USER_POOL = "us-east-1_abcdef123"
CTX: Any = SimpleNamespace(settings=SETTINGS)


def of(provider: str = GOOGLE, audience: str = "client", federated: str = "", **claims: Any) -> WebIdentity:
    pool_id = pool_of_provider(SETTINGS, provider)
    stored_as = "" if pool_id is None else provider_names(SETTINGS, pool_id)[1]
    return WebIdentity(provider, federated or provider, "iss", "ada", audience, 0, claims, stored_as=stored_as)


def mapped_by(roles: dict[str, str] | None = None, **mappings: Any) -> IdentityPool:
    given = {"Roles": BOTH if roles is None else roles, "RoleMappings": mappings}
    return IdentityPool("us-east-1:x", ACCOUNT, "x", {}, given, 0)


def chosen(mapped: IdentityPool, *presented: WebIdentity, custom: str | None = None) -> str:
    return role_for(CTX, mapped, presented, custom)


def rule(match: str, value: str, role: str = SPECIAL, claim: str = "team") -> dict[str, str]:
    return {"Claim": claim, "MatchType": match, "Value": value, "RoleARN": role}


def rules(*listed: dict[str, str], otherwise: str = "Deny") -> dict[str, Any]:
    return {"Type": "Rules", "AmbiguousRoleResolution": otherwise, "RulesConfiguration": {"Rules": list(listed)}}


def test_without_a_mapping_everybody_gets_the_role_of_their_kind() -> None:
    assert (chosen(mapped_by(), of()), chosen(mapped_by())) == (PERSON, GUEST)
    for roles, presented in (
        ({}, [of()]),
        ({}, []),
        ({"unauthenticated": GUEST}, [of()]),
        ({"authenticated": PERSON}, []),
    ):
        with pytest.raises(InvalidIdentityPoolConfigurationException, match="Check assigned IAM roles for this pool"):
            chosen(mapped_by(roles), *presented)
    empty = IdentityPool("us-east-1:x", ACCOUNT, "x", {}, {}, 0)
    with pytest.raises(InvalidIdentityPoolConfigurationException):
        chosen(empty)


def test_without_a_mapping_nobody_chooses_but_what_they_would_get_anyway() -> None:
    """IDP-08."""
    assert chosen(mapped_by(), of(), custom=PERSON) == PERSON
    assert chosen(mapped_by(), custom=GUEST) == GUEST
    for presented, custom in (([of()], GUEST), ([of()], SPECIAL), ([], PERSON)):
        with pytest.raises(NotAuthorizedException, match="CustomRoleArn is not allowed for this identity"):
            chosen(mapped_by(), *presented, custom=custom)


@pytest.mark.parametrize(
    ("match", "value", "claim", "expected"),
    [
        ("Equals", "eng", "eng", True),
        ("Equals", "eng", "engine", False),
        ("Equals", "eng", ["ops", "eng"], True),
        ("Equals", "eng", ["engine"], False),
        ("Equals", "eng", [], False),
        ("Equals", "true", True, True),
        ("Equals", "7", 7, True),
        ("Equals", "eng", None, False),
        ("Contains", "ng", "engine", True),
        ("Contains", "ng", "ops", False),
        ("Contains", "ng", ["ops", "engine"], True),
        ("Contains", "ng", ["ops"], False),
        ("StartsWith", "eng", "engine", True),
        ("StartsWith", "ng", "engine", False),
        ("StartsWith", "eng", ["ops", "engine"], True),
        ("StartsWith", "eng", ["ops"], False),
        ("NotEqual", "eng", "ops", True),
        ("NotEqual", "eng", "eng", False),
        ("NotEqual", "eng", ["ops", "eng"], False),
        ("NotEqual", "eng", "engine", True),
        ("NotEqual", "eng", None, False),
    ],
)
def test_a_rule_matches_as_its_kind_says(match: str, value: str, claim: Any, *, expected: bool) -> None:
    """IDP-09."""
    mapped = mapped_by(**{GOOGLE: rules(rule(match, value), otherwise="AuthenticatedRole")})
    assert chosen(mapped, of(team=claim)) == (SPECIAL if expected else PERSON)


def test_the_first_rule_that_matches_counts_and_any_that_does_can_be_chosen() -> None:
    """IDP-08, IDP-09."""
    listed = (rule("Equals", "ops", GUEST), rule("Equals", "eng", SPECIAL), rule("StartsWith", "e", OTHER))
    mapped = mapped_by(**{GOOGLE: rules(*listed, otherwise="AuthenticatedRole")})
    assert chosen(mapped, of(team="eng")) == SPECIAL
    assert chosen(mapped, of(team="eng"), custom=OTHER) == OTHER
    assert chosen(mapped, of(team="else")) == OTHER
    for team, custom in (("eng", GUEST), ("eng", PERSON), ("none", PERSON), ("none", SPECIAL)):
        with pytest.raises(NotAuthorizedException, match="CustomRoleArn is not the role of a rule that matches"):
            chosen(mapped, of(team=team), custom=custom)


def test_what_no_rule_matches_is_denied_or_gets_the_pools_role_as_the_mapping_says() -> None:
    text = f"^Ambiguous role mapping rules for: {GOOGLE} and no default role.$"
    with pytest.raises(NotAuthorizedException, match=text):
        chosen(mapped_by(**{GOOGLE: rules(rule("Equals", "eng"))}), of())
    default = rules(rule("Equals", "eng"), otherwise="AuthenticatedRole")
    assert chosen(mapped_by(**{GOOGLE: default}), of()) == PERSON
    with pytest.raises(InvalidIdentityPoolConfigurationException):
        chosen(mapped_by({"unauthenticated": GUEST}, **{GOOGLE: default}), of())


def test_a_guest_is_no_concern_of_any_mapping() -> None:
    assert chosen(mapped_by(**{GOOGLE: rules(rule("NotEqual", "eng"))})) == GUEST


TOKEN = {"Type": "Token", "AmbiguousRoleResolution": "Deny"}


def test_a_token_chooses_by_its_preferred_role_and_offers_only_its_roles() -> None:
    """IDP-08."""
    mapped = mapped_by(**{GOOGLE: TOKEN})
    offered: dict[str, Any] = {"cognito:roles": [SPECIAL, OTHER], "cognito:preferred_role": SPECIAL}
    assert chosen(mapped, of(**offered)) == SPECIAL
    assert chosen(mapped, of(**offered), custom=OTHER) == OTHER
    for claims in (
        offered,
        {},
        {"cognito:roles": PERSON},
        {"cognito:roles": f"{PERSON} {OTHER}"},
        {"cognito:roles": {PERSON: 1}},
    ):
        with pytest.raises(NotAuthorizedException, match="CustomRoleArn is not one of the roles in the token"):
            chosen(mapped, of(**claims), custom=PERSON)


@pytest.mark.parametrize(
    "preferred", [None, "", 7, [SPECIAL], "special", f"{SPECIAL}!", f"x{SPECIAL}", "arn:aws:iam::1:role/x"]
)
def test_a_preferred_role_that_is_no_role_is_none(preferred: Any) -> None:
    claims = {"cognito:roles": [SPECIAL], "cognito:preferred_role": preferred}
    with pytest.raises(NotAuthorizedException, match=r"^Ambiguous role mapping rules"):
        chosen(mapped_by(**{GOOGLE: TOKEN}), of(**claims))
    defaulting = {**TOKEN, "AmbiguousRoleResolution": "AuthenticatedRole"}
    assert chosen(mapped_by(**{GOOGLE: defaulting}), of(**claims)) == PERSON


def test_the_first_login_that_has_a_mapping_is_the_one_that_is_mapped() -> None:
    mapped = mapped_by(**{APPLE: rules(rule("Equals", "eng"))})
    google, apple = of(GOOGLE, team="ops"), of(APPLE, team="eng")
    assert chosen(mapped, google, apple) == chosen(mapped, apple, google) == SPECIAL
    assert chosen(mapped, google) == PERSON
    two = mapped_by(**{APPLE: rules(rule("Equals", "eng")), GOOGLE: rules(rule("Equals", "ops", OTHER))})
    assert (chosen(two, google, apple), chosen(two, apple, google)) == (OTHER, SPECIAL)


def test_a_mapping_of_a_registered_provider_is_keyed_by_its_arn() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com"
    mapped = mapped_by(**{arn: rules(rule("Equals", "eng"))})
    assert chosen(mapped, of("login.example.com", federated=arn, team="eng")) == SPECIAL
    assert chosen(mapped, of("other.example.com", federated=f"{arn}x", team="eng")) == PERSON


def test_a_mapping_of_a_user_pool_is_keyed_by_either_name_and_the_client() -> None:
    names = provider_names(SETTINGS, USER_POOL)
    for key in names:
        mapped = mapped_by(**{f"{key}:client": rules(rule("Equals", "eng"))})
        for name in names:
            assert chosen(mapped, of(name, team="eng")) == SPECIAL
            assert chosen(mapped, of(name, "another", team="eng")) == PERSON
        with pytest.raises(NotAuthorizedException):
            chosen(mapped, of(names[0], team="ops"))


def test_claims_become_tags_where_they_are_texts() -> None:
    """IDP-11."""
    maps = {GOOGLE: {"PrincipalTags": {"team": "department", "level": "level", "none": "absent", "void": "empty"}}}
    mapped = IdentityPool("us-east-1:x", ACCOUNT, "x", {}, {"PrincipalTags": maps}, 0)
    google = of(department="eng", level=7, empty="", groups=["a"])
    assert tags_for(CTX, mapped, [google]) == {"team": "eng"}
    assert tags_for(CTX, mapped, [of(APPLE, department="eng")]) == tags_for(CTX, mapped, []) == {}
    assert tags_for(CTX, mapped_by(), [google]) == {}
    more = {**maps, APPLE: {"PrincipalTags": {"shift": "hours"}}}
    both = IdentityPool("us-east-1:x", ACCOUNT, "x", {}, {"PrincipalTags": more}, 0)
    assert tags_for(CTX, both, [google, of(APPLE, hours="night")]) == {"team": "eng", "shift": "night"}


def test_tags_of_a_user_pool_are_found_under_either_name() -> None:
    names = provider_names(SETTINGS, USER_POOL)
    for key in names:
        maps = {key: {"PrincipalTags": {"team": "department"}}}
        mapped = IdentityPool("us-east-1:x", ACCOUNT, "x", {}, {"PrincipalTags": maps}, 0)
        for name in names:
            assert tags_for(CTX, mapped, [of(name, department="eng")]) == {"team": "eng"}


def test_roles_are_set_and_shown_and_the_others_stay(pool: Pool) -> None:
    mapping = {GOOGLE: rules(rule("Equals", "eng"))}
    pool.admin("SetPrincipalTagAttributeMap", IdentityPoolId=pool.id, IdentityProviderName=GOOGLE, UseDefaults=True)
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles={"authenticated": OTHER}, RoleMappings=mapping)
    shown = pool.admin("GetIdentityPoolRoles", IdentityPoolId=pool.id)
    assert shown == {"IdentityPoolId": pool.id, "Roles": {"authenticated": OTHER}, "RoleMappings": mapping}
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=BOTH)
    assert pool.admin("GetIdentityPoolRoles", IdentityPoolId=pool.id) == {"IdentityPoolId": pool.id, "Roles": BOTH}
    named = {"IdentityPoolId": pool.id, "IdentityProviderName": GOOGLE}
    defaults = {**named, "UseDefaults": True, "PrincipalTags": {"username": "sub", "client": "aud"}}
    assert pool.admin("GetPrincipalTagAttributeMap", **named) == defaults


def test_a_map_of_tags_is_set_for_each_provider_apart(pool: Pool) -> None:
    google = {"IdentityPoolId": pool.id, "IdentityProviderName": GOOGLE}
    apple = {**google, "IdentityProviderName": APPLE}
    own = {"UseDefaults": False, "PrincipalTags": {"team": "department"}}
    assert pool.admin("SetPrincipalTagAttributeMap", **google, PrincipalTags=own["PrincipalTags"]) == {**google, **own}
    defaults = pool.admin("SetPrincipalTagAttributeMap", **apple, UseDefaults=True, PrincipalTags={"x": "y"})
    assert defaults["PrincipalTags"] == {"username": "sub", "client": "aud"}
    assert pool.admin("GetPrincipalTagAttributeMap", **google) == {**google, **own}
    assert pool.admin("GetIdentityPoolRoles", IdentityPoolId=pool.id)["Roles"] == BOTH


def test_a_user_pools_map_is_one_under_both_of_its_names(pool: Pool) -> None:
    first, second = provider_names(pool.admin.ctx.settings, USER_POOL)
    named = {"IdentityPoolId": pool.id, "IdentityProviderName": first}
    pool.admin("SetPrincipalTagAttributeMap", **named, PrincipalTags={"team": "department"})
    other = {**named, "IdentityProviderName": second}
    assert pool.admin("GetPrincipalTagAttributeMap", **other)["PrincipalTags"] == {"team": "department"}
    pool.admin("SetPrincipalTagAttributeMap", **other, PrincipalTags={"team": "unit"})
    assert pool.admin("GetPrincipalTagAttributeMap", **named)["PrincipalTags"] == {"team": "unit"}


def test_tags_of_a_registered_provider_are_found_under_its_arn_too() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com/"
    identity = dataclasses.replace(of("login.example.com/", department="eng"), federated=arn)
    for key in (arn, "login.example.com/"):
        maps = {key: {"PrincipalTags": {"team": "department"}}}
        mapped = IdentityPool("us-east-1:x", ACCOUNT, "x", {}, {"PrincipalTags": maps}, 0)
        assert tags_for(CTX, mapped, [identity]) == {"team": "eng"}


def test_whoever_sets_a_role_must_be_allowed_to_pass_it(pool: Pool) -> None:
    """STS-08: in a rule as much as at the pool, and a role of another account is not ours to pass."""
    theirs = "arn:aws:iam::222222222222:role/theirs"
    named = {"IdentityPoolId": pool.id, "Roles": BOTH}
    for more in (
        {"Roles": {"authenticated": theirs}},
        {"RoleMappings": {GOOGLE: rules(rule("Equals", "eng", theirs))}},
        {"RoleMappings": {GOOGLE: rules(rule("Equals", "eng"), rule("Equals", "ops", theirs))}},
    ):
        with pytest.raises(AccessDeniedError, match="iam:PassRole on resource: "):
            pool.admin("SetIdentityPoolRoles", **{**named, **more})
    for arn in ("special", f"{SPECIAL}!", f"x{SPECIAL}", f"arn:aws:iam::{ACCOUNT}:user/ada", "arn:aws:iam::1:role/x"):
        for more in ({"Roles": {"authenticated": arn}}, {"RoleMappings": {GOOGLE: rules(rule("Equals", "eng", arn))}}):
            with pytest.raises(InvalidParameterException, match="is not the ARN of a role"):
                pool.admin("SetIdentityPoolRoles", **{**named, **more})
    assert pool.admin("GetIdentityPoolRoles", IdentityPoolId=pool.id)["Roles"] == BOTH


def test_the_right_to_pass_a_role_can_be_for_this_service_alone(pool: Pool) -> None:
    iam = Api(pool.admin.ctx, "iam")
    user = iam("CreateUser", UserName="ada")["User"]
    ada = Principal(ACCOUNT, "User", user["Arn"], user["UserId"], "ada")
    by_ada = Api(dataclasses.replace(pool.admin.ctx, principal=ada), "cognito-identity")

    def grant(service: str) -> None:
        statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{ROLE}*",
                     "Condition": {"StringEquals": {"iam:PassedToService": service}}}  # fmt: skip
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam("PutUserPolicy", UserName="ada", PolicyName="p", PolicyDocument=document)

    grant("lambda.amazonaws.com")
    with pytest.raises(AccessDeniedError, match="iam:PassRole"):
        by_ada("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=BOTH)
    grant("cognito-identity.amazonaws.com")
    by_ada("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=BOTH)


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ({"Type": "Token"}, f"AmbiguousRoleResolution is required in the role mapping of {GOOGLE}."),
        (rules(), f"The role mapping of {GOOGLE} must have 1 to 25 rules."),
        (rules(*[rule("Equals", "eng")] * 26), f"The role mapping of {GOOGLE} must have 1 to 25 rules."),
        ({"Type": "Rules", "AmbiguousRoleResolution": "Deny"}, "must have 1 to 25 rules"),
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_refused(pool: Pool, mapping: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterException, match=text):
        pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=BOTH, RoleMappings={GOOGLE: mapping})
    good = rules(*[rule("Equals", "eng")] * 25)
    pool.admin("SetIdentityPoolRoles", IdentityPoolId=pool.id, Roles=BOTH, RoleMappings={GOOGLE: good, APPLE: TOKEN})
