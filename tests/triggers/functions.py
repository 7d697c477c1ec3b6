"""What functions of these tests do, and what clients hear of it."""

from collections.abc import Callable
from typing import Any

from tests.fixtures.functions import FunctionError


def same(event: dict[str, Any]) -> dict[str, Any]:
    return event


def answering(**response: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that fills the response with these members."""
    return lambda event: {**event, "response": {**event["response"], **response}}


def failing(text: str) -> Callable[[dict[str, Any]], Any]:
    def handler(_event: dict[str, Any]) -> Any:
        raise FunctionError(text)

    return handler


def told(failed: Any) -> tuple[str, str]:
    error = failed.value.response["Error"]
    return error["Code"], error["Message"]
