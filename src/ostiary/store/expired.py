"""What has expired and is worth as much as nothing: kept until somebody sweeps it away, a bite at a time."""

from sqlalchemy import ColumnElement, Table

from ostiary.store import schema
from ostiary.store.idp.token_families import LONGEST_ACCESS_SECONDS

FAILURES_SECONDS = 3600
"""For how long failed sign-ins are kept at least; they count for a quarter of that."""
Heap = tuple[Table, ColumnElement[bool]]
"""Rows of a table that meet a condition."""


def heaps(now: int, *, messages: bool) -> list[Heap]:
    """Return what has expired by `now`: sign-ins, used-up ids, payloads, failures and rates of long ago, messages."""
    before = now - FAILURES_SECONDS
    found = [
        (schema.token_families, schema.token_families.c.expires_at < now - LONGEST_ACCESS_SECONDS),
        (schema.spent, schema.spent.c.expires_at < now),
        (schema.sync_stream_payloads, schema.sync_stream_payloads.c.expires_at <= now),
        (schema.sign_in_failures, schema.sign_in_failures.c.last_at < before * 1000),
        (schema.rate_windows, schema.rate_windows.c.second < before),
    ]
    return [*found, (schema.messages, schema.messages.c.expires_at <= now)] if messages else found
