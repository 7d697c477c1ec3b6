"""Inline and managed policies, and what they are attached to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx
from ostiary.store.iam.entities import Entity, OwnerType

_BOUNDED: dict[OwnerType, str] = {"role": "bounded role", "user": "bounded user"}
"""What the owner type of an attachment is that only bounds."""


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy; `configuration` holds PolicyName, PolicyId, Path, DefaultVersionId, UpdateDate and so on."""

    account_id: str
    arn: str
    configuration: dict[str, Any]
    created_at: int


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of a managed policy."""

    version_id: str
    document: str
    created_at: int


def put_inline(tx: Tx, owner: Entity, policy_name: str, document: str) -> None:
    """Set an inline policy of a role or user."""
    values = {"policy_name": policy_name, "document": document}
    tx.upsert(schema.iam_inline_policies, **_owner(owner), **values)
    tx.configuration_changed()


def find_inline(tx: Tx, owner: Entity, policy_name: str) -> str | None:
    """Return the document of an inline policy."""
    table = schema.iam_inline_policies
    row = tx.one(select(table.c.document).where(*_of(table, owner), table.c.policy_name == policy_name))
    return None if row is None else str(row.document)


def delete_inline(tx: Tx, owner: Entity, policy_name: str) -> bool:
    """Delete an inline policy; return whether it was there."""
    table = schema.iam_inline_policies
    tx.configuration_changed()
    return tx.delete(table, *_of(table, owner), table.c.policy_name == policy_name) == 1


def inline_names(tx: Tx, owner: Entity) -> list[str]:
    """Return the names of an owner's inline policies."""
    table = schema.iam_inline_policies
    return [row.policy_name for row in tx.all(select(table).where(*_of(table, owner)).order_by(table.c.policy_name))]


def attach(tx: Tx, owner: Entity, arn: str) -> None:
    """Attach a managed policy."""
    tx.insert_if_absent(schema.iam_attachments, **_owner(owner), arn=arn)
    tx.configuration_changed()


def detach(tx: Tx, owner: Entity, arn: str) -> bool:
    """Detach a managed policy; return whether it was attached."""
    table = schema.iam_attachments
    tx.configuration_changed()
    return tx.delete(table, *_of(table, owner), table.c.arn == arn) == 1


def attached_arns(tx: Tx, owner: Entity) -> list[str]:
    """Return the ARNs of the managed policies attached to an owner."""
    table = schema.iam_attachments
    return [row.arn for row in tx.all(select(table).where(*_of(table, owner)).order_by(table.c.arn))]


def set_boundary(tx: Tx, owner: Entity, arn: str | None) -> None:
    """Note which managed policy bounds an owner, so that the policy cannot go while it does; None for no boundary."""
    row = {**_owner(owner), "owner_type": _BOUNDED[owner.owner_type]}
    tx.delete(schema.iam_attachments, row)
    if arn is not None:
        tx.insert(schema.iam_attachments, **row, arn=arn)
    tx.configuration_changed()


def move(tx: Tx, owner: Entity, new_name: str) -> None:
    """Let an owner's policies, attachments and boundary be those of the owner's new name."""
    inline, attached = schema.iam_inline_policies, schema.iam_attachments
    tx.update(inline, *_of(inline, owner), owner_name=new_name)
    for owner_type in (owner.owner_type, _BOUNDED[owner.owner_type]):
        where = (attached.c.account_id == owner.account_id, attached.c.owner_type == owner_type)
        tx.update(attached, *where, attached.c.owner_name == owner.name, owner_name=new_name)
    tx.configuration_changed()


def attached_to(tx: Tx, policy: ManagedPolicy) -> list[tuple[OwnerType, str]]:
    """Return (owner type, owner name) of everything a managed policy is attached to."""
    return _used_by(tx, policy, {"role": "role", "user": "user"})


def bounded_by(tx: Tx, policy: ManagedPolicy) -> list[tuple[OwnerType, str]]:
    """Return (owner type, owner name) of everything a managed policy is the boundary of."""
    return _used_by(tx, policy, {bounded: owner_type for owner_type, bounded in _BOUNDED.items()})


def create(tx: Tx, policy: ManagedPolicy, document: str) -> None:
    """Insert a managed policy with its first version; raises AlreadyExists."""
    configuration = json.dumps(policy.configuration)
    values = {"account_id": policy.account_id, "arn": policy.arn, "created_at": policy.created_at}
    tx.insert(schema.iam_policies, **values, configuration=configuration)
    add_version(tx, policy, PolicyVersion("v1", document, policy.created_at))


def find(tx: Tx, account_id: str, arn: str) -> ManagedPolicy | None:
    """Return a managed policy."""
    table = schema.iam_policies
    row = tx.one(select(table).where(table.c.account_id == account_id, table.c.arn == arn))
    return None if row is None else _policy(row)


def page(tx: Tx, account_id: str, after: str | None, limit: int) -> list[ManagedPolicy]:
    """Return at most `limit` managed policies of an account, by ARN, behind `after`."""
    table = schema.iam_policies
    query = select(table).where(table.c.account_id == account_id, table.c.arn > (after or ""))
    return [_policy(row) for row in tx.all(query.order_by(table.c.arn).limit(limit))]


def update(tx: Tx, policy: ManagedPolicy, **changes: Any) -> None:
    """Change members of the configuration."""
    table = schema.iam_policies
    after = json.dumps({**policy.configuration, **changes})
    tx.update(table, table.c.account_id == policy.account_id, table.c.arn == policy.arn, configuration=after)
    tx.configuration_changed()


def delete(tx: Tx, policy: ManagedPolicy) -> None:
    """Delete a managed policy and its versions."""
    for table in (schema.iam_policy_versions, schema.iam_policies):
        tx.delete(table, table.c.account_id == policy.account_id, table.c.arn == policy.arn)
    tx.configuration_changed()


def add_version(tx: Tx, policy: ManagedPolicy, version: PolicyVersion) -> None:
    """Insert a version; raises AlreadyExists."""
    tx.insert(
        schema.iam_policy_versions,
        account_id=policy.account_id,
        arn=policy.arn,
        version_id=version.version_id,
        document=version.document,
        created_at=version.created_at,
    )
    tx.configuration_changed()


def versions(tx: Tx, policy: ManagedPolicy) -> list[PolicyVersion]:
    """Return the versions of a managed policy, the newest first."""
    table = schema.iam_policy_versions
    query = select(table).where(table.c.account_id == policy.account_id, table.c.arn == policy.arn)
    found = [PolicyVersion(row.version_id, row.document, row.created_at) for row in tx.all(query)]
    return sorted(found, key=lambda version: -int(version.version_id[1:]))


def delete_version(tx: Tx, policy: ManagedPolicy, version_id: str) -> None:
    """Delete a version."""
    table = schema.iam_policy_versions
    where = (table.c.account_id == policy.account_id, table.c.arn == policy.arn, table.c.version_id == version_id)
    tx.delete(table, *where)
    tx.configuration_changed()


def default_document(tx: Tx, account_id: str, arn: str) -> str | None:
    """Return the document of a managed policy's default version."""
    policy = find(tx, account_id, arn)
    if policy is None:
        return None
    chosen = policy.configuration["DefaultVersionId"]
    return next((version.document for version in versions(tx, policy) if version.version_id == chosen), None)


def documents_of(tx: Tx, owner: Entity) -> Sequence[str]:
    """Return every policy that grants something to an owner: inline and attached."""
    table = schema.iam_inline_policies
    inline = [str(row.document) for row in tx.all(select(table.c.document).where(*_of(table, owner)))]
    managed = [default_document(tx, owner.account_id, arn) for arn in attached_arns(tx, owner)]
    return [*inline, *(document for document in managed if document is not None)]


def _used_by(tx: Tx, policy: ManagedPolicy, owner_types: Mapping[str, OwnerType]) -> list[tuple[OwnerType, str]]:
    table = schema.iam_attachments
    query = select(table).where(
        table.c.account_id == policy.account_id, table.c.arn == policy.arn, table.c.owner_type.in_(owner_types)
    )
    rows = tx.all(query.order_by(table.c.owner_name))
    return [(owner_types[row.owner_type], row.owner_name) for row in rows]


def _owner(owner: Entity) -> dict[str, str]:
    return {"account_id": owner.account_id, "owner_type": owner.owner_type, "owner_name": owner.name}


def _of(table: Any, owner: Entity) -> tuple[Any, ...]:
    return (
        table.c.account_id == owner.account_id,
        table.c.owner_type == owner.owner_type,
        table.c.owner_name == owner.name,
    )


def _policy(row: Any) -> ManagedPolicy:
    return ManagedPolicy(row.account_id, row.arn, json.loads(row.configuration), row.created_at)
