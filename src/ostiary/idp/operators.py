"""What an operator's command may use: it runs beside the database, as the account that a pool belongs to."""

from ostiary.aws.types.cognito_idp import ResourceNotFoundException
from ostiary.context import Client, Context, Principal, Services
from ostiary.idp.pools import own_pool
from ostiary.idp.users import known_user
from ostiary.store import user_pools
from ostiary.store.user_pools import UserPool
from ostiary.store.users import User


def context_of(services: Services, pool_id: str) -> Context:
    """Return the context of the root of the pool's account; raises ResourceNotFoundException."""
    pool = user_pools.cached(services.store, pool_id)
    if pool is None:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    account = pool.account_id
    root = Principal(account, "Account", f"arn:aws:iam::{account}:root", account)
    return Context(services, account, pool.region, root, Client())


def user_of(ctx: Context, pool_id: str, username: str) -> tuple[UserPool, User]:
    """Return a pool and a user of it; raises ResourceNotFoundException, UserNotFoundException."""
    pool = own_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        return pool, known_user(tx, pool, username)
