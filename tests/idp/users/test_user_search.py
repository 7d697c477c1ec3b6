"""Searching users by any attribute, exactly, by the beginning and by a part."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.store.idp import user_search
from ostiary.store.idp.users import folded

Make = Callable[..., Any]
SCHEMA = [{"Name": "team", "AttributeDataType": "String"}]
PEOPLE = {
    "ada": {"custom:team": "Blue Sky", "nickname": "Countess", "email": "ada@north.example.com"},
    "bob": {"custom:team": "blue sea", "nickname": 'say "hi" 100%_\\', "email": "bob@south.example.com"},
    "cleo": {"custom:team": "Grün ÉTÉ", "email": "cleo@north.example.com"},
    "dan": {"nickname": "\uff22lue", "email": "dan@example.com"},
}


@pytest.fixture
def people(make_pool: Make) -> Any:
    pool = make_pool(Schema=SCHEMA, UserPoolTags={"ostiary:user-search": "on"})
    for name, attributes in PEOPLE.items():
        pool.sign_up(name, **attributes)
    return pool


def names(pool: Any, text: str, limit: int = 60) -> list[str]:
    """Return whom a filter finds, page by page, and that pages keep their size."""
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        answer = pool.admin("ListUsers", UserPoolId=pool.id, Filter=text, Limit=limit, **more)
        assert len(answer["Users"]) <= limit
        found += [user["Username"] for user in answer["Users"]]
        if "PaginationToken" not in answer:
            assert len(found) == len(set(found))
            return sorted(found)
        more = {"PaginationToken": answer["PaginationToken"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('custom:team = "BLUE sky"', ["ada"]),
        ('custom:team = "blue"', []),
        ('custom:team ^= "blue"', ["ada", "bob"]),
        ('custom:team ^= "sky"', []),
        ('custom:team *= "S"', ["ada", "bob"]),
        ('custom:team *= "grün é"', ["cleo"]),
        ('custom:team*="sky"', ["ada"]),
        ('custom:team *= ""', ["ada", "bob", "cleo"]),
        ('nickname *= "blue"', ["dan"]),
        ('nickname *= "\\"HI\\""', ["bob"]),
        ('nickname *= "%_"', ["bob"]),
        ('nickname *= "0_%"', []),
        ('nickname *= "\\\\"', ["bob"]),
        ('email *= "NORTH"', ["ada", "cleo"]),
        ('email ^= "ada"', ["ada"]),
        ('username *= "A"', ["ada", "dan"]),
        ('cognito:user_status *= "confirm"', ["ada", "bob", "cleo", "dan"]),
        ('status *= "dis"', []),
        ('email *= "custom:team"', []),
    ],
)
def test_a_filter_finds_by_any_attribute(people: Any, text: str, found: list[str]) -> None:
    assert names(people, text) == found


def test_a_search_goes_on_page_by_page_and_looks_at_so_many(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for scan in (1, 2, 3, 4, 5):
        monkeypatch.setattr(user_search, "SCAN", scan)
        for limit in (1, 2, 60):
            assert names(people, 'custom:team *= "s"', limit) == ["ada", "bob"]
            assert names(people, 'email *= "@"', limit) == sorted(PEOPLE)
            assert names(people, 'nickname *= "nothing"', limit) == []


def test_a_token_opens_only_the_search_that_it_is_of(people: Any) -> None:
    first = people.admin("ListUsers", UserPoolId=people.id, Filter='email *= "example"', Limit=1)
    with pytest.raises(InvalidParameterException):
        people.admin(
            "ListUsers", UserPoolId=people.id, Filter='email *= "north"', PaginationToken=first["PaginationToken"]
        )


@pytest.mark.parametrize("text", ['custom:none = "x"', 'custom:team ~= "x"', 'custom:team = "x" and email = "y"'])
def test_what_is_no_filter_is_refused(people: Any, text: str) -> None:
    with pytest.raises(InvalidParameterException):
        names(people, text)


@pytest.mark.parametrize("text", ['custom:team = "Blue Sky"', 'nickname ^= "C"', 'email *= "a"'])
def test_nobody_searches_without_the_setting(make_pool: Make, text: str) -> None:
    pool = make_pool(Schema=SCHEMA)
    with pytest.raises(InvalidParameterException, match="Invalid search attribute"):
        names(pool, text)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    data=st.data(),
)
def test_every_part_of_a_value_finds_it(people: Any, value: str, data: st.DataObject) -> None:
    people.update("ada", nickname=value)
    start = data.draw(st.integers(0, len(value) - 1))
    part = value[start : data.draw(st.integers(start + 1, len(value)))]
    quoted = part.replace("\\", "\\\\").replace('"', '\\"')
    assert ("ada" in names(people, f'nickname *= "{quoted}"')) == (folded(part) in folded(value))
    whole = value.replace("\\", "\\\\").replace('"', '\\"')
    assert "ada" in names(people, f'nickname = "{whole}"')
