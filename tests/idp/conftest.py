"""A user pool, an app client, and who calls: the pool's administrator, or anybody without a signature."""

from collections.abc import Callable
from typing import Any

import pytest

import ostiary.idp  # noqa: F401 - registers the operations
from ostiary.context import Context
from ostiary.delivery.outbox import Message
from tests.fixtures.context import Api

PASSWORD = "Correct-horse-7"


@pytest.fixture
def admin(context: Callable[..., Context]) -> Api:
    return Api(context())


@pytest.fixture
def unsigned(context: Callable[..., Context]) -> Api:
    return Api(context(account=""))


class Pool:
    """A pool with one client, and what tests do with them over and over."""

    def __init__(self, admin: Api, unsigned: Api, sent: Callable[[], list[Message]], **settings: Any) -> None:
        client = settings.pop("client", {})
        settings.setdefault("AutoVerifiedAttributes", ["email"])
        self.admin, self.unsigned, self.sent = admin, unsigned, sent
        self.described = admin("CreateUserPool", PoolName="people", **settings)["UserPool"]
        self.id = self.described["Id"]
        answer = admin("CreateUserPoolClient", UserPoolId=self.id, ClientName="app", **client)
        self.client = answer["UserPoolClient"]
        self.client_id = self.client["ClientId"]

    def sign_up(self, username: str, password: str = PASSWORD, **attributes: str) -> dict[str, Any]:
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        return self.unsigned(
            "SignUp", ClientId=self.client_id, Username=username, Password=password, UserAttributes=listed
        )

    def confirm(self, username: str, code: str | None = None, **more: Any) -> dict[str, Any]:
        code = self.code() if code is None else code
        return self.unsigned("ConfirmSignUp", ClientId=self.client_id, Username=username, ConfirmationCode=code, **more)

    def confirmed(self, username: str, **attributes: str) -> dict[str, Any]:
        attributes.setdefault("email", f"{username}@example.com")
        self.sign_up(username, **attributes)
        self.confirm(username)
        return self.get(username)

    def code(self) -> str:
        return self.sent()[-1].code

    def wrong_code(self) -> str:
        return f"{(int(self.code()) + 1) % 10**6:06d}"

    def get(self, username: str) -> dict[str, Any]:
        return self.admin("AdminGetUser", UserPoolId=self.id, Username=username)

    def attributes(self, username: str) -> dict[str, str]:
        return {attribute["Name"]: attribute["Value"] for attribute in self.get(username)["UserAttributes"]}

    def update(self, username: str, **attributes: str) -> None:
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self.admin("AdminUpdateUserAttributes", UserPoolId=self.id, Username=username, UserAttributes=listed)


@pytest.fixture
def make_pool(admin: Api, unsigned: Api, sent: Callable[[], list[Message]]) -> Callable[..., Pool]:
    """Make pools: `make_pool(UsernameAttributes=["email"], client={"GenerateSecret": True})`."""
    return lambda **settings: Pool(admin, unsigned, sent, **settings)


@pytest.fixture
def pool(make_pool: Callable[..., Pool]) -> Pool:
    return make_pool()
