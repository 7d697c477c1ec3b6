"""Who a policy names, and who is calling."""

from dataclasses import dataclass
from typing import Literal

from ostiary.iam.documents import Statement

Strength = Literal["session", "user", "federated", "any", "role", "account"]
"""How a statement names the caller: the session or user itself, everybody, its role, or only its account.

A service is named as a provider is: "federated".
"""
STRENGTHS: tuple[Strength, ...] = ("session", "user", "federated", "any", "role", "account")
"""The strongest first."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling. `role_arn` is the role behind a session, `federated` the provider of a web identity.

    `service` is the name of an AWS service that acts for itself: `cognito-sync.amazonaws.com`.
    `unique_id` is the id of the user or role (`AIDA…`, `AROA…`), by which policies may name it too.
    """

    account: str = ""
    arn: str = ""
    role_arn: str = ""
    federated: str = ""
    service: str = ""
    is_root: bool = False
    unique_id: str = ""


def named(statement: Statement, caller: Caller) -> Strength | None:
    """Return how a statement names the caller, or None when it does not."""
    if statement.principals is None:
        return None
    found = {_strength(kind, value, caller) for kind, value in statement.principals}
    if statement.not_principal:
        return None if _excepted(statement, caller, found) else "any"
    if "any" in found and (caller.federated or caller.service) and statement.effect == "Allow":
        found.discard("any")  # "everybody" is everybody of AWS: a provider that is let in is named (STS-06)
    return next((strength for strength in STRENGTHS if strength in found), None)


def _excepted(statement: Statement, caller: Caller, found: set[Strength | None]) -> bool:
    """Whether NotPrincipal leaves the caller out.

    From a Deny only who is listed in every form is left out: the account, and the user, or the role and the session
    (IAM user guide, NotPrincipal). To an Allow no web identity comes this way.
    """
    if statement.effect == "Allow":
        return bool(caller.federated or caller.service) or found != {None}
    if "any" in found or "federated" in found:
        return True
    listed = {value for kind, value in statement.principals or () if kind == "AWS"}
    accounts = {caller.account, f"arn:aws:iam::{caller.account}:root"}
    forms = [] if caller.is_root else [caller.role_arn, caller.arn] if caller.role_arn else [caller.arn]
    return bool(caller.account) and not listed.isdisjoint(accounts) and all(form in listed for form in forms)


def _strength(kind: str, value: str, caller: Caller) -> Strength | None:
    if kind == "AWS":
        return "any" if value == "*" else _strength_in_aws(value, caller)
    outsider = {"Federated": caller.federated, "Service": caller.service}.get(kind)
    return "federated" if outsider and value == outsider else None


def _strength_in_aws(value: str, caller: Caller) -> Strength | None:
    if not value or not caller.account:
        return None  # what a caller has not is no name of theirs
    itself: Strength = "session" if caller.role_arn else "user"
    if value == caller.arn and not caller.is_root:
        return itself
    if value in {caller.role_arn, caller.unique_id}:
        return "role" if caller.role_arn else itself
    return "account" if value in {caller.account, f"arn:aws:iam::{caller.account}:root"} else None
