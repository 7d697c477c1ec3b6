"""Groups and membership."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    GroupExistsException,
    InvalidParameterException,
    ResourceNotFoundException,
    UserNotFoundException,
)
from ostiary.context import Services
from ostiary.store.idp import groups

ROLE = "arn:aws:iam::111111111111:role/editor"


def create(pool: Any, name: str, **settings: Any) -> dict[str, Any]:
    return dict(pool.admin("CreateGroup", UserPoolId=pool.id, GroupName=name, **settings)["Group"])


def add(pool: Any, username: str, *names: str) -> None:
    for name in names:
        pool.admin("AdminAddUserToGroup", UserPoolId=pool.id, Username=username, GroupName=name)


def groups_for(pool: Any, username: str, **paging: Any) -> list[str]:
    answer = pool.admin("AdminListGroupsForUser", UserPoolId=pool.id, Username=username, **paging)
    return [group["GroupName"] for group in answer["Groups"]]


def test_a_group_is_what_it_was_created_as(pool: Any) -> None:
    created = create(pool, "editors", Description="write", RoleArn=ROLE, Precedence=0)
    assert {name: created[name] for name in ("GroupName", "UserPoolId", "Description", "RoleArn", "Precedence")} == {
        "GroupName": "editors",
        "UserPoolId": pool.id,
        "Description": "write",
        "RoleArn": ROLE,
        "Precedence": 0,
    }
    assert pool.admin("GetGroup", UserPoolId=pool.id, GroupName="editors")["Group"] == created
    assert "Precedence" not in create(pool, "others")


def test_a_group_exists_once(pool: Any) -> None:
    create(pool, "editors")
    with pytest.raises(GroupExistsException, match=r"A group with the name already exists."):
        create(pool, "editors")


def test_a_group_that_is_absent_is_not_found(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    for operation, more in (
        ("GetGroup", {}),
        ("UpdateGroup", {}),
        ("DeleteGroup", {}),
        ("ListUsersInGroup", {}),
        ("AdminAddUserToGroup", {"Username": "ada"}),
        ("AdminRemoveUserFromGroup", {"Username": "ada"}),
    ):
        with pytest.raises(ResourceNotFoundException, match=r"Group not found."):
            pool.admin(operation, UserPoolId=pool.id, GroupName="absent", **more)


def test_a_group_changes_what_is_given(pool: Any) -> None:
    create(pool, "editors", Description="write", Precedence=3)
    changed = pool.admin("UpdateGroup", UserPoolId=pool.id, GroupName="editors", Precedence=1)["Group"]
    assert (changed["Description"], changed["Precedence"]) == ("write", 1)


def test_membership_is_idempotent_both_ways(pool: Any) -> None:
    pool.sign_up("ada", email="ada@example.com")
    create(pool, "editors")
    add(pool, "ada", "editors", "editors")
    assert groups_for(pool, "ada") == ["editors"]
    (member,) = pool.admin("ListUsersInGroup", UserPoolId=pool.id, GroupName="editors")["Users"]
    assert member["Username"] == "ada"
    for _ in range(2):
        pool.admin("AdminRemoveUserFromGroup", UserPoolId=pool.id, Username="ada", GroupName="editors")
    assert groups_for(pool, "ada") == []
    with pytest.raises(UserNotFoundException, match=r"User does not exist."):
        add(pool, "nobody", "editors")


def test_a_group_that_is_made_again_has_no_members(pool: Any) -> None:
    """ATT-08."""
    pool.sign_up("ada", email="ada@example.com")
    create(pool, "editors")
    add(pool, "ada", "editors")
    pool.admin("DeleteGroup", UserPoolId=pool.id, GroupName="editors")
    create(pool, "editors")
    assert groups_for(pool, "ada") == []


def test_groups_rank_by_precedence_then_name(pool: Any, services: Services) -> None:
    pool.sign_up("ada", email="ada@example.com")
    for name, settings in (("z", {"Precedence": 0}), ("b", {"Precedence": 5}), ("a", {"Precedence": 5}), ("n", {})):
        create(pool, name, **settings)
        add(pool, "ada", name)
    with services.store.read() as tx:
        ranked = groups.groups_of(tx, pool.id, pool.attributes("ada")["sub"])
    assert [group.group_name for group in ranked] == ["z", "a", "b", "n"]


def test_groups_and_members_are_listed_page_by_page(pool: Any, make_pool: Callable[..., Any]) -> None:
    pool.sign_up("ada", email="ada@example.com")
    for name in "abcde":
        create(pool, name)
        add(pool, "ada", name)
    first = pool.admin("ListGroups", UserPoolId=pool.id, Limit=3)
    second = pool.admin("ListGroups", UserPoolId=pool.id, Limit=3, NextToken=first["NextToken"])
    assert [group["GroupName"] for group in first["Groups"] + second["Groups"]] == list("abcde")
    of_user = pool.admin("AdminListGroupsForUser", UserPoolId=pool.id, Username="ada", Limit=4)
    assert groups_for(pool, "ada", NextToken=of_user["NextToken"]) == ["e"]
    other = make_pool()
    with pytest.raises(InvalidParameterException, match="Invalid pagination token"):
        other.admin("ListGroups", UserPoolId=other.id, NextToken=first["NextToken"])
    for number in range(3):
        pool.sign_up(f"user{number}", email="ada@example.com")
        add(pool, f"user{number}", "a")
    page = pool.admin("ListUsersInGroup", UserPoolId=pool.id, GroupName="a", Limit=2)
    rest = pool.admin("ListUsersInGroup", UserPoolId=pool.id, GroupName="a", Limit=2, NextToken=page["NextToken"])
    members = {user["Username"] for user in page["Users"] + rest["Users"]}
    assert members == {"ada", "user0", "user1", "user2"}
    assert "NextToken" not in rest
