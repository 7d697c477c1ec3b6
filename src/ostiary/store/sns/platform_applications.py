"""Apps of push services (SNS platform applications)."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from ostiary.store import removals, schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class PlatformApplication:
    """An app of a push service. `attributes` are as SNS shows them; `sealed` holds principal and credential."""

    account_id: str
    arn: str
    attributes: dict[str, str]
    sealed: bytes = field(repr=False)
    created_at: int

    @property
    def platform(self) -> str:
        """`APNS`, `GCM` and so on."""
        return self.arn.split("/")[1]

    @property
    def enabled(self) -> bool:
        """Whether pushes are sent."""
        return self.attributes.get("Enabled") != "false"


def create(tx: Tx, application: PlatformApplication) -> None:
    """Insert an application; raises AlreadyExists, and Retry while one of its name is removed."""
    removals.check_none(tx, "platform_application", application.account_id, application_arn=application.arn)
    tx.insert(schema.platform_applications, **_key(application), **_values(application))


def find(tx: Tx, account_id: str, arn: str) -> PlatformApplication | None:
    """Return an application."""
    row = tx.get(schema.platform_applications, account_id=account_id, arn=arn)
    return None if row is None else _application(row)


def page(tx: Tx, account_id: str, after: str | None, limit: int) -> list[PlatformApplication]:
    """Return at most `limit` applications of an account, by ARN, behind `after`."""
    table = schema.platform_applications
    query = select(table).where(table.c.account_id == account_id, table.c.arn > (after or ""))
    return [_application(row) for row in tx.all(query.order_by(table.c.arn).limit(limit))]


def update(
    tx: Tx, application: PlatformApplication, attributes: dict[str, str], sealed: bytes
) -> PlatformApplication | None:
    """Replace attributes and credentials; return the application, or None when it changed meanwhile or is gone."""
    changed = replace(application, attributes=attributes, sealed=sealed)
    before = {**_key(application), "attributes": json.dumps(application.attributes)}
    return changed if tx.update(schema.platform_applications, before, **_values(changed)) else None


def delete(tx: Tx, account_id: str, arn: str) -> None:
    """Delete an application and its endpoints, which are removed in bites."""
    tx.delete(schema.platform_applications, {"account_id": account_id, "arn": arn})
    removals.begin(tx, "platform_application", account_id, application_arn=arn)


def _key(application: PlatformApplication) -> dict[str, str]:
    return {"account_id": application.account_id, "arn": application.arn}


def _values(application: PlatformApplication) -> dict[str, Any]:
    return {
        "attributes": json.dumps(application.attributes),
        "sealed": application.sealed,
        "created_at": application.created_at,
    }


def _application(row: Any) -> PlatformApplication:
    return PlatformApplication(row.account_id, row.arn, json.loads(row.attributes), bytes(row.sealed), row.created_at)
