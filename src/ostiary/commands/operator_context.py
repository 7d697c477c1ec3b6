"""What an operator's command may use: it runs beside the database, as the account that a pool belongs to."""

import json
import re
from dataclasses import dataclass, replace

from ostiary.aws.types.cognito_idp import ResourceNotFoundException
from ostiary.context import Context, Services, root_of
from ostiary.idp.access import own_pool
from ostiary.idp.directory.lookup import known_user
from ostiary.store.idp import copies, user_pools
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User


def context_of(services: Services, pool_id: str) -> Context:
    """Return the context of the root of the pool's account; raises ResourceNotFoundException."""
    pool = user_pools.cached(services.store, pool_id)
    if pool is None:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return replace(services.context(root_of(pool.account_id)), region=pool.region)


def user_of(ctx: Context, pool_id: str, username: str) -> tuple[UserPool, User]:
    """Return a pool and a user of it; raises ResourceNotFoundException, UserNotFoundException."""
    pool = own_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        return pool, known_user(tx, pool, username)


@dataclass(frozen=True, slots=True)
class Moved:
    """A pool that changed its account: its ARN now and before; ARNs of the old account that the pool still names."""

    account_id: str
    arn: str
    arn_before: str
    named: tuple[str, ...]


def move_pool(services: Services, pool_id: str, account_id: str) -> Moved:
    """Give a pool to another account that is there; raises ResourceNotFoundException.

    What is in the pool stays as it is, also roles and functions of the old account that it names.
    """
    with services.store.write() as tx:
        pool = user_pools.lock(tx, pool_id)
        if pool is None:
            raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
        user_pools.move(tx, pool_id, account_id)
        found = json.dumps([row for table, row in copies.of_pool(tx, pool_id) if table != "signing_keys"], default=str)
    named = re.findall(rf'arn:aws[\w-]*:[\w-]+:[\w-]*:{pool.account_id}:[^"\\\s]+', found)
    moved = () if account_id == pool.account_id else tuple(dict.fromkeys(named))
    return Moved(account_id, replace(pool, account_id=account_id).arn, pool.arn, moved)
