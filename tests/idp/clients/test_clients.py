"""App clients: defaults, what is refused, secrets."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidOAuthFlowException,
    InvalidParameterException,
    NotAuthorizedException,
    ResourceNotFoundException,
    ScopeDoesNotExistException,
)
from ostiary.context import Services
from ostiary.store import schema
from tests.fixtures.context import Api

MakePool = Callable[..., Any]


def test_a_client_with_only_a_name_has_the_documented_defaults(pool: Any) -> None:
    client = dict(pool.client)
    assert 25 <= len(client.pop("ClientId")) <= 26
    for volatile in ("CreationDate", "LastModifiedDate"):
        assert client.pop(volatile) > 1_600_000_000
    assert client == {
        "UserPoolId": pool.id,
        "ClientName": "app",
        "ClientType": "REGULAR",
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        "AllowedOAuthFlowsUserPoolClient": False,
        "EnableTokenRevocation": True,
        "EnablePropagateAdditionalUserContextData": False,
        "AuthSessionValidity": 3,
    }


def test_what_terraform_reads_back_is_what_it_set(admin: Api, make_pool: MakePool) -> None:
    """Terraform calls a value that does not come back an inconsistent result (behaviour/clients.md 17)."""
    settings = {
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        "AuthSessionValidity": 5,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
        "AccessTokenValidity": 30,
        "IdTokenValidity": 30,
        "RefreshTokenValidity": 7,
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "ReadAttributes": ["email"],
        "WriteAttributes": ["email"],
        "CallbackURLs": ["https://app.example.com/", "http://localhost:3000/", "myapp://callback"],
        "LogoutURLs": ["https://app.example.com/out"],
        "DefaultRedirectURI": "https://app.example.com/",
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "SupportedIdentityProviders": ["COGNITO"],
    }
    pool = make_pool(client=settings)
    described = admin("DescribeUserPoolClient", UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    assert {name: described[name] for name in settings} == settings


def test_a_secret_is_shown_kept_sealed_and_survives_updates(
    admin: Api, make_pool: MakePool, services: Services
) -> None:
    """CRY-02."""
    pool = make_pool(client={"GenerateSecret": True})
    secret = pool.client["ClientSecret"]
    assert len(secret) >= 51
    with services.store.read() as tx:
        (row,) = tx.all(schema.user_pool_clients.select())
    assert secret not in row.configuration
    assert secret.encode() not in bytes(row.sealed_secret)
    updated = admin("UpdateUserPoolClient", UserPoolId=pool.id, ClientId=pool.client_id, ClientName="new")
    assert updated["UserPoolClient"]["ClientSecret"] == secret
    assert updated["UserPoolClient"]["ClientName"] == "new"
    (listed,) = admin("ListUserPoolClients", UserPoolId=pool.id)["UserPoolClients"]
    assert listed == {"ClientId": pool.client_id, "UserPoolId": pool.id, "ClientName": "new"}


def test_an_update_sets_back_what_it_omits(admin: Api, make_pool: MakePool) -> None:
    pool = make_pool(client={"PreventUserExistenceErrors": "ENABLED", "RefreshTokenValidity": 5})
    updated = admin("UpdateUserPoolClient", UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    assert "PreventUserExistenceErrors" not in updated
    assert updated["RefreshTokenValidity"] == 30
    assert updated["ClientName"] == "app"


def test_a_deleted_client_can_do_nothing(admin: Api, pool: Any) -> None:
    admin("DeleteUserPoolClient", UserPoolId=pool.id, ClientId=pool.client_id)
    with pytest.raises(ResourceNotFoundException, match=f"User pool client {pool.client_id} does not exist."):
        pool.sign_up("ada", email="ada@example.com")
    with pytest.raises(ResourceNotFoundException, match="User pool client"):
        admin("DescribeUserPoolClient", UserPoolId=pool.id, ClientId=pool.client_id)


def test_a_client_of_another_pool_is_not_this_pools(admin: Api, make_pool: MakePool) -> None:
    one, other = make_pool(), make_pool()
    with pytest.raises(ResourceNotFoundException, match="User pool client"):
        admin("DescribeUserPoolClient", UserPoolId=one.id, ClientId=other.client_id)
    with pytest.raises(ResourceNotFoundException, match="User pool client"):
        admin("DeleteUserPoolClient", UserPoolId=one.id, ClientId=other.client_id)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"]}, InvalidParameterException, "legacy"),
        ({"AllowedOAuthFlows": ["client_credentials"]}, InvalidOAuthFlowException, "does not have a client secret"),
        (
            {"AllowedOAuthFlows": ["client_credentials", "code"], "GenerateSecret": True},
            InvalidOAuthFlowException,
            "along with code flow",
        ),
        (
            {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"], "GenerateSecret": True},
            InvalidOAuthFlowException,
            "^openid is not supported with client_credentials flow$",
        ),
        ({"AllowedOAuthScopes": ["rs/read"]}, ScopeDoesNotExistException, "Invalid scope requested: rs/read"),
        ({"AllowedOAuthFlowsUserPoolClient": True}, InvalidOAuthFlowException, "are required"),
        ({"CallbackURLs": ["http://app.example.com/"]}, InvalidParameterException, "not a valid redirect uri"),
        ({"CallbackURLs": ["https://app.example.com/#x"]}, InvalidParameterException, "not a valid redirect uri"),
        ({"CallbackURLs": ["javascript:alert(1)"]}, InvalidParameterException, "not a valid redirect uri"),
        ({"DefaultRedirectURI": "https://app.example.com/"}, InvalidParameterException, "DefaultRedirectURI"),
        ({"SupportedIdentityProviders": ["Google"]}, InvalidParameterException, "The provider Google does not exist"),
        ({"AccessTokenValidity": 25}, InvalidParameterException, "Invalid range for token validity."),
        (
            {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
            InvalidParameterException,
            "Invalid range for token validity.",
        ),
        ({"ReadAttributes": ["custom:absent"]}, InvalidParameterException, "Invalid read attributes"),
        ({"WriteAttributes": ["custom:absent"]}, InvalidParameterException, "Invalid write attributes"),
        ({"WriteAttributes": ["email", "email_verified"]}, InvalidParameterException, "Invalid write attributes"),
        ({"WriteAttributes": ["sub"]}, InvalidParameterException, "Invalid write attributes"),
        (
            {
                "RefreshTokenRotation": {"Feature": "ENABLED"},
                "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
            },
            InvalidParameterException,
            "rotation",
        ),
        ({"EnablePropagateAdditionalUserContextData": True}, InvalidParameterException, "requires a client secret"),
        ({"GenerateSecret": True, "ClientSecret": "a" * 24}, InvalidParameterException, "ClientSecret"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    admin: Api, pool: Any, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        admin("CreateUserPoolClient", UserPoolId=pool.id, ClientName="second", **settings)
    assert len(admin("ListUserPoolClients", UserPoolId=pool.id)["UserPoolClients"]) == 1


def test_required_attributes_must_be_writable(admin: Api, make_pool: MakePool) -> None:
    pool = make_pool(Schema=[{"Name": "email", "Required": True}])
    with pytest.raises(InvalidParameterException, match="Invalid write attributes"):
        admin("CreateUserPoolClient", UserPoolId=pool.id, ClientName="x", WriteAttributes=["name"])
    admin("CreateUserPoolClient", UserPoolId=pool.id, ClientName="x", WriteAttributes=["name", "email"])


def test_a_client_with_a_secret_must_prove_it(unsigned: Api, make_pool: MakePool) -> None:
    """PWD-13."""
    pool = make_pool(client={"GenerateSecret": True})
    sign_up = {"ClientId": pool.client_id, "Username": "ada", "Password": "Correct-horse-7"}
    with pytest.raises(NotAuthorizedException, match="is configured with secret but SECRET_HASH was not received"):
        unsigned("SignUp", **sign_up)
    for wrong in (_secret_hash(pool, "bob"), "", "é"):
        with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash for client"):
            unsigned("SignUp", **sign_up, SecretHash=wrong)
    assert unsigned("SignUp", **sign_up, SecretHash=_secret_hash(pool, "ada"))["UserConfirmed"] is False


def test_a_secret_hash_is_refused_where_there_is_no_secret(pool: Any, unsigned: Api) -> None:
    with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash for client"):
        unsigned("SignUp", ClientId=pool.client_id, Username="ada", Password="Correct-horse-7", SecretHash="eA==")


def _secret_hash(pool: Any, username: str) -> str:
    message = f"{username}{pool.client_id}".encode()
    return b64encode(hmac.digest(pool.client["ClientSecret"].encode(), message, "sha256")).decode()
