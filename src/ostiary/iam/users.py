"""Users of an account."""

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
    ListUsersRequest,
    ListUsersResponse,
    TagUserRequest,
    UntagUserRequest,
)
from ostiary.context import Context
from ostiary.iam.entities import check_deletable, checked_boundary, known, page, tagged, untagged
from ostiary.iam.names import new_unique_id
from ostiary.iam.requests import user_arn
from ostiary.store import access_keys, accounts, iam_entities, policies
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam_entities import Entity

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
            iam_entities.create(tx, user)
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
            lambda after, limit: iam_entities.page(tx, "user", ctx.account, after, limit),
            lambda user: user.name,
        )
    return {"Users": [_described(user) for user in shown if user.path.startswith(prefix)], **more}  # type: ignore[typeddict-item]


@operation("iam", resource=user_arn)
def delete_user(ctx: Context, req: DeleteUserRequest) -> None:
    """Delete a user that has no keys and no policies."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        if access_keys.of_user(tx, ctx.account, user.name):
            raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
        check_deletable(tx, user)
        policies.set_boundary(tx, user, None)
        iam_entities.delete(tx, user)


@operation("iam", resource=user_arn)
def tag_user(ctx: Context, req: TagUserRequest) -> None:
    """Set tags of a user."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        iam_entities.update(tx, user, Tags=tagged(user.configuration.get("Tags", []), req["Tags"]))


@operation("iam", resource=user_arn)
def untag_user(ctx: Context, req: UntagUserRequest) -> None:
    """Remove tags of a user."""
    with ctx.store.write() as tx:
        user = known(tx, ctx, "user", req["UserName"])
        iam_entities.update(tx, user, Tags=untagged(user.configuration.get("Tags", []), req["TagKeys"]))


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
    if user.boundary_arn:
        boundary = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": user.boundary_arn}
        described["PermissionsBoundary"] = boundary
    return described
