"""What has expired and is worth as much as nothing: kept until somebody sweeps it away."""

from ostiary.store import rate_windows, sign_in_failures, spent, sync_stream, token_families
from ostiary.store.db import Store

FAILURES_SECONDS = 3600
"""For how long failed sign-ins are kept at least; they count for a quarter of that."""


def sweep(store: Store, now: int) -> None:
    """Delete sign-ins whose tokens have all expired, used-up ids, payloads, rates and failures of long ago."""
    with store.write() as tx:
        token_families.remove_expired(tx, now)
    with store.write() as tx:
        spent.remove_expired(tx, now)
    with store.write() as tx:
        sync_stream.remove_expired(tx, now)
    with store.write() as tx:
        sign_in_failures.remove_old(tx, (now - FAILURES_SECONDS) * 1000)
    with store.write() as tx:
        rate_windows.remove_old(tx, now - FAILURES_SECONDS)
