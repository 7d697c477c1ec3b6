"""Sign-ins: one row each, for as long as its refresh token lives. A sign-in whose row is gone is revoked."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from ostiary.store import removals, schema
from ostiary.store.db import Tx

LONGEST_ACCESS_SECONDS = 86400
"""How long an access token lives at most: one that was made just before its refresh token expired outlives that."""


class Session(NamedTuple):
    """A sign-in as its user sees it among others; times are milliseconds, all is empty where nobody keeps track."""

    session_id: str = ""
    began_at: int = 0
    active_at: int = 0
    device_type: str = ""
    last_ip: str = ""


UNTRACKED = Session()
_TABLE = schema.token_families
_CLIENT = (schema.user_pool_clients.c.pool_id == _TABLE.c.pool_id) & (
    schema.user_pool_clients.c.client_id == _TABLE.c.client_id
)
_FIND = (
    select(_TABLE)
    .join(schema.user_pool_clients, _CLIENT)
    .where(_TABLE.c.pool_id == bindparam("pool_id"), _TABLE.c.origin_jti == bindparam("origin_jti"))
)
"""The sign-ins of a client that was deleted are there until they are removed."""
_TRACKED = (
    select(_TABLE)
    .join(schema.user_pool_clients, _CLIENT)
    .join(schema.users, (schema.users.c.pool_id == _TABLE.c.pool_id) & (schema.users.c.sub == _TABLE.c.sub))
    .where(
        _TABLE.c.pool_id == bindparam("pool_id"),
        _TABLE.c.sub == bindparam("sub"),
        _TABLE.c.rotated_at > schema.users.c.tokens_valid_after,
        _TABLE.c.session_id > "",
        _TABLE.c.current_jti > "",
        _TABLE.c.expires_at > bindparam("now"),
    )
    .order_by(_TABLE.c.active_at.desc(), _TABLE.c.session_id)
)


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
    session: Session = UNTRACKED


_COLUMNS = tuple(name for name in TokenFamily.__slots__ if name != "session")


def add(tx: Tx, family: TokenFamily) -> None:
    """Insert a sign-in."""
    values = {name: getattr(family, name) for name in _COLUMNS}
    tx.insert(schema.token_families, **values, **family.session._asdict())


def find(tx: Tx, pool_id: str, origin_jti: str) -> TokenFamily | None:
    """Return a sign-in that is not revoked."""
    row = tx.one(_FIND, pool_id=pool_id, origin_jti=origin_jti)
    return None if row is None else _family(row)


def rotate(tx: Tx, family: TokenFamily, jti: str, now: int) -> bool:
    """Make `jti` the good refresh token; return whether nobody else did so first."""
    table = schema.token_families
    unchanged = {"pool_id": family.pool_id, "origin_jti": family.origin_jti, "current_jti": family.current_jti}
    return tx.update(table, unchanged, current_jti=jti, previous_jti=family.current_jti, rotated_at=now) == 1


def tracked(tx: Tx, pool_id: str, sub: str, now: int) -> list[TokenFamily]:
    """Return a user's sign-ins that are kept track of and still good, the one used last first."""
    return [_family(row) for row in tx.all(_TRACKED, pool_id=pool_id, sub=sub, now=now)]


def seen(tx: Tx, family: TokenFamily, active_at: int, device_type: str, last_ip: str) -> None:
    """Note when (milliseconds) and from where a sign-in was used."""
    key = {"pool_id": family.pool_id, "origin_jti": family.origin_jti}
    tx.update(_TABLE, key, active_at=active_at, device_type=device_type, last_ip=last_ip)


def revoke(tx: Tx, pool_id: str, origin_jti: str) -> bool:
    """End a sign-in; return whether it was there."""
    table = schema.token_families
    return tx.delete(table, table.c.pool_id == pool_id, table.c.origin_jti == origin_jti) == 1


def end_refreshing(tx: Tx, pool_id: str, sub: str, device_key: str) -> None:
    """Make the refresh tokens worthless that belong to a device; access tokens go on until they expire."""
    table = schema.token_families
    of_device = (table.c.pool_id == pool_id, table.c.sub == sub, table.c.device_key == device_key)
    tx.update(table, *of_device, current_jti="", previous_jti="")


def revoke_all(tx: Tx, pool_id: str, sub: str, until: int) -> None:
    """End every sign-in of a user, whose tokens are dead that were made up to the second `until`.

    Those are removed in bites; what other clocks say is later, or was made in this second, goes at once.
    """
    table = schema.token_families
    tx.delete(table, table.c.pool_id == pool_id, table.c.sub == sub, table.c.rotated_at > until)
    removals.begin(tx, "sign_ins", pool_id, up_to=until, sub=sub)


def _family(row: Any) -> TokenFamily:
    members = {name: getattr(row, name) for name in _COLUMNS}
    session = Session(*(getattr(row, name) or empty for name, empty in UNTRACKED._asdict().items()))
    return TokenFamily(**{**members, "device_key": row.device_key or "", "session": session})
