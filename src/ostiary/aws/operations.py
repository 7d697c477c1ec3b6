"""The registry that joins a function to the AWS operation of the same name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from ostiary.aws import model

Handler = Callable[[Any, Any], Mapping[str, Any] | None]
Resource = str | Callable[[Any, Any], str]
Signature = Literal["needed", "optional", "help", "ignored"]
"""What the signature of an operation that AWS's model has signed is to it: `needed`, `optional` (one that is there must
be good), a `help` (one that is not good is as none), or `ignored`."""
F = TypeVar("F", bound=Callable[..., Mapping[str, Any] | None])

OPERATIONS: dict[tuple[str, str], "Implementation"] = {}


@dataclass(frozen=True, slots=True)
class Implementation:
    """What runs when an operation is called: `handler(ctx, request)`, and the resource IAM decides on."""

    service: str
    handler: Handler
    resource: Resource
    authorized_by_handler: bool
    signature: Signature = "needed"
    absent: Mapping[str, Any] = field(default_factory=dict)


def operation(
    service: str,
    *,
    resource: Resource = "*",
    authorized_by_handler: bool = False,
    signature: Signature = "needed",
    absent: Mapping[str, Any] | None = None,
) -> Callable[[F], F]:
    """Register a function as the operation of its name: `sign_up` is `SignUp`, `get_csv_header` is `GetCSVHeader`.

    `resource` is the ARN that IAM decides on for signed operations: a template over `{region}`, `{account}` and the
    members of the request, or a function `(ctx, request) -> ARN`. `authorized_by_handler` is for the few operations
    that decide themselves (AssumeRole asks the trust policy, GetCallerIdentity cannot be denied). Every `signature` but
    the needed one wants it. `absent` are required members that the service misses in its own words, or after it has
    looked at others: what the handler is given for one that was left out.
    """

    def register(function: F) -> F:
        key = (service, function.__name__.replace("_", ""))
        if key in OPERATIONS:
            raise ValueError(f"{service} {function.__name__} is registered twice")
        OPERATIONS[key] = Implementation(service, function, resource, authorized_by_handler, signature, absent or {})
        return function

    return register


def implementation(service: str, operation_name: str) -> Implementation | None:
    """Return what is registered for an operation of the model (`cognito-idp`, `SignUp`), or None when it is absent."""
    return OPERATIONS.get((service, operation_name.lower()))


def table() -> list[tuple[str, str, str | None]]:
    """Return (service, operation, module that implements it or None) for every operation of every service."""
    return [
        (service.name, name, found.handler.__module__ if (found := implementation(service.name, name)) else None)
        for service in map(model.service, model.SERVICES)
        for name in service.operations
    ]
