"""Token exchange: a pool of people, services that act for them, and tokens of every kind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ostiary.aws.operations import implementation
from ostiary.context import ANONYMOUS, Context, Principal, Services
from ostiary.crypto import jws
from ostiary.idp.access import client_of
from ostiary.idp.tokens.user_tokens import lifetimes_of, result_of
from ostiary.store.idp import users
from ostiary.tokens import issue
from tests.idp.signin.conftest import App, Pool, advance, make_pool, pool, services

__all__ = ["advance", "make_pool", "pool", "services"]
FILES = {"Identifier": "files", "Name": "files", "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}]}
BOTH = ["ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


def claims(token: str) -> jws.Claims:
    return jws.unverified(token)[1]


class Desk:
    """Where tokens are exchanged: a pool with `ann`, a resource server, and a client that may exchange."""

    def __init__(self, pool: Pool, context: Callable[..., Context], services: Services) -> None:
        self.pool, self.services, self._context = pool, services, context
        pool.call("CreateResourceServer", **FILES)
        self.sub = pool.user("ann", email="ann@example.com")
        self.people = pool.app()
        self.service = self.client(BOTH, ["files/read", "openid", "aws.cognito.signin.user.admin"])

    def client(self, flows: list[str], scopes: list[str], **more: Any) -> App:
        """Make a client with a secret."""
        scoped = {"AllowedOAuthScopes": scopes} if scopes else {}
        return self.pool.app(GenerateSecret=True, ExplicitAuthFlows=flows, **scoped, **more)

    def token(self, scope: str = "files/read openid", **changes: Any) -> str:
        """Return an access token of ann's with these scopes, as the hosted sign-in issues them."""
        return str(self.tokens(scope, **changes)["AccessToken"])

    def tokens(self, scope: str = "files/read openid", name: str = "ann", **changes: Any) -> dict[str, Any]:
        ctx = self._context()
        pool, client = client_of(ctx, self.people.id)
        at, lifetimes = ctx.clock.now_seconds(), lifetimes_of(pool, client)
        with ctx.store.write() as tx:
            user = users.find_by_username(tx, pool.pool_id, name)
            assert user is not None
            begun = issue.begin(ctx, user, client.client_id, lifetimes, at)
            issue.remember(tx, begun)
        begun = replace(begun, scope=scope, **changes)
        made = issue.tokens(ctx, begun, user, attributes={}, groups=[], lifetimes=lifetimes)
        return {**result_of(made), "RefreshToken": issue.refresh_token(ctx, begun)}

    def exchange(self, token: str, kind: str = "ACCESS_TOKEN", by: App | None = None, **req: Any) -> dict[str, Any]:
        """Call GetDerivedToken without a signature."""
        client = by or self.service
        req = {"ClientId": client.id, "SubjectToken": token, "SubjectTokenType": kind, **req}
        secret = {"ClientSecret": client.secret} if client.secret else {}
        return self.pool.anybody("GetDerivedToken", **{**secret, **req})

    def own_token(self, **req: Any) -> str:
        """Return the access token that a client gets for itself."""
        agent = self.client(["ALLOW_CLIENT_TOKEN_AUTH"], ["files/read"])
        answer = self.pool.anybody("GetClientToken", ClientId=agent.id, Secret=agent.secret, **req)
        return str(answer["ClientAuthenticationResult"]["AccessToken"])

    def as_principal(self, account: str, **req: Any) -> dict[str, Any]:
        """Call GetDerivedToken as the root of an account, or as nobody."""
        root = Principal(account, "Account", f"arn:aws:iam::{account}:root", account) if account else ANONYMOUS
        ctx = replace(self._context(), account=account, principal=root)
        found = implementation("cognito-idp", "GetDerivedToken")
        assert found is not None
        return dict(found.handler(ctx, req) or {})


@pytest.fixture
def desk(pool: Pool, context: Callable[..., Context], services: Services) -> Desk:
    return Desk(pool, context, services)
