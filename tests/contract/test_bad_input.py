"""User pools over the wire, with requests that are wrong in every way: modelled errors only, and nothing half done.

`OSTIARY_EXAMPLES=2000` makes it run long.
"""

import io
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.context import Services
from ostiary.runtime.observability import configure_logs
from tests.contract.test_values import BUILT, EXTRA, SERVICE, Drawer, World, differences, fingerprint, world
from tests.contract.wire import Wire

__all__ = ["world"]
EXAMPLES = int(os.environ.get("OSTIARY_EXAMPLES", "4"))
OF_THE_WIRE = {"SerializationException", "InvalidParameterException"}
DEEP: Any = "deep"
for _ in range(90):
    DEEP = [DEEP]
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1.5, 1e308, "", " ", "x" * 5000, "é\u0301😀", "\ud800", "a\u0000b",
    [], [None], {}, {"": ""}, {"a": {"b": None}}, DEEP, ["x"] * 500,
)  # fmt: skip


@pytest.fixture
def wire(services: Services) -> Iterator[Wire]:
    configure_logs("json", "error", io.StringIO())
    made = Wire(services)
    yield made
    made.endpoint.close()


def spoiled(random: Random, value: Any, share: float = 0.08) -> Any:
    """Return a value in which some parts, `share` of them, are replaced by what does not belong there."""
    if random.random() < share:
        return deepcopy(random.choice(WRONG))
    if isinstance(value, dict):
        return {name: spoiled(random, inner, share) for name, inner in value.items()}
    return [spoiled(random, inner, share) for inner in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def written(random: Random, value: Any) -> bytes:
    """Return a document, at times with a member twice, or cut off."""
    text = json.dumps(value)
    if random.random() < 0.05 and text.startswith("{") and len(text) > 2:
        text = f"{text[:-1]}, {text[1:]}"
    if random.random() < 0.03:
        text = text[: random.randrange(len(text) + 1)]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_whatever_is_sent_the_answer_is_one_of_the_model(
    world: World, wire: Wire, services: Services, random: Random
) -> None:
    drawer, before, wrong = Drawer(random, world.known), fingerprint(services), []
    for name in random.sample(BUILT, 30):
        operation = SERVICE.operations[name]
        request = drawer.value(operation.input) if operation.input else {}
        body = written(random, plain(spoiled(random, request)))
        status, answer = wire.call(operation, body)
        after = fingerprint(services)
        code = answer.get("__type", "")
        if status != 200 and (status != 400 or code not in {*operation.errors, *EXTRA.get(name, ()), *OF_THE_WIRE}):
            wrong.append(f"{name}: {status} {answer} to {body!r}")
        if status != 200 and before != after:
            wrong.append(f"{name} was refused ({answer}) and changed {differences(before, after)}: {body!r}")
        before = after
    assert wrong == []
