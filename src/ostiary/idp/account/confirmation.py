"""Confirming who signed up."""

from collections.abc import Callable

from ostiary.aws.types.cognito_idp import NotAuthorizedException, UserNotFoundException
from ostiary.context import Context
from ostiary.idp.access import client_of, hides_existence
from ostiary.idp.directory import attributes
from ostiary.idp.directory.absent_users import stranger
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.messages import codes
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers import post_confirmation
from ostiary.triggers.event import occasion_of


def confirm_by_link(ctx: Context, client_id: str, username: str, code: str) -> None:
    """Confirm a user with the code of the link that was mailed to them; raises what ConfirmSignUp raises.

    The link is the proof: it needs no client secret.
    """
    pool, client = client_of(ctx, client_id)
    user, _ = _try_confirm(ctx, pool, client, username, code, check=lambda _: None)
    if user is not None:
        post_confirmation.tell(ctx, "PostConfirmation_ConfirmSignUp", occasion_of(pool, user, client.client_id))


def _try_confirm(
    ctx: Context,
    pool: UserPool,
    client: AppClient,
    name: str,
    code: str,
    *,
    check: Callable[[User], None],
    force: bool = False,
) -> tuple[User | None, str]:
    """Try a code: the user and the attribute that it proved; no user where that must not be told."""
    with ctx.store.write() as tx:
        user = users.lock_or_pretend(tx, pool.pool_id, find_user(tx, pool, name))
        if user is None and not hides_existence(client):
            raise UserNotFoundException("Username/client id combination not found.")
        if user is not None:
            _check_unconfirmed(user)
            check(user)
        sub = stranger(ctx, pool, name) if user is None else user.sub
        tried = codes.try_code(tx, ctx, pool, sub, codes.SIGN_UP, digits=code)
        if tried.outcome == "redeemed" and user is not None:
            user = _confirm(tx, ctx, pool, user, tried.proven(user), force=force)
    codes.refuse(tried.outcome)
    return user, tried.attribute


def _confirm(tx: Tx, ctx: Context, pool: UserPool, user: User, values: dict[str, str], *, force: bool = False) -> User:
    codes.forget(tx, pool, user.sub, codes.SIGN_UP)
    return attributes.write(tx, pool, user, values, ctx.clock.now_seconds(), force=force, status="CONFIRMED")


def _check_unconfirmed(user: User) -> None:
    if user.status != "UNCONFIRMED":
        raise NotAuthorizedException(f"User cannot be confirmed. Current status is {user.status}")
