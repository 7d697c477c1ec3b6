"""Datasets that came to an identity by a merge: called `<name>.<old identity id>` until they are deleted (A3).

They stay where they are. Names are at most 128 characters long, so a long one is cut to leave room for the identity:
of several that are called the same then, the first by name is meant, and the next when that one is deleted.
"""

from ostiary.store.db import Tx
from ostiary.store.identity import identities
from ostiary.store.sync import datasets
from ostiary.store.sync.datasets import Dataset, Key

LONGEST = 128


def resolved(tx: Tx, asked: Key) -> Key:
    """Return where the dataset is that a client calls by this name."""
    called, _, old = asked.dataset_name.rpartition(".")
    if not called or ":" not in old:
        return asked
    found = identities.find(tx, old)
    alive = None if found is None or found.pool_id != asked.pool_id else identities.survivor(tx, found)
    if alive is None or alive.identity_id != asked.identity_id or old == asked.identity_id:
        return asked
    key = Key(asked.pool_id, old, called)
    if len(called) < _room(old):
        return key
    cut = (dataset.key for dataset in datasets.of_identity(tx, asked.pool_id, old))
    return next((found for found in cut if found.dataset_name.startswith(called)), key)


def names(tx: Tx, asked: Key) -> list[str]:
    """Return what the datasets are called that a merge brought beside this one."""
    found = []
    for old in identities.merged(tx, asked.pool_id, asked.identity_id):
        key = asked._replace(identity_id=old)
        if datasets.find(tx, key).exists:
            found.append(name_of(key))
    return found


def of_identity(tx: Tx, pool_id: str, identity_id: str) -> dict[str, Dataset]:
    """Return an identity's datasets and those that merges brought, by what they are called."""
    found = {dataset.key.dataset_name: dataset for dataset in datasets.of_identity(tx, pool_id, identity_id)}
    for old in identities.merged(tx, pool_id, identity_id):
        for dataset in datasets.of_identity(tx, pool_id, old):
            found.setdefault(name_of(dataset.key), dataset)
    return dict(sorted(found.items()))


def name_of(key: Key) -> str:
    """Return what a dataset of a merged identity is called."""
    return f"{key.dataset_name[: _room(key.identity_id)]}.{key.identity_id}"


def _room(identity_id: str) -> int:
    return LONGEST - len(identity_id) - 1
