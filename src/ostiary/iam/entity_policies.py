"""Policies of roles and users: inline ones, and attachments of managed ones."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    AttachRolePolicyRequest,
    AttachUserPolicyRequest,
    DeleteRolePolicyRequest,
    DeleteUserPolicyRequest,
    DetachRolePolicyRequest,
    DetachUserPolicyRequest,
    GetRolePolicyRequest,
    GetRolePolicyResponse,
    GetUserPolicyRequest,
    GetUserPolicyResponse,
    LimitExceededException,
    ListAttachedRolePoliciesRequest,
    ListAttachedRolePoliciesResponse,
    ListAttachedUserPoliciesRequest,
    ListAttachedUserPoliciesResponse,
    ListRolePoliciesRequest,
    ListRolePoliciesResponse,
    ListUserPoliciesRequest,
    ListUserPoliciesResponse,
    NoSuchEntityException,
    PutRolePolicyRequest,
    PutUserPolicyRequest,
)
from ostiary.context import Context
from ostiary.iam import grammar
from ostiary.iam.entities import attachable, check_arn, known, listed_page
from ostiary.iam.requests import role_arn, user_arn
from ostiary.store.iam import policies
from ostiary.store.iam.entities import OwnerType

MOST_CHARACTERS = {"role": 10_240, "user": 2_048}
MOST_ATTACHED = 20


# -- inline ----------------------------------------------------------------------------------------------------------
@operation("iam", resource=role_arn)
def put_role_policy(ctx: Context, req: PutRolePolicyRequest) -> None:
    """Set an inline policy of a role."""
    _put(ctx, "role", req["RoleName"], req["PolicyName"], req["PolicyDocument"])


@operation("iam", resource=user_arn)
def put_user_policy(ctx: Context, req: PutUserPolicyRequest) -> None:
    """Set an inline policy of a user."""
    _put(ctx, "user", req["UserName"], req["PolicyName"], req["PolicyDocument"])


@operation("iam", resource=role_arn)
def get_role_policy(ctx: Context, req: GetRolePolicyRequest) -> GetRolePolicyResponse:
    """Return an inline policy of a role, URL-encoded."""
    document = _get(ctx, "role", req["RoleName"], req["PolicyName"])
    return {"RoleName": req["RoleName"], "PolicyName": req["PolicyName"], "PolicyDocument": document}


@operation("iam", resource=user_arn)
def get_user_policy(ctx: Context, req: GetUserPolicyRequest) -> GetUserPolicyResponse:
    """Return an inline policy of a user, URL-encoded."""
    document = _get(ctx, "user", req["UserName"], req["PolicyName"])
    return {"UserName": req["UserName"], "PolicyName": req["PolicyName"], "PolicyDocument": document}


@operation("iam", resource=role_arn)
def delete_role_policy(ctx: Context, req: DeleteRolePolicyRequest) -> None:
    """Delete an inline policy of a role."""
    _delete(ctx, "role", req["RoleName"], req["PolicyName"])


@operation("iam", resource=user_arn)
def delete_user_policy(ctx: Context, req: DeleteUserPolicyRequest) -> None:
    """Delete an inline policy of a user."""
    _delete(ctx, "user", req["UserName"], req["PolicyName"])


@operation("iam", resource=role_arn)
def list_role_policies(ctx: Context, req: ListRolePoliciesRequest) -> ListRolePoliciesResponse:
    """Return the names of a role's inline policies."""
    return _names(ctx, "role", req["RoleName"], req)  # type: ignore[return-value]


@operation("iam", resource=user_arn)
def list_user_policies(ctx: Context, req: ListUserPoliciesRequest) -> ListUserPoliciesResponse:
    """Return the names of a user's inline policies."""
    return _names(ctx, "user", req["UserName"], req)  # type: ignore[return-value]


# -- attached --------------------------------------------------------------------------------------------------------
@operation("iam", resource=role_arn)
def attach_role_policy(ctx: Context, req: AttachRolePolicyRequest) -> None:
    """Attach a managed policy to a role."""
    _attach(ctx, "role", req["RoleName"], req["PolicyArn"])


@operation("iam", resource=user_arn)
def attach_user_policy(ctx: Context, req: AttachUserPolicyRequest) -> None:
    """Attach a managed policy to a user."""
    _attach(ctx, "user", req["UserName"], req["PolicyArn"])


@operation("iam", resource=role_arn)
def detach_role_policy(ctx: Context, req: DetachRolePolicyRequest) -> None:
    """Detach a managed policy from a role."""
    _detach(ctx, "role", req["RoleName"], req["PolicyArn"])


@operation("iam", resource=user_arn)
def detach_user_policy(ctx: Context, req: DetachUserPolicyRequest) -> None:
    """Detach a managed policy from a user."""
    _detach(ctx, "user", req["UserName"], req["PolicyArn"])


@operation("iam", resource=role_arn)
def list_attached_role_policies(ctx: Context, req: ListAttachedRolePoliciesRequest) -> ListAttachedRolePoliciesResponse:
    """Return the managed policies attached to a role."""
    return _attached(ctx, "role", req["RoleName"], req)  # type: ignore[return-value]


@operation("iam", resource=user_arn)
def list_attached_user_policies(ctx: Context, req: ListAttachedUserPoliciesRequest) -> ListAttachedUserPoliciesResponse:
    """Return the managed policies attached to a user."""
    return _attached(ctx, "user", req["UserName"], req)  # type: ignore[return-value]


def _put(ctx: Context, owner_type: OwnerType, name: str, policy_name: str, document: str) -> None:
    grammar.check(document, "identity")
    with ctx.store.write() as tx:
        owner = known(tx, ctx, owner_type, name)
        others = (
            policies.find_inline(tx, owner, other) or ""
            for other in policies.inline_names(tx, owner)
            if other != policy_name
        )
        size = sum(len("".join(text.split())) for text in (document, *others))
        if size > MOST_CHARACTERS[owner_type]:
            limit = MOST_CHARACTERS[owner_type]
            raise LimitExceededException(f"Maximum policy size of {limit} bytes exceeded for {owner_type} {name}")
        policies.put_inline(tx, owner, policy_name, document)


def _get(ctx: Context, owner_type: OwnerType, name: str, policy_name: str) -> str:
    with ctx.store.read() as tx:
        document = policies.find_inline(tx, known(tx, ctx, owner_type, name), policy_name)
    if document is None:
        raise NoSuchEntityException(f"The {owner_type} policy with name {policy_name} cannot be found.")
    return quote(document, safe="")


def _delete(ctx: Context, owner_type: OwnerType, name: str, policy_name: str) -> None:
    with ctx.store.write() as tx:
        if not policies.delete_inline(tx, known(tx, ctx, owner_type, name), policy_name):
            raise NoSuchEntityException(f"The {owner_type} policy with name {policy_name} cannot be found.")


def _names(ctx: Context, owner_type: OwnerType, name: str, req: Mapping[str, Any]) -> dict[str, Any]:
    with ctx.store.read() as tx:
        names = policies.inline_names(tx, known(tx, ctx, owner_type, name))
    shown, more = listed_page(ctx, req, f"inline:{owner_type}:{name}", names)
    return {"PolicyNames": shown, **more}


def _attach(ctx: Context, owner_type: OwnerType, name: str, arn: str) -> None:
    check_arn(arn)
    with ctx.store.write() as tx:
        owner = known(tx, ctx, owner_type, name)
        attachable(tx, ctx, arn)
        attached = policies.attached_arns(tx, owner)
        if arn not in attached and len(attached) >= MOST_ATTACHED:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPer{owner_type.title()}: {MOST_ATTACHED}")
        policies.attach(tx, owner, arn)


def _detach(ctx: Context, owner_type: OwnerType, name: str, arn: str) -> None:
    check_arn(arn)
    with ctx.store.write() as tx:
        if not policies.detach(tx, known(tx, ctx, owner_type, name), arn):
            raise NoSuchEntityException(f"Policy {arn} was not found.")


def _attached(ctx: Context, owner_type: OwnerType, name: str, req: Mapping[str, Any]) -> dict[str, Any]:
    with ctx.store.read() as tx:
        arns = policies.attached_arns(tx, known(tx, ctx, owner_type, name))
    prefix = req.get("PathPrefix", "/")
    arns = [arn for arn in arns if arn.partition(":policy")[2].startswith(prefix)]
    shown, more = listed_page(ctx, req, f"attached:{owner_type}:{name}:{prefix}", arns)
    described = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in shown]
    return {"AttachedPolicies": described, **more}
