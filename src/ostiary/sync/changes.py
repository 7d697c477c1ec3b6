"""What follows from a change of a dataset: one line here for each that wants to hear of it."""

from collections.abc import Callable

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.sync.change import Change
from ostiary.sync.live.hints import hint
from ostiary.sync.push import wake
from ostiary.sync.streams import stream

__all__ = ["CONSUMERS", "Change", "changed"]

CONSUMERS: tuple[Callable[[Tx, Context, Change], None], ...] = (stream, wake, hint)
"""Each is called inside the transaction that makes the change: it writes rows, and leaves the network for later."""


def changed(tx: Tx, ctx: Context, change: Change) -> None:
    """Tell every consumer of a change that `tx` makes."""
    for consumer in CONSUMERS:
        consumer(tx, ctx, change)
