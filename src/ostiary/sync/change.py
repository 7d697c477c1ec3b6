"""A change of a dataset, as whoever wants to hear of it is told."""

from dataclasses import dataclass
from typing import Literal

from ostiary.store.sync.records import Record


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
