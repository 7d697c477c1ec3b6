"""Who a policy names, and who is calling."""

from dataclasses import dataclass
from typing import Literal

from ostiary.iam.documents import Statement

Strength = Literal["session", "user", "federated", "role", "any", "account"]
"""How a statement names the caller: the session or user itself, its role, everybody, or only its account.

A service is named as a provider is: "federated".
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling. `role_arn` is the role behind a session, `federated` the provider of a web identity.

    `service` is the name of an AWS service that acts for itself: `cognito-sync.amazonaws.com`.
    """

    account: str = ""
    arn: str = ""
    role_arn: str = ""
    federated: str = ""
    service: str = ""
    is_root: bool = False


def named(statement: Statement, caller: Caller) -> Strength | None:
    """Return how a statement names the caller, or None when it does not."""
    if statement.principals is None:
        return None
    found = _strongest(statement.principals, caller)
    if not statement.not_principal:
        return found
    return "any" if found is None else None


def _strongest(principals: tuple[tuple[str, str], ...], caller: Caller) -> Strength | None:
    found = {_strength(kind, value, caller) for kind, value in principals}
    order: tuple[Strength, ...] = ("session", "user", "federated", "role", "any", "account")
    return next((strength for strength in order if strength in found), None)


def _strength(kind: str, value: str, caller: Caller) -> Strength | None:
    if kind != "AWS":
        outsider = {"Federated": caller.federated, "Service": caller.service}.get(kind)
        return "federated" if outsider and value == outsider else None
    if value == "*":
        return "any"
    if caller.arn and value == caller.arn and not value.endswith(":root"):
        return "session" if caller.role_arn else "user"
    if caller.role_arn and value == caller.role_arn:
        return "role"
    accounts = {caller.account, f"arn:aws:iam::{caller.account}:root"}
    return "account" if caller.account and value in accounts else None
