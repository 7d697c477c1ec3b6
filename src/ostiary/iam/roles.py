"""Roles and their trust policies."""

from typing import Any
from urllib.parse import quote

from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    CreateRoleRequest,
    CreateRoleResponse,
    DeleteRolePermissionsBoundaryRequest,
    DeleteRoleRequest,
    EntityAlreadyExistsException,
    GetRoleRequest,
    GetRoleResponse,
    ListInstanceProfilesForRoleRequest,
    ListInstanceProfilesForRoleResponse,
    ListRolesRequest,
    ListRolesResponse,
    ListRoleTagsRequest,
    ListRoleTagsResponse,
    MalformedPolicyDocumentException,
    PutRolePermissionsBoundaryRequest,
    TagRoleRequest,
    UntagRoleRequest,
    UpdateAssumeRolePolicyRequest,
    UpdateRoleDescriptionRequest,
    UpdateRoleDescriptionResponse,
    UpdateRoleRequest,
    UpdateRoleResponse,
)
from ostiary.context import Context
from ostiary.iam import documents
from ostiary.iam.entities import check_deletable, checked_boundary, known, page, tagged, untagged
from ostiary.iam.names import new_unique_id, role_name_of
from ostiary.store import iam_entities
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam_entities import Entity

ROLE_ARN = "arn:aws:iam::{account}:role/{RoleName}"
DEFAULT_SESSION_SECONDS = 3600


@operation("iam", resource=ROLE_ARN)
def create_role(ctx: Context, req: CreateRoleRequest) -> CreateRoleResponse:
    """Create a role that its trust policy's principals may assume."""
    documents.check(req["AssumeRolePolicyDocument"], "trust")
    configuration: dict[str, Any] = {
        "Path": req.get("Path", "/"),
        "MaxSessionDuration": req.get("MaxSessionDuration", DEFAULT_SESSION_SECONDS),
        "Tags": tagged([], req.get("Tags", [])),
    }
    if "Description" in req:
        configuration["Description"] = req["Description"]
    role_id, now = new_unique_id("AROA", ctx.random), ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        configuration["AssumeRolePolicyDocument"] = _bound(tx, req["AssumeRolePolicyDocument"])
        boundary = checked_boundary(tx, req.get("PermissionsBoundary"))
        if boundary is not None:
            configuration["PermissionsBoundary"] = boundary
        role = Entity("role", ctx.account, req["RoleName"], role_id, configuration, now)
        try:
            iam_entities.create(tx, role)
        except AlreadyExists:
            raise EntityAlreadyExistsException(f"Role with name {role.name} already exists.") from None
    described = described_role(role)
    described.pop("MaxSessionDuration")
    return {"Role": described}


@operation("iam", resource=ROLE_ARN)
def get_role(ctx: Context, req: GetRoleRequest) -> GetRoleResponse:
    """Return a role."""
    with ctx.store.read() as tx:
        return {"Role": {**described_role(known(tx, ctx, "role", req["RoleName"])), "RoleLastUsed": {}}}  # type: ignore[typeddict-item]


@operation("iam")
def list_roles(ctx: Context, req: ListRolesRequest) -> ListRolesResponse:
    """Return the account's roles, a page at a time."""
    prefix = req.get("PathPrefix", "/")
    with ctx.store.read() as tx:
        shown, more = page(
            ctx,
            req,
            "roles",
            lambda after, limit: iam_entities.page(tx, "role", ctx.account, after, limit),
            lambda role: role.name,
        )
    roles = [described_role(role) for role in shown if role.path.startswith(prefix)]
    return {"Roles": roles, **more}  # type: ignore[typeddict-item]


@operation("iam", resource=ROLE_ARN)
def delete_role(ctx: Context, req: DeleteRoleRequest) -> None:
    """Delete a role; credentials that were issued for it end with it (STS-07)."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        check_deletable(tx, role)
        iam_entities.delete(tx, role)


@operation("iam", resource=ROLE_ARN)
def update_role(ctx: Context, req: UpdateRoleRequest) -> UpdateRoleResponse:
    """Change a role's description and longest session."""
    changes = {name: req[name] for name in ("Description", "MaxSessionDuration") if name in req}
    _update(ctx, req["RoleName"], **changes)
    return {}


@operation("iam", resource=ROLE_ARN)
def update_role_description(ctx: Context, req: UpdateRoleDescriptionRequest) -> UpdateRoleDescriptionResponse:
    """Change a role's description."""
    _update(ctx, req["RoleName"], Description=req["Description"])
    with ctx.store.read() as tx:
        return {"Role": described_role(known(tx, ctx, "role", req["RoleName"]))}


@operation("iam", resource=ROLE_ARN)
def update_assume_role_policy(ctx: Context, req: UpdateAssumeRolePolicyRequest) -> None:
    """Replace a role's trust policy."""
    documents.check(req["PolicyDocument"], "trust")
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        iam_entities.update(tx, role, AssumeRolePolicyDocument=_bound(tx, req["PolicyDocument"]))


@operation("iam", resource=ROLE_ARN)
def put_role_permissions_boundary(ctx: Context, req: PutRolePermissionsBoundaryRequest) -> None:
    """Bound what a role can do by a managed policy."""
    with ctx.store.write() as tx:
        boundary = checked_boundary(tx, req["PermissionsBoundary"])
        iam_entities.update(tx, known(tx, ctx, "role", req["RoleName"]), PermissionsBoundary=boundary)


@operation("iam", resource=ROLE_ARN)
def delete_role_permissions_boundary(ctx: Context, req: DeleteRolePermissionsBoundaryRequest) -> None:
    """Take a role's boundary away."""
    _update(ctx, req["RoleName"], PermissionsBoundary=None)


@operation("iam", resource=ROLE_ARN)
def tag_role(ctx: Context, req: TagRoleRequest) -> None:
    """Set tags of a role."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        iam_entities.update(tx, role, Tags=tagged(role.configuration.get("Tags", []), req["Tags"]))


@operation("iam", resource=ROLE_ARN)
def untag_role(ctx: Context, req: UntagRoleRequest) -> None:
    """Remove tags of a role."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        iam_entities.update(tx, role, Tags=untagged(role.configuration.get("Tags", []), req["TagKeys"]))


@operation("iam", resource=ROLE_ARN)
def list_role_tags(ctx: Context, req: ListRoleTagsRequest) -> ListRoleTagsResponse:
    """Return a role's tags."""
    with ctx.store.read() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
    return {"Tags": role.configuration.get("Tags", []), "IsTruncated": False}


@operation("iam", resource=ROLE_ARN)
def list_instance_profiles_for_role(
    ctx: Context, req: ListInstanceProfilesForRoleRequest
) -> ListInstanceProfilesForRoleResponse:
    """Return the instance profiles of a role: there are none, since there are no instances."""
    with ctx.store.read() as tx:
        known(tx, ctx, "role", req["RoleName"])
    return {"InstanceProfiles": [], "IsTruncated": False}


def described_role(role: Entity) -> Any:
    """Return a role as answers carry it: the trust policy is URL-encoded (RFC 3986)."""
    described: dict[str, Any] = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": quote(role.trust_policy, safe=""),
        "MaxSessionDuration": role.configuration["MaxSessionDuration"],
    }
    if "Description" in role.configuration:
        described["Description"] = role.configuration["Description"]
    if role.configuration.get("Tags"):
        described["Tags"] = role.configuration["Tags"]
    if role.boundary_arn:
        kind = "PermissionsBoundaryPolicy"
        described["PermissionsBoundary"] = {
            "PermissionsBoundaryType": kind,
            "PermissionsBoundaryArn": role.boundary_arn,
        }
    return described


def _update(ctx: Context, role_name: str, **changes: Any) -> None:
    with ctx.store.write() as tx:
        iam_entities.update(tx, known(tx, ctx, "role", role_name), **changes)


def _bound(tx: Tx, document: str) -> str:
    """Return a trust policy whose roles and users all exist; raises MalformedPolicyDocumentException."""
    for statement in documents.parsed(document).statements:
        for kind, value in statement.principals or ():
            if kind == "AWS" and not _exists(tx, value):
                raise MalformedPolicyDocumentException(f'Invalid principal in policy: "AWS":"{value}"')
    return document


def _exists(tx: Tx, principal: str) -> bool:
    named = role_name_of(principal)
    if named is not None:
        role = iam_entities.find(tx, "role", named[0], named[2])
        return role is not None and role.path == named[1]
    if ":user/" in principal:
        user = iam_entities.find(tx, "user", principal.split(":")[4], principal.rpartition("/")[2])
        return user is not None and user.arn == principal
    return True
