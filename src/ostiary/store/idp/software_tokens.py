"""Authenticator apps: one TOTP seed for each user, sealed, and one that waits to be proven."""

from dataclasses import dataclass, field
from typing import Any

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class SoftwareToken:
    """A user's seed, `proposal` the one that is not proven yet; `last_step` is that of the last code that was used."""

    pool_id: str
    sub: str
    sealed: bytes | None = field(repr=False)
    proposal: bytes | None = field(repr=False)
    friendly_name: str
    last_step: int


def find(tx: Tx, pool_id: str, sub: str) -> SoftwareToken | None:
    """Return the seeds of a user."""
    row = tx.get(schema.software_tokens, pool_id=pool_id, sub=sub)
    return None if row is None else _token(row)


def propose(tx: Tx, pool_id: str, sub: str, sealed: bytes) -> None:
    """Remember a seed that the user must prove; the one in use stays until then (MFA-02)."""
    empty = {"sealed": None, "sealed_proposal": None, "friendly_name": "", "last_step": 0}
    tx.insert_if_absent(schema.software_tokens, pool_id=pool_id, sub=sub, **empty)
    tx.update(schema.software_tokens, {"pool_id": pool_id, "sub": sub}, sealed_proposal=sealed)


def accept(tx: Tx, token: SoftwareToken, step: int, friendly_name: str) -> bool:
    """Make the proven seed the one in use; return whether the proposal was still this one."""
    table = schema.software_tokens
    unchanged = {"pool_id": token.pool_id, "sub": token.sub, "sealed_proposal": token.proposal}
    changes = {"sealed": token.proposal, "sealed_proposal": None, "friendly_name": friendly_name, "last_step": step}
    return tx.update(table, unchanged, **changes) == 1


def use(tx: Tx, token: SoftwareToken, step: int) -> bool:
    """Use up the code of a time step and of all before it; return whether nobody else did (MFA-01)."""
    table = schema.software_tokens
    where = (table.c.pool_id == token.pool_id, table.c.sub == token.sub, table.c.last_step < step)
    return tx.update(table, *where, table.c.sealed == token.sealed, last_step=step) == 1


def delete(tx: Tx, pool_id: str, sub: str) -> None:
    """Forget the seeds of a user."""
    tx.delete(schema.software_tokens, {"pool_id": pool_id, "sub": sub})


def _token(row: Any) -> SoftwareToken:
    return SoftwareToken(
        pool_id=row.pool_id,
        sub=row.sub,
        sealed=None if row.sealed is None else bytes(row.sealed),
        proposal=None if row.sealed_proposal is None else bytes(row.sealed_proposal),
        friendly_name=row.friendly_name,
        last_step=row.last_step,
    )
