"""Passwords that users had before, as sealed verifiers, the newest first."""

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx

MOST = 24
"""How many are kept: as many as a policy may forbid."""
_FAR = 10**16


def add(tx: Tx, pool_id: str, sub: str, sealed_verifier: bytes, microseconds: int) -> None:
    """Keep a password that is being replaced, and forget those beyond MOST."""
    history = schema.password_history
    key = f"{_FAR - microseconds:016d}"
    tx.upsert(
        history,
        pool_id=pool_id,
        sub=sub,
        history_key=key,
        sealed_verifier=sealed_verifier,
        created_at=microseconds // 1_000_000,
    )
    mine = (history.c.pool_id == pool_id, history.c.sub == sub)
    beyond = tx.one(select(history.c.history_key).where(*mine).order_by(history.c.history_key).offset(MOST).limit(1))
    if beyond is not None:
        tx.delete(history, *mine, history.c.history_key >= beyond.history_key)


def newest(tx: Tx, pool_id: str, sub: str, limit: int) -> list[bytes]:
    """Return the user's last `limit` passwords before the present one."""
    history = schema.password_history
    query = select(history.c.sealed_verifier).where(history.c.pool_id == pool_id, history.c.sub == sub)
    return [bytes(row.sealed_verifier) for row in tx.all(query.order_by(history.c.history_key).limit(limit))]
