"""Policy documents: reading them for a decision, and refusing malformed ones when they are written (STS-12)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NoReturn

import structlog

from ostiary.aws.types.iam import MalformedPolicyDocumentException
from ostiary.iam.conditions import Condition, condition
from ostiary.iam.matching import ArnTemplate, Template, arn_template, template

Kind = Literal["identity", "resource", "trust"]
CURRENT_VERSION = "2012-10-17"
COGNITO = "cognito-identity.amazonaws.com"
_VERSIONS = {CURRENT_VERSION, "2008-10-17"}
_STATEMENT_MEMBERS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
}
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+")
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
_WEB_IDENTITY = "sts:assumerolewithwebidentity"
_NAMES_ONE = {
    f"{quantifier}{name}"
    for quantifier in ("", "ForAnyValue:")
    for name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike")
}
_SYNTAX = "Syntax errors in policy."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. `resources` and `principals` are None in policies that have none; `not_…` says they are excluded."""

    sid: str
    effect: str
    actions: tuple[Template, ...]
    """In lower case."""
    not_action: bool
    resources: tuple[ArnTemplate, ...] | None
    not_resource: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principal: bool
    conditions: tuple[Condition, ...]

    @property
    def names_identity_pools(self) -> bool:
        """Whether a condition says which identity pools are meant, each by its whole id (STS-06)."""
        return any(
            item.key == f"{COGNITO}:aud"
            and item.name in _NAMES_ONE
            and item.written
            and not any(re.search(r"[*?]|\$\{", value) for value in item.written)
            for item in self.conditions
        )

    def names_action(self, action: str) -> bool:
        """Whether it is about an action in lower case (`s3:getobject`)."""
        for pattern in self.actions:
            if pattern.matches(action, {}):
                return not self.not_action
        return self.not_action


@dataclass(frozen=True, slots=True)
class Document:
    """A policy: its statements, and those of each effect."""

    statements: tuple[Statement, ...]
    allows: tuple[Statement, ...]
    denies: tuple[Statement, ...]


def _document(statements: Sequence[Statement]) -> Document:
    allows = tuple(item for item in statements if item.effect == "Allow")
    return Document(tuple(statements), allows, tuple(item for item in statements if item.effect != "Allow"))


_DENIES_ALL = _document(
    [Statement("", "Deny", (template("*"),), False, None, False, (("AWS", "*"),), False, ())],  # noqa: FBT003
)


@lru_cache(maxsize=4096)
def parsed(text: str) -> Document:
    """Return a policy taken apart; one that cannot be read, or of an unknown version, denies everything."""
    try:
        policy = json.loads(text)
        version = policy.get("Version", "2008-10-17")
        if version not in _VERSIONS:
            return _not_understood(f"version {version}")
        statements = _listed(policy["Statement"])
        return _document([_statement(item, variables=version == CURRENT_VERSION) for item in statements])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MalformedPolicyDocumentException) as error:
        return _not_understood(repr(error))


def _not_understood(reason: str) -> Document:
    log.warning("policy_not_understood", reason=reason)
    return _DENIES_ALL


def check(text: str, kind: Kind) -> None:
    """Refuse a document that breaks the grammar of its kind; raises MalformedPolicyDocumentException."""
    policy = _loaded(text)
    if not isinstance(policy, dict) or policy.keys() - {"Version", "Id", "Statement"} or "Statement" not in policy:
        raise MalformedPolicyDocumentException(_SYNTAX)
    version = policy.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in _VERSIONS:
        raise MalformedPolicyDocumentException("The policy must contain a valid version string")
    if kind == "identity" and version != CURRENT_VERSION:
        raise MalformedPolicyDocumentException("Policy document must be version 2012-10-17 or greater.")
    statements = _listed(policy["Statement"])
    if not statements or not all(isinstance(statement, dict) for statement in statements):
        raise MalformedPolicyDocumentException(_SYNTAX)
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if not isinstance(policy.get("Id", ""), str) or not all(isinstance(sid, str) for sid in sids):
        raise MalformedPolicyDocumentException(_SYNTAX)
    if len(set(sids)) != len(sids):
        raise MalformedPolicyDocumentException("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _check_statement(statement, kind, variables=version == CURRENT_VERSION)


def _loaded(text: str) -> Any:
    """Return the JSON of a policy, in which no member stands twice: the first would be lost without a word."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise MalformedPolicyDocumentException(_SYNTAX)
        return dict(pairs)

    def refused(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refused)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocumentException("This policy contains invalid Json") from None


def _check_statement(statement: dict[str, Any], kind: Kind, *, variables: bool) -> None:
    if statement.keys() - _STATEMENT_MEMBERS or statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyDocumentException(_SYNTAX)
    if kind == "identity" and not _SID.fullmatch(statement.get("Sid", "")):
        raise MalformedPolicyDocumentException("Statement IDs (SID) must be alpha-numeric.")
    _check_one(statement, "Action", "Policy statement must contain actions.")
    for action in _texts(statement, "Action"):
        if not _ACTION.fullmatch(action):
            raise MalformedPolicyDocumentException(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2"
            )
        if kind == "trust" and not action.lower().startswith("sts:"):
            raise MalformedPolicyDocumentException("AssumeRole policy may only specify STS AssumeRole actions.")
    if kind == "trust":
        for member in ("Resource", "NotResource"):
            if member in statement:
                raise MalformedPolicyDocumentException(f"Has prohibited field {member}")
    else:
        _check_one(statement, "Resource", "Policy statement must contain resources.")
        _check_resources(statement)
    _check_principals(statement, kind)
    _check_conditions(statement.get("Condition", {}), variables=variables)
    if kind == "trust":
        _check_cognito(_statement(statement, variables=variables))


def _check_one(statement: dict[str, Any], member: str, absent: str) -> None:
    found = [name for name in (member, f"Not{member}") if name in statement]
    if len(found) > 1:
        raise MalformedPolicyDocumentException(_SYNTAX)
    if not found or not _texts(statement, member):
        raise MalformedPolicyDocumentException(absent)


def _check_resources(statement: dict[str, Any]) -> None:
    for resource in _texts(statement, "Resource"):
        if resource != "*" and not resource.startswith("arn:"):
            raise MalformedPolicyDocumentException(f'Resource {resource} must be in ARN format or "*".')
        if "\0" in resource:
            raise MalformedPolicyDocumentException(_SYNTAX)


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
    if not isinstance(value, dict) or value.keys() - _PRINCIPAL_KINDS or not _principals(value):
        raise MalformedPolicyDocumentException("Invalid principal in policy")
    for name, principal in _principals(value):
        if not principal or (name == "AWS" and principal != "*" and not _is_aws_principal(principal)):
            raise MalformedPolicyDocumentException(f'Invalid principal in policy: "{name}":"{principal}"')


def _check_cognito(statement: Statement) -> None:
    """A trust for every identity pool in the world is nobody's intention (STS-06)."""
    if statement.effect != "Allow" or ("Federated", COGNITO) not in (statement.principals or ()):
        return
    if statement.names_action(_WEB_IDENTITY) and not statement.names_identity_pools:
        raise MalformedPolicyDocumentException(
            f"The trust policy must have a condition on {COGNITO}:aud that names the identity pools it trusts."
        )


def _is_aws_principal(text: str) -> bool:
    return bool(
        re.fullmatch(r"[0-9]{12}|A(ROA|IDA)[A-Z0-9]{12,}", text)
        or re.fullmatch(r"arn:aws:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/[^*]+)", text)
    )


def _check_conditions(conditions: Any, *, variables: bool) -> None:
    if not isinstance(conditions, dict):
        raise MalformedPolicyDocumentException(_SYNTAX)
    for name, keys in conditions.items():
        if not isinstance(keys, dict) or not keys:
            raise MalformedPolicyDocumentException(_SYNTAX)
        for key, values in keys.items():
            if not all(isinstance(value, str | int | float | bool) for value in _listed(values)):
                raise MalformedPolicyDocumentException(_SYNTAX)
            read = condition(name, key, _values(values), variables=variables)
            if read.operator is None:
                raise MalformedPolicyDocumentException(_SYNTAX)
            if read.wanted is None:
                raise MalformedPolicyDocumentException("The policy failed legacy parsing")


def _statement(item: Mapping[str, Any], *, variables: bool) -> Statement:
    principal = item.get("Principal", item.get("NotPrincipal"))
    has_resource = "Resource" in item or "NotResource" in item
    return Statement(
        sid=str(item.get("Sid", "")),
        effect=item["Effect"],
        actions=tuple(template(action.lower()) for action in _texts(item, "Action")),
        not_action="NotAction" in item,
        resources=tuple(arn_template(text, variables=variables) for text in _texts(item, "Resource"))
        if has_resource
        else None,
        not_resource="NotResource" in item,
        principals=None if principal is None else _principals(principal),
        not_principal="NotPrincipal" in item,
        conditions=tuple(
            condition(name, key, _values(values), variables=variables)
            for name, keys in item.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _principals(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    return tuple((kind, str(item)) for kind, items in value.items() for item in _listed(items))


def _texts(statement: Mapping[str, Any], member: str) -> Sequence[str]:
    values = _listed(statement.get(member, statement.get(f"Not{member}", [])))
    if not all(isinstance(value, str) for value in values):
        raise MalformedPolicyDocumentException(_SYNTAX)
    return values


def _values(values: Any) -> tuple[str, ...]:
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in _listed(values))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
