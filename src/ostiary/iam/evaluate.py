"""The decision: may this principal do this to that resource? Pure functions over policy texts.

The order is AWS's (IAM user guide, policy evaluation logic; behaviour/iam.md 1). What is not understood
denies: an Allow with it does not match, a Deny with it does. A variable that the request has no value for matches
nothing; where matching nothing would let more through (a negation, an exception), it is not understood either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from ostiary.iam.conditions import NotUnderstoodError, all_hold
from ostiary.iam.documents import COGNITO, Statement, parsed
from ostiary.iam.matching import Context, UnresolvedVariableError
from ostiary.iam.principals import STRENGTHS, Caller, Strength, named

Outcome = Literal["allowed", "explicitDeny", "implicitDeny"]
Because = Literal["", "identity-based", "resource-based", "session", "permissions boundary"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. Keys of `context` are lower case; each has one or more values."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies that bear on a request, as JSON texts; `boundary` and `resource` are None where there is none."""

    identity: Sequence[str] = ()
    boundary: str | None = None
    session: Sequence[str] = ()
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, and which kind of policy it is owed to."""

    outcome: Outcome
    because: Because = ""

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.outcome == "allowed"


ALLOWED = Decision("allowed")


def decide(request: Request, caller: Caller, policies: Policies, *, same_account: bool) -> Decision:
    """Decide a request of `caller` on a resource of its own account or of another."""
    denied = _explicit_deny(request, caller, policies)
    if denied is not None:
        return denied
    granted = resource_grant(request, caller, policies.resource)
    if not same_account and granted is None:
        return Decision("implicitDeny", "resource-based")
    if granted == "any" and not caller.account:
        return ALLOWED
    if same_account and granted in {"session", "user", "any"}:
        # Naming the user or session itself, or everybody, is enough, whatever the principal's own policies leave out:
        # only who is named by the role's ARN stays within a boundary (IAM user guide, permissions boundaries).
        return ALLOWED
    return _own_policies(request, caller, policies, granted=same_account and granted == "role")


def _own_policies(request: Request, caller: Caller, policies: Policies, *, granted: bool) -> Decision:
    """Decide by the caller's side; `granted` is whether the resource's policy stands in for an identity policy."""
    if not (granted or caller.is_root or _allows(policies.identity, request)):
        return Decision("implicitDeny", "identity-based")
    if policies.boundary is not None and not _allows([policies.boundary], request):
        return Decision("implicitDeny", "permissions boundary")
    if policies.session and not _allows(policies.session, request):
        return Decision("implicitDeny", "session")
    return ALLOWED


def trusts(document: str, caller: Caller, request: Request) -> Strength | None:
    """Return how a role's trust policy names the caller it allows, or None when it denies or does not allow."""
    if _applying(parsed(document).denies, request, caller):
        return None
    return resource_grant(request, caller, document)


def may_trust(document: str, caller: Caller, action: str) -> bool:
    """Whether some statement of a trust policy lets the caller do this, whatever its conditions say."""
    return any(
        statement.names_action(action.lower()) and named(statement, caller) for statement in parsed(document).allows
    )


def resource_grant(request: Request, caller: Caller, document: str | None) -> Strength | None:
    """Return the strongest way in which a resource's policy allows the caller, or None."""
    if document is None:
        return None
    found = {
        named(statement, caller)
        for statement in parsed(document).allows
        if _may_let_in(statement, caller, request) and _applies(statement, request, caller)
    }
    return next((strength for strength in STRENGTHS if strength in found), None)


def _may_let_in(statement: Statement, caller: Caller, request: Request) -> bool:
    """Whoever has an identity of some pool gets a session only by a statement that names the pool (STS-06)."""
    if caller.federated != COGNITO or request.action != "sts:AssumeRoleWithWebIdentity":
        return True
    return statement.names_identity_pools


def _explicit_deny(request: Request, caller: Caller, policies: Policies) -> Decision | None:
    kinds: tuple[tuple[Because, Sequence[str]], ...] = (
        ("identity-based", () if caller.is_root else policies.identity),
        ("permissions boundary", [policies.boundary] if policies.boundary else []),
        ("session", policies.session),
    )
    for because, documents in kinds:
        for text in documents:
            if _applying(parsed(text).denies, request, None):
                return Decision("explicitDeny", because)
    if policies.resource is not None and _applying(parsed(policies.resource).denies, request, caller):
        return Decision("explicitDeny", "resource-based")
    return None


def _allows(documents: Sequence[str], request: Request) -> bool:
    return any(_applying(parsed(text).allows, request, None) for text in documents)


def _applying(statements: Sequence[Statement], request: Request, caller: Caller | None) -> bool:
    return any(_applies(statement, request, caller) for statement in statements)


def _applies(statement: Statement, request: Request, caller: Caller | None) -> bool:
    """Whether a statement is about this request; `caller` is given for policies that name principals."""
    if not statement.names_action(request.action.lower()):
        return False
    if caller is not None and named(statement, caller) is None:
        return False
    doubt: Exception | None = None
    try:
        if not _names_resource(statement, request):
            return False
    except UnresolvedVariableError as error:
        doubt = error
    try:
        if not all_hold(statement.conditions, request.context):
            return False
    except UnresolvedVariableError as error:
        doubt = error
    except NotUnderstoodError as error:
        log.warning("policy_not_understood", sid=statement.sid, reason=str(error))
        doubt = error
    return doubt is None or statement.effect == "Deny"


def _names_resource(statement: Statement, request: Request) -> bool:
    if statement.resources is None:
        return True
    doubt: UnresolvedVariableError | None = None
    for pattern in statement.resources:
        try:
            if pattern.matches(request.resource, request.context):
                return not statement.not_resource
        except UnresolvedVariableError as error:
            doubt = error
    if doubt is not None and statement.not_resource:
        raise doubt
    return statement.not_resource
