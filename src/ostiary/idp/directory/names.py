"""The names that sign a user in: how they are compared, which attributes count, and who has one."""

import re
from collections.abc import Mapping, Sequence

from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import folded

_SUB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PHONE = re.compile(r"\+[0-9]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PART = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+"
_ADDRESS = re.compile(f"{_PART}@{_PART}")


def is_case_sensitive(pool: UserPool) -> bool:
    """Whether names of this pool differ by case; true unless the pool was created otherwise."""
    sensitive: bool = pool.configuration.get("UsernameConfiguration", {}).get("CaseSensitive", True)
    return sensitive


def user_key(pool: UserPool, name: str) -> str:
    """Return a name as this pool compares it (ATT-05)."""
    return name if is_case_sensitive(pool) else folded(name)


def shown(pool: UserPool, name: str) -> str:
    """Return a user name, e-mail address or preferred user name as it is stored and shown."""
    return name if is_case_sensitive(pool) else name.lower()


def is_sub(text: str) -> bool:
    """Whether this is written like a user's sub."""
    return _SUB.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether somebody who wrote this meant an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether this is an e-mail address alone: without quotes, comments or a name, and with nothing that ends it."""
    return _ADDRESS.fullmatch(text) is not None


def is_phone_number(text: str) -> bool:
    """Whether this is written like an international phone number."""
    return _PHONE.fullmatch(text) is not None


def username_attributes(pool: UserPool) -> Sequence[str]:
    """Return the attributes that are the user name of this pool's users; empty where they choose one."""
    return pool.configuration.get("UsernameAttributes", [])


def alias_attributes(pool: UserPool) -> Sequence[str]:
    """Return the attributes that sign in besides the user name."""
    return pool.configuration.get("AliasAttributes", [])


def attribute_of(pool: UserPool, name: str) -> str | None:
    """Return which signing-in attribute of the pool a name is written like: none hides one of another kind."""
    signing_in = username_attributes(pool) or alias_attributes(pool)
    if "email" in signing_in and is_email(name):
        return "email"
    if "phone_number" in signing_in and is_phone_number(name):
        return "phone_number"
    return "preferred_username" if "preferred_username" in signing_in else None


def alias_keys(pool: UserPool, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the aliases, as they are compared, that these attributes of a user are: alias to attribute name.

    Where the attribute is the user name it counts at once; an e-mail address or phone number that is only an alias
    counts when it is verified (ATT-04, FED-13).
    """
    names = [name for name in username_attributes(pool) if name in attributes]
    names += [
        name
        for name in alias_attributes(pool)
        if name in attributes and (name == "preferred_username" or attributes.get(f"{name}_verified") == "true")
    ]
    return {_alias_key(pool, name, attributes[name]): name for name in names}


def _alias_key(pool: UserPool, attribute: str, value: str) -> str:
    return f"{attribute}:{user_key(pool, value)}"
