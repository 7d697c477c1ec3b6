"""Records through boto3: counts, conflicts, sessions, pages, limits (behaviour/sync.md 2 to 4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.sync import updates
from ostiary.sync.sessions import SECONDS
from tests.fixtures.server import MovingClock
from tests.sync.conftest import Dataset, IdentityPool, refused, remove, replace


def test_a_dataset_that_was_never_written_is_an_empty_answer_with_a_session(pool: IdentityPool) -> None:
    answer = pool.guest().dataset().listed()
    assert answer["SyncSessionToken"]
    assert answer["Records"] == answer["MergedDatasetNames"] == []
    assert (answer["DatasetSyncCount"], answer["Count"]) == (0, 0)
    assert answer["DatasetExists"] is answer["DatasetDeletedAfterRequestedSyncCount"] is False


def test_an_update_counts_once_and_its_records_have_that_count(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    first = notes.update(replace("a", "1"), replace("b", "2"))
    assert [(record["Key"], record["Value"], record["SyncCount"]) for record in first] == [("a", "1", 1), ("b", "2", 1)]
    notes.update(replace("a", "3", 1))
    answer = notes.listed(1)
    assert (answer["DatasetSyncCount"], answer["Count"]) == (2, 1)
    assert [(record["Key"], record["SyncCount"]) for record in answer["Records"]] == [("a", 2)]


def test_a_record_says_who_changed_it_and_when(pool: IdentityPool) -> None:
    person = pool.guest()
    notes, seen = person.dataset(), datetime(2015, 2, 24, 19, 30, 24, 343000, tzinfo=UTC)
    (own,) = notes.update(replace("a", "1", DeviceLastModifiedDate=seen))
    assert own["DeviceLastModifiedDate"] == seen
    assert own["LastModifiedBy"] == notes.listed()["LastModifiedBy"] == person.identity_id
    (phones,) = notes.update(replace("a", "2", 1), DeviceId="phone")
    assert phones["LastModifiedBy"] == "phone"
    assert "DeviceLastModifiedDate" not in phones
    (roots,) = pool.as_root(person).update(replace("a", "3", 2))
    assert roots["LastModifiedBy"].endswith(":root")


def test_a_removed_record_is_told_without_a_value_and_comes_back_with_its_count(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    (removed,) = notes.update(remove("a", 1))
    assert "Value" not in removed
    assert removed["SyncCount"] == 2
    assert notes.values() == {"a": None}
    with refused("ResourceConflictException", 409):
        notes.update(replace("a", "2"))
    notes.update(replace("a", "2", 2))
    assert notes.values() == {"a": "2"}


def test_a_stale_count_conflicts_and_nothing_changes(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    with refused("ResourceConflictException", 409):
        notes.update(replace("b", "new"), replace("a", "2"))
    with refused("ResourceConflictException", 409):
        notes.update(remove("b", 1))
    assert notes.values() == {"a": "1"}
    assert notes.listed()["DatasetSyncCount"] == 1


def test_an_update_whose_answer_was_lost_conflicts_when_it_is_repeated(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    token = notes.listed()["SyncSessionToken"]
    notes.update(replace("a", "1"), token=token)
    with refused("ResourceConflictException", 409):
        notes.update(replace("a", "1"), token=token)
    assert [(record["Value"], record["SyncCount"]) for record in notes.listed()["Records"]] == [("1", 1)]


def test_an_update_without_patches_makes_the_dataset_and_then_changes_nothing(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    assert notes.update() == []
    assert notes.listed()["DatasetExists"] is True
    count = notes.listed()["DatasetSyncCount"]
    assert notes.update() == []
    assert notes.listed()["DatasetSyncCount"] == count


def test_a_session_serves_several_updates_of_its_own_dataset(pool: IdentityPool) -> None:
    person = pool.guest()
    notes = person.dataset()
    token = notes.listed()["SyncSessionToken"]
    assert notes.listed(SyncSessionToken=token)["SyncSessionToken"] == token
    notes.update(replace("a", "1"), token=token)
    notes.update(replace("a", "2", 1), token=token)
    others = [person.dataset("other"), pool.guest().dataset()]
    for other in others:
        with refused("InvalidParameterException", 400):
            other.update(replace("a", "1"), token=token)
        with refused("InvalidParameterException", 400):
            other.listed(SyncSessionToken=token)


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "é"])
def test_a_session_that_nobody_began_is_refused(pool: IdentityPool, token: str) -> None:
    notes = pool.guest().dataset()
    with refused("InvalidParameterException", 400, "Invalid SyncSessionToken."):
        notes.update(replace("a", "1"), token=token)
    assert notes.listed()["DatasetExists"] is False


def test_a_session_expires(pool: IdentityPool, clock: MovingClock) -> None:
    notes = pool.guest().dataset()
    token = notes.listed()["SyncSessionToken"]
    clock.advance(SECONDS - 5)
    notes.update(replace("a", "1"), token=token)
    clock.advance(10)
    with refused("InvalidParameterException", 400, "SyncSessionToken has expired."):
        notes.update(replace("a", "2", 1), token=token)


def test_pages_of_one_walk_tell_of_one_count(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(*(replace(key, key) for key in "cabde"))
    first = notes.listed(MaxResults=2)
    notes.update(replace("e", "new", 1), replace("f", "new"))
    second = notes.listed(MaxResults=2, NextToken=first["NextToken"])
    pages = [[record["Key"] for record in page["Records"]] for page in (first, second)]
    assert pages == [["a", "b"], ["c", "d"]]
    assert first["DatasetSyncCount"] == second["DatasetSyncCount"] == 1
    assert "NextToken" not in second
    assert {record["Key"] for record in notes.listed(1)["Records"]} == {"e", "f"}


def test_a_walk_is_in_the_order_of_changes(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(*(replace(key, "1") for key in "abc"))
    notes.update(replace("a", "2", 1), remove("b", 1))
    assert [record["Key"] for record in notes.listed()["Records"]] == ["c", "a", "b"]


def test_a_page_token_is_good_for_its_own_list(pool: IdentityPool) -> None:
    person = pool.guest()
    notes, other = person.dataset(), person.dataset("other")
    for dataset in (notes, other):
        dataset.update(replace("a", "1"), replace("b", "1"))
    token = notes.listed(MaxResults=1)["NextToken"]
    for call in (
        lambda: other.listed(NextToken=token),
        lambda: notes.listed(NextToken="nonsense"),
        lambda: person.sync.list_datasets(**person.place, NextToken=token),
    ):
        with refused("InvalidParameterException", 400, "Invalid NextToken."):
            call()


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_has_at_least_one_record(pool: IdentityPool, size: int) -> None:
    with refused("InvalidParameterException", 400):
        pool.guest().dataset().listed(MaxResults=size)


def test_a_page_has_at_most_1024_records(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    assert notes.listed(MaxResults=2_000_000_000)["Count"] == 1
    assert notes.listed(-(2**63))["Count"] == 1
    assert notes.listed(2**63 - 1)["Count"] == 0


@pytest.mark.parametrize(
    "patches",
    [
        [replace("a", "1"), remove("a", 0)],
        [{"Op": "replace", "Key": "a", "SyncCount": 0}],
        [{"Op": "swap", "Key": "a", "Value": "1", "SyncCount": 0}],
        [replace("", "1")],
        [replace("k" * 1025, "1")],
        [replace("a", "v" * 1_048_576)],
    ],
)
def test_patches_that_make_no_sense_are_refused_and_change_nothing(
    pool: IdentityPool, patches: list[dict[str, Any]]
) -> None:
    notes = pool.guest().dataset()
    with refused("InvalidParameterException", 400):
        notes.update(replace("fine", "1"), *patches)
    assert notes.listed()["DatasetExists"] is False


@pytest.mark.parametrize("name", ["a b", "ä", "n" * 129, "a/b"])
def test_a_name_that_no_dataset_can_have_is_refused(pool: IdentityPool, name: str) -> None:
    with refused("InvalidParameterException", 400, "1 validation error detected: Value"):
        pool.guest().dataset(name).listed()


def test_a_dataset_has_at_most_1024_records(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(*(replace(f"{number}", "") for number in range(updates.MOST_RECORDS)))
    with refused("LimitExceededException", 400):
        notes.update(replace("one more", ""))
    notes.update(remove("0", 1), replace("one more", ""))
    assert sum(value is not None for value in notes.values().values()) == updates.MOST_RECORDS


def test_an_update_replaces_every_record_at_most(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(*(replace(f"{number}", "") for number in range(updates.MOST_RECORDS)))
    others = [replace(f"other-{number}", "") for number in range(updates.MOST_RECORDS)]
    removals = [remove(f"{number}", 1) for number in range(updates.MOST_RECORDS)]
    with refused("LimitExceededException", 400):
        notes.update(*removals, *others, remove("never there", 0))
    notes.update(*removals, *others)
    assert {key for key, value in notes.values().items() if value is not None} == {item["Key"] for item in others}


def test_a_dataset_holds_a_megabyte_and_no_more(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    half = "é" * (updates.MOST_BYTES // 4 - 1)
    notes.update(replace("a1", half), replace("a2", half))
    assert notes.values() == {"a1": half, "a2": half}
    notes.update(replace("a1", half, 1))
    with refused("LimitExceededException", 400):
        notes.update(replace("b", ""))
    with refused("LimitExceededException", 400):
        notes.update(replace("a2", f"{half}é", 1))
    notes.update(remove("a2", 1), replace("b", "room again"))


def test_an_identity_has_at_most_20_datasets_however_many_are_made_at_once(pool: IdentityPool) -> None:
    person = pool.guest()

    def make(number: int) -> bool:
        try:
            person.dataset(f"dataset-{number}").update(replace("a", "1"))
        except person.sync.exceptions.LimitExceededException:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, range(updates.MOST_DATASETS + 5)))
    assert made.count(True) == updates.MOST_DATASETS
    assert len(person.sync.list_datasets(**person.place)["Datasets"]) == updates.MOST_DATASETS
    name = person.sync.list_datasets(**person.place)["Datasets"][0]["DatasetName"]
    person.sync.delete_dataset(**person.dataset(name).place)
    person.dataset("another").update(replace("a", "1"))


def test_of_many_who_change_a_record_at_once_one_does(pool: IdentityPool) -> None:
    """SYN-02."""
    notes = pool.guest().dataset()
    token = notes.listed()["SyncSessionToken"]

    def change(number: int) -> str:
        try:
            notes.update(replace("a", str(number)), token=token)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "changed"

    with ThreadPoolExecutor(10) as threads:
        outcomes = list(threads.map(change, range(30)))
    assert sorted(set(outcomes)) == ["ResourceConflictException", "changed"]
    assert outcomes.count("changed") == 1
    assert notes.listed()["DatasetSyncCount"] == 1


def test_of_many_who_add_records_at_once_none_is_lost(pool: IdentityPool) -> None:
    """SYN-02."""
    notes = pool.guest().dataset()
    token = notes.listed()["SyncSessionToken"]
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda number: notes.update(replace(str(number), "1"), token=token), range(30)))
    listed = notes.listed()
    assert listed["DatasetSyncCount"] == 30
    assert sorted(record["SyncCount"] for record in listed["Records"]) == list(range(1, 31))
    assert notes.listed(1)["DatasetDeletedAfterRequestedSyncCount"] is False


def test_a_device_that_missed_forgotten_removals_begins_anew(
    pool: IdentityPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "REMOVED_KEPT", 1)
    notes = pool.guest().dataset()
    notes.update(*(replace(key, "1") for key in "abc"))
    for count, key in enumerate("ab", 1):
        notes.update(remove(key, 1))
        assert notes.listed(count)["DatasetSyncCount"] == count + 1
    assert notes.values() == {"b": None, "c": "1"}
    assert notes.listed(1)["DatasetDeletedAfterRequestedSyncCount"] is True
    assert notes.listed(2)["DatasetDeletedAfterRequestedSyncCount"] is False
    with refused("ResourceConflictException", 409):
        notes.update(replace("never there", "2", 3))
    notes.update(replace("a", "by a device that knows it was removed", 2))
    assert _records(notes, 3) == {"a": ("by a device that knows it was removed", 4)}


def _records(notes: Dataset, since: int) -> dict[str, tuple[str, int]]:
    return {record["Key"]: (record["Value"], record["SyncCount"]) for record in notes.listed(since)["Records"]}
