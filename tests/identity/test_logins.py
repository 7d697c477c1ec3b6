"""Whose tokens an identity pool takes: those of the providers it lists, and no others (IDP-02, IDP-12)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import ostiary.idp  # noqa: F401 - registers the operations
from ostiary.aws.types.cognito_identity import ExternalServiceException, NotAuthorizedException
from ostiary.tokens.issuer import provider_names
from tests.fixtures.context import ACCOUNT, Api
from tests.identity.conftest import IdentityPool

PASSWORD = "Correct-horse-7"
UNSUPPORTED = r"^Token is not from a supported provider of this identity pool.$"


@dataclass(frozen=True)
class People:
    """A user pool with one user, whose tokens are presented to an identity pool."""

    admin: Api
    id: str
    names: tuple[str, str]

    def client(self) -> str:
        """Make an app client; return its id."""
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = self.admin("CreateUserPoolClient", UserPoolId=self.id, ClientName="app", ExplicitAuthFlows=flows)
        return str(made["UserPoolClient"]["ClientId"])

    def tokens(self, client_id: str) -> dict[str, str]:
        """Sign the user in."""
        given = {"USERNAME": "ada", "PASSWORD": PASSWORD}
        asked = {"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": given}
        return dict(self.admin("InitiateAuth", **asked)["AuthenticationResult"])

    def id_token(self, client_id: str) -> str:
        """Sign the user in; return the ID token."""
        return self.tokens(client_id)["IdToken"]


@pytest.fixture
def people(pool: IdentityPool) -> Callable[[], People]:
    """Make user pools."""

    def make() -> People:
        admin = Api(pool.admin.ctx, "cognito-idp")
        pool_id = admin("CreateUserPool", PoolName="people")["UserPool"]["Id"]
        named = {"UserPoolId": pool_id, "Username": "ada"}
        admin("AdminCreateUser", **named, MessageAction="SUPPRESS")
        admin("AdminSetUserPassword", **named, Password=PASSWORD, Permanent=True)
        return People(admin, pool_id, provider_names(pool.admin.ctx.settings, pool_id))

    return make


def configure(pool: IdentityPool, **settings: Any) -> None:
    described = pool.admin("DescribeIdentityPool", IdentityPoolId=pool.id)
    pool.admin("UpdateIdentityPool", **{**described, **settings})


def register(pool: IdentityPool) -> tuple[str, str]:
    """Register the provider in IAM, as nothing else; return its name and its ARN."""
    made = Api(pool.admin.ctx, "iam")("CreateOpenIDConnectProvider", Url=pool.provider.issuer, ClientIDList=["client"])
    return pool.provider.issuer.partition("://")[2], made["OpenIDConnectProviderArn"]


@pytest.mark.parametrize("name", ["api.twitter.com", f"arn:aws:iam::{ACCOUNT}:saml-provider/corp", "login.example"])
def test_a_login_of_a_kind_that_is_not_built_is_refused(pool: IdentityPool, name: str) -> None:
    configure(pool, SupportedLoginProviders={"api.twitter.com": "key"}, DeveloperProviderName="login.example")
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id({name: pool.provider.token(sub="ada")})


def test_a_registered_provider_is_taken_only_where_the_pool_lists_it(pool: IdentityPool) -> None:
    """IDP-12."""
    name, arn = register(pool)
    login = {name: pool.provider.token(sub="ada")}
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id(login)
    other = f"{arn}x"
    configure(pool, OpenIdConnectProviderARNs=[other])
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id(login)
    configure(pool, OpenIdConnectProviderARNs=[other, arn])
    ada = pool.get_id(login)
    assert ada == pool.get_id(login) != pool.get_id({name: pool.provider.token(sub="grace")})
    assert pool.admin("DescribeIdentity", IdentityId=ada)["Logins"] == [name]
    with pytest.raises(NotAuthorizedException, match="Incorrect token audience"):
        pool.get_id({name: pool.provider.token(sub="ada", aud="another")})
    assert pool.credentials(ada, login)["IdentityId"] == ada


def test_a_provider_that_the_pool_lists_but_nobody_registered_is_not_taken(pool: IdentityPool) -> None:
    name, arn = register(pool)
    theirs = arn.replace(ACCOUNT, "222222222222")
    configure(pool, OpenIdConnectProviderARNs=[theirs])
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id({name: pool.provider.token()})
    configure(pool, OpenIdConnectProviderARNs=[arn])
    Api(pool.admin.ctx, "iam")("DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id({name: pool.provider.token()})


def test_a_login_of_a_user_pool_that_is_not_listed_is_not_taken(
    pool: IdentityPool, people: Callable[[], People]
) -> None:
    """IDP-12: nor is its token under the name of the pool that is."""
    ours, theirs = people(), people()
    client, foreign = ours.client(), theirs.client()
    configure(pool, CognitoIdentityProviders=[{"ProviderName": ours.names[1], "ClientId": client}])
    good, bad = ours.id_token(client), theirs.id_token(foreign)
    for name in theirs.names:
        for token in (good, bad):
            with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
                pool.get_id({name: token})
    for name in ours.names:
        with pytest.raises(NotAuthorizedException):
            pool.get_id({name: bad})


def test_a_user_pool_has_two_names_and_a_user_is_one_identity(pool: IdentityPool, people: Callable[[], People]) -> None:
    ours = people()
    client = ours.client()
    token = ours.id_token(client)
    for listed in ours.names:
        configure(pool, CognitoIdentityProviders=[{"ProviderName": listed, "ClientId": client}])
        found = {pool.get_id({name: token}) for name in ours.names}
        assert len(found) == 1
        assert pool.admin("DescribeIdentity", IdentityId=found.pop())["Logins"] == [ours.names[1]]


def test_only_id_tokens_of_clients_that_are_listed_are_taken(pool: IdentityPool, people: Callable[[], People]) -> None:
    """IDP-02."""
    ours = people()
    listed, unlisted = ours.client(), ours.client()
    name = ours.names[1]
    configure(pool, CognitoIdentityProviders=[{"ProviderName": name, "ClientId": listed}])
    tokens = ours.tokens(listed)
    pool.get_id({name: tokens["IdToken"]})
    for token in (tokens["AccessToken"], ours.id_token(unlisted)):
        with pytest.raises(NotAuthorizedException):
            pool.get_id({name: token})
    configure(pool, CognitoIdentityProviders=[{"ProviderName": name}])
    with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
        pool.get_id({name: tokens["IdToken"]})


def test_a_client_whose_tokens_are_checked_loses_them_with_the_sign_in(
    pool: IdentityPool, people: Callable[[], People]
) -> None:
    ours = people()
    checked, unchecked = ours.client(), ours.client()
    name = ours.names[1]
    providers = [
        {"ProviderName": name, "ClientId": checked, "ServerSideTokenCheck": True},
        {"ProviderName": name, "ClientId": unchecked, "ServerSideTokenCheck": False},
    ]
    configure(pool, CognitoIdentityProviders=providers)
    tokens = {client: ours.id_token(client) for client in (checked, unchecked)}
    ada = pool.get_id({name: tokens[checked]})
    ours.admin("AdminUserGlobalSignOut", UserPoolId=ours.id, Username="ada")
    for ended in (False, True):
        with pytest.raises(NotAuthorizedException, match=r"^Invalid login token. Token has been revoked$"):
            pool.get_id({name: tokens[checked]})
        assert pool.get_id({name: tokens[unchecked]}) == ada
        if not ended:
            ours.admin("AdminDeleteUser", UserPoolId=ours.id, Username="ada")


def test_a_name_that_is_no_provider_of_the_kind_is_not_taken(pool: IdentityPool) -> None:
    configure(pool, SupportedLoginProviders={"login.example.com": "client"})
    for name in ("login.example.com", "accounts.google.com"):
        with pytest.raises(NotAuthorizedException, match=UNSUPPORTED):
            pool.get_id({name: pool.provider.token()})


def test_every_login_must_be_good(pool: IdentityPool) -> None:
    with pytest.raises(NotAuthorizedException, match="Incorrect token audience"):
        pool.get_id(pool.google("ada") | {"appleid.apple.com": pool.provider.token(aud="another")})


def test_a_login_that_is_refused_is_refused_in_awss_words(pool: IdentityPool) -> None:
    def refusal(token: str) -> str:
        with pytest.raises(NotAuthorizedException) as refused:
            pool.get_id({"accounts.google.com": token})
        return refused.value.message

    good = pool.provider.token()
    assert refusal(f"{good[:-8]}AAAAAAAA") == "Invalid login token. Token signature invalid."
    assert refusal(pool.provider.token(aud="another")) == "Invalid login token. Incorrect token audience."
    assert refusal(pool.provider.token(iss="https://x.example")) == (
        "Invalid login token. Issuer doesn't match providerName"
    )
    malformed = "Invalid login token. Not a valid OpenId Connect identity token."
    assert refusal("nonsense") == refusal(pool.provider.token(sub=None)) == malformed
    now = pool.admin.ctx.clock.now_seconds()
    expired = refusal(pool.provider.token(exp=now - 5.5)).removeprefix("Invalid login token. Token expired: ")
    told, _, until = expired.partition(" >= ")
    assert now <= int(told) <= pool.admin.ctx.clock.now_seconds()
    assert int(until) == now - 6


def test_a_provider_that_does_not_answer_is_told_as_such(pool: IdentityPool) -> None:
    silent = "http://127.0.0.1:9"
    made = Api(pool.admin.ctx, "iam")("CreateOpenIDConnectProvider", Url=silent, ClientIDList=["client"])
    configure(pool, OpenIdConnectProviderARNs=[made["OpenIDConnectProviderArn"]])
    with pytest.raises(ExternalServiceException, match="could not be reached"):
        pool.get_id({"127.0.0.1:9": pool.provider.token(iss=silent)})
