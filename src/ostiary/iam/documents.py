"""Policy documents: reading them for a decision, and refusing malformed ones when they are written (STS-12)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ostiary.aws.types.iam import MalformedPolicyDocumentException

Kind = Literal["identity", "resource", "trust"]
CURRENT_VERSION = "2012-10-17"
_VERSIONS = {CURRENT_VERSION, "2008-10-17"}
_STATEMENT_MEMBERS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+")
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
_COGNITO = "cognito-identity.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. `resources` and `principals` are None in policies that have none; `not_…` says they are excluded."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...] | None
    not_resource: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principal: bool
    conditions: dict[str, dict[str, tuple[str, ...]]]
    variables: bool
    """Whether `${…}` means something: not before version 2012-10-17."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy."""

    statements: tuple[Statement, ...]


@lru_cache(maxsize=4096)
def parsed(text: str) -> Document:
    """Return a policy that was accepted when it was written."""
    policy = json.loads(text)
    variables = policy.get("Version") == CURRENT_VERSION
    return Document(tuple(_statement(item, variables=variables) for item in _listed(policy["Statement"])))


def check(text: str, kind: Kind) -> None:
    """Refuse a document that breaks the grammar of its kind; raises MalformedPolicyDocumentException."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocumentException("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or policy.keys() - {"Version", "Id", "Statement"} or "Statement" not in policy:
        raise MalformedPolicyDocumentException("Syntax errors in policy.")
    if policy.get("Version", "2008-10-17") not in _VERSIONS:
        raise MalformedPolicyDocumentException("The policy must contain a valid version string")
    if kind == "identity" and policy.get("Version") != CURRENT_VERSION:
        raise MalformedPolicyDocumentException("Policy document must be version 2012-10-17 or greater.")
    statements = _listed(policy["Statement"])
    if not statements or not all(isinstance(statement, dict) for statement in statements):
        raise MalformedPolicyDocumentException("Syntax errors in policy.")
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(map(str, sids))) != len(sids):
        raise MalformedPolicyDocumentException("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _check_statement(statement, kind)


def _check_statement(statement: dict[str, Any], kind: Kind) -> None:
    if statement.keys() - _STATEMENT_MEMBERS or statement.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyDocumentException("Syntax errors in policy.")
    if not _SID.fullmatch(str(statement.get("Sid", ""))) and kind == "identity":
        raise MalformedPolicyDocumentException("Statement IDs (SID) must be alpha-numeric.")
    _check_one(statement, "Action", "Policy statement must contain actions.")
    for action in _texts(statement, "Action"):
        if not _ACTION.fullmatch(action):
            raise MalformedPolicyDocumentException(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2"
            )
    if kind == "trust":
        for member in ("Resource", "NotResource"):
            if member in statement:
                raise MalformedPolicyDocumentException(f"Has prohibited field {member}")
    else:
        _check_one(statement, "Resource", "Policy statement must contain resources.")
        _check_resources(statement)
    _check_principals(statement, kind)
    _check_conditions(statement.get("Condition", {}))


def _check_one(statement: dict[str, Any], member: str, absent: str) -> None:
    found = [name for name in (member, f"Not{member}") if name in statement]
    if not found:
        raise MalformedPolicyDocumentException(absent)
    if len(found) > 1 or not _texts(statement, member):
        raise MalformedPolicyDocumentException("Syntax errors in policy.")


def _check_resources(statement: dict[str, Any]) -> None:
    for resource in _texts(statement, "Resource"):
        if resource != "*" and not resource.startswith("arn:"):
            raise MalformedPolicyDocumentException(f'Resource {resource} must be in ARN format or "*".')


def _check_principals(statement: dict[str, Any], kind: Kind) -> None:
    found = [name for name in ("Principal", "NotPrincipal") if name in statement]
    if kind == "identity" and found:
        raise MalformedPolicyDocumentException("Policy document should not specify a principal.")
    if kind == "identity":
        return
    if len(found) != 1:
        raise MalformedPolicyDocumentException("Missing required field Principal")
    value = statement[found[0]]
    if value == "*":
        return
    if not isinstance(value, dict) or not value or value.keys() - _PRINCIPAL_KINDS:
        raise MalformedPolicyDocumentException("Invalid principal in policy")
    for name, principal in _principals(value):
        if not principal or (name == "AWS" and principal != "*" and not _is_aws_principal(principal)):
            raise MalformedPolicyDocumentException(f'Invalid principal in policy: "{name}":"{principal}"')
    if kind == "trust":
        _check_cognito(statement, value)


def _check_cognito(statement: dict[str, Any], principals: dict[str, Any]) -> None:
    """A trust for every identity pool in the world is nobody's intention (STS-06)."""
    if statement["Effect"] != "Allow" or ("Federated", _COGNITO) not in _principals(principals):
        return
    conditions = statement.get("Condition", {})
    keys = {key.lower() for keys in conditions.values() if isinstance(keys, dict) for key in keys}
    if f"{_COGNITO}:aud" not in keys:
        raise MalformedPolicyDocumentException(
            f"The trust policy must have a condition on {_COGNITO}:aud, which says the identity pool that it trusts."
        )


def _is_aws_principal(text: str) -> bool:
    return bool(
        re.fullmatch(r"[0-9]{12}|A(ROA|IDA)[A-Z0-9]{12,}", text)
        or re.fullmatch(r"arn:aws:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/[^*]+)", text)
    )


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, dict):
        raise MalformedPolicyDocumentException("Syntax errors in policy.")
    for keys in conditions.values():
        if not isinstance(keys, dict) or not keys:
            raise MalformedPolicyDocumentException("Syntax errors in policy.")
        for values in keys.values():
            if not all(isinstance(value, str | int | float | bool) for value in _listed(values)):
                raise MalformedPolicyDocumentException("Syntax errors in policy.")


def _statement(item: Mapping[str, Any], *, variables: bool) -> Statement:
    principal = item.get("Principal", item.get("NotPrincipal"))
    has_resource = "Resource" in item or "NotResource" in item
    return Statement(
        sid=str(item.get("Sid", "")),
        effect=item["Effect"],
        actions=tuple(_texts(item, "Action")),
        not_action="NotAction" in item,
        resources=tuple(_texts(item, "Resource")) if has_resource else None,
        not_resource="NotResource" in item,
        principals=None if principal is None else _principals(principal),
        not_principal="NotPrincipal" in item,
        conditions={
            operator: {key: tuple(map(_text, _listed(values))) for key, values in keys.items()}
            for operator, keys in item.get("Condition", {}).items()
        },
        variables=variables,
    )


def _principals(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    return tuple((kind, str(item)) for kind, items in value.items() for item in _listed(items))


def _texts(statement: Mapping[str, Any], member: str) -> list[str]:
    values = _listed(statement.get(member, statement.get(f"Not{member}", [])))
    if not all(isinstance(value, str) for value in values):
        raise MalformedPolicyDocumentException("Syntax errors in policy.")
    return values


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
