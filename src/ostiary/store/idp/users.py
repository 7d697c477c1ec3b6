"""Users of a user pool, the other names that sign them in, and what `ListUsers` can search for."""

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx
from ostiary.store.errors import Retry

SEARCHABLE = ("email", "phone_number", "name", "given_name", "family_name", "preferred_username")
"""The attributes that `ListUsers` filters on; only these have rows of their own."""

SURROGATES = range(0xD800, 0xE000)
"""Code points that no text has."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user is asked for besides the password.

    `enabled` and `preferred` are names of challenges (`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`) and `WEB_AUTHN`;
    `software_token` is whether one was proven; `sms_options` whether the legacy `MFAOptions` are shown.
    """

    enabled: tuple[str, ...] = ()
    preferred: str = ""
    software_token: bool = False
    sms_options: bool = False


NO_FACTORS = Factors()


@dataclass(frozen=True, slots=True)
class User:
    """A user. Times are seconds since the epoch; `attributes` are without `sub`."""

    pool_id: str
    sub: str
    username: str
    status: str
    enabled: bool
    attributes: dict[str, str] = field(repr=False)
    sealed_verifier: bytes | None = field(repr=False)
    temporary_password_expires_at: int | None
    tokens_valid_after: int
    created_at: int
    modified_at: int
    factors: Factors = NO_FACTORS


def folded(text: str) -> str:
    """Return `text` as it is compared where case does not count (ATT-05): NFKC, casefold, NFKC."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


_DECOY_COLUMNS = dict.fromkeys(("pool_id", "sub", "username", "username_key", "status"), "") | {
    "enabled": 1,
    "attributes": '{"email": "nobody@example.com", "email_verified": "true"}',
    "sealed_verifier": bytes(433),
    "temporary_password_expires_at": None,
    "tokens_valid_after": 0,
    "factors": None,
    "created_at": 0,
    "modified_at": 0,
}
_DECOY = tuple(_DECOY_COLUMNS[column.name] for column in schema.users.c)


def user_of(row: Any) -> User:
    """Return the user of a row of the users table."""
    return User(
        pool_id=row.pool_id,
        sub=row.sub,
        username=row.username,
        status=row.status,
        enabled=bool(row.enabled),
        attributes=json.loads(row.attributes),
        sealed_verifier=None if row.sealed_verifier is None else bytes(row.sealed_verifier),
        temporary_password_expires_at=row.temporary_password_expires_at,
        tokens_valid_after=row.tokens_valid_after,
        created_at=row.created_at,
        modified_at=row.modified_at,
        factors=NO_FACTORS if row.factors is None else _factors(row.factors),
    )


def _factors(text: str) -> Factors:
    found = json.loads(text)
    return Factors(**{**found, "enabled": tuple(found["enabled"])})


def decoy(tx: Tx) -> User:
    """Do with a row that nobody has what finding a user does with theirs, for who is not there (ENU-04)."""
    prepared = tx.engine.statements.get(schema.users, ("pool_id", "username_key"))
    return user_of(prepared.row(_DECOY))


def find(tx: Tx, pool_id: str, sub: str) -> User | None:
    """Return the user of this sub."""
    return _user(tx.get(schema.users, pool_id=pool_id, sub=sub))


def find_by_username(tx: Tx, pool_id: str, username_key: str) -> User | None:
    """Return the user of this user name, as it is compared."""
    return _user(tx.get(schema.users, pool_id=pool_id, username_key=username_key))


def find_by_alias(tx: Tx, pool_id: str, alias_key: str) -> User | None:
    """Return the user whom this alias, as it is compared, signs in."""
    return _user(tx.one(_BY_ALIAS, pool_id=pool_id, alias_key=alias_key))


_BY_ALIAS = (
    select(schema.users)
    .join(
        schema.aliases,
        (schema.aliases.c.pool_id == schema.users.c.pool_id) & (schema.aliases.c.sub == schema.users.c.sub),
    )
    .where(schema.aliases.c.pool_id == bindparam("pool_id"), schema.aliases.c.alias_key == bindparam("alias_key"))
)


def lock(tx: Tx, user: User | None) -> User | None:
    """Return the user as they are now, whom nobody else changes until this transaction ends; None when gone."""
    return None if user is None else _user(tx.one(_LOCKED, pool_id=user.pool_id, sub=user.sub))


def lock_or_pretend(tx: Tx, pool_id: str, user: User | None) -> User | None:
    """Return what `lock` does, for as much work where there is nobody to lock (ENU-04)."""
    found = _user(tx.one(_LOCKED, pool_id=pool_id, sub="" if user is None else user.sub))
    if found is None:
        decoy(tx)
    return found


_LOCKED = (
    select(schema.users)
    .where(schema.users.c.pool_id == bindparam("pool_id"), schema.users.c.sub == bindparam("sub"))
    .with_for_update()
)


def _user(row: Any) -> User | None:
    return None if row is None else user_of(row)


def create(tx: Tx, user: User, username_key: str) -> None:
    """Insert `user` without aliases; raises AlreadyExists when the pool has a user of this name (ATT-06)."""
    members = {name: getattr(user, name) for name in User.__slots__}
    tx.insert(schema.users, username_key=username_key, **_columns(members))
    _index(tx, user, SEARCHABLE)


def update(tx: Tx, user: User, **changes: Any) -> User:
    """Write `changes` of members of `user` and return the user as it is then.

    Aliases are the caller's: `idp/directory/attributes.py` knows which attributes sign in. Raises Retry when the user
    is gone or somebody else changed the attributes that are to be replaced.
    """
    users = schema.users
    where: list[ColumnElement[bool]] = [users.c.pool_id == user.pool_id, users.c.sub == user.sub]
    if "attributes" in changes:
        where.append(users.c.attributes == json.dumps(user.attributes))
    if tx.update(users, *where, **_columns(changes)) == 0:
        raise Retry
    after: User = dataclasses.replace(user, **changes)
    changed = [name for name in SEARCHABLE if after.attributes.get(name) != user.attributes.get(name)]
    _index(tx, after, changed, again=True)
    return after


def _columns(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _column(value) for name, value in members.items()}


def _column(value: Any) -> Any:
    if isinstance(value, Factors):
        return None if value == NO_FACTORS else json.dumps(dataclasses.asdict(value))
    return json.dumps(value) if isinstance(value, dict) else value


def _index(tx: Tx, user: User, names: Iterable[str], *, again: bool = False) -> None:
    rows = schema.user_attributes
    for name in names:
        if again:
            tx.delete(rows, rows.c.pool_id == user.pool_id, rows.c.sub == user.sub, rows.c.name == name)
        if name in user.attributes:
            value_key = folded(user.attributes[name])
            tx.insert(rows, pool_id=user.pool_id, sub=user.sub, name=name, value_key=value_key)


def delete(tx: Tx, pool_id: str, sub: str) -> bool:
    """Delete the user and everything of theirs (TOK-12: refresh tokens too); whether the user was there.

    What there may be much of is removed in bites: without the user nobody finds it.
    """
    mine = {"pool_id": pool_id, "sub": sub}
    deleted = {table: tx.delete(table, mine) for table in schema.deleted_with("user")}
    removals.begin(tx, "user", pool_id, sub=sub)
    return deleted[schema.users] == 1


# -- aliases ---------------------------------------------------------------------------------------------------------
def claim_alias(tx: Tx, pool_id: str, alias_key: str, sub: str) -> bool:
    """Let the alias sign the user in; False when it is another user's."""
    if tx.insert_if_absent(schema.aliases, pool_id=pool_id, alias_key=alias_key, sub=sub):
        return True
    return alias_owner(tx, pool_id, alias_key) == sub


def alias_owner(tx: Tx, pool_id: str, alias_key: str) -> str | None:
    """Return the sub of the user whom the alias signs in."""
    aliases = schema.aliases
    row = tx.get(aliases, pool_id=pool_id, alias_key=alias_key)
    return None if row is None else str(row.sub)


def release_alias(tx: Tx, pool_id: str, alias_key: str, sub: str) -> bool:
    """Take the alias from this user; whether the user had it."""
    aliases = schema.aliases
    where = (aliases.c.pool_id == pool_id, aliases.c.alias_key == alias_key, aliases.c.sub == sub)
    return tx.delete(aliases, *where) == 1


def aliases_of(tx: Tx, pool_id: str, sub: str) -> set[str]:
    """Return the aliases, as they are compared, that sign the user in."""
    aliases = schema.aliases
    rows = tx.all(select(aliases.c.alias_key).where(aliases.c.pool_id == pool_id, aliases.c.sub == sub))
    return {str(row.alias_key) for row in rows}


# -- lists -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Filter:
    """One clause of a `ListUsers` filter: `name` is an attribute or one of the pseudo attributes of users."""

    name: str
    value: str
    prefix: bool


def page(tx: Tx, pool_id: str, clause: Filter | None, after: str | None, limit: int) -> list[User]:
    """Return at most `limit` users that match `clause`, by sub, behind the sub `after`."""
    users = schema.users
    query = select(users).where(users.c.pool_id == pool_id)
    if clause is not None:
        query = query.where(*_condition(pool_id, clause))
    if after is not None:
        query = query.where(users.c.sub > after)
    return [user_of(row) for row in tx.all(query.order_by(users.c.sub).limit(limit))]


def _condition(pool_id: str, clause: Filter) -> tuple[ColumnElement[bool], ...]:
    users, rows = schema.users, schema.user_attributes
    if clause.name in SEARCHABLE:
        match = _matches(rows.c.value_key, folded(clause.value), prefix=clause.prefix)
        found = select(rows.c.sub).where(rows.c.pool_id == pool_id, rows.c.name == clause.name, *match)
        return (users.c.sub.in_(found),)
    if clause.name == "username":
        keys = _matches(users.c.username_key, clause.value, prefix=clause.prefix)
        loose = _matches(users.c.username_key, folded(clause.value), prefix=clause.prefix)
        either = (_all(keys) | _all(loose),)
        return (*either, *_matches(users.c.username, clause.value, prefix=clause.prefix))
    if clause.name == "sub":
        return _matches(users.c.sub, clause.value, prefix=clause.prefix)
    if clause.name == "cognito:user_status":
        return _matches(func.lower(users.c.status), clause.value.lower(), prefix=clause.prefix)
    return (users.c.enabled.in_([enabled for enabled, text in _STATES if _fits(text, clause)]),)


_STATES = ((True, "Enabled"), (False, "Disabled"))


def _fits(text: str, clause: Filter) -> bool:
    return text.startswith(clause.value) if clause.prefix else text == clause.value


def _matches(column: Any, value: str, *, prefix: bool) -> tuple[ColumnElement[bool], ...]:
    """Compare exactly, or by a prefix: as a range of the index, in which text stands in the order of code points."""
    if not prefix:
        return (column == value,)
    end = _after_all_with(value)
    return (column >= value,) if end is None else (column >= value, column < end)


def _after_all_with(prefix: str) -> str | None:
    """Return the first text behind all that begin with `prefix`, or None when there is none."""
    kept = prefix.rstrip(chr(sys.maxunicode))
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(SURROGATES.stop if following in SURROGATES else following)


def _all(conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    first, *others = conditions
    for other in others:
        first &= other
    return first
