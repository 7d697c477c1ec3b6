"""How the tables are written: a row makes the members of a request, in a home where it then does what it should."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from tests.contract.idp.home import Home

Request = dict[str, Any]
Make = Callable[[Home], Request]
Succeeds = dict[str, Make]
"""Operation → a request that it accepts."""
Refuses = dict[tuple[str, str], Make]
"""(operation, error) → a request that it refuses so."""


def after(first: Callable[[], Any], request: Request) -> Request:
    """Return a request, once `first` was done."""
    first()
    return request


def times(number: int, call: Callable[[], Any]) -> None:
    """Do something often, however it ends."""
    for _ in range(number):
        with suppress(ClientError):
            call()
