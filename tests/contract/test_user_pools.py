"""Every operation of user pools from boto3: once with success, and once for each error of its model that can occur."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import ostiary.app  # noqa: F401 - registers every operation
from ostiary.aws import model
from ostiary.aws.model import Operation
from ostiary.aws.operations import implementation
from ostiary.iam.accounts import create_account
from tests.contract.idp import clients, imports, own, pools, sign_in, sign_up, users
from tests.contract.idp.home import OTHER_PASSWORD, Functions, Home
from tests.contract.idp.reasons import NOT_HERE, reason
from tests.contract.idp.rows import Refuses, Request, Succeeds
from tests.contract.idp.rules import BY_FUNCTIONS, RULES
from tests.contract.shapes import misfits
from tests.fixtures.functions import FunctionServer
from tests.fixtures.server import Server

TABLES = (pools, clients, users, sign_up, own, sign_in, imports)
SUCCEEDS: Succeeds = {name: make for table in TABLES for name, make in table.SUCCEEDS.items()}
REFUSES: Refuses = {pair: make for table in TABLES for pair, make in table.REFUSES.items()}
SERVICE = model.service("cognito-idp")
REPLICAS = {name for name in SERVICE.operations if "Replica" in name}
"""Operations that only refuse."""
BUILT = [
    pytest.param(operation, id=name)
    for name, operation in sorted(SERVICE.operations.items())
    if implementation("cognito-idp", name)
]
FILLED: dict[str, Any] = {
    "AttributeName": "email",
    "Code": "000000",
    "Credential": {},
    "CredentialId": "none",
    "DeviceKey": own.NO_DEVICE,
    "MFAOptions": [],
    "ProposedPassword": OTHER_PASSWORD,
    "SessionId": users.NO_SESSION,
    "UserAttributeNames": ["name"],
    "UserAttributes": [],
    "UserCode": "000000",
}
"""Members of requests that are good, whoever sends them."""
AS_AWS = {"answer.DomainDescription.CustomDomainConfig.CertificateArn is missing"}
"""What of AWS's own answers is not as its model says."""
_numbers = itertools.count(1)


class Homes:
    """Where requests are made: `plain`, and `triggered`, where functions are asked."""

    def __init__(self, server: Server, functions: FunctionServer) -> None:
        root = create_account(server.services, f"contract-{next(_numbers)}")
        lax = Config(parameter_validation=False)
        admin, app = (server.client("cognito-idp", key, config=lax) for key in (root, None))
        self.server = server
        self.functions = Functions(functions, root.account_id)
        self.plain = Home(server, admin, app, root.account_id, self.functions)
        self.triggered = Home(server, admin, app, root.account_id, self.functions, triggered=True)
        self.body = b""
        for client in (admin, app):
            client.meta.events.register("before-parse.cognito-idp.*", self._keep)

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        self.body = response_dict["body"]

    def call(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Call an operation, signed where its model says so."""
        client = self.plain.admin if operation.signed else self.plain.app
        answer: dict[str, Any] = client._make_api_call(operation.name, request)  # noqa: SLF001 - by name
        return answer

    def refusal(self, operation: Operation, request: Request | None) -> tuple[str, str]:
        """Return the error and its text that a request gets; nothing when it succeeds."""
        if request is None:
            return "", "no request could be made"
        try:
            self.call(operation, request)
        except ClientError as error:
            said = error.response["Error"]
            return said["Code"], said["Message"]
        return "", "it succeeded"


@pytest.fixture(scope="module")
def homes(sqlite_server: Server, function_server: FunctionServer) -> Iterator[Homes]:
    """Make the pools once: every test makes what it changes."""
    yield Homes(sqlite_server, function_server)
    function_server.reset()


@pytest.fixture(autouse=True)
def _as_before(homes: Homes) -> Iterator[None]:
    yield
    _calm(homes)


def _calm(homes: Homes) -> None:
    homes.functions.fail("")
    homes.server.services.clock.set(None)


@pytest.mark.parametrize("operation", BUILT)
def test_an_operation_refuses_and_answers_as_its_model_says(homes: Homes, operation: Operation) -> None:
    """A request that was refused in every way, because of one thing that is wrong with it, still succeeds after all."""
    good = SUCCEEDS[operation.name](homes.plain) if operation.name not in REPLICAS else homes.plain.in_pool
    wrong = []
    for error in dict.fromkeys(operation.errors):
        row = REFUSES.get((operation.name, error))
        if row is None and reason(operation, error):
            continue
        request = row(homes.plain) if row else _spoiled(homes, operation, error, good)
        found, text = homes.refusal(operation, request)
        _calm(homes)
        if found != error or not text:
            wrong.append(f"{error}: {found} {text}")
    assert "\n".join(wrong) == ""
    if operation.name not in REPLICAS:
        _check_answer(homes, operation, good)


def _spoiled(homes: Homes, operation: Operation, error: str, good: Request) -> Request | None:
    """Return a request that the operation refuses with an error, by the error's rule; None where it has none."""
    if error in BY_FUNCTIONS:
        request = SUCCEEDS[operation.name](homes.triggered)
        homes.functions.fail(BY_FUNCTIONS[error])
        return request
    rule = RULES.get(error)
    return rule(operation, good, homes.plain) if rule else None


def _check_answer(homes: Homes, operation: Operation, request: Request) -> None:
    answer = homes.call(operation, request)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    shape = homes.plain.admin.meta.service_model.operation_model(operation.name).output_shape
    sent = json.loads(homes.body) if homes.body else {}
    if shape is None:
        assert (sent, answer) == ({}, {})
    else:
        assert {*misfits(shape, answer), *misfits(shape, sent, sent=True)} <= AS_AWS


def test_rows_and_reasons_are_of_operations_and_their_errors() -> None:
    for name, error in (*REFUSES, *NOT_HERE):
        assert error in SERVICE.operations[name].errors
    built = {name for name in SERVICE.operations if implementation("cognito-idp", name)}
    assert SUCCEEDS.keys() | REPLICAS == built
    assert not REFUSES.keys() & NOT_HERE.keys()


def test_whoever_is_gone_is_told_as_each_model_can(homes: Homes) -> None:
    """Models that have no UserNotFoundException or PasswordResetRequiredException have NotAuthorizedException."""
    home, wrong = homes.plain, []
    for token in (home.was_deleted, home.must_reset):
        for name, operation in SERVICE.operations.items():
            members = operation.input.members if operation.input else {}
            if "AccessToken" not in members or implementation("cognito-idp", name) is None:
                continue
            required = operation.input.required if operation.input else ()
            request = {member: value for member, value in FILLED.items() if member in required}
            found, text = homes.refusal(operation, {**request, "AccessToken": token})
            if found not in operation.errors or not text.endswith(("does not exist.", "required for the user")):
                wrong.append(f"{name}: {found} {text}")
    assert wrong == []
