"""SNS over the wire, as the root of an account calls it."""

from collections.abc import Callable
from typing import Any

import pytest

GCM = {"PlatformCredential": "a-key"}


@pytest.fixture
def sns(client: Callable[..., Any]) -> Any:
    """A boto3 client."""
    return client("sns")


@pytest.fixture
def application(sns: Any) -> str:
    """The ARN of an app at Firebase."""
    made = sns.create_platform_application(Name="app", Platform="GCM", Attributes=GCM)
    return str(made["PlatformApplicationArn"])
