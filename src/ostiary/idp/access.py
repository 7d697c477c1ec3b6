"""Guards that operations share: which pool, which client, who is signed in."""

from ostiary.aws.types.cognito_idp import (
    NotAuthorizedException,
    PasswordResetRequiredException,
    ResourceNotFoundException,
    UserImportInProgressException,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.crypto.jws import Claims
from ostiary.store.db import Tx
from ostiary.store.idp import clients, import_jobs, user_pools, users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import verify

POOL_ARN = "arn:aws:cognito-idp:{region}:{account}:userpool/{UserPoolId}"
"""What IAM decides on for operations of one pool."""


def pool_of(ctx: Context, pool_id: str) -> UserPool:
    """Return the pool of this id, whosever it is; raises ResourceNotFoundException."""
    pool = user_pools.cached(ctx.store, pool_id)
    if pool is None:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return pool


def own_pool(ctx: Context, pool_id: str) -> UserPool:
    """Return the pool of this id if it is of the caller's account; another account's pool does not exist."""
    return _of_caller(ctx, pool_id, user_pools.cached(ctx.store, pool_id))


def fresh_pool(ctx: Context, tx: Tx, pool_id: str) -> UserPool:
    """Return the caller's pool as this transaction sees it, not as the cache does."""
    return _of_caller(ctx, pool_id, user_pools.find(tx, pool_id))


def locked_pool(ctx: Context, tx: Tx, pool_id: str) -> UserPool:
    """Return the caller's pool, to be changed in this transaction."""
    return _of_caller(ctx, pool_id, user_pools.lock(tx, pool_id))


def _of_caller(ctx: Context, pool_id: str, pool: UserPool | None) -> UserPool:
    if pool is None or pool.account_id != ctx.account:
        raise ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return pool


def check_not_importing(tx: Tx, pool: UserPool) -> None:
    """Refuse while users are imported into the pool."""
    if import_jobs.is_running(tx, pool.pool_id):
        raise UserImportInProgressException("A user import job is in progress for the user pool.")


def write_pool(
    ctx: Context, tx: Tx, pool: UserPool, configuration: PoolConfiguration, *, name: str | None = None
) -> None:
    """Replace the configuration of a locked pool."""
    now = ctx.clock.now_seconds()
    user_pools.update(tx, pool.pool_id, name=name or pool.name, configuration=configuration, now=now)


def client_of(ctx: Context, client_id: str) -> tuple[UserPool, AppClient]:
    """Return the client of this id and its pool, from the cache; raises ResourceNotFoundException."""
    client = clients.cached(ctx.store, client_id)
    pool = None if client is None else user_pools.cached(ctx.store, client.pool_id)
    if client is None or pool is None:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return pool, client


def hides_existence(client: AppClient) -> bool:
    """Whether the client must not learn which users exist (PreventUserExistenceErrors)."""
    return client.configuration.get("PreventUserExistenceErrors") == "ENABLED"


def own_client(ctx: Context, tx: Tx, pool_id: str, client_id: str) -> tuple[UserPool, AppClient]:
    """Return the caller's pool and its client of this id, as this transaction sees them."""
    pool = fresh_pool(ctx, tx, pool_id)
    client = clients.find(tx, client_id)
    if client is None or client.pool_id != pool.pool_id:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return pool, client


def signed_in(ctx: Context, access_token: str) -> tuple[UserPool, AppClient, User]:
    """Return the pool, the app client and the user of an access token; raises NotAuthorizedException and others."""
    _, pool, client, user = _opened(ctx, access_token)
    return pool, client, user


def signed_in_or_not(ctx: Context, access_token: str) -> tuple[UserPool, AppClient, User]:
    """Return what `signed_in` does, for operations whose models know no other refusal than NotAuthorizedException."""
    try:
        return signed_in(ctx, access_token)
    except (UserNotFoundException, ResourceNotFoundException) as error:
        raise NotAuthorizedException(error.message) from error


def session_of(ctx: Context, access_token: str) -> tuple[Claims, UserPool, User]:
    """Return the claims, the pool and the user of an access token; raises NotAuthorizedException and others."""
    claims, pool, _, user = _opened(ctx, access_token)
    return claims, pool, user


def _opened(ctx: Context, access_token: str) -> tuple[Claims, UserPool, AppClient, User]:
    claims, user = verify.access_token_and_user(ctx, access_token)
    pool, client = client_of(ctx, str(claims["client_id"]))
    if user is None:
        raise UserNotFoundException("User does not exist.")
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if user.status == "RESET_REQUIRED":
        raise PasswordResetRequiredException("Password reset required for the user")
    return claims, pool, client, user


def locked_again(tx: Tx, user: User) -> User:
    """Return the user as this transaction sees them, to be changed."""
    found = users.lock(tx, user)
    if found is None:
        raise UserNotFoundException("User does not exist.")
    return found
