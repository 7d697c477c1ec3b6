"""IAM as the root of an account calls it."""

from collections.abc import Callable

import pytest

import ostiary.sts  # noqa: F401 - registers the operations
from ostiary.context import Context
from tests.fixtures.context import Api


@pytest.fixture
def iam(context: Callable[..., Context]) -> Api:
    return Api(context(), "iam")
