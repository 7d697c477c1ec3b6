"""How names are compared."""

import sys
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.idp.directory import names
from ostiary.idp.messages import codes
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.store.idp.users import folded

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def pool(**configuration: Any) -> UserPool:
    return UserPool("us-east-1_abcdefghi", "111111111111", "p", cast("PoolConfiguration", configuration), 0, 0)


INSENSITIVE = pool(UsernameConfiguration={"CaseSensitive": False})


@given(TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    """ATT-05."""
    assert folded(folded(text)) == folded(text)


def test_what_is_stored_is_found_by_every_spelling_of_a_character() -> None:
    """ATT-05: the key of the stored name is the key of the name as it was typed, for every character there is."""
    for number in range(sys.maxunicode + 1):
        if not 0xD800 <= number <= 0xDFFF:
            character = chr(number)
            assert folded(names.shown(INSENSITIVE, character)) == folded(character), hex(number)


@given(TEXT)
def test_upper_and_lower_case_of_ascii_are_one_name(text: str) -> None:
    """ATT-05."""
    ascii_text = text.encode("ascii", "ignore").decode()
    assert names.user_key(INSENSITIVE, ascii_text.upper()) == names.user_key(INSENSITIVE, ascii_text.lower())
    assert names.user_key(pool(), text) == text


@pytest.mark.parametrize(
    ("attribute", "value", "shown"),
    [
        ("email", "test@test.com", "t***@t***"),
        ("email", "a@b", "a***@b***"),
        ("phone_number", "+12345679934", "+*******9934"),
        ("phone_number", "+1234", "+1234"),
    ],
)
def test_destinations_are_masked(attribute: str, value: str, shown: str) -> None:
    assert codes.masked(attribute, value) == shown


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("a@b.c", "email"),
        ("+123", "phone_number"),
        ("ada", "preferred_username"),
        ("a@b@c", "preferred_username"),
        ("+12x", "preferred_username"),
    ],
)
def test_an_alias_is_of_the_kind_it_is_written_like(name: str, attribute: str) -> None:
    everything = pool(AliasAttributes=["email", "phone_number", "preferred_username"])
    assert names.attribute_of(everything, name) == attribute
    assert names.attribute_of(pool(), name) is None
