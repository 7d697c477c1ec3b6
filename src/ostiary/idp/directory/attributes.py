"""Attributes of users: what they may hold, which app client may see and set them, and how they are written."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ostiary.aws.types.cognito_idp import (
    AliasExistsException,
    AttributeType,
    InvalidParameterException,
    NotAuthorizedException,
    UserType,
)
from ostiary.idp.directory import names
from ostiary.idp.directory.schema import LONGEST_VALUE, STANDARD, spelled
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

NEVER_WRITABLE = frozenset({"sub", "email_verified", "phone_number_verified", "identities"})
"""What no app client may ever set (ATT-02)."""
VERIFIABLE = ("phone_number", "email")
"""The attributes a code can be sent to; the first one wins where both could get it."""
_NOT_LINES = re.compile(r"\x00")
_SHORTHAND = "oidc:profile"


def verified_flag(name: str) -> str:
    """Return the attribute that says whether `name` is verified."""
    return f"{name}_verified"


def is_verified(user: User, name: str) -> bool:
    """Whether the user has this attribute, verified."""
    return name in user.attributes and user.attributes.get(verified_flag(name)) == "true"


# -- who may see and set what ----------------------------------------------------------------------------------------
def is_readable(client: AppClient, name: str) -> bool:
    """Whether the client may read the attribute (ATT-01): what its list says, everything where it has none."""
    listed = client.configuration.get("ReadAttributes")
    return name == "sub" or not listed or name in _expanded(listed)


def readable(client: AppClient, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return those of the attributes that the client may read (ATT-01)."""
    return {name: value for name, value in attributes.items() if is_readable(client, name)}


def check_writable(client: AppClient, written: Iterable[str]) -> None:
    """Refuse attributes that the client, and so its users, may not set (ATT-01, ATT-02)."""
    listed = client.configuration.get("WriteAttributes")
    allowed = _expanded(listed) if listed else None
    for name in written:
        unlisted = allowed is not None and name not in allowed
        if unlisted or name in NEVER_WRITABLE or name.startswith(("dev:", "cognito:")):
            raise NotAuthorizedException("A client attempted to write unauthorized attribute")


def _expanded(listed: Iterable[str]) -> set[str]:
    allowed = set(listed)
    return allowed | (set(STANDARD) - NEVER_WRITABLE) if _SHORTHAND in allowed else allowed


# -- what they may hold ----------------------------------------------------------------------------------------------
def parsed(pool: UserPool, given: Iterable[AttributeType]) -> dict[str, str]:
    """Return the given attributes as they are stored; raises InvalidParameterException. Empty values are kept."""
    schema = {attribute["Name"]: attribute for attribute in pool.configuration["SchemaAttributes"]}
    given = list(given)
    check_not_sub(attribute["Name"] for attribute in given)
    values: dict[str, str] = {}
    faults = ""
    for attribute in given:
        name, value = spelled(attribute["Name"], schema), attribute.get("Value", "")
        if name not in schema:
            faults += f"{name}: Attribute does not exist in the schema.\n"
            continue
        values[name], fault = _stored(pool, schema[name], value) if value else ("", "")
        faults += f"{name}: {fault}\n" if fault else ""
    if faults:
        raise InvalidParameterException(f"Attributes did not conform to the schema: {faults}")
    return values


def check_not_sub(names: Iterable[str]) -> None:
    """Refuse to have a `sub` chosen; raises InvalidParameterException (ATT-02)."""
    if "sub" in names:
        raise InvalidParameterException("Cannot modify the non-mutable attribute sub")


def _stored(pool: UserPool, attribute: Mapping[str, Any], value: str) -> tuple[str, str]:
    name = attribute["Name"]
    if name == "phone_number" and not names.is_phone_number(value):
        raise InvalidParameterException("Invalid phone number format.")
    if name == "email" and not names.is_address(value):
        raise InvalidParameterException("Invalid email address format.")
    if attribute["AttributeDataType"] == "Boolean":
        return value.lower(), "" if value.lower() in {"true", "false"} else "The attribute must be a boolean"
    if attribute["AttributeDataType"] == "Number":
        return value, _number_fault(attribute.get("NumberAttributeConstraints", {}), value)
    if name in {"email", "preferred_username"}:
        value = names.shown(pool, value)
    return value, _string_fault(attribute.get("StringAttributeConstraints", {}), value)


def _number_fault(constraints: Mapping[str, str], value: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,19}", value):
        return "The attribute must be a number"
    if "MinValue" in constraints and int(value) < int(constraints["MinValue"]):
        return f"Number must be no less than {constraints['MinValue']}"
    if "MaxValue" in constraints and int(value) > int(constraints["MaxValue"]):
        return f"Number must be no greater than {constraints['MaxValue']}"
    return ""


def _string_fault(constraints: Mapping[str, str], value: str) -> str:
    if _NOT_LINES.search(value):
        return "String must not contain NUL"
    if len(value) < int(constraints.get("MinLength", 0)):
        return f"String must be longer than {int(constraints['MinLength']) - 1}"
    if len(value) > int(constraints.get("MaxLength", LONGEST_VALUE)):
        return f"String must be no longer than {constraints.get('MaxLength', LONGEST_VALUE)}"
    return ""


def missing(pool: UserPool, attributes: Mapping[str, str]) -> list[str]:
    """Return the names of the attributes that the pool's users must have and that are not here."""
    schema = pool.configuration["SchemaAttributes"]
    required = [attribute["Name"] for attribute in schema if attribute.get("Required") and attribute["Name"] != "sub"]
    return [name for name in required if not attributes.get(name)]


def check_required(pool: UserPool, attributes: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
    """Refuse attributes without the ones that the pool's users must have.

    What was missing `before` may be missing still: a user who was invited gives it with the first password.
    """
    already = set() if before is None else set(missing(pool, before))
    lacking = [name for name in missing(pool, attributes) if name not in already]
    if lacking:
        faults = "".join(f"{name}: The attribute is required\n" for name in lacking)
        raise InvalidParameterException(f"Attributes did not conform to the schema: {faults}")


def check_mutable(pool: UserPool, written: Iterable[str]) -> None:
    """Refuse attributes that cannot change once a user exists (ATT-07)."""
    fixed = {attribute["Name"] for attribute in pool.configuration["SchemaAttributes"] if not attribute["Mutable"]}
    faults = "".join(f"user.{name}: Attribute cannot be updated.\n" for name in written if name in fixed)
    if faults:
        raise InvalidParameterException(faults)


def merged(current: Mapping[str, str], written: Mapping[str, str]) -> dict[str, str]:
    """Return `current` with `written`: an empty value deletes, and a new address is not verified (ATT-03)."""
    after = {name: value for name, value in {**current, **written}.items() if value}
    for name in VERIFIABLE:
        if after.get(name) != current.get(name) and verified_flag(name) not in written:
            after.pop(verified_flag(name), None)
            if name in after:
                after[verified_flag(name)] = "false"
    return after


def listed(user: User, attributes: Mapping[str, str] | None = None) -> list[AttributeType]:
    """Return a user's attributes as answers carry them, `sub` first."""
    shown = {"sub": user.sub, **(user.attributes if attributes is None else attributes)}
    return [{"Name": name, "Value": value} for name, value in shown.items()]


# -- writing ---------------------------------------------------------------------------------------------------------
def write(
    tx: Tx, pool: UserPool, user: User, attributes: Mapping[str, str], now: int, *, force: bool = False, **changes: Any
) -> User:
    """Replace the user's attributes, and with them the aliases that sign the user in; `changes` are of other members.

    Raises AliasExistsException, see `claim_aliases`.
    """
    after = users.update(tx, user, attributes=dict(attributes), modified_at=now, **changes)
    for alias_key in users.aliases_of(tx, pool.pool_id, user.sub) - _aliases(pool, after).keys():
        users.release_alias(tx, pool.pool_id, alias_key, user.sub)
    claim_aliases(tx, pool, after, force=force)
    return after


def claim_aliases(tx: Tx, pool: UserPool, user: User, *, force: bool = False) -> None:
    """Let the user's attributes sign the user in.

    An alias that is another user's is refused with AliasExistsException; `force` takes it, and the other user's
    attribute is then not verified any more (ATT-04).
    """
    wanted = _aliases(pool, user)
    for alias_key in sorted(wanted):
        if not users.claim_alias(tx, pool.pool_id, alias_key, user.sub):
            if not force or names.username_attributes(pool):
                raise AliasExistsException(f"An account with the given {wanted[alias_key]} already exists.")
            _free(tx, pool, alias_key, wanted[alias_key], user.modified_at)
            users.claim_alias(tx, pool.pool_id, alias_key, user.sub)


def are_free(tx: Tx, pool: UserPool, user: User, attributes: Mapping[str, str]) -> bool:
    """Whether none of the aliases that these attributes would be is another user's."""
    owners = {users.alias_owner(tx, pool.pool_id, alias_key) for alias_key in names.alias_keys(pool, attributes)}
    return owners <= {None, user.sub}


def _aliases(pool: UserPool, user: User) -> dict[str, str]:
    """Nothing of an unconfirmed user signs in, except what is the user name itself."""
    unconfirmed = user.status == "UNCONFIRMED" and not names.username_attributes(pool)
    return {} if unconfirmed else names.alias_keys(pool, user.attributes)


def _free(tx: Tx, pool: UserPool, alias_key: str, name: str, now: int) -> None:
    owner_sub = users.alias_owner(tx, pool.pool_id, alias_key)
    owner = None if owner_sub is None else users.find(tx, pool.pool_id, owner_sub)
    if owner is None:
        return
    users.release_alias(tx, pool.pool_id, alias_key, owner.sub)
    changed = {**owner.attributes, verified_flag(name): "false"}
    if name == "preferred_username":
        changed = {key: value for key, value in owner.attributes.items() if key != name}
    users.update(tx, owner, attributes=changed, modified_at=now)


def described(user: User, attributes_to_get: list[str] | None = None) -> UserType:
    """Return a user as lists and AdminCreateUser show one."""
    shown = listed(user)
    if attributes_to_get is not None:
        shown = [attribute for attribute in shown if attribute["Name"] in attributes_to_get]
    return {
        "Username": user.username,
        "Attributes": shown,
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": user.enabled,
        "UserStatus": user.status,  # type: ignore[typeddict-item]
    }
