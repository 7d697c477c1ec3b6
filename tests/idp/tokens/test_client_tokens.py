"""GetClientToken (behaviour/additions.md 6): a client's own tokens, and the flow that allows them."""

from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    ResourceNotFoundException,
)
from tests.idp.tokens.conftest import Desk, claims

FLOW = "ALLOW_CLIENT_TOKEN_AUTH"


def ask(desk: Desk, client_id: str, secret: str, **req: Any) -> dict[str, Any]:
    answer = desk.pool.anybody("GetClientToken", ClientId=client_id, Secret=secret, **req)
    return dict(answer["ClientAuthenticationResult"])


def test_a_client_gets_a_token_of_its_own(desk: Desk) -> None:
    app = desk.client([FLOW], ["files/read", "openid"], AccessTokenValidity=2)
    result = ask(desk, app.id, app.secret)
    found, now = claims(result["AccessToken"]), desk.services.clock.now_seconds()
    assert found.pop("jti")
    assert found == {
        "sub": app.id,
        "token_use": "access",
        "scope": "files/read",
        "auth_time": now,
        "iss": f"http://127.0.0.1:9500/{desk.pool.id}",
        "exp": now + 7200,
        "iat": now,
        "version": 2,
        "client_id": app.id,
    }
    assert (result["ExpiresIn"], result["TokenType"]) == (7200, "Bearer")


def test_scopes_are_those_asked_for_in_their_order_and_no_others(desk: Desk) -> None:
    """OAU-13."""
    desk.pool.call(
        "CreateResourceServer", Identifier="b", Name="b", Scopes=[{"ScopeName": "x", "ScopeDescription": "x"}]
    )
    app = desk.client([FLOW], ["b/x", "files/read"])
    both = ask(desk, app.id, app.secret, Scopes=["files/read", "b/x", "files/read"])
    assert claims(both["AccessToken"])["scope"] == "files/read b/x"
    narrow = desk.client([FLOW], ["b/x"])
    for scope in ("files/read", "openid", "b/unknown", "nothing/x"):
        with pytest.raises(InvalidParameterException, match=f"Invalid scope requested: {scope}"):
            ask(desk, narrow.id, narrow.secret, Scopes=["b/x", scope])
    desk.pool.call("DeleteResourceServer", Identifier="b")
    with pytest.raises(InvalidParameterException, match="Invalid scope requested: b/x"):
        ask(desk, narrow.id, narrow.secret, Scopes=["b/x"])
    assert "scope" not in claims(ask(desk, narrow.id, narrow.secret)["AccessToken"])


def test_every_active_secret_opens_and_no_other(desk: Desk) -> None:
    app = desk.client([FLOW], ["files/read"])
    added = desk.pool.call("AddUserPoolClientSecret", ClientId=app.id)["ClientSecretDescriptor"]
    for secret in (app.secret, added["ClientSecretValue"]):
        assert ask(desk, app.id, secret)["AccessToken"]
    desk.pool.call("DeleteUserPoolClientSecret", ClientId=app.id, ClientSecretId=added["ClientSecretId"])
    for wrong in (added["ClientSecretValue"], app.secret.upper(), "x" * 24):
        with pytest.raises(NotAuthorizedException, match=f"Unable to verify secret hash for client {app.id}"):
            ask(desk, app.id, wrong)
    with pytest.raises(ResourceNotFoundException, match="User pool client nobody does not exist"):
        ask(desk, "nobody", "x" * 24)


def test_a_client_without_the_flow_gets_nothing(desk: Desk) -> None:
    with pytest.raises(NotAuthorizedException, match="ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client"):
        ask(desk, desk.service.id, desk.service.secret)
    public = desk.pool.app()
    with pytest.raises(NotAuthorizedException):
        ask(desk, public.id, "x" * 24)


def test_the_flow_stands_alone_needs_a_secret_and_comes_back(desk: Desk) -> None:
    app = desk.client([FLOW], [])
    described = desk.pool.call("DescribeUserPoolClient", ClientId=app.id)["UserPoolClient"]
    assert described["ExplicitAuthFlows"] == [FLOW]
    for other in ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_TOKEN_EXCHANGE_DELEGATION", "USER_PASSWORD_AUTH"):
        with pytest.raises(InvalidParameterException):
            desk.client([FLOW, other], [])
    with pytest.raises(InvalidParameterException, match="requires a client secret"):
        desk.pool.app(ExplicitAuthFlows=[FLOW])


def test_a_clients_token_is_nobodys_at_the_pool(desk: Desk) -> None:
    """TOK-08."""
    with pytest.raises(NotAuthorizedException, match="Invalid Access Token"):
        desk.pool.get_user(desk.own_token())
