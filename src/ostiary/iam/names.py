"""Identifiers of accounts, keys and entities (behaviour/sts.md 2)."""

from base64 import b32decode, b32encode
from typing import Literal

from ostiary.runtime.randomness import Random

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OFFSET = 549_755_813_888
_LOW, _HIGH = BASE32[:16], BASE32[16:]
KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SECRET_LENGTH = 40
_KEY_ID_LENGTH = 20


def new_access_key_id(prefix: Literal["AKIA", "ASIA"], account_id: str, random: Random) -> str:
    """Return a fresh access key id that tells the account it belongs to."""
    number = int(account_id)
    encoded = b32encode((number // 2 + _OFFSET).to_bytes(5, "big")).decode()
    return f"{prefix}{encoded}{random.text(1, _HIGH if number % 2 else _LOW)}{random.text(7, BASE32)}"


def account_of(access_key_id: str) -> str | None:
    """Return the account an access key id tells, or None when it tells none."""
    if len(access_key_id) != _KEY_ID_LENGTH or any(character not in BASE32 for character in access_key_id):
        return None
    number = 2 * (int.from_bytes(b32decode(access_key_id[4:12]), "big") - _OFFSET) + (access_key_id[12] in _HIGH)
    return f"{number:012d}" if 0 <= number < 10**12 else None


def new_unique_id(prefix: Literal["AIDA", "AROA", "ANPA"], random: Random) -> str:
    """Return a fresh unique id of 21 characters."""
    return prefix + random.text(17, BASE32)


def new_secret(random: Random) -> str:
    """Return a fresh secret access key."""
    return random.text(SECRET_LENGTH, KEY_ALPHABET)


def role_name_of(arn: str) -> tuple[str, str, str] | None:
    """Return account, path and name of a role's ARN, or None when it is not one."""
    head, _, rest = arn.partition(":role/")
    account_id = head.removeprefix("arn:aws:iam::")
    if len(account_id) != 12 or not account_id.isdecimal() or not rest:  # noqa: PLR2004 - digits of an account
        return None
    path, _, name = rest.rpartition("/")
    return account_id, f"/{path}/" if path else "/", name
