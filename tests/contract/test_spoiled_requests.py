"""Requests that would succeed but for a thing or two: they reach what is behind the first look-ups.

The good ones are those of the contract (`tests/contract/idp`): people confirmed or not, signed in, with devices,
passkeys and authenticator apps, challenges half answered, jobs, providers and domains. `OSTIARY_EXAMPLES=500` makes
it run long.
"""

import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.aws.model import Operation, Shape
from ostiary.aws.operations import implementation
from ostiary.context import Services
from tests.contract.idp.home import Functions, Home
from tests.contract.test_bad_input import OF_THE_WIRE, WRONG, plain, wire
from tests.contract.test_user_pools import REPLICAS, SUCCEEDS
from tests.contract.test_values import EXTRA, SERVICE, Drawer, differences, fingerprint
from tests.contract.wire import Caller, Wire
from tests.fixtures.context import ACCOUNT
from tests.fixtures.functions import FunctionServer
from tests.fixtures.server import Server

__all__ = ["wire"]
EXAMPLES = int(os.environ.get("OSTIARY_EXAMPLES", "1"))
AT_ONCE = 10
"""Operations of an example."""
VARIANTS = 3
"""Spoiled requests that are made of a good one."""
LONGEST = 5.0
"""Seconds of a processor that an answer may take: a machine that is busy with others slows no answer down."""
GOOD = sorted(name for name in SUCCEEDS.keys() - REPLICAS if implementation("cognito-idp", name))
TWISTS = (str.upper, str.lower, str.title, lambda text: text[:-1], lambda text: f"{text}a", lambda text: f" {text}")


@pytest.fixture
def home(wire: Wire, services: Services, function_server: FunctionServer) -> Home:
    """A home without a server: nothing happens in it but what is asked for."""
    caller = Caller(wire)
    server = Server("http://127.0.0.1:9", services, io.StringIO())
    return Home(server, caller, caller, ACCOUNT, Functions(function_server, ACCOUNT))


def places(
    value: Any, shape: Shape | None, path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Shape | None]]:
    """Yield where something can be changed: every value of a request, and members that it could have."""
    if path:
        yield path, shape
    if isinstance(value, dict):
        structure = shape is not None and shape.type == "structure"
        names = [*value, *(shape.members if structure and shape else ())]
        for name in dict.fromkeys(names):
            inner = shape.members.get(name) if structure and shape else (shape.item if shape else None)
            yield from places(value.get(name), inner.shape if inner else None, (*path, name))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, shape.item.shape if shape and shape.item else None, (*path, index))


def changed(random: Random, old: Any, shape: Shape | None, name: Any) -> Any:
    """Return another value for a place."""
    way = random.random()
    if isinstance(old, str) and old and way < 0.3:
        return random.choice(TWISTS)(old)
    if isinstance(old, list) and old and way < 0.3:
        return old * 2
    if shape is not None and way < 0.8:
        return plain(Drawer(random, {}).value(shape, str(name)))
    return deepcopy(random.choice(WRONG))


def nearly_right(random: Random, good: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """Return a request in which one or two things are not as they should be."""
    request: dict[str, Any] = plain(deepcopy(good))
    for _ in range(random.choice((1, 1, 2))):
        path, part = random.choice([*places(request, shape)])
        *way, last = path
        holder: Any = request
        with suppress(KeyError, IndexError, TypeError):
            for step in way:
                holder = holder[step]
            old = holder.get(last) if isinstance(holder, dict) else holder[last]
            if old is not None and random.random() < 0.15:
                del holder[last]
            else:
                holder[last] = changed(random, old, part, last)
    return request


def complaints(services: Services, wire: Wire, operation: Operation, request: dict[str, Any]) -> list[str]:
    """Send a request; return what is wrong with how that ended."""
    before, started = fingerprint(services), time.process_time()
    body = json.dumps(request).encode("utf-8", "surrogatepass")
    status, answer = wire.call(operation, body)
    took, code, wrong = time.process_time() - started, answer.get("__type", ""), []
    allowed = {*operation.errors, *EXTRA.get(operation.name, ()), *OF_THE_WIRE}
    if status != 200 and (status != 400 or code not in allowed):
        wrong.append(f"{operation.name}: {status} {answer} to {body!r}")
    after = fingerprint(services)
    if status != 200 and before != after:
        wrong.append(f"{operation.name} was refused ({answer}) and changed {differences(before, after)}: {body!r}")
    if took > LONGEST:
        wrong.append(f"{operation.name} took {took:.1f} s of a processor: {body!r}")
    return wrong


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_a_request_that_is_nearly_right_is_answered_by_the_model(
    home: Home, wire: Wire, services: Services, random: Random
) -> None:
    wrong = []
    for name in random.sample(GOOD, AT_ONCE):
        operation = SERVICE.operations[name]
        assert operation.input
        with suppress(httpx.ConnectError):  # uploads need a server
            good = SUCCEEDS[name](home)
            for _ in range(VARIANTS):
                wrong += complaints(services, wire, operation, nearly_right(random, good, operation.input))
        services.clock.set(None)
    assert "\n".join(wrong) == ""
