"""Users of an account."""

from dataclasses import replace
from typing import Any

from ostiary.aws.errors import ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    CreateUserRequest,
    CreateUserResponse,
    DeleteConflictException,
    DeleteUserRequest,
    EntityAlreadyExistsException,
    GetUserRequest,
    GetUserResponse,
    ListGroupsForUserRequest,
    ListGroupsForUserResponse,
    ListUsersRequest,
    ListUsersResponse,
    ListUserTagsRequest,
    ListUserTagsResponse,
    TagUserRequest,
    UntagUserRequest,
    UpdateUserRequest,
)
from ostiary.context import Context
from ostiary.iam.authorize import authorize
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
from ostiary.iam.names import new_unique_id
from ostiary.iam.requests import user_arn
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam import access_keys, accounts, entities, policies
from ostiary.store.iam.entities import Entity

NO_USER = "Must specify userName when calling with non-User credentials"


@operation("iam", resource=user_arn)
def create_user(ctx: Context, req: CreateUserRequest) -> CreateUserResponse:
    """Create a user."""
    configuration: dict[str, Any] = {"Path": req.get("Path", "/"), "Tags": tagged([], req.get("Tags", []))}
    user_id, now = new_unique_id("AIDA", ctx.random), ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        boundary = checked_boundary(tx, ctx, req.get("PermissionsBoundary"))
        if boundary is not None:
            configuration["PermissionsBoundary"] = boundary
        user = Entity("user", ctx.account, req["UserName"], user_id, configuration, now)
        try:
            entities.create(tx, user)
        except AlreadyExists:
            raise EntityAlreadyExistsException(f"User with name {user.name} already exists.") from None
        policies.set_boundary(tx, user, boundary)
    return {"User": _described(user)}


@operation("iam", resource=user_arn)
def get_user(ctx: Context, req: GetUserRequest) -> GetUserResponse:
    """Return a user; without a name, the caller: an account's root too."""
    name = req.get("UserName") or ctx.principal.user_name
    with ctx.store.read() as tx:
        if name:
            return {"User": _described(known(tx, ctx, "user", name))}
        account = accounts.find(tx, ctx.account)
    if not ctx.principal.is_root:
        raise ValidationError(NO_USER)
    root: Any = {
        "Path": "/",
        "UserName": "root",
        "UserId": ctx.account,
        "Arn": ctx.principal.arn,
        "CreateDate": account.created_at if account else 0,
    }
    return {"User": root}


@operation("iam")
def list_users(ctx: Context, req: ListUsersRequest) -> ListUsersResponse:
    """Return the account's users, a page at a time."""
    prefix = req.get("PathPrefix", "/")
    with ctx.store.read() as tx:
        shown, more = page(
            ctx,
            req,
            "users",
            lambda after, limit: entities.page(tx, "user", ctx.account, after, limit),
            lambda user: user.name,
        )
    users = [as_listed(_described(user), "PermissionsBoundary") for user in shown if user.path.startswith(prefix)]
    return {"Users": users, **more}  # type: ignore[typeddict-item]


@operation("iam", resource=user_arn)
def update_user(ctx: Context, req: UpdateUserRequest) -> None:
    """Give a user another name or path; keys, policies and unique id stay. Asks for the right to both ARNs."""
    with ctx.store.read() as tx:
        target = _renamed(known(tx, ctx, "user", req["UserName"]), req)
    authorize(ctx, "iam:UpdateUser", target.arn)
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        target = _renamed(user, req)
        if target.name == user.name:
            entities.update(tx, user, Path=target.path)
            return
        try:
            entities.create(tx, target)
        except AlreadyExists:
            raise EntityAlreadyExistsException(f"User with name {target.name} already exists.") from None
        policies.move(tx, user, target.name)
        access_keys.move(tx, ctx.account, user.name, target.name)
        entities.delete(tx, user)


def _renamed(user: Entity, req: UpdateUserRequest) -> Entity:
    path = req.get("NewPath", user.path)
    return replace(user, name=req.get("NewUserName", user.name), configuration={**user.configuration, "Path": path})


@operation("iam", resource=user_arn)
def delete_user(ctx: Context, req: DeleteUserRequest) -> None:
    """Delete a user that has no keys and no policies."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        if access_keys.of_user(tx, ctx.account, user.name):
            raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
        check_deletable(tx, user)
        policies.set_boundary(tx, user, None)
        entities.delete(tx, user)


@operation("iam", resource=user_arn)
def tag_user(ctx: Context, req: TagUserRequest) -> None:
    """Set tags of a user."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        entities.update(tx, user, Tags=tagged(user.configuration.get("Tags", []), req["Tags"]))


@operation("iam", resource=user_arn)
def untag_user(ctx: Context, req: UntagUserRequest) -> None:
    """Remove tags of a user."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        entities.update(tx, user, Tags=untagged(user.configuration.get("Tags", []), req["TagKeys"]))


@operation("iam", resource=user_arn)
def list_groups_for_user(ctx: Context, req: ListGroupsForUserRequest) -> ListGroupsForUserResponse:
    """Return the groups of a user: there are none; Terraform asks before it deletes one."""
    with ctx.store.read() as tx:
        known(tx, ctx, "user", req["UserName"])
    return {"Groups": [], "IsTruncated": False}


@operation("iam", resource=user_arn)
def list_user_tags(ctx: Context, req: ListUserTagsRequest) -> ListUserTagsResponse:
    """Return a user's tags."""
    with ctx.store.read() as tx:
        user = known(tx, ctx, "user", req["UserName"])
    return listed_tags(ctx, req, user.arn, user.configuration.get("Tags", []))  # type: ignore[return-value]


def _described(user: Entity) -> Any:
    described: dict[str, Any] = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
    }
    if user.configuration.get("Tags"):
        described["Tags"] = user.configuration["Tags"]
    return described | boundary_of(user)
