"""Sign-ins: one row each, for as long as its refresh token lives. A sign-in whose row is gone is revoked."""

from dataclasses import dataclass
from typing import Any

from ostiary.store import schema
from ostiary.store.db import Tx

LONGEST_ACCESS_SECONDS = 86400
"""How long an access token lives at most: one that was made just before its refresh token expired outlives that."""


@dataclass(frozen=True, slots=True)
class TokenFamily:
    """The tokens of one sign-in. `current_jti` is the refresh token that is good, `previous_jti` the one before it.

    `device_key` is the device that it comes from, or empty; where that was forgotten, no refresh token is good.
    """

    pool_id: str
    origin_jti: str
    sub: str
    client_id: str
    current_jti: str
    previous_jti: str
    rotated_at: int
    expires_at: int
    device_key: str = ""


def add(tx: Tx, family: TokenFamily) -> None:
    """Insert a sign-in."""
    tx.insert(schema.token_families, **{name: getattr(family, name) for name in TokenFamily.__slots__})


def find(tx: Tx, pool_id: str, origin_jti: str) -> TokenFamily | None:
    """Return a sign-in that is not revoked."""
    row = tx.get(schema.token_families, pool_id=pool_id, origin_jti=origin_jti)
    return None if row is None else _family(row)


def rotate(tx: Tx, family: TokenFamily, jti: str, now: int) -> bool:
    """Make `jti` the good refresh token; return whether nobody else did so first."""
    table = schema.token_families
    unchanged = {"pool_id": family.pool_id, "origin_jti": family.origin_jti, "current_jti": family.current_jti}
    return tx.update(table, unchanged, current_jti=jti, previous_jti=family.current_jti, rotated_at=now) == 1


def revoke(tx: Tx, pool_id: str, origin_jti: str) -> bool:
    """End a sign-in; return whether it was there."""
    table = schema.token_families
    return tx.delete(table, table.c.pool_id == pool_id, table.c.origin_jti == origin_jti) == 1


def end_refreshing(tx: Tx, pool_id: str, sub: str, device_key: str) -> None:
    """Make the refresh tokens worthless that belong to a device; access tokens go on until they expire."""
    table = schema.token_families
    of_device = (table.c.pool_id == pool_id, table.c.sub == sub, table.c.device_key == device_key)
    tx.update(table, *of_device, current_jti="", previous_jti="")


def revoke_all(tx: Tx, pool_id: str, sub: str) -> None:
    """End every sign-in of a user."""
    table = schema.token_families
    tx.delete(table, table.c.pool_id == pool_id, table.c.sub == sub)


def remove_expired(tx: Tx, now: int) -> None:
    """Delete the sign-ins that no token can refer to any more."""
    table = schema.token_families
    tx.delete(table, table.c.expires_at < now - LONGEST_ACCESS_SECONDS)


def _family(row: Any) -> TokenFamily:
    members = {name: getattr(row, name) for name in TokenFamily.__slots__}
    return TokenFamily(**{**members, "device_key": row.device_key or ""})
