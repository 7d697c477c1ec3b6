"""Records through boto3: counts, conflicts, pages, limits (reference sync-push.md A2 to A4)."""

import pytest
from botocore.exceptions import ClientError

from tests.sync.conftest import IdentityPool, remove, replace


def code(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


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
    assert answer["DatasetSyncCount"] == 2
    assert [(record["Key"], record["SyncCount"]) for record in answer["Records"]] == [("a", 2)]


def test_a_removed_record_is_told_without_a_value(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    (removed,) = notes.update(remove("a", 1))
    assert "Value" not in removed
    assert removed["SyncCount"] == 2
    assert notes.values() == {"a": None}


def test_a_stale_count_conflicts_and_nothing_changes(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    with pytest.raises(ClientError) as caught:
        notes.update(replace("b", "new"), replace("a", "2"))
    assert code(caught) == ("ResourceConflictException", 409)
    assert notes.values() == {"a": "1"}
    assert notes.listed()["DatasetSyncCount"] == 1


def test_a_deleted_dataset_is_told_and_its_count_goes_on(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    notes.update(replace("a", "1"))
    notes.sync.delete_dataset(**notes.place)
    answer = notes.listed(1)
    assert answer["DatasetExists"] is False
    assert answer["DatasetDeletedAfterRequestedSyncCount"] is True
    assert notes.listed(0)["DatasetDeletedAfterRequestedSyncCount"] is False
    (record,) = notes.update(replace("a", "2"))
    assert record["SyncCount"] > 1
    assert notes.listed(1)["DatasetDeletedAfterRequestedSyncCount"] is True
    assert notes.listed(record["SyncCount"])["DatasetDeletedAfterRequestedSyncCount"] is False


def test_another_persons_identity_is_forbidden(pool: IdentityPool) -> None:
    ada, eve = pool.guest(), pool.guest()
    ada.dataset().update(replace("a", "1"))
    with pytest.raises(ClientError) as caught:
        eve.sync.list_records(**ada.dataset().place)
    assert code(caught) == ("NotAuthorizedException", 403)
