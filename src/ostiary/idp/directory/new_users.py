"""Users who are about to exist: their names and attributes, and the insertion."""

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    AttributeType,
    InvalidParameterException,
    UsernameExistsException,
)
from ostiary.context import Context
from ostiary.idp.directory import attributes, names
from ostiary.idp.factors import passwords
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User


def check_free(ctx: Context, pool: UserPool, username: str, already: str) -> None:
    """Refuse a user name that is taken before functions are asked; `insert` decides. Raises UsernameExistsException."""
    if not pool.configuration["LambdaConfig"]:
        return
    with ctx.store.read() as tx:
        if users.find_by_username(tx, pool.pool_id, names.user_key(pool, username)) is not None:
            raise UsernameExistsException(already)


def pairs(given: list[AttributeType]) -> dict[str, str]:
    """Return a list of names and values as events carry it."""
    return {pair["Name"]: pair.get("Value", "") for pair in given}


def initial_attributes(pool: UserPool, username: str, values: dict[str, str]) -> dict[str, str]:
    """Return a new user's attributes with what the user name adds; raises InvalidParameterException."""
    _check_name(pool, username)
    values = {name: value for name, value in values.items() if value}
    attribute = names.attribute_of(pool, username) if names.username_attributes(pool) else None
    if attribute is not None:
        from_name = attributes.parsed(pool, [{"Name": attribute, "Value": username}])
        if values.get(attribute, from_name[attribute]) != from_name[attribute]:
            raise InvalidParameterException(
                f"User {attribute} should be empty or same as username, since username attribute is {attribute}."
            )
        values = {**from_name, **values}
    return values


def _check_name(pool: UserPool, username: str) -> None:
    wanted = names.username_attributes(pool)
    if wanted and names.attribute_of(pool, username) is None:
        kinds = {"email": "an email", "phone_number": "a phone number"}
        kind = kinds[wanted[0]] if len(wanted) == 1 else "either an email or a phone number"
        raise InvalidParameterException(f"Username should be {kind}.")
    for alias, shape in (("email", "email"), ("phone_number", "phone number")):
        if alias in names.alias_attributes(pool) and names.attribute_of(pool, username) == alias:
            raise InvalidParameterException(
                f"Username cannot be of {shape} format, since user pool is configured for {shape} alias."
            )


def new_user(
    ctx: Context, pool: UserPool, username: str, values: dict[str, str], *, status: str, password: str | None
) -> User:
    """Return a user to insert, with a new sub; where an address is the user name, the sub is the name that is kept.

    Without a password it is one who signs in by codes.
    """
    sub = ctx.random.uuid()
    name = sub if names.username_attributes(pool) else names.shown(pool, username)
    now = ctx.clock.now_seconds()
    return User(
        pool_id=pool.pool_id,
        sub=sub,
        username=name,
        status=status,
        enabled=True,
        attributes=values,
        sealed_verifier=None if password is None else passwords.new_verifier(ctx, pool, name, password),
        temporary_password_expires_at=None,
        tokens_valid_after=0,
        created_at=now,
        modified_at=now,
    )


def insert(tx: Tx, pool: UserPool, user: User, *, already: str, force: bool = False) -> None:
    """Insert a new user with the aliases the attributes are; raises UsernameExistsException (ATT-06)."""
    if names.is_sub(user.username) and users.find(tx, pool.pool_id, user.username) is not None:
        raise UsernameExistsException(already)  # the name would be mistaken for another user's sub
    try:
        users.create(tx, user, names.user_key(pool, user.username))
    except AlreadyExists as error:
        raise UsernameExistsException(already) from error
    try:
        attributes.claim_aliases(tx, pool, user, force=force)
    except AliasExistsException as error:
        raise UsernameExistsException(error.message) from error
