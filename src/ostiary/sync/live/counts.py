"""How an identity's datasets stand in the database."""

from ostiary.store.db import Tx
from ostiary.store.sync import datasets
from ostiary.store.sync.datasets import Dataset
from ostiary.sync import merged
from ostiary.sync.live.stream import Place, Told


def of_identity(tx: Tx, place: Place) -> dict[str, Told]:
    """Return all datasets by what the client calls them: those that merges brought too, and deleted ones."""
    found = {dataset.key.dataset_name: dataset for dataset in datasets.deleted(tx, *place)}
    found |= merged.of_identity(tx, *place)
    return {name: Told(name, dataset.sync_count, _device(dataset)) for name, dataset in found.items()}


def _device(dataset: Dataset) -> str:
    """Return the device that changed it last; where none said so, the caller stands there."""
    by = dataset.modified_by
    return "" if by == dataset.key.identity_id or by.startswith("arn:") else by
