"""What becomes of a guest's datasets when the guest turns out to be somebody (behaviour/sync.md 3)."""

from collections.abc import Callable

import pytest

from ostiary.store.identity import identities
from tests.fixtures.server import Server
from tests.sync.conftest import Dataset, IdentityPool, Person, refused, replace


@pytest.fixture
def merge(server: Server, pool: IdentityPool) -> Callable[[Person, Person], None]:
    """Let one identity live on in another, as it does when their logins are presented together."""

    def merged_into(guest: Person, person: Person) -> None:
        with server.services.store.write() as tx:
            assert identities.change(tx, pool.id, guest.identity_id, 1, merged_into=person.identity_id)

    return merged_into


@pytest.fixture
def merged(pool: IdentityPool, merge: Callable[[Person, Person], None]) -> tuple[Person, Person]:
    """A guest who wrote notes and settings, and the person that guest turned out to be."""
    guest, person = pool.guest(), pool.guest()
    guest.dataset().update(replace("from", "guest"))
    guest.dataset("settings").update(replace("colour", "blue"))
    person.dataset().update(replace("from", "person"))
    merge(guest, person)
    return guest, person


def names(dataset: Dataset) -> list[str]:
    return list(dataset.listed()["MergedDatasetNames"])


def test_a_guest_who_signs_in_as_somebody_finds_both_datasets(pool: IdentityPool) -> None:
    logins = pool.new_logins()
    person, guest = pool.person(logins), pool.guest()
    person.dataset().update(replace("from", "person"))
    guest.dataset().update(replace("from", "guest"))
    again = pool.person(logins, guest.identity_id)
    assert again.identity_id == person.identity_id
    (called,) = names(again.dataset())
    assert called == f"notes.{guest.identity_id}"
    assert again.dataset(called).values() == {"from": "guest"}


def test_a_guests_dataset_is_told_beside_the_persons(merged: tuple[Person, Person]) -> None:
    guest, person = merged
    assert names(person.dataset()) == [f"notes.{guest.identity_id}"]
    assert names(person.dataset("settings")) == [f"settings.{guest.identity_id}"]
    assert names(person.dataset("other")) == []
    assert person.dataset().values() == {"from": "person"}
    assert person.dataset("settings").listed()["DatasetExists"] is False


def test_a_merged_dataset_is_read_and_written_like_any_until_it_is_deleted(merged: tuple[Person, Person]) -> None:
    guest, person = merged
    theirs = person.dataset(f"notes.{guest.identity_id}")
    assert theirs.values() == {"from": "guest"}
    assert theirs.listed()["MergedDatasetNames"] == []
    theirs.update(replace("more", "1"))
    described = person.sync.describe_dataset(**theirs.place)["Dataset"]
    assert (described["IdentityId"], described["NumRecords"]) == (person.identity_id, 2)
    listed = [found["DatasetName"] for found in person.sync.list_datasets(**person.place)["Datasets"]]
    assert listed == ["notes", theirs.name, f"settings.{guest.identity_id}"]
    person.sync.delete_dataset(**theirs.place)
    assert names(person.dataset()) == []
    assert names(person.dataset("settings")) == [f"settings.{guest.identity_id}"]
    with refused("ResourceNotFoundException", 404):
        person.sync.describe_dataset(**theirs.place)


def test_what_was_merged_counts_as_the_persons(merged: tuple[Person, Person], pool: IdentityPool) -> None:
    _, person = merged
    usage = person.sync.describe_identity_usage(**person.place)["IdentityUsage"]
    assert (usage["DatasetCount"], usage["DataStorage"]) == (3, pool.usage()["DataStorage"])


def test_a_merged_identity_is_closed(merged: tuple[Person, Person]) -> None:
    guest, _ = merged
    with refused("NotAuthorizedException", 403):
        guest.dataset().listed()
    with refused("ResourceNotFoundException", 404):
        guest.sync.describe_identity_usage(**guest.place)


def test_merges_of_merges_are_all_told(
    merged: tuple[Person, Person], pool: IdentityPool, merge: Callable[[Person, Person], None]
) -> None:
    guest, person = merged
    later = pool.guest()
    merge(person, later)
    found = names(later.dataset())
    assert sorted(found) == sorted([f"notes.{guest.identity_id}", f"notes.{person.identity_id}"])
    assert {later.dataset(name).values()["from"] for name in found} == {"guest", "person"}
    with refused("NotAuthorizedException", 403):
        pool.as_root(person).listed()


def test_nobody_reads_another_identitys_dataset_by_its_merged_name(pool: IdentityPool) -> None:
    ada, eve = pool.guest(), pool.guest()
    ada.dataset().update(replace("a", "private"))
    theirs = eve.dataset(f"notes.{ada.identity_id}")
    assert theirs.listed()["DatasetExists"] is False
    with refused("ResourceNotFoundException", 404):
        eve.sync.delete_dataset(**theirs.place)
    theirs.update(replace("a", "my own, with a strange name"))
    assert ada.dataset().values() == {"a": "private"}


def test_datasets_with_long_names_are_merged_one_after_the_other(
    pool: IdentityPool, merge: Callable[[Person, Person], None]
) -> None:
    guest, person = pool.guest(), pool.guest()
    long = ["x" * 120 + end for end in ("a", "b")]
    for name in long:
        guest.dataset(name).update(replace("is", name))
    merge(guest, person)
    read = []
    for name in long:
        (called,) = names(person.dataset(name))
        assert len(called) == 128
        read.append(person.dataset(called).values()["is"])
        person.sync.delete_dataset(**person.dataset(called).place)
    assert read == long
    assert [names(person.dataset(name)) for name in long] == [[], []]


def test_who_is_deleted_takes_what_was_merged_along(merged: tuple[Person, Person], pool: IdentityPool) -> None:
    _, person = merged
    pool.identity.delete_identities(IdentityIdsToDelete=[person.identity_id])
    assert pool.usage()["DataStorage"] == 0
