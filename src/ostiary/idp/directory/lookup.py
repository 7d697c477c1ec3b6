"""Finding a user by what people type."""

from typing import NoReturn

from ostiary.aws.types.cognito_idp import UserNotFoundException
from ostiary.idp.directory.names import _alias_key, attribute_of, is_sub, user_key, username_attributes
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User


def find_user(tx: Tx, pool: UserPool, name: str, *, by_sub: bool = True) -> User | None:
    """Return the user whom this name means: the user name, an alias that signs in, or with `by_sub` the sub.

    It takes as much whomever it means, and when it means nobody (ENU-04).
    """
    attribute = attribute_of(pool, name)
    found: list[User | None] = []
    if attribute is None or not username_attributes(pool):
        found.append(users.find_by_username(tx, pool.pool_id, user_key(pool, name)))
        found += [users.find(tx, pool.pool_id, name)] if by_sub and is_sub(name) else []
    if attribute is not None:
        found.append(users.find_by_alias(tx, pool.pool_id, _alias_key(pool, attribute, name)))
    user = next(filter(None, found), None)
    if user is None:
        users.decoy(tx)
    return user


def no_such_user() -> NoReturn:
    """Raise what administrators hear of a user who is not there."""
    raise UserNotFoundException("User does not exist.")


def known_user(tx: Tx, pool: UserPool, name: str) -> User:
    """Return the user whom an administrator means; raises UserNotFoundException."""
    user = find_user(tx, pool, name)
    return no_such_user() if user is None else user


def locked_user(tx: Tx, pool: UserPool, name: str) -> User:
    """Return the user whom an administrator means, to be changed; raises UserNotFoundException."""
    user = users.lock(tx, find_user(tx, pool, name))
    return no_such_user() if user is None else user
