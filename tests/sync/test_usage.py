"""Usage figures, which are kept as data changes."""

from tests.sync.conftest import IdentityPool, refused, remove, replace


def test_an_identity_uses_what_its_datasets_hold(pool: IdentityPool) -> None:
    person = pool.guest()
    empty = person.sync.describe_identity_usage(**person.place)["IdentityUsage"]
    assert (empty["DatasetCount"], empty["DataStorage"]) == (0, 0)
    assert "LastModifiedDate" not in empty
    person.dataset().update(replace("a", "12"))
    person.dataset("more").update(replace("b", "345"))
    usage = person.sync.describe_identity_usage(**person.place)["IdentityUsage"]
    assert (usage["IdentityPoolId"], usage["IdentityId"]) == (pool.id, person.identity_id)
    assert (usage["DatasetCount"], usage["DataStorage"]) == (2, len("a12b345"))
    assert usage["LastModifiedDate"]


def test_a_pool_uses_what_its_identities_hold(pool: IdentityPool) -> None:
    assert (pool.usage()["SyncSessionsCount"], pool.usage()["DataStorage"]) == (0, 0)
    first, second = pool.guest().dataset(), pool.guest().dataset()
    first.update(replace("a", "12"))
    second.update(replace("b", "345"), replace("c", ""))
    assert (pool.usage()["SyncSessionsCount"], pool.usage()["DataStorage"]) == (2, len("a12b345c"))
    first.update(remove("a", 1))
    assert pool.usage()["DataStorage"] == len("b345c")
    second.sync.delete_dataset(**second.place)
    assert (pool.usage()["SyncSessionsCount"], pool.usage()["DataStorage"]) == (3, 0)
    assert pool.usage()["LastModifiedDate"]


def test_an_update_that_is_refused_uses_nothing(pool: IdentityPool) -> None:
    notes = pool.guest().dataset()
    with refused("ResourceConflictException", 409):
        notes.update(replace("a", "12"), replace("b", "1", 7))
    assert (pool.usage()["SyncSessionsCount"], pool.usage()["DataStorage"]) == (0, 0)


def test_the_accounts_pools_are_listed_with_their_usage(pool: IdentityPool) -> None:
    pool.guest().dataset().update(replace("a", "12"))
    other = pool.identity.create_identity_pool(IdentityPoolName="b", AllowUnauthenticatedIdentities=True)
    first = pool.root.list_identity_pool_usage(MaxResults=1)
    second = pool.root.list_identity_pool_usage(MaxResults=1, NextToken=first["NextToken"])
    assert (first["MaxResults"], first["Count"]) == (1, 1)
    assert "NextToken" not in second
    found = {usage["IdentityPoolId"]: usage for page in (first, second) for usage in page["IdentityPoolUsages"]}
    assert found.keys() == {pool.id, other["IdentityPoolId"]}
    assert found[pool.id] == pool.usage()
    assert found[other["IdentityPoolId"]]["DataStorage"] == 0
    with refused("InvalidParameterException", 400):
        pool.root.list_identity_pool_usage(NextToken="nonsense")
    with refused("InvalidParameterException", 400):
        pool.root.list_identity_pool_usage(MaxResults=0)
