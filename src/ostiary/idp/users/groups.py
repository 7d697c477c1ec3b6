"""Groups of a user pool and who is in them."""

from collections.abc import Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminAddUserToGroupRequest,
    AdminListGroupsForUserRequest,
    AdminListGroupsForUserResponse,
    AdminRemoveUserFromGroupRequest,
    CreateGroupRequest,
    CreateGroupResponse,
    DeleteGroupRequest,
    GetGroupRequest,
    GetGroupResponse,
    GroupExistsException,
    GroupType,
    ListGroupsRequest,
    ListGroupsResponse,
    ListUsersInGroupRequest,
    ListUsersInGroupResponse,
    ResourceNotFoundException,
    UpdateGroupRequest,
    UpdateGroupResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool
from ostiary.idp.directory.attributes import described
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.list_pages import listed
from ostiary.store import removals
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import groups
from ostiary.store.idp.groups import Group

_SETTINGS = ("Description", "RoleArn", "Precedence")


def _not_found() -> NoReturn:
    raise ResourceNotFoundException("Group not found.")


def _known_group(tx: Tx, pool_id: str, group_name: str) -> Group:
    group = groups.find(tx, pool_id, group_name)
    return _not_found() if group is None else group


def _settings(req: Mapping[str, Any]) -> dict[str, Any]:
    return {name: req[name] for name in _SETTINGS if name in req}


def _described(group: Group) -> GroupType:
    described_group: GroupType = {
        **group.configuration,  # type: ignore[typeddict-item]
        "GroupName": group.group_name,
        "UserPoolId": group.pool_id,
        "CreationDate": group.created_at,
        "LastModifiedDate": group.modified_at,
    }
    return described_group


@operation("cognito-idp", resource=POOL_ARN)
def create_group(ctx: Context, req: CreateGroupRequest) -> CreateGroupResponse:
    """Create a group."""
    pool = own_pool(ctx, req["UserPoolId"])
    now = ctx.clock.now_seconds()
    group = Group(pool.pool_id, req["GroupName"], _settings(req), now, now)
    removals.finish(ctx.store, pool.pool_id, "group", group_name=group.group_name)
    with ctx.store.write() as tx:
        try:
            groups.create(tx, group)
        except AlreadyExists as error:
            raise GroupExistsException("A group with the name already exists.") from error
    return {"Group": _described(group)}


@operation("cognito-idp", resource=POOL_ARN)
def get_group(ctx: Context, req: GetGroupRequest) -> GetGroupResponse:
    """Return a group."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        return {"Group": _described(_known_group(tx, pool.pool_id, req["GroupName"]))}


@operation("cognito-idp", resource=POOL_ARN)
def update_group(ctx: Context, req: UpdateGroupRequest) -> UpdateGroupResponse:
    """Change what is given of description, role and precedence."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        group = _known_group(tx, pool.pool_id, req["GroupName"])
        if not groups.update(tx, group, {**group.configuration, **_settings(req)}, ctx.clock.now_seconds()):
            _not_found()
        return {"Group": _described(_known_group(tx, pool.pool_id, req["GroupName"]))}


@operation("cognito-idp", resource=POOL_ARN)
def delete_group(ctx: Context, req: DeleteGroupRequest) -> None:
    """Delete a group; its members leave it by that."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        if not groups.delete(tx, pool.pool_id, req["GroupName"]):
            _not_found()


@operation("cognito-idp", resource=POOL_ARN)
def list_groups(ctx: Context, req: ListGroupsRequest) -> ListGroupsResponse:
    """List a pool's groups by name."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, following = listed(
        ctx,
        req,
        f"ListGroups {pool.pool_id}",
        read=lambda tx, after, limit: groups.page(tx, pool.pool_id, after, limit),
        key=lambda group: group.group_name,
    )
    return {"Groups": [_described(group) for group in found], **following}


# -- members ---------------------------------------------------------------------------------------------------------
@operation("cognito-idp", resource=POOL_ARN)
def admin_add_user_to_group(ctx: Context, req: AdminAddUserToGroupRequest) -> None:
    """Make a user a member; who is one already stays one."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = known_user(tx, pool, req["Username"])
        if not groups.hold(tx, pool.pool_id, req["GroupName"]):
            _not_found()
        groups.add_member(tx, pool.pool_id, req["GroupName"], user.sub, ctx.clock.now_seconds())


@operation("cognito-idp", resource=POOL_ARN)
def admin_remove_user_from_group(ctx: Context, req: AdminRemoveUserFromGroupRequest) -> None:
    """End a user's membership; who is no member stays none."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = known_user(tx, pool, req["Username"])
        _known_group(tx, pool.pool_id, req["GroupName"])
        groups.remove_member(tx, pool.pool_id, req["GroupName"], user.sub)


@operation("cognito-idp", resource=POOL_ARN)
def admin_list_groups_for_user(ctx: Context, req: AdminListGroupsForUserRequest) -> AdminListGroupsForUserResponse:
    """List a user's groups by name."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        user = known_user(tx, pool, req["Username"])
    found, following = listed(
        ctx,
        req,
        f"AdminListGroupsForUser {pool.pool_id} {user.sub}",
        read=lambda tx, after, limit: groups.page_of_user(tx, pool.pool_id, user.sub, after, limit),
        key=lambda group: group.group_name,
    )
    return {"Groups": [_described(group) for group in found], **following}


@operation("cognito-idp", resource=POOL_ARN)
def list_users_in_group(ctx: Context, req: ListUsersInGroupRequest) -> ListUsersInGroupResponse:
    """List a group's members."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        _known_group(tx, pool.pool_id, req["GroupName"])
    found, following = listed(
        ctx,
        req,
        f"ListUsersInGroup {pool.pool_id} {req['GroupName']}",
        read=lambda tx, after, limit: groups.members_page(tx, pool.pool_id, req["GroupName"], after=after, limit=limit),
        key=lambda user: user.sub,
    )
    return {"Users": [described(user) for user in found], **following}
