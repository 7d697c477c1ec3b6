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
    InvalidInputException,
    LimitExceededException,
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
from ostiary.iam import documents, grammar
from ostiary.iam.entities import (
    as_listed,
    boundary_of,
    check_deletable,
    checked_boundary,
    known,
    listed_tags,
    page,
    tagged,
    untagged,
)
from ostiary.iam.names import new_unique_id, role_name_of
from ostiary.iam.requests import role_arn
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam import entities, policies
from ostiary.store.iam.entities import Entity, OwnerType

DEFAULT_SESSION_SECONDS = 3600
MOST_TRUST_CHARACTERS = 4096


@operation("iam", resource=role_arn)
def create_role(ctx: Context, req: CreateRoleRequest) -> CreateRoleResponse:
    """Create a role that its trust policy's principals may assume."""
    _check_trust(req["AssumeRolePolicyDocument"])
    configuration: dict[str, Any] = {
        "Path": req.get("Path", "/"),
        "MaxSessionDuration": req.get("MaxSessionDuration", DEFAULT_SESSION_SECONDS),
        "Tags": tagged([], req.get("Tags", [])),
    }
    configuration |= {name: req[name] for name in ("Description", "MaxSigninSessionDuration") if name in req}
    role_id, now = new_unique_id("AROA", ctx.random), ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        configuration |= _trust(tx, req["AssumeRolePolicyDocument"])
        boundary = checked_boundary(tx, ctx, req.get("PermissionsBoundary"))
        if boundary is not None:
            configuration["PermissionsBoundary"] = boundary
        role = Entity("role", ctx.account, req["RoleName"], role_id, configuration, now)
        try:
            entities.create(tx, role)
        except AlreadyExists:
            raise EntityAlreadyExistsException(f"Role with name {role.name} already exists.") from None
        policies.set_boundary(tx, role, boundary)
    described = described_role(role)
    described.pop("MaxSessionDuration")
    return {"Role": described}


@operation("iam", resource=role_arn)
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
            lambda after, limit: entities.page(tx, "role", ctx.account, after, limit),
            lambda role: role.name,
        )
    roles = [as_listed(described_role(role), "PermissionsBoundary") for role in shown if role.path.startswith(prefix)]
    return {"Roles": roles, **more}  # type: ignore[typeddict-item]


@operation("iam", resource=role_arn)
def delete_role(ctx: Context, req: DeleteRoleRequest) -> None:
    """Delete a role; credentials that were issued for it end with it (STS-07)."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        check_deletable(tx, role)
        policies.set_boundary(tx, role, None)
        entities.delete(tx, role)


@operation("iam", resource=role_arn)
def update_role(ctx: Context, req: UpdateRoleRequest) -> UpdateRoleResponse:
    """Change a role's description and longest sessions."""
    changes: dict[str, Any] = {
        name: req[name] for name in ("Description", "MaxSessionDuration", "MaxSigninSessionDuration") if name in req
    }
    if req.get("ResetMaxSigninSessionDuration"):
        if "MaxSigninSessionDuration" in req:
            raise InvalidInputException(
                "MaxSigninSessionDuration cannot be specified when ResetMaxSigninSessionDuration is true."
            )
        changes["MaxSigninSessionDuration"] = None
    _update(ctx, req["RoleName"], **changes)
    return {}


@operation("iam", resource=role_arn)
def update_role_description(ctx: Context, req: UpdateRoleDescriptionRequest) -> UpdateRoleDescriptionResponse:
    """Change a role's description."""
    _update(ctx, req["RoleName"], Description=req["Description"])
    with ctx.store.read() as tx:
        return {"Role": described_role(known(tx, ctx, "role", req["RoleName"]))}


@operation("iam", resource=role_arn)
def update_assume_role_policy(ctx: Context, req: UpdateAssumeRolePolicyRequest) -> None:
    """Replace a role's trust policy."""
    _check_trust(req["PolicyDocument"])
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        entities.update(tx, role, **_trust(tx, req["PolicyDocument"]))


@operation("iam", resource=role_arn)
def put_role_permissions_boundary(ctx: Context, req: PutRolePermissionsBoundaryRequest) -> None:
    """Bound what a role can do by a managed policy."""
    _bound(ctx, req["RoleName"], req["PermissionsBoundary"])


@operation("iam", resource=role_arn)
def delete_role_permissions_boundary(ctx: Context, req: DeleteRolePermissionsBoundaryRequest) -> None:
    """Take a role's boundary away."""
    _bound(ctx, req["RoleName"], None)


@operation("iam", resource=role_arn)
def tag_role(ctx: Context, req: TagRoleRequest) -> None:
    """Set tags of a role."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        entities.update(tx, role, Tags=tagged(role.configuration.get("Tags", []), req["Tags"]))


@operation("iam", resource=role_arn)
def untag_role(ctx: Context, req: UntagRoleRequest) -> None:
    """Remove tags of a role."""
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
        entities.update(tx, role, Tags=untagged(role.configuration.get("Tags", []), req["TagKeys"]))


@operation("iam", resource=role_arn)
def list_role_tags(ctx: Context, req: ListRoleTagsRequest) -> ListRoleTagsResponse:
    """Return a role's tags."""
    with ctx.store.read() as tx:
        role = known(tx, ctx, "role", req["RoleName"])
    return listed_tags(ctx, req, role.arn, role.configuration.get("Tags", []))  # type: ignore[return-value]


@operation("iam", resource=role_arn)
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
    optional = ("Description", "MaxSigninSessionDuration")
    described |= {name: role.configuration[name] for name in optional if name in role.configuration}
    if role.configuration.get("Tags"):
        described["Tags"] = role.configuration["Tags"]
    return described | boundary_of(role)


def _update(ctx: Context, role_name: str, **changes: Any) -> None:
    with ctx.store.write() as tx:
        entities.update(tx, known(tx, ctx, "role", role_name), **changes)


def _bound(ctx: Context, role_name: str, boundary_arn: str | None) -> None:
    with ctx.store.write() as tx:
        role = known(tx, ctx, "role", role_name)
        boundary = checked_boundary(tx, ctx, boundary_arn)
        policies.set_boundary(tx, role, boundary)
        entities.update(tx, role, PermissionsBoundary=boundary)


def _check_trust(document: str) -> None:
    grammar.check(document, "trust")
    if len("".join(document.split())) > MOST_TRUST_CHARACTERS:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {MOST_TRUST_CHARACTERS}")


def _trust(tx: Tx, document: str) -> dict[str, Any]:
    """Return the members of a role that hold its trust, with the ids of the roles and users it names now.

    Who is deleted and made again is somebody else. Raises MalformedPolicyDocumentException for one that is not there.
    """
    ids: dict[str, str] = {}
    for statement in documents.parsed(document).statements:
        for kind, value in statement.principals or ():
            named = _named(value) if kind == "AWS" else None
            if named is None:
                continue
            found = entities.find(tx, *named)
            if found is None or found.arn != value:
                raise MalformedPolicyDocumentException(f'Invalid principal in policy: "AWS":"{value}"')
            ids[value] = found.unique_id
    return {"AssumeRolePolicyDocument": document, "TrustedIds": ids}


def _named(principal: str) -> tuple[OwnerType, str, str] | None:
    """Return kind, account and name of the role or user that an ARN names, or None."""
    role = role_name_of(principal)
    if role is not None:
        return "role", role[0], role[2]
    if ":user/" in principal:
        return "user", principal.split(":")[4], principal.rpartition("/")[2]
    return None
