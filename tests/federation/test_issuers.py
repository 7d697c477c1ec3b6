"""Providers by the very names that they give themselves: issuers with a slash at the end, clients in `azp`."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fixtures.oidc_provider import OidcProvider
from tests.fixtures.refusals import refused

NO_NAMES: list[Any] = ["", 7, ["app"], {}, False]
TAGS: dict[str, Any] = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["eng"]}}}


@pytest.fixture(params=["", "/", "/realm", "/realm/"], ids=["bare", "slash", "path", "path and slash"])
def provider(request: pytest.FixtureRequest) -> Iterator[OidcProvider]:
    """A provider whose issuer has a path, or a slash, or both, as Auth0's has."""
    made = OidcProvider()
    with made.server:
        made.issuer += request.param
        yield made


@pytest.fixture
def registered(client: Callable[..., Any], provider: OidcProvider) -> str:
    """The ARN of the provider in IAM, for the clients `app` and `phone`."""
    made = client("iam").create_open_id_connect_provider(Url=provider.issuer, ClientIDList=["app", "phone"])
    return str(made["OpenIDConnectProviderArn"])


def trust(arn: str, name: str, **conditions: str) -> str:
    keys = {f"{name}:{key}": value for key, value in conditions.items()}
    statement = {"Effect": "Allow", "Principal": {"Federated": arn}, "Condition": {"StringEquals": keys}}
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Action": actions}})


def test_the_arn_and_the_condition_keys_have_the_issuers_slash(
    client: Callable[..., Any], anybody: Callable[..., Any], provider: OidcProvider, registered: str
) -> None:
    iam, name = client("iam"), provider.issuer.partition("://")[2]
    assert registered.endswith(f":oidc-provider/{name}")
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=registered)["Url"] == name
    document = trust(registered, name, aud="app", sub="somebody")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    asked = {"RoleArn": role, "RoleSessionName": "app"}
    assume = anybody("sts").assume_role_with_web_identity

    answer = assume(**asked, WebIdentityToken=provider.token(aud="app"))
    assert answer["Provider"] == registered
    assert "PackedPolicySize" not in answer
    assert assume(**asked, WebIdentityToken=provider.token(aud="app", **TAGS))["PackedPolicySize"] >= 1

    other = f"{provider.issuer}/" if not provider.issuer.endswith("/") else provider.issuer[:-1]
    with refused("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {other}"):
        assume(**asked, WebIdentityToken=provider.token(iss=other, aud="app"))


def test_an_identity_pool_knows_the_provider_by_the_same_name(
    client: Callable[..., Any], anybody: Callable[..., Any], provider: OidcProvider, registered: str
) -> None:
    """IDP-12: the name in `Logins` must match exactly."""
    made = client("cognito-identity").create_identity_pool(
        IdentityPoolName="p", AllowUnauthenticatedIdentities=False, OpenIdConnectProviderARNs=[registered]
    )
    name, get_id = provider.issuer.partition("://")[2], anybody("cognito-identity").get_id
    pool, token = made["IdentityPoolId"], provider.token(aud="app")
    first = get_id(IdentityPoolId=pool, Logins={name: token})["IdentityId"]
    assert get_id(IdentityPoolId=pool, Logins={name: provider.token(aud="app")})["IdentityId"] == first
    other = name.removesuffix("/") if name.endswith("/") else f"{name}/"
    with refused("NotAuthorizedException", "Token is not from a supported provider of this identity pool."):
        get_id(IdentityPoolId=pool, Logins={other: token})


@pytest.mark.parametrize(
    ("claims", "taken"),
    [
        ({"aud": "app"}, True),
        ({"aud": "app", "azp": "phone"}, True),
        ({"aud": "elsewhere", "azp": "phone"}, True),
        ({"aud": ["app", "phone"], "azp": "phone"}, True),
        ({"aud": "app", "azp": "elsewhere"}, False),
        ({"aud": ["app", "phone"], "azp": "elsewhere"}, False),
        ({"aud": ["app", "phone"]}, False),
        *(({"aud": "app", "azp": azp}, False) for azp in NO_NAMES),
    ],
    ids=str,
)
@pytest.mark.parametrize("provider", [""], indirect=True)
def test_who_a_token_was_given_to_counts_where_it_says_so(
    client: Callable[..., Any],
    anybody: Callable[..., Any],
    provider: OidcProvider,
    registered: str,
    claims: dict[str, Any],
    *,
    taken: bool,
) -> None:
    """OpenID Connect Core 3.1.3.7; FED-10."""
    name = provider.issuer.partition("://")[2]
    document = trust(registered, name, sub="somebody")
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    asked = {"RoleArn": role, "RoleSessionName": "app", "WebIdentityToken": provider.token(**claims)}
    assume = anybody("sts").assume_role_with_web_identity
    if taken:
        assert assume(**asked)["Audience"] == claims.get("azp", claims["aud"])
        return
    with refused("InvalidIdentityToken", "Incorrect token audience"):
        assume(**asked)


@pytest.mark.parametrize(
    "url", ["https://[x", "https://a b.example.com", "https://a.example.com\n", "https://é.example"]
)
def test_an_address_that_is_none_is_refused(client: Callable[..., Any], url: str) -> None:
    create = client("iam").create_open_id_connect_provider
    with refused("InvalidInput", "Invalid Open ID Connect Provider URL"):
        create(Url=url)
