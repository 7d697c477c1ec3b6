"""Linking by verified e-mail: both sides have proven the address, and the pool names the provider (FED-12, FED-13)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.idp.providers.links_by_email import link_by_email
from ostiary.store.idp import user_pools
from ostiary.store.idp.users import User
from tests.idp.conftest import PASSWORD

CLAIMS = {"email": "ada@example.com", "email_verified": "true"}
GOOGLE = {"client_id": "app", "client_secret": "hush-hush", "authorize_scopes": "profile email openid"}
Come = Callable[..., User | None]


@pytest.fixture
def linking(make_pool: Callable[..., Any]) -> Any:
    pool = make_pool(
        UserPoolTags={"ostiary:link-by-email": "Other Google"},
        client={"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
    )
    details = {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": GOOGLE}
    pool.admin("CreateIdentityProvider", UserPoolId=pool.id, **details)
    return pool


@pytest.fixture
def come(linking: Any, context: Callable[..., Context], services: Services) -> Come:
    """Have somebody come from a provider: `come(email="…", provider="Google", subject="1")`."""

    def arrive(provider: str = "Google", subject: str = "1", **claims: str) -> User | None:
        with services.store.write() as tx:
            pool = user_pools.find(tx, linking.id)
            assert pool
            mapped = {**CLAIMS, **claims}
            return link_by_email(tx, context(account=""), pool, provider_name=provider, subject=subject, mapped=mapped)

    return arrive


def sign_in(pool: Any, name: str = "ada") -> dict[str, Any]:
    parameters = {"USERNAME": name, "PASSWORD": PASSWORD}
    answer = pool.unsigned(
        "InitiateAuth", ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    return dict(answer["AuthenticationResult"])


def identities(pool: Any, name: str = "ada") -> str:
    return str(pool.attributes(name).get("identities", ""))


def test_who_comes_with_a_proven_address_is_the_user_who_proved_it(linking: Any, come: Come) -> None:
    linking.confirmed("ada")
    user = come(email="ADA@example.com")
    assert user
    assert user.username == "ada"
    assert '"providerName":"Google"' in identities(linking)
    assert '"userId":"1"' in identities(linking)
    told = [message for message in linking.sent() if message.subject == "Google was linked to your account"]
    assert [message.recipient for message in told] == ["ada@example.com"]
    assert come() is None, "it is linked already"
    assert come(subject="2"), "one user may have several identities"


@pytest.mark.parametrize(
    ("arrival", "why"),
    [
        ({"provider": "Unnamed"}, "the setting does not name it"),
        ({"provider": "Other"}, "the pool does not have it"),
        ({"email_verified": "false"}, "the provider does not vouch"),
        ({"email_verified": ""}, "the provider says nothing"),
        ({"email": ""}, "there is no address"),
        ({"email": "eve@example.com"}, "it is another address"),
        ({"email": "\uff41da@example.com"}, "it only looks alike"),
        ({"email": "ada@example.com "}, "it is not exactly that"),
        ({"subject": ""}, "nobody says who it is"),
    ],
)
def test_nobody_is_linked_who_has_not_proven_the_address(
    linking: Any, come: Come, arrival: dict[str, str], why: str
) -> None:
    linking.confirmed("ada")
    assert come(**arrival) is None, why
    assert identities(linking) == ""


def test_a_user_who_has_not_proven_the_address_gets_no_link(linking: Any, come: Come) -> None:
    """Accounts that somebody prepared with another's address: unconfirmed, unverified, changed to it."""
    linking.sign_up("eve", email="ada@example.com")
    linking.admin("AdminConfirmSignUp", UserPoolId=linking.id, Username="eve")
    linking.sign_up("mallory", email="ada@example.com")
    linking.confirmed("trudy")
    changed = [{"Name": "email", "Value": "ada@example.com"}]
    token = sign_in(linking, "trudy")["AccessToken"]
    linking.unsigned("UpdateUserAttributes", AccessToken=token, UserAttributes=changed)
    assert come() is None
    linking.confirmed("ada")
    user = come()
    assert user
    assert user.username == "ada"


def test_two_who_have_proven_one_address_are_too_many(linking: Any, come: Come) -> None:
    linking.confirmed("ada")
    linking.confirmed("ida", email="ada@example.com")
    assert come() is None


def test_who_is_disabled_or_has_a_second_factor_is_not_linked(linking: Any, come: Come) -> None:
    linking.confirmed("ada")
    linking.admin("AdminDisableUser", UserPoolId=linking.id, Username="ada")
    assert come() is None
    linking.admin("AdminEnableUser", UserPoolId=linking.id, Username="ada")
    email = {"EmailMfaConfiguration": {"Message": "{####}", "Subject": "x"}}
    linking.admin("SetUserPoolMfaConfig", UserPoolId=linking.id, MfaConfiguration="OPTIONAL", **email)
    on = {"EmailMfaSettings": {"Enabled": True}}
    linking.admin("AdminSetUserMFAPreference", UserPoolId=linking.id, Username="ada", **on)
    assert come() is None


def test_whoever_held_the_account_before_holds_nothing_of_it(linking: Any, come: Come, services: Services) -> None:
    """Pre-hijacking: a session, and an address change or a reset that were begun, end with the link."""
    linking.confirmed("ada")
    tokens = sign_in(linking)
    linking.unsigned("ForgotPassword", ClientId=linking.client_id, Username="ada")
    reset = linking.code()
    services.clock.advance(2)
    assert come()
    with pytest.raises(NotAuthorizedException):
        linking.unsigned("GetUser", AccessToken=tokens["AccessToken"])
    with pytest.raises(NotAuthorizedException):
        refresh = {"REFRESH_TOKEN": tokens["RefreshToken"]}
        linking.unsigned(
            "InitiateAuth", ClientId=linking.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=refresh
        )
    named = {"ClientId": linking.client_id, "Username": "ada"}
    with pytest.raises(Exception, match="Invalid code provided"):
        linking.unsigned("ConfirmForgotPassword", **named, ConfirmationCode=reset, Password=PASSWORD)
    assert sign_in(linking)["AccessToken"], "who signs in now is as good as ever"


def test_of_many_arrivals_at_once_one_makes_the_link(linking: Any, come: Come) -> None:
    linking.confirmed("ada")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: come() is not None, range(8)))
    assert answers.count(True) == 1


def test_the_setting_names_providers(linking: Any) -> None:
    with pytest.raises(InvalidParameterException, match="names of identity providers"):
        linking.admin("UpdateUserPool", UserPoolId=linking.id, UserPoolTags={"ostiary:link-by-email": "a, b "})
