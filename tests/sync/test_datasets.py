"""Datasets through boto3: list, describe, delete."""

import pytest

from ostiary.store import removals
from ostiary.sync import datasets
from tests.sync.conftest import IdentityPool, refused, remove, replace

MANY = 3 * removals.BITE
"""Records that do not go at once."""


def test_a_dataset_tells_its_sizes_and_dates(pool: IdentityPool) -> None:
    person = pool.guest()
    notes = person.dataset()
    notes.update(replace("a", "é"), replace("bb", "22"))
    notes.update(remove("bb", 1), replace("a", "123", 1), DeviceId="phone")
    described = notes.sync.describe_dataset(**notes.place)["Dataset"]
    assert (described["IdentityId"], described["DatasetName"]) == (person.identity_id, "notes")
    assert (described["NumRecords"], described["DataStorage"]) == (1, len("a123"))
    assert described["LastModifiedBy"] == "phone"
    assert described["CreationDate"] <= described["LastModifiedDate"]
    assert notes.sync.list_datasets(**person.place)["Datasets"] == [described]


def test_a_dataset_that_is_not_there_is_not_found(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    for call in (notes.sync.describe_dataset, notes.sync.delete_dataset):
        with refused("ResourceNotFoundException", 404):
            call(**notes.place)


def test_datasets_are_listed_by_name_a_page_at_a_time(pool: IdentityPool) -> None:
    person = pool.guest()
    for name in ("b", "a", "c"):
        person.dataset(name).update(replace("k", "1"))
    first = person.sync.list_datasets(**person.place, MaxResults=2)
    second = person.sync.list_datasets(**person.place, MaxResults=2, NextToken=first["NextToken"])
    assert [found["DatasetName"] for page in (first, second) for found in page["Datasets"]] == ["a", "b", "c"]
    assert (first["Count"], second["Count"]) == (2, 1)
    assert "NextToken" not in second
    other = pool.guest()
    with refused("InvalidParameterException", 400):
        other.sync.list_datasets(**other.place, NextToken=first["NextToken"])


def test_a_deleted_dataset_is_told_and_its_count_goes_on(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"), replace("b", "1"))
    deleted = notes.sync.delete_dataset(**notes.place)["Dataset"]
    assert (deleted["DatasetName"], deleted["NumRecords"]) == ("notes", 2)
    answer = notes.listed(1)
    assert answer["DatasetExists"] is False
    assert answer["Records"] == []
    assert answer["DatasetDeletedAfterRequestedSyncCount"] is True
    assert notes.listed(0)["DatasetDeletedAfterRequestedSyncCount"] is False
    with refused("ResourceConflictException", 409):
        notes.update(replace("a", "2", 1))
    (record,) = notes.update(replace("a", "2"))
    assert record["SyncCount"] > 1
    assert notes.listed(1)["DatasetDeletedAfterRequestedSyncCount"] is True
    assert notes.listed(record["SyncCount"])["DatasetDeletedAfterRequestedSyncCount"] is False
    assert notes.values() == {"a": "2"}
    with refused("ResourceConflictException", 409):
        notes.update(replace("b", "of a device that does not know", 1))


def test_counts_go_on_when_nobody_remembers_the_deleted_dataset(
    pool: IdentityPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "DELETED_KEPT", 1)
    person = pool.guest()
    seen = {}
    for name in ("old", "older", "oldest"):
        (record,) = person.dataset(name).update(replace("a", "1"))
        seen[name] = record["SyncCount"]
        person.sync.delete_dataset(**person.dataset(name).place)
    for name, count in seen.items():
        dataset = person.dataset(name)
        assert dataset.listed(count)["DatasetDeletedAfterRequestedSyncCount"] is True
        (record,) = dataset.update(replace("a", "2"))
        assert record["SyncCount"] > count
        assert dataset.listed(count)["DatasetDeletedAfterRequestedSyncCount"] is True
        assert dataset.listed(record["SyncCount"])["DatasetDeletedAfterRequestedSyncCount"] is False


def test_who_is_deleted_takes_the_data_along(pool: IdentityPool) -> None:
    person = pool.guest()
    person.dataset().update(replace("a", "secret"))
    assert pool.usage()["DataStorage"] == len("asecret")
    pool.identity.delete_identities(IdentityIdsToDelete=[person.identity_id])
    assert pool.usage()["DataStorage"] == 0
    with refused("NotAuthorizedException", 403):
        person.dataset().listed()
    with refused("ResourceNotFoundException", 404):
        pool.root.describe_dataset(**person.dataset().place)


def test_a_dataset_made_again_has_nothing_of_a_large_one_before(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(*(replace(f"k{number:04d}", "old") for number in range(MANY)))
    notes.update(*(remove(f"k{number:04d}", 1) for number in range(10)))
    notes.sync.delete_dataset(**notes.place)
    assert notes.listed()["Records"] == []
    last = f"k{MANY - 1:04d}"
    with refused("ResourceConflictException", 409, f"Current SyncCount for: {last} is 0"):
        notes.update(replace(last, "new", 1))
    notes.update(replace(last, "new"), replace("k0000", "new"))
    assert notes.values() == {last: "new", "k0000": "new"}
    described = notes.sync.describe_dataset(**notes.place)["Dataset"]
    assert (described["NumRecords"], described["DataStorage"]) == (2, 2 * len("k0000new"))
