"""Codes that were sent to users, hashed, and how often somebody may still try.

A row with the purpose `x` is the outstanding code; a row with the purpose `x/…` counts attempts in a window of time.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

ATTEMPTS = 5
"""How many tries a code allows (PWD-07)."""

Outcome = Literal["redeemed", "mismatch", "expired", "exhausted"]


@dataclass(frozen=True, slots=True)
class Code:
    """An outstanding code. `destination` is the attribute it went to; times are seconds since the epoch."""

    pool_id: str
    sub: str
    purpose: str
    code_hash: str
    destination: str
    created_at: int
    expires_at: int


def put(tx: Tx, code: Code) -> None:
    """Store the code; it replaces an older one of the same user and purpose."""
    tx.upsert(
        schema.codes,
        pool_id=code.pool_id,
        sub=code.sub,
        purpose=code.purpose,
        code_hash=code.code_hash,
        destination=code.destination,
        attempts=0,
        created_at=code.created_at,
        expires_at=code.expires_at,
    )


def redeem(tx: Tx, pool_id: str, sub: str, purpose: str, *, code_hash: str, now: int) -> tuple[Outcome, str]:
    """Try a code once: the outcome, and where the code had been sent to when it is redeemed.

    The try is counted first, which locks the row: however many try at once, ATTEMPTS are looked at and one wins. The
    caller must let the transaction commit on every outcome, or the try is not counted.
    """
    codes = schema.codes
    row = (codes.c.pool_id == pool_id, codes.c.sub == sub, codes.c.purpose == purpose)
    alive = (*row, codes.c.expires_at > now, codes.c.attempts < ATTEMPTS)
    if tx.update(codes, *alive, attempts=codes.c.attempts + 1) == 0:
        left = tx.one(select(codes.c.attempts, codes.c.expires_at).where(*row))
        return ("expired" if left is None or left.expires_at <= now else "exhausted"), ""
    taken = tx.take(codes, *row, codes.c.code_hash == code_hash)
    return ("mismatch", "") if taken is None else ("redeemed", taken.destination)


def find(tx: Tx, pool_id: str, sub: str, purpose: str) -> Code | None:
    """Return what is kept under this purpose, used or not."""
    row = tx.get(schema.codes, pool_id=pool_id, sub=sub, purpose=purpose)
    return None if row is None else Code(*(getattr(row, name) for name in Code.__slots__))


def take(tx: Tx, pool_id: str, sub: str, purpose: str) -> str | None:
    """Take what stands in place of the code's destination, once; None where there is no such row."""
    row = tx.take(schema.codes, {"pool_id": pool_id, "sub": sub, "purpose": purpose})
    return None if row is None else str(row.destination)


def discard(tx: Tx, pool_id: str, sub: str, purpose: str) -> None:
    """Forget the code of this purpose."""
    codes = schema.codes
    tx.delete(codes, codes.c.pool_id == pool_id, codes.c.sub == sub, codes.c.purpose == purpose)


def discard_from(tx: Tx, pool_id: str, sub: str, purpose: str, prefix: str) -> None:
    """Forget the codes of purposes that begin with `prefix`, from this one on."""
    codes = schema.codes
    later = (codes.c.purpose >= purpose, codes.c.purpose < f"{prefix}\U0010ffff")
    tx.delete(codes, codes.c.pool_id == pool_id, codes.c.sub == sub, *later)


def spend(tx: Tx, pool_id: str, sub: str, activity: str, *, limit: int, window: int, now: int) -> bool:
    """Count one `activity` of the user; whether it is within `limit` per `window` seconds."""
    codes = schema.codes
    purpose = f"{activity}/attempts"
    row = (codes.c.pool_id == pool_id, codes.c.sub == sub, codes.c.purpose == purpose)
    tx.delete(codes, *row, codes.c.expires_at <= now)
    fresh = {"code_hash": "", "destination": "", "attempts": 1, "created_at": now, "expires_at": now + window}
    if tx.insert_if_absent(codes, pool_id=pool_id, sub=sub, purpose=purpose, **fresh):
        return True
    return tx.update(codes, *row, codes.c.attempts < limit, attempts=codes.c.attempts + 1) == 1


def sweep(tx: Tx, pool_id: str, prefix: str, now: int) -> None:
    """Delete what has expired of those whose id begins with `prefix`; what has expired is worth as much as nothing."""
    codes = schema.codes
    of_prefix = (codes.c.sub >= prefix, codes.c.sub < f"{prefix}\U0010ffff")
    tx.delete(codes, codes.c.pool_id == pool_id, *of_prefix, codes.c.expires_at <= now)
