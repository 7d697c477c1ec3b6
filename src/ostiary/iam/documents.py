"""Policy documents, read for a decision. `grammar` says which may be written (STS-12)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog

from ostiary.iam.conditions import Condition, condition
from ostiary.iam.matching import ArnTemplate, Template, arn_template, template

CURRENT_VERSION = "2012-10-17"
COGNITO = "cognito-identity.amazonaws.com"
VERSIONS = ("2008-10-17", CURRENT_VERSION)
"""Those there are; a policy that has none is of the first."""
_NAMES_ONE = {
    f"{quantifier}{name}"
    for quantifier in ("", "ForAnyValue:")
    for name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike")
}

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
        version = policy.get("Version", VERSIONS[0])
        if version not in VERSIONS:
            return _not_understood(f"version {version}")
        statements = listed(policy["Statement"])
        return _document([statement_of(item, variables=version == CURRENT_VERSION) for item in statements])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return _not_understood(repr(error))


def _not_understood(reason: str) -> Document:
    log.warning("policy_not_understood", reason=reason)
    return _DENIES_ALL


def statement_of(item: Mapping[str, Any], *, variables: bool) -> Statement:
    """Return a statement taken apart; raises KeyError, TypeError and ValueError for what is none."""
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
        principals=None if principal is None else principals_of(principal),
        not_principal="NotPrincipal" in item,
        conditions=tuple(
            condition(name, key, values_of(values), variables=variables)
            for name, keys in item.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def principals_of(value: Any) -> tuple[tuple[str, str], ...]:
    """Return kinds and names of a statement's principals."""
    if value == "*":
        return (("AWS", "*"),)
    return tuple((kind, str(item)) for kind, items in value.items() for item in listed(items))


def _texts(statement: Mapping[str, Any], member: str) -> Sequence[str]:
    values = listed(statement.get(member, statement.get(f"Not{member}", [])))
    return [value for value in values if value is not None]  # IAM takes `null` in a list, and it names nothing


def values_of(values: Any) -> tuple[str, ...]:
    """Return a condition's values as texts."""
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in listed(values))


def listed(value: Any) -> list[Any]:
    """Return a list, or the one value as a list."""
    return value if isinstance(value, list) else [value]
