"""Passkeys: the public keys that users' authenticators sign in with. An id is one user's in the whole pool (WAN-04)."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from ostiary.store import schema
from ostiary.store.db import Tx

_TABLE = schema.passkeys
_PAGE = (
    select(_TABLE)
    .where(
        _TABLE.c.pool_id == bindparam("pool_id"),
        _TABLE.c.sub == bindparam("sub"),
        _TABLE.c.credential_id > bindparam("after"),
    )
    .order_by(_TABLE.c.credential_id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey. `credential_id` is base64url, `public_key` COSE; `sign_count` is the authenticator's last one."""

    pool_id: str
    credential_id: str
    sub: str
    public_key: bytes = field(repr=False)
    sign_count: int
    rp_id: str
    name: str
    attachment: str
    transports: list[str]
    backup_eligible: bool
    created_at: int


def add(tx: Tx, passkey: Passkey) -> bool:
    """Insert a passkey; return whether its id was nobody's in the pool."""
    members = {name: getattr(passkey, name) for name in Passkey.__slots__}
    return tx.insert_if_absent(_TABLE, **{**members, "transports": json.dumps(passkey.transports)})


def find(tx: Tx, pool_id: str, credential_id: str) -> Passkey | None:
    """Return the passkey of this id."""
    row = tx.get(_TABLE, pool_id=pool_id, credential_id=credential_id)
    return None if row is None else _passkey(row)


def page(tx: Tx, pool_id: str, sub: str, after: str | None, limit: int) -> list[Passkey]:
    """Return at most `limit` passkeys of a user, by id, behind the id `after`."""
    rows = tx.all(_PAGE, pool_id=pool_id, sub=sub, after=after or "", limit=limit)
    return [_passkey(row) for row in rows]


def use(tx: Tx, passkey: Passkey, sign_count: int) -> bool:
    """Note the authenticator's count; return whether nobody else did meanwhile."""
    unchanged = {
        "pool_id": passkey.pool_id,
        "credential_id": passkey.credential_id,
        "sign_count": passkey.sign_count,
    }
    return tx.update(_TABLE, unchanged, sign_count=sign_count) == 1


def delete(tx: Tx, pool_id: str, sub: str, credential_id: str) -> bool:
    """Forget a passkey of a user; return whether it was there."""
    return tx.delete(_TABLE, {"pool_id": pool_id, "credential_id": credential_id, "sub": sub}) == 1


def _passkey(row: Any) -> Passkey:
    members = {name: getattr(row, name) for name in Passkey.__slots__}
    members |= {"public_key": bytes(row.public_key), "transports": json.loads(row.transports)}
    return Passkey(**{**members, "backup_eligible": bool(row.backup_eligible)})
