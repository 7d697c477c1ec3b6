"""Many devices of one identity at once: nothing is counted wrong, nothing waits in a circle."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from ostiary.sync import datasets, updates
from tests.sync.conftest import Dataset, IdentityPool, remove, replace

DEVICES, TURNS = 8, 40
DATASETS = [f"dataset-{number}" for number in range(6)]


def change(dataset: Dataset, choose: random.Random) -> str:
    """Delete a dataset, or write some of its records; return what came of it."""
    try:
        if choose.random() < 0.2:
            dataset.sync.delete_dataset(**dataset.place)
        else:
            listed = dataset.listed()
            known = {record["Key"]: record["SyncCount"] for record in listed["Records"]}
            keys = [(key, known.get(key, 0)) for key in choose.sample("abcde", 3)]
            patches = [replace(key, "v", count) if choose.random() < 0.6 else remove(key, count) for key, count in keys]
            dataset.update(*patches, token=listed["SyncSessionToken"])
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return "done"


def test_sizes_are_right_whatever_is_written_and_deleted_at_once(
    pool: IdentityPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "DELETED_KEPT", 1)
    monkeypatch.setattr(updates, "REMOVED_KEPT", 1)
    person = pool.guest()

    def device(number: int) -> set[str]:
        choose = random.Random(number)
        return {change(person.dataset(choose.choice(DATASETS)), choose) for _ in range(TURNS)}

    with ThreadPoolExecutor(DEVICES) as threads:
        outcomes = set().union(*threads.map(device, range(DEVICES)))
    assert outcomes <= {"done", "ResourceConflictException", "ResourceNotFoundException"}
    held = [person.dataset(name).values() for name in DATASETS]
    size = sum(len(key) + len(value) for values in held for key, value in values.items() if value is not None)
    assert person.sync.describe_identity_usage(**person.place)["IdentityUsage"]["DataStorage"] == size
    assert pool.usage()["DataStorage"] == size
