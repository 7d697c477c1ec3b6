"""An account with a user, roles that trust somebody, and who calls STS."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

import ostiary.sts  # noqa: F401 - registers the operations
from ostiary.context import Context, Principal
from ostiary.sts.callers import who_signed
from tests.fixtures.context import ACCOUNT, Api

OTHER = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


def trust(principal: str, *actions: str, **statement: Any) -> str:
    listed = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions or ["sts:AssumeRole"], **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [listed]})


def allow(action: str = "sts:AssumeRole", resource: str = "*", effect: str = "Allow") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource}]}
    )


@dataclasses.dataclass(frozen=True)
class World:
    """An account with a user, and who may call."""

    context: Callable[..., Context]
    iam: Api
    user: Principal

    def sts(self, principal: Principal | None = None) -> Api:
        """Return STS as a principal calls it."""
        ctx = self.context()
        who = principal or self.user
        return Api(dataclasses.replace(ctx, account=who.account, principal=who), "sts")

    def signed_with(self, credentials: dict[str, Any]) -> Principal:
        """Return whom credentials stand for."""
        _, principal = who_signed(self.iam.ctx.services, credentials["AccessKeyId"], credentials["SessionToken"])
        return principal

    def role(self, document: str, name: str = "r", **more: Any) -> None:
        """Make a role."""
        self.iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=document, **more)

    def trust(self, document: str, name: str = "r") -> None:
        """Give a role another trust policy."""
        self.iam("UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=document)

    def assume(self, principal: Principal | None = None, role: str = ROLE, **more: Any) -> dict[str, Any]:
        """Assume a role."""
        return self.sts(principal)("AssumeRole", RoleArn=role, RoleSessionName="s", **more)


@pytest.fixture
def world(context: Callable[..., Context]) -> World:
    iam = Api(context(), "iam")
    made = iam("CreateUser", UserName="ada")["User"]
    return World(context, iam, Principal(ACCOUNT, "User", made["Arn"], made["UserId"], "ada"))
