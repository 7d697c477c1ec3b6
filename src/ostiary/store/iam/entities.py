"""Roles and users of IAM: rows of the same shape."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

OwnerType = Literal["role", "user"]
_TABLES = {
    "role": (schema.iam_roles, schema.iam_roles.c.role_name, schema.iam_roles.c.role_id),
    "user": (schema.iam_users, schema.iam_users.c.user_name, schema.iam_users.c.user_id),
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A role or a user. `configuration` holds Path, PermissionsBoundary (an ARN), Tags, and what only roles have."""

    owner_type: OwnerType
    account_id: str
    name: str
    unique_id: str
    configuration: dict[str, Any]
    created_at: int

    @property
    def path(self) -> str:
        """`/` or `/…/`."""
        path: str = self.configuration["Path"]
        return path

    @property
    def arn(self) -> str:
        """The ARN, with the path."""
        return f"arn:aws:iam::{self.account_id}:{self.owner_type}{self.path}{self.name}"

    @property
    def trust_policy(self) -> str:
        """The text of a role's trust policy."""
        text: str = self.configuration["AssumeRolePolicyDocument"]
        return text

    @property
    def boundary_arn(self) -> str | None:
        """The managed policy that bounds its permissions."""
        return self.configuration.get("PermissionsBoundary")

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return {tag["Key"]: tag["Value"] for tag in self.configuration.get("Tags", [])}


def create(tx: Tx, entity: Entity) -> None:
    """Insert a role or user; raises AlreadyExists."""
    table, name, unique_id = _TABLES[entity.owner_type]
    values = {
        "account_id": entity.account_id,
        name.name: entity.name,
        unique_id.name: entity.unique_id,
        "configuration": json.dumps(entity.configuration),
        "created_at": entity.created_at,
    }
    tx.insert(table, **values)
    tx.configuration_changed()


def find(tx: Tx, owner_type: OwnerType, account_id: str, name: str) -> Entity | None:
    """Return a role or user."""
    table, column, _ = _TABLES[owner_type]
    row = tx.one(select(table).where(table.c.account_id == account_id, column == name))
    return None if row is None else _entity(owner_type, row)


def page(tx: Tx, owner_type: OwnerType, account_id: str, after: str | None, limit: int) -> list[Entity]:
    """Return at most `limit` roles or users of an account, by name, behind `after`."""
    table, column, _ = _TABLES[owner_type]
    query = select(table).where(table.c.account_id == account_id, column > (after or "")).order_by(column).limit(limit)
    return [_entity(owner_type, row) for row in tx.all(query)]


def update(tx: Tx, entity: Entity, **changes: Any) -> None:
    """Change members of the configuration; None removes one."""
    table, column, _ = _TABLES[entity.owner_type]
    after = {name: value for name, value in {**entity.configuration, **changes}.items() if value is not None}
    where = (table.c.account_id == entity.account_id, column == entity.name)
    tx.update(table, *where, configuration=json.dumps(after))
    tx.configuration_changed()


def delete(tx: Tx, entity: Entity) -> None:
    """Delete a role or user."""
    table, column, _ = _TABLES[entity.owner_type]
    tx.delete(table, table.c.account_id == entity.account_id, column == entity.name)
    tx.configuration_changed()


def _entity(owner_type: OwnerType, row: Any) -> Entity:
    _, name, unique_id = _TABLES[owner_type]
    members = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row by column
    return Entity(
        owner_type,
        row.account_id,
        members[name.name],
        members[unique_id.name],
        json.loads(row.configuration),
        row.created_at,
    )
