"""User pools, driven with values around the limits of their model: modelled errors only, nothing half done."""

import dataclasses
import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ostiary.app  # noqa: F401 - registers every operation
from ostiary.aws import model
from ostiary.aws.errors import NotYetImplementedError, ServiceError
from ostiary.aws.model import Shape
from ostiary.aws.operations import implementation
from ostiary.aws.validate import violations
from ostiary.context import Context, Services
from ostiary.store import schema
from ostiary.store.errors import Unstorable
from tests.fixtures.context import Api

SERVICE = model.service("cognito-idp")
BUILT = sorted(name for name in SERVICE.operations if implementation("cognito-idp", name) is not None)
COUNTED = {"codes", "sign_in_failures", "deployment", "spent", "auth_events"}
"""Tables that a refused request may change: it counts attempts, and records them."""
EXTRA = {
    "AdminGetDevice": ("UserNotFoundException",),
    "AdminListDevices": ("UserNotFoundException",),
    "RevokeToken": ("ResourceNotFoundException",),
}
"""Errors that operations answer beyond their model, as divergences.md tells."""
PASSWORD = "Correct-horse-7"
KEYS = ("USERNAME", "PASSWORD", "a", "Category", "cognito:default", "Level1", "client_id")
TEXTS = ("", "a", "ann", "x" * 40, "é" * 20, "a\u0000b", "{####}", "12", "https://a.example/", "custom:level", "email")


@dataclasses.dataclass
class World:
    """What there is for requests to name."""

    known: dict[str, list[Any]]
    anybody: Context
    root: Context


@pytest.fixture
def world(services: Services, context: Callable[..., Context]) -> World:
    root, anybody = context(), context(account="")
    admin, app = Api(root), Api(anybody)
    custom = [{"Name": "level", "AttributeDataType": "Number"}, {"Name": "fixed", "AttributeDataType": "String"}]
    addons = {"AdvancedSecurityMode": "AUDIT"}
    pool_id = admin(
        "CreateUserPool", PoolName="p", AutoVerifiedAttributes=["email"], Schema=custom, UserPoolAddOns=addons
    )["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = [
        admin("CreateUserPoolClient", UserPoolId=pool_id, ClientName="c", ExplicitAuthFlows=flows, **more)
        for more in ({}, {"GenerateSecret": True})
    ]
    client_ids = [answer["UserPoolClient"]["ClientId"] for answer in made]
    named = {"UserPoolId": pool_id, "Username": "ann"}
    admin("AdminCreateUser", **named, UserAttributes=[{"Name": "email", "Value": "a@example.com"}])
    admin("AdminSetUserPassword", **named, Password=PASSWORD, Permanent=True)
    admin("CreateGroup", UserPoolId=pool_id, GroupName="g")
    tokens = app(
        "InitiateAuth",
        ClientId=client_ids[0],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    known = {
        "UserPoolId": [pool_id, pool_id, pool_id, "us-east-1_nothere"],
        "ClientId": [*client_ids, "nobody"],
        "Username": ["ann", "bob", "a@example.com"],
        "AccessToken": [tokens["AccessToken"], tokens["IdToken"], "no.to.ken"],
        "RefreshToken": [tokens["RefreshToken"]],
        "Token": [tokens["RefreshToken"]],
        "GroupName": ["g", "h"],
        "Password": [PASSWORD, "short"],
        "PreviousPassword": [PASSWORD],
        "ResourceArn": [f"arn:aws:cognito-idp:us-east-1:111111111111:userpool/{pool_id}"],
        "Filter": ['email = "a"', 'sub ^= "1"', "nonsense"],
        "Domain": ["people", "auth.example.com"],
        "PoolName": ["p"],
    }
    return World(known, anybody, root)


@dataclasses.dataclass
class Drawer:
    """Makes values of shapes: known ones, ones around the limits, of the right type always."""

    random: Random
    known: dict[str, list[Any]]

    def value(self, shape: Shape, name: str = "") -> Any:
        """Return a value of a shape; `name` is the member's."""
        if name in self.known:
            return self.random.choice(self.known[name])
        if shape.enum:
            return self.random.choice(shape.enum)
        made = self.composite(shape)
        return self.scalar(shape) if made is None else made

    def composite(self, shape: Shape) -> Any:
        """Return a value of a shape that has parts, None for another."""
        if shape.document:
            return self.random.choice([{}, {"categories": {}}, {"x": [1, None]}])
        if shape.type == "structure":
            wanted = {name for name in shape.members if name in shape.required or self.random.random() < 0.3}
            return {name: self.value(shape.members[name].shape, name) for name in sorted(wanted)}
        if shape.type == "list" and shape.item:
            return [self.value(shape.item.shape) for _ in range(self.random.randint(0, 2))]
        if shape.type == "map" and shape.item and shape.key:
            names = shape.key.shape.enum or KEYS
            return {self.random.choice(names): self.value(shape.item.shape) for _ in range(self.random.randint(0, 2))}
        return None

    def scalar(self, shape: Shape) -> Any:
        """Return a value of a shape that has no parts."""
        least, most = int(shape.traits.get("min", 0)), int(shape.traits.get("max", 100))
        choices: dict[str, list[Any]] = {
            "boolean": [False, True],
            "integer": [least, most, 0, 1, 7, 2**31 - 1],
            "long": [least, most, 0, 2**31 - 1],
            "timestamp": [0.0, 1_700_000_000.0],
            "blob": [b"", b"\x89PNG\r\n\x1a\n", b"x"],
        }
        texts = [
            *TEXTS,
            "a" * least,
            "a" * min(most, 3000),
            "".join(chr(self.random.randint(1, 0x2FFF)) for _ in "four"),
        ]
        return self.random.choice(choices.get(shape.type, texts))


def fingerprint(services: Services) -> dict[str, str]:
    """Return a hash of each table that is stored, except of what a refusal may count."""
    with services.store.read() as tx:
        return {
            table.name: hashlib.sha256(repr(sorted(map(repr, tx.all(table.select())))).encode()).hexdigest()
            for table in schema.metadata.sorted_tables
            if table.name not in COUNTED
        }


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return which tables are not as they were."""
    return [name for name, found in after.items() if found != before[name]]


def broken(world: World, name: str, request: Any) -> str:
    """Call an operation; return what is wrong with how it ended, nothing when it did as its model says."""
    operation, built = SERVICE.operations[name], implementation("cognito-idp", name)
    assert built
    try:
        built.handler(world.root if operation.signed else world.anybody, request)
    except NotYetImplementedError:
        return ""
    except Unstorable:
        return ""  # the edge answers InvalidParameterException
    except ServiceError as error:
        allowed = error.code in {*operation.errors, *EXTRA.get(name, ())}
        return "" if allowed else f"{name} answered {error.code}: {error.message}"
    except Exception as error:  # noqa: BLE001 - it would be a 500
        return f"{name} broke on {request}: {error!r}"
    return "done"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_no_value_breaks_an_operation_or_leaves_half_of_it(world: World, services: Services, random: Random) -> None:
    drawer, before, wrong = Drawer(random, world.known), fingerprint(services), []
    for name in random.sample(BUILT, 25):
        shape = SERVICE.operations[name].input
        assert shape
        request = drawer.value(shape)
        if violations(shape, request):
            continue
        outcome = broken(world, name, request)
        after = fingerprint(services)
        if outcome != "done" and after != before:
            outcome = f"{name} was refused and changed {differences(before, after)}: {request}"
        if outcome not in {"", "done"}:
            wrong.append(outcome)
        before = after
    assert wrong == []
