"""The four wire protocols: how an operation's request is read and its answer written.

Each module is a `WireProtocol`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ostiary.aws.errors import ServiceError
from ostiary.aws.model import Operation, Service
from ostiary.aws.wire import Request, Response


class WireProtocol(Protocol):
    """What every module of this package offers."""

    def parse(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the members of a request, by the model's names; null and unknown members are left out."""

    def render(self, operation: Operation, output: Mapping[str, Any], request_id: str) -> Response:
        """Return the answer of an operation."""

    def error(self, service: Service | None, error: ServiceError, request_id: str) -> Response:
        """Return the answer that tells an error; `service` is None when the request names none."""
