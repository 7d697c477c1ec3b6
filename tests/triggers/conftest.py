"""Pools with triggers, whose functions a server on loopback runs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.functions import FunctionServer, arn_of
from tests.fixtures.server import LivePool, make_live_pool


@pytest.fixture
def triggered(
    client: Callable[..., Any], anybody: Callable[..., Any], root: Any, functions: FunctionServer
) -> Callable[..., LivePool]:
    """Make pools with triggers: `triggered(PreSignUp=lambda event: event, pool={"UsernameAttributes": ["email"]})`."""

    def make(pool: dict[str, Any] | None = None, app: dict[str, Any] | None = None, **handlers: Any) -> LivePool:
        config: dict[str, Any] = {}
        for trigger, handler in handlers.items():
            if callable(handler):
                functions.on(trigger, handler)
                config[trigger] = arn_of(trigger, root.account_id)
            else:
                config[trigger] = handler
        return make_live_pool(client, anybody, {"LambdaConfig": config, **(pool or {})}, app or {})

    return make
