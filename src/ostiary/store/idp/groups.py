"""Groups of a user pool and their members."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx
from ostiary.store.idp.users import User, user_of


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `configuration` holds what is set of Description, RoleArn and Precedence."""

    pool_id: str
    group_name: str
    configuration: dict[str, Any]
    created_at: int
    modified_at: int

    @property
    def role_arn(self) -> str | None:
        """The role of the group's members."""
        role_arn: str | None = self.configuration.get("RoleArn")
        return role_arn

    @property
    def precedence(self) -> int | None:
        """Lower wins; None ranks last."""
        precedence: int | None = self.configuration.get("Precedence")
        return precedence


def _group(row: Any) -> Group:
    return Group(
        pool_id=row.pool_id,
        group_name=row.group_name,
        configuration=json.loads(row.configuration),
        created_at=row.created_at,
        modified_at=row.modified_at,
    )


def create(tx: Tx, group: Group) -> None:
    """Insert `group`; raises AlreadyExists when the pool has one of its name, Retry while one is removed."""
    removals.check_none(tx, "group", group.pool_id, group_name=group.group_name)
    tx.insert(
        schema.groups,
        pool_id=group.pool_id,
        group_name=group.group_name,
        configuration=json.dumps(group.configuration),
        created_at=group.created_at,
        modified_at=group.modified_at,
    )


def find(tx: Tx, pool_id: str, group_name: str) -> Group | None:
    """Return the group of this name."""
    row = tx.get(schema.groups, pool_id=pool_id, group_name=group_name)
    return None if row is None else _group(row)


def page(tx: Tx, pool_id: str, after: str | None, limit: int) -> list[Group]:
    """Return at most `limit` groups of the pool, by name, behind the name `after`."""
    groups = schema.groups
    query = select(groups).where(groups.c.pool_id == pool_id).order_by(groups.c.group_name).limit(limit)
    if after is not None:
        query = query.where(groups.c.group_name > after)
    return [_group(row) for row in tx.all(query)]


def update(tx: Tx, group: Group, configuration: dict[str, Any], now: int) -> bool:
    """Replace the configuration; whether the group was still there."""
    groups = schema.groups
    changed = tx.update(
        groups,
        groups.c.pool_id == group.pool_id,
        groups.c.group_name == group.group_name,
        configuration=json.dumps(configuration),
        modified_at=now,
    )
    return changed == 1


def delete(tx: Tx, pool_id: str, group_name: str) -> bool:
    """Delete the group and its memberships; whether it was there."""
    deleted = tx.delete(schema.groups, {"pool_id": pool_id, "group_name": group_name})
    removals.begin(tx, "group", pool_id, group_name=group_name)
    return deleted == 1


def hold(tx: Tx, pool_id: str, group_name: str) -> bool:
    """Keep the group from being deleted until this transaction ends; whether it is there."""
    groups = schema.groups
    where = (groups.c.pool_id == pool_id, groups.c.group_name == group_name)
    return tx.update(groups, *where, modified_at=groups.c.modified_at) == 1


def add_member(tx: Tx, pool_id: str, group_name: str, sub: str, now: int) -> bool:
    """Make the user a member; whether it was not one before."""
    values = {"pool_id": pool_id, "group_name": group_name, "sub": sub, "created_at": now}
    return tx.insert_if_absent(schema.group_members, **values)


def remove_member(tx: Tx, pool_id: str, group_name: str, sub: str) -> bool:
    """End the user's membership; whether it was a member."""
    members = schema.group_members
    where = (members.c.pool_id == pool_id, members.c.group_name == group_name, members.c.sub == sub)
    return tx.delete(members, *where) == 1


def groups_of(tx: Tx, pool_id: str, sub: str) -> list[Group]:
    """Return the user's groups by precedence (null last), then by name: the order of the token claims."""
    return sorted(_all_of(tx, pool_id, sub), key=_rank)


def _rank(group: Group) -> tuple[bool, int, str]:
    return (group.precedence is None, group.precedence or 0, group.group_name)


def _all_of(tx: Tx, pool_id: str, sub: str) -> list[Group]:
    return [_group(row) for row in tx.all(_OF_USER, pool_id=pool_id, sub=sub)]


_OF_USER = (
    select(schema.groups)
    .join(
        schema.group_members,
        (schema.group_members.c.pool_id == schema.groups.c.pool_id)
        & (schema.group_members.c.group_name == schema.groups.c.group_name),
    )
    .where(schema.group_members.c.pool_id == bindparam("pool_id"), schema.group_members.c.sub == bindparam("sub"))
)


def page_of_user(tx: Tx, pool_id: str, sub: str, after: str | None, limit: int) -> list[Group]:
    """Return at most `limit` of the user's groups, by name, behind the name `after`."""
    found = sorted(_all_of(tx, pool_id, sub), key=lambda group: group.group_name)
    return [group for group in found if after is None or group.group_name > after][:limit]


def members_page(tx: Tx, pool_id: str, group_name: str, *, after: str | None, limit: int) -> list[User]:
    """Return at most `limit` members of the group, by sub, behind the sub `after`."""
    users, members = schema.users, schema.group_members
    joined = (members.c.pool_id == users.c.pool_id) & (members.c.sub == users.c.sub)
    query = select(users).join(members, joined)
    query = query.where(members.c.pool_id == pool_id, members.c.group_name == group_name)
    if after is not None:
        query = query.where(members.c.sub > after)
    return [user_of(row) for row in tx.all(query.order_by(members.c.sub).limit(limit))]
