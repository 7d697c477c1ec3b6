"""May this principal do this? Gathers what `evaluate` decides on, and says no in AWS's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ostiary.aws.errors import AccessDeniedError, UnrecognizedClientError
from ostiary.context import Context, Principal, Session
from ostiary.iam import evaluate
from ostiary.iam.conditions import context_of
from ostiary.iam.evaluate import Decision, Policies, Request
from ostiary.iam.principals import Caller
from ostiary.store.db import Tx
from ostiary.store.iam import entities, policies
from ostiary.store.iam.entities import Entity, OwnerType

INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a message
_OWN_SESSION_MAY = {"sts:AssumeRole", "sts:GetCallerIdentity"}


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a role or user is granted: policy texts, and the text of the boundary if it has one."""

    entity: Entity | None
    """None for an account's root, and for nobody."""
    documents: Sequence[str]
    boundary: str | None


_NOBODYS = Permissions(None, (), None)


def authorize(
    ctx: Context,
    action: str,
    resource: str,
    conditions: Mapping[str, str | Sequence[str]] | None = None,
    *,
    resource_policy: str | None = None,
    resource_account: str | None = None,
) -> None:
    """Refuse what the principal may not do; raises AccessDeniedError.

    `resource_account` is whose the resource is, by default the caller's own; `conditions` add to the global keys.
    A session of GetSessionToken has no IAM and little STS: UnrecognizedClientError, as with AWS (behaviour/sts.md 5).
    """
    if ctx.principal.session is not None and not ctx.principal.session.role_name:
        _check_own_session(ctx.principal, action, resource)
    decision = decided(
        ctx, action, resource, conditions, resource_policy=resource_policy, resource_account=resource_account
    )
    if not decision.allowed:
        raise AccessDeniedError(_refusal(ctx.principal, action, resource, decision))


def decided(
    ctx: Context,
    action: str,
    resource: str,
    conditions: Mapping[str, str | Sequence[str]] | None = None,
    *,
    resource_policy: str | None = None,
    resource_account: str | None = None,
) -> Decision:
    """Return the decision that `authorize` enforces."""
    bearing = bearing_policies(ctx, resource_policy)
    if bearing is None:
        return Decision("implicitDeny", "identity-based")
    request = Request(action, resource, context_of(global_conditions(ctx) | dict(conditions or {})))
    same_account = resource_account in {None, ctx.principal.account}
    return evaluate.decide(request, caller_of(ctx.principal), bearing, same_account=same_account)


def bearing_policies(ctx: Context, resource_policy: str | None = None) -> Policies | None:
    """Return the policies that bear on what the principal does, or None when what it stands for no longer exists."""
    own = _permissions(ctx)
    if own is None:
        return None
    return Policies(own.documents, own.boundary, _session_policies(ctx, ctx.principal.session), resource_policy)


def permissions_of(ctx: Context, owner_type: OwnerType, account_id: str, name: str) -> Permissions | None:
    """Return what a role or user is granted, from the cache; None when it does not exist."""
    key = ("iam_permissions", owner_type, account_id, name)
    return ctx.store.cached(key, lambda tx: _load(tx, owner_type, account_id, name))


def caller_of(principal: Principal) -> Caller:
    """Return the principal as policies name it."""
    session, role_arn = principal.session, ""
    if session is not None and session.role_name:
        role_arn = f"arn:aws:iam::{session.account}:role{session.role_path}{session.role_name}"
    return Caller(
        account=principal.account,
        arn=principal.arn,
        role_arn=role_arn,
        is_root=principal.is_root,
        unique_id=principal.user_id.partition(":")[0],
    )


def global_conditions(ctx: Context) -> dict[str, str | Sequence[str]]:
    """Return the condition keys that every request has (behaviour/iam.md 3)."""
    principal, now = ctx.principal, ctx.clock.now_seconds()
    keys: dict[str, str | Sequence[str]] = {
        "aws:CurrentTime": _iso(now),
        "aws:EpochTime": str(now),
        "aws:SecureTransport": str(ctx.client.secure).lower(),
        "aws:RequestedRegion": ctx.region,
        "aws:PrincipalType": principal.type,
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
    }
    if ctx.client.ip:
        keys["aws:SourceIp"] = ctx.client.ip
    if ctx.client.user_agent:
        keys["aws:UserAgent"] = ctx.client.user_agent
    if principal.account:
        caller = caller_of(principal)
        keys["aws:PrincipalAccount"] = principal.account
        keys["aws:PrincipalArn"] = caller.role_arn or principal.arn
        keys["aws:userid"] = principal.user_id
    if principal.user_name:
        keys["aws:username"] = principal.user_name
    own = _permissions(ctx)
    if own is not None and own.entity is not None:
        keys |= {f"aws:PrincipalTag/{key.lower()}": value for key, value in own.entity.tags.items()}
    return keys | _session_conditions(principal.session)


def _session_conditions(session: Session | None) -> dict[str, str | Sequence[str]]:
    """Return the keys of a session; its tags stand before those of its role, whatever their case."""
    if session is None:
        return {}
    keys: dict[str, str | Sequence[str]] = {
        f"aws:PrincipalTag/{key.lower()}": value for key, value in session.tags.items()
    }
    keys["aws:TokenIssueTime"] = _iso(session.issued_at)
    keys["aws:MultiFactorAuthPresent"] = "false"
    if session.source_identity:
        keys["aws:SourceIdentity"] = session.source_identity
    if session.federated_provider:
        keys["aws:FederatedProvider"] = session.federated_provider
    return keys | session.claims


def _check_own_session(principal: Principal, action: str, resource: str) -> None:
    if action.startswith("iam:"):
        raise UnrecognizedClientError(INVALID_TOKEN)
    if action.startswith("sts:") and action not in _OWN_SESSION_MAY:
        raise AccessDeniedError(_refusal(principal, action, resource, Decision("implicitDeny", "session")))


def _permissions(ctx: Context) -> Permissions | None:
    """Return what the principal is granted; None when the role or user is gone, or is another one by now (STS-07)."""
    principal = ctx.principal
    if principal.type in {"Account", "Anonymous"}:
        return _NOBODYS
    session = principal.session
    owner_type: OwnerType = "role" if principal.type == "AssumedRole" else "user"
    name = session.role_name if session and owner_type == "role" else principal.user_name
    found = permissions_of(ctx, owner_type, principal.account, name)
    if found is None or found.entity is None or found.entity.unique_id != principal.user_id.partition(":")[0]:
        return None
    return found


def _session_policies(ctx: Context, session: Session | None) -> Sequence[str]:
    if session is None:
        return ()
    managed = [_managed(ctx, session.account, arn) for arn in session.policy_arns]
    return [*session.policies, *managed]


def _managed(ctx: Context, account_id: str, arn: str) -> str:
    """Return a managed policy's text; one that is gone allows nothing."""
    key = ("iam_managed_policy", account_id, arn)
    found = ctx.store.cached(key, lambda tx: policies.default_document(tx, account_id, arn))
    return found or _NOTHING


def _load(tx: Tx, owner_type: OwnerType, account_id: str, name: str) -> Permissions | None:
    entity = entities.find(tx, owner_type, account_id, name)
    if entity is None:
        return None
    boundary = None
    if entity.boundary_arn:
        boundary = policies.default_document(tx, account_id, entity.boundary_arn) or _NOTHING
    return Permissions(entity, policies.documents_of(tx, entity), boundary)


_NOTHING = '{"Version":"2012-10-17","Statement":[]}'


def _refusal(principal: Principal, action: str, resource: str, decision: Decision) -> str:
    text = f"User: {principal.arn or 'anonymous'} is not authorized to perform: {action} on resource: {resource}"
    if decision.outcome == "explicitDeny":
        article = "an" if decision.because == "identity-based" else "a"
        return f"{text} with an explicit deny in {article} {_policy_kind(decision)}"
    return f"{text} because no {_policy_kind(decision)} allows the {action} action"


def _policy_kind(decision: Decision) -> str:
    return decision.because if decision.because == "permissions boundary" else f"{decision.because} policy"


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
