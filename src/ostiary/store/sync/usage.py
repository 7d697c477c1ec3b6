"""What identity pools use of sync, kept as it changes. Times are milliseconds."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from ostiary.store import schema
from ostiary.store.db import Tx

PARTS = 16
"""How many writers of one pool count beside each other."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Sync sessions since the pool was made, bytes stored, and when that last changed."""

    sessions: int
    data_storage: int
    modified_at: int


def count(tx: Tx, pool_id: str, identity_id: str, *, sessions: int = 0, storage: int, now: int) -> None:
    """Add to what a pool uses."""
    tx.accumulate(
        schema.sync_usage,
        ("sessions", "data_storage"),
        pool_id=pool_id,
        part=zlib.crc32(identity_id.encode()) % PARTS,
        sessions=sessions,
        data_storage=storage,
        modified_at=now,
    )


def of_pools(tx: Tx, pool_ids: Sequence[str]) -> dict[str, Usage]:
    """Return what each of these pools uses; those that nobody synchronized with are missing."""
    table = schema.sync_usage
    query = (
        select(
            table.c.pool_id,
            func.sum(table.c.sessions).label("sessions"),
            func.sum(table.c.data_storage).label("data_storage"),
            func.max(table.c.modified_at).label("modified_at"),
        )
        .where(table.c.pool_id.in_(pool_ids))
        .group_by(table.c.pool_id)
    )
    return {row.pool_id: Usage(int(row.sessions), int(row.data_storage), row.modified_at) for row in tx.all(query)}
