"""The decision: may this principal do this to that resource? Pure functions over policy texts.

The order is AWS's (IAM user guide, policy evaluation logic; reference identity-pools-sts.md C1). What is not understood
denies: an Allow with it does not match, a Deny with it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from ostiary.iam.conditions import Context, UnknownOperatorError, UnresolvedVariableError, holds, substituted
from ostiary.iam.documents import Statement, parsed
from ostiary.iam.matching import action_matches, resource_matches
from ostiary.iam.principals import Caller, Strength, named

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
    if same_account and granted in {"session", "user"}:
        # Naming the user or the session itself is enough, whatever the principal's own policies leave out.
        return ALLOWED
    return _own_policies(request, caller, policies, granted=same_account and granted in {"role", "any"})


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
    if any(_applies(s, request, caller) for s in parsed(document).statements if s.effect == "Deny"):
        return None
    return resource_grant(request, caller, document)


def resource_grant(request: Request, caller: Caller, document: str | None) -> Strength | None:
    """Return the strongest way in which a resource's policy allows the caller, or None."""
    if document is None:
        return None
    found = {
        named(statement, caller)
        for statement in parsed(document).statements
        if statement.effect == "Allow" and _applies(statement, request, caller)
    }
    order: tuple[Strength, ...] = ("session", "user", "federated", "role", "any", "account")
    return next((strength for strength in order if strength in found), None)


def _explicit_deny(request: Request, caller: Caller, policies: Policies) -> Decision | None:
    kinds: tuple[tuple[Because, Sequence[str]], ...] = (
        ("identity-based", () if caller.is_root else policies.identity),
        ("permissions boundary", [policies.boundary] if policies.boundary else []),
        ("session", policies.session),
    )
    for because, documents in kinds:
        if any(_applies(s, request, None) for text in documents for s in parsed(text).statements if s.effect == "Deny"):
            return Decision("explicitDeny", because)
    if policies.resource is not None and any(
        _applies(s, request, caller) for s in parsed(policies.resource).statements if s.effect == "Deny"
    ):
        return Decision("explicitDeny", "resource-based")
    return None


def _allows(documents: Sequence[str], request: Request) -> bool:
    return any(_applies(s, request, None) for text in documents for s in parsed(text).statements if s.effect == "Allow")


def _applies(statement: Statement, request: Request, caller: Caller | None) -> bool:
    """Whether a statement is about this request; `caller` is given for policies that name principals."""
    if not _names_action(statement, request.action):
        return False
    try:
        if caller is not None and named(statement, caller) is None:
            return False
        return _names_resource(statement, request) and holds(statement.conditions, request.context, statement.variables)
    except UnresolvedVariableError:
        return False
    except UnknownOperatorError as error:
        log.warning("policy_not_understood", sid=statement.sid, reason=str(error))
        return statement.effect == "Deny"


def _names_action(statement: Statement, action: str) -> bool:
    found = any(action_matches(pattern, action) for pattern in statement.actions)
    return found != statement.not_action


def _names_resource(statement: Statement, request: Request) -> bool:
    if statement.resources is None:
        return True
    found = any(_resource(pattern, request, statement) for pattern in statement.resources)
    return found != statement.not_resource


def _resource(pattern: str, request: Request, statement: Statement) -> bool:
    return resource_matches(
        substituted(pattern, request.context) if statement.variables else [pattern], request.resource
    )


def context_of(values: Mapping[str, str | Sequence[str]]) -> Context:
    """Return condition keys as the decision wants them: lower case, each with a tuple of values."""
    return {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in values.items()}
