"""Apps on devices, as push services reach them (SNS platform endpoints)."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_T, _APPLICATIONS = schema.platform_endpoints, schema.platform_applications
_FIND = (
    select(_T)
    .join(
        _APPLICATIONS, (_APPLICATIONS.c.account_id == _T.c.account_id) & (_APPLICATIONS.c.arn == _T.c.application_arn)
    )
    .where(_T.c.account_id == bindparam("account_id"), _T.c.arn == bindparam("arn"))
)


@dataclass(frozen=True, slots=True)
class PlatformEndpoint:
    """An app on a device. `sealed` is the push service's token, `token_key` what equal tokens have in common."""

    account_id: str
    arn: str
    application_arn: str
    token_key: str = field(repr=False)
    sealed: bytes = field(repr=False)
    enabled: bool
    user_data: str
    created_at: int
    modified_at: int


def create(tx: Tx, endpoint: PlatformEndpoint) -> None:
    """Insert an endpoint; raises AlreadyExists when its application has one with this token."""
    tx.insert(schema.platform_endpoints, **{name: getattr(endpoint, name) for name in PlatformEndpoint.__slots__})


def find(tx: Tx, account_id: str, arn: str) -> PlatformEndpoint | None:
    """Return an endpoint of an application that is there."""
    row = tx.one(_FIND, account_id=account_id, arn=arn)
    return None if row is None else _endpoint(row)


def find_by_token(tx: Tx, account_id: str, application_arn: str, token_key: str) -> PlatformEndpoint | None:
    """Return the endpoint of an application that has a token."""
    row = tx.get(schema.platform_endpoints, account_id=account_id, application_arn=application_arn, token_key=token_key)
    return None if row is None else _endpoint(row)


def page(tx: Tx, account_id: str, application_arn: str, after: str | None, limit: int) -> list[PlatformEndpoint]:
    """Return at most `limit` endpoints of an application, by ARN, behind `after`."""
    table = schema.platform_endpoints
    query = select(table).where(
        table.c.account_id == account_id, table.c.application_arn == application_arn, table.c.arn > (after or "")
    )
    return [_endpoint(row) for row in tx.all(query.order_by(table.c.arn).limit(limit))]


def update(tx: Tx, endpoint: PlatformEndpoint) -> bool:
    """Write an endpoint again; return whether it was there."""
    return (
        tx.update(
            schema.platform_endpoints,
            {"account_id": endpoint.account_id, "arn": endpoint.arn},
            token_key=endpoint.token_key,
            sealed=endpoint.sealed,
            enabled=endpoint.enabled,
            user_data=endpoint.user_data,
            modified_at=endpoint.modified_at,
        )
        == 1
    )


def disable(tx: Tx, endpoint: PlatformEndpoint, now: int) -> bool:
    """Disable an endpoint whose token is still the one that was tried; return whether it was."""
    same = {"account_id": endpoint.account_id, "arn": endpoint.arn, "token_key": endpoint.token_key}
    return tx.update(schema.platform_endpoints, same, enabled=False, modified_at=now) == 1


def replace_token(tx: Tx, endpoint: PlatformEndpoint, token_key: str, sealed: bytes, now: int) -> None:
    """Give an endpoint the token that its push service knows it by now, unless it got another one meanwhile.

    Where another endpoint of the application has that token already, this one is disabled.
    """
    same = {"account_id": endpoint.account_id, "arn": endpoint.arn, "token_key": endpoint.token_key}
    if find_by_token(tx, endpoint.account_id, endpoint.application_arn, token_key) is None:
        tx.update(schema.platform_endpoints, same, token_key=token_key, sealed=sealed, modified_at=now)
    else:
        disable(tx, endpoint, now)


def delete(tx: Tx, account_id: str, arn: str) -> None:
    """Delete an endpoint."""
    tx.delete(schema.platform_endpoints, {"account_id": account_id, "arn": arn})


def _endpoint(row: Any) -> PlatformEndpoint:
    values = {name: getattr(row, name) for name in PlatformEndpoint.__slots__}
    return PlatformEndpoint(**values | {"sealed": bytes(row.sealed)})
