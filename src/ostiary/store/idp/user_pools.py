"""User pools: one row each, with the configuration in its wire shape."""

import json
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from sqlalchemy import bindparam, func, select

from ostiary.aws.types.cognito_idp import (
    EmailMfaConfigType,
    LogConfigurationType,
    SoftwareTokenMfaConfigType,
    UserPoolTokenSessionConfigType,
    UserPoolType,
    UserSessionTrackingType,
    WebAuthnConfigurationType,
)
from ostiary.store import removals, schema
from ostiary.store.db import Store, Tx


class SessionConfiguration(TypedDict):
    """How a pool keeps track of its users' sessions."""

    UserSessionTracking: UserSessionTrackingType
    TokenSession: UserPoolTokenSessionConfigType


class PoolConfiguration(UserPoolType):
    """What a pool is configured with: a UserPoolType without ids, dates and counts, and what other operations set."""

    SoftwareTokenMfaConfiguration: NotRequired[SoftwareTokenMfaConfigType]
    EmailMfaConfiguration: NotRequired[EmailMfaConfigType]
    WebAuthnConfiguration: NotRequired[WebAuthnConfigurationType]
    LogConfigurations: NotRequired[list[LogConfigurationType]]
    SessionConfiguration: NotRequired[SessionConfiguration]


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool. `configuration` is not to be changed in place."""

    pool_id: str
    account_id: str
    name: str
    configuration: PoolConfiguration = field(repr=False)
    created_at: int
    modified_at: int

    @property
    def region(self) -> str:
        """The region, which every pool id begins with."""
        return self.pool_id.partition("_")[0]

    @property
    def short_name(self) -> str:
        """What SRP calls the pool's name: the part of its id behind the region."""
        return self.pool_id.partition("_")[2]

    @property
    def arn(self) -> str:
        """The pool's ARN."""
        return f"arn:aws:cognito-idp:{self.region}:{self.account_id}:userpool/{self.pool_id}"


def _pool(row: Any) -> UserPool:
    return UserPool(
        pool_id=row.pool_id,
        account_id=row.account_id,
        name=row.name,
        configuration=json.loads(row.configuration),
        created_at=row.created_at,
        modified_at=row.modified_at,
    )


def create(tx: Tx, pool: UserPool) -> None:
    """Insert `pool`; raises AlreadyExists when its id is taken."""
    tx.insert(
        schema.user_pools,
        pool_id=pool.pool_id,
        account_id=pool.account_id,
        name=pool.name,
        configuration=json.dumps(pool.configuration),
        created_at=pool.created_at,
        modified_at=pool.modified_at,
    )


def find(tx: Tx, pool_id: str) -> UserPool | None:
    """Return the pool of this id, in whichever account."""
    row = tx.get(schema.user_pools, pool_id=pool_id)
    return None if row is None else _pool(row)


def lock(tx: Tx, pool_id: str) -> UserPool | None:
    """Return the pool of this id, which nobody else changes until this transaction ends."""
    row = tx.one(_LOCKED, pool_id=pool_id)
    return None if row is None else _pool(row)


_LOCKED = select(schema.user_pools).where(schema.user_pools.c.pool_id == bindparam("pool_id")).with_for_update()


def cached(store: Store, pool_id: str) -> UserPool | None:
    """Return the pool of this id from the configuration cache."""
    return store.cached(("user_pool", pool_id), lambda tx: find(tx, pool_id))


def page(tx: Tx, account_id: str, region: str, after: str | None, limit: int) -> list[UserPool]:
    """Return at most `limit` pools of the account in the region, by id, behind the id `after`."""
    pools = schema.user_pools
    in_region = func.substr(pools.c.pool_id, 1, len(region) + 1) == f"{region}_"
    query = select(pools).where(pools.c.account_id == account_id, in_region).order_by(pools.c.pool_id).limit(limit)
    if after is not None:
        query = query.where(pools.c.pool_id > after)
    return [_pool(row) for row in tx.all(query)]


def update(tx: Tx, pool_id: str, *, name: str, configuration: PoolConfiguration, now: int) -> None:
    """Replace name and configuration of a pool that this transaction has locked."""
    changes = {"name": name, "configuration": json.dumps(configuration), "modified_at": now}
    tx.update(schema.user_pools, {"pool_id": pool_id}, **changes)
    tx.configuration_changed()


def move(tx: Tx, pool_id: str, account_id: str) -> None:
    """Make a pool that this transaction has locked another account's."""
    tx.update(schema.user_pools, {"pool_id": pool_id}, account_id=account_id)
    tx.configuration_changed()


def delete(tx: Tx, pool_id: str, now: int) -> None:
    """Delete the pool; what is in it is nowhere to be seen from then on, and is removed in bites."""
    for table in schema.deleted_with("user_pool"):
        tx.delete(table, {"pool_id": pool_id})
    removals.begin(tx, "user_pool", pool_id, now=now)
    tx.configuration_changed()


def number_of_users(tx: Tx, pool_id: str) -> int:
    """Count the pool's users."""
    row = tx.one(select(func.count()).select_from(schema.users).where(schema.users.c.pool_id == pool_id))
    return 0 if row is None else int(row[0])
