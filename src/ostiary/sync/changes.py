"""What follows from a change of a dataset: one line here for each that wants to hear of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.records import Record


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change, as clients call the dataset.

    `operation` is `replace` for an update of records, whatever became of each, `remove` for the whole dataset.
    `device_id` is the device that made it, empty when it did not say. `records` are those that changed, as they are
    now; one that was removed has no value.
    """

    pool_id: str
    identity_id: str
    dataset_name: str
    sync_count: int
    operation: Literal["replace", "remove"]
    device_id: str
    records: tuple[Record, ...] = ()


CONSUMERS: tuple[Callable[[Tx, Context, Change], None], ...] = ()
"""Each is called inside the transaction that makes the change: it writes rows, and leaves the network for later."""


def changed(tx: Tx, ctx: Context, change: Change) -> None:
    """Tell every consumer of a change that `tx` makes."""
    for consumer in CONSUMERS:
        consumer(tx, ctx, change)
