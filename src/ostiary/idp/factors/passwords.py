"""Passwords: the policy, the sealed SRP verifiers they are kept as, and comparing with one."""

import hmac
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidPasswordException, PasswordHistoryPolicyViolationException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.store.db import Tx
from ostiary.store.idp import password_history
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_PURPOSE = "password-verifier"
_SALT_BYTES = 16
_VERIFIER_BYTES = 384
_LONGEST = 256
_SECONDS_PER_DAY = 86400
_UPPERCASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWERCASE = _UPPERCASE.lower()
_DIGITS = "0123456789"
_SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= "
_GENERATED_LENGTH = 16
_GENERATED_CLASSES = (_UPPERCASE, _LOWERCASE, _DIGITS, "!#%*+-=?@^_")
_RULES = (
    ("RequireUppercase", _UPPERCASE, "uppercase"),
    ("RequireLowercase", _LOWERCASE, "lowercase"),
    ("RequireNumbers", _DIGITS, "numeric"),
    ("RequireSymbols", _SYMBOLS, "symbol"),
)


def check_policy(pool: UserPool, password: str) -> None:
    """Refuse a password that breaks the pool's policy, with the first rule it breaks. It is never changed (PWD-03)."""
    policy: Mapping[str, Any] = pool.configuration["Policies"]["PasswordPolicy"]
    if len(password) < policy["MinimumLength"]:
        raise InvalidPasswordException("Password did not conform with policy: Password not long enough")
    if len(password) > _LONGEST:
        raise InvalidPasswordException("Password did not conform with policy: Password too long")
    inner = password.strip(" ")
    for rule, characters, name in _RULES:
        if policy[rule] and not any(character in characters for character in inner):
            raise InvalidPasswordException(
                f"Password did not conform with policy: Password must have {name} characters"
            )


def history_size(pool: UserPool) -> int:
    """Return how many passwords, the present one among them, cannot be chosen again."""
    size: int = pool.configuration["Policies"]["PasswordPolicy"].get("PasswordHistorySize", 0)
    return size


def check_history(ctx: Context, pool: UserPool, user: User, password: str, *, tx: Tx | None = None) -> None:
    """Refuse a password that the user has or had, as far back as the pool remembers; `tx` when one is under way."""
    size = history_size(pool)
    if size == 0:
        return
    with nullcontext(tx) if tx else ctx.store.read() as reading:
        before = password_history.newest(reading, pool.pool_id, user.sub, size - 1)
    known = [verifier for verifier in (user.sealed_verifier, *before) if verifier is not None]
    if any(password_matches(ctx, pool, replace(user, sealed_verifier=verifier), password) for verifier in known):
        raise PasswordHistoryPolicyViolationException("Password has previously been used")


def remember(tx: Tx, ctx: Context, pool: UserPool, user: User) -> None:
    """Keep the password that a user is about to replace, where the pool remembers them."""
    if history_size(pool) and user.sealed_verifier is not None:
        at = int(ctx.clock.now() * 1_000_000)
        password_history.add(tx, pool.pool_id, user.sub, user.sealed_verifier, at)


def generated(ctx: Context, pool: UserPool) -> str:
    """Return a random password that meets the pool's policy and needs no escaping in a message."""
    length = max(_GENERATED_LENGTH, pool.configuration["Policies"]["PasswordPolicy"]["MinimumLength"])
    characters = "".join(ctx.random.text(1, each) for each in _GENERATED_CLASSES)
    characters += ctx.random.text(length - len(characters), "".join(_GENERATED_CLASSES))
    return "".join(sorted(characters, key=lambda _: ctx.random.bytes(8)))


def temporary_until(pool: UserPool, now: int) -> int:
    """Return until when a temporary password that is set now can be used, in seconds since the epoch (PWD-10)."""
    days: int = pool.configuration["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
    return now + days * _SECONDS_PER_DAY


def new_verifier(ctx: Context, pool: UserPool, username: str, password: str) -> bytes:
    """Return the sealed SRP salt and verifier of a password; `username` is the user's own, never an alias."""
    head, *tail = ctx.random.bytes(_SALT_BYTES)
    salt = bytes([head & 0x7F or 1, *tail])  # the same as bytes and as the number that clients read
    verifier = srp.new_verifier(pool.short_name, username, password, salt)
    return ctx.keyring.seal(salt + verifier.to_bytes(_VERIFIER_BYTES, "big"), _PURPOSE)


def open_verifier(ctx: Context, user: User | None) -> tuple[bytes, int] | None:
    """Return the SRP salt (16 bytes) and verifier of a password, in the same time None for who has none (ENU-04)."""
    if user is None or user.sealed_verifier is None:
        ctx.keyring.seal(bytes(_SALT_BYTES + _VERIFIER_BYTES), _PURPOSE)
        return None
    opened = ctx.keyring.open(user.sealed_verifier, _PURPOSE)
    return opened[:_SALT_BYTES], int.from_bytes(opened[_SALT_BYTES:], "big")


def password_matches(ctx: Context, pool: UserPool, user: User | None, password: str) -> bool:
    """Whether this is the user's password, in the same time for a user who is absent or has none (ENU-04)."""
    known = open_verifier(ctx, user)
    salt, verifier = known or (bytes(_SALT_BYTES), 0)
    username = "" if user is None else user.username
    tried = srp.new_verifier(pool.short_name, username, password, salt)
    same = hmac.compare_digest(tried.to_bytes(_VERIFIER_BYTES, "big"), verifier.to_bytes(_VERIFIER_BYTES, "big"))
    return same and known is not None
