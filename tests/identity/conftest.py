"""An identity pool with two providers, its roles, and who calls."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import ostiary.sts  # noqa: F401 - registers the operations
from ostiary.context import Context
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.oidc_provider import OidcProvider

ROLE = f"arn:aws:iam::{ACCOUNT}:role/"


@dataclass(frozen=True)
class IdentityPool:
    """An identity pool, called by its administrator and by anybody."""

    id: str
    admin: Api
    anybody: Api
    provider: OidcProvider

    def google(self, subject: str, **claims: Any) -> dict[str, str]:
        """Return a login of Google."""
        return {"accounts.google.com": self.provider.token(sub=subject, **claims)}

    def apple(self, subject: str) -> dict[str, str]:
        """Return a login of Apple."""
        return {"appleid.apple.com": self.provider.token(sub=subject)}

    def get_id(self, logins: dict[str, str] | None = None) -> str:
        """Return an identity's id."""
        given = {"Logins": logins} if logins else {}
        return str(self.anybody("GetId", IdentityPoolId=self.id, **given)["IdentityId"])

    def credentials(self, identity_id: str, logins: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Return what GetCredentialsForIdentity answers."""
        return self.anybody("GetCredentialsForIdentity", IdentityId=identity_id, Logins=logins or {}, **more)


def trust(pool_id: str, amr: str) -> str:
    name = "cognito-identity.amazonaws.com"
    conditions = {"StringEquals": {f"{name}:aud": pool_id}, "ForAnyValue:StringLike": {f"{name}:amr": amr}}
    statement = {"Effect": "Allow", "Principal": {"Federated": name}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": conditions}]})


@pytest.fixture
def pool(context: Callable[..., Context], provider: OidcProvider) -> IdentityPool:
    """An identity pool that takes guests, Google and Apple; one provider stands in for both."""
    keys = f"{provider.issuer}/jwks"
    stand_ins: dict[str, Any] = {"google_issuer": provider.issuer, "google_jwks_url": keys}
    stand_ins |= {"apple_issuer": provider.issuer, "apple_jwks_url": keys}

    def api(ctx: Context, service: str = "cognito-identity") -> Api:
        settings = dataclasses.replace(ctx.settings, **stand_ins)
        services = dataclasses.replace(ctx.services, settings=settings)
        return Api(dataclasses.replace(ctx, services=services), service)

    admin = api(context())
    made = admin(
        "CreateIdentityPool",
        IdentityPoolName="everybody",
        AllowUnauthenticatedIdentities=True,
        SupportedLoginProviders={"accounts.google.com": "client", "appleid.apple.com": "client"},
    )
    pool_id = made["IdentityPoolId"]
    iam = api(context(), "iam")
    for name, amr in (("person", "authenticated"), ("guest", "unauthenticated"), ("special", "authenticated")):
        iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(pool_id, amr))
    roles = {"authenticated": f"{ROLE}person", "unauthenticated": f"{ROLE}guest"}
    admin("SetIdentityPoolRoles", IdentityPoolId=pool_id, Roles=roles)
    return IdentityPool(pool_id, admin, api(context(account="")), provider)
