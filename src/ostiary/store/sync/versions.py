"""How often datasets changed, by parts of a pool: what a process looks at that may have missed a hint."""

import zlib

from ostiary.store import schema
from ostiary.store.db import Tx

PARTS = 256
"""How finely a look tells whose datasets changed; so many writers of one pool count beside each other."""
_TABLE = schema.sync_versions


def part_of(identity_id: str) -> int:
    """Return the part that an identity is in."""
    return zlib.crc32(identity_id.encode()) % PARTS


def count(tx: Tx, pool_id: str, identity_id: str) -> None:
    """Count a change. The last thing that a transaction does: who changes the same part waits for its end."""
    tx.accumulate(_TABLE, ("version",), pool_id=pool_id, part=part_of(identity_id), version=1)


def of_pool(tx: Tx, pool_id: str) -> dict[int, int]:
    """Return the version of each part of a pool that ever changed."""
    query = _TABLE.select().where(_TABLE.c.pool_id == pool_id)
    return {row.part: row.version for row in tx.all(query)}
