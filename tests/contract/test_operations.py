"""What is true of every operation."""

import inspect
from typing import get_type_hints

import pytest

import ostiary.app  # noqa: F401 - registers every operation
from ostiary.aws import model
from ostiary.aws.operations import OPERATIONS, Implementation, table

BUILT = [pytest.param(key, item, id=":".join(key)) for key, item in sorted(OPERATIONS.items())]
FOLDED = {
    (service.name, name.lower()): operation
    for service in map(model.service, model.SERVICES)
    for name, operation in service.operations.items()
}


def test_every_operation_of_every_model_is_in_the_table_once() -> None:
    rows = table()
    assert len({(service, name) for service, name, _ in rows}) == len(rows) == len(FOLDED)
    assert sum(module is not None for _, _, module in rows) == len(OPERATIONS)


@pytest.mark.parametrize(("key", "item"), BUILT)
def test_a_function_is_named_like_an_operation_of_its_service(key: tuple[str, str], item: Implementation) -> None:
    assert key in FOLDED
    packages = {
        "cognito-idp": "idp",
        "cognito-identity": "identity",
        "cognito-sync": "sync",
        "sts": "sts",
        "iam": "iam",
        "sns": "sns",
    }
    assert item.handler.__module__.split(".")[1] == packages[key[0]]
    assert inspect.getdoc(item.handler)


@pytest.mark.parametrize(("key", "item"), BUILT)
def test_a_function_takes_and_returns_the_types_of_its_operation(key: tuple[str, str], item: Implementation) -> None:
    operation, hints = FOLDED[key], get_type_hints(item.handler)
    wanted = [operation.input.name if operation.input else None, operation.output.name if operation.output else None]
    given = [getattr(hints[name], "__name__", None) for name in ("req", "return")]
    assert given[0] in {wanted[0], "dict"}
    assert given[1] in {wanted[1], "NoneType", "dict"}


@pytest.mark.parametrize(("key", "item"), BUILT)
def test_a_signed_operation_says_which_resource_iam_decides_on(key: tuple[str, str], item: Implementation) -> None:
    operation = FOLDED[key]
    if isinstance(item.resource, str) and operation.input is not None:
        members = set(operation.input.members)
        fields = {part.partition("}")[0] for part in item.resource.split("{")[1:]}
        assert fields <= members | {"region", "account"}
