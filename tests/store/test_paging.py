"""Page tokens say nothing and are good for their list only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.crypto.seal import Keyring
from ostiary.store.paging import next_token, start_after

KEYRING = Keyring([bytes(32)])


def test_the_first_page_needs_no_token() -> None:
    assert start_after(KEYRING, "users of a pool", None) is None


@given(st.text(max_size=100))
def test_a_token_leads_behind_the_key_it_was_made_of(key: str) -> None:
    assert start_after(KEYRING, "users", next_token(KEYRING, "users", key)) == key


def test_a_token_does_not_show_its_key() -> None:
    assert "secret" not in next_token(KEYRING, "users", "secret")


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    """ATT-11."""
    with pytest.raises(ValueError, match="not of this list"):
        start_after(KEYRING, "users", text)


def test_a_token_of_another_list_is_refused() -> None:
    """ATT-11."""
    with pytest.raises(ValueError, match="not of this list"):
        start_after(KEYRING, "users of b", next_token(KEYRING, "users of a", "key"))


def test_an_altered_token_is_refused() -> None:
    """ATT-11."""
    token = next_token(KEYRING, "users", "key")
    for position in range(len(token)):
        other = "A" if token[position] != "A" else "B"
        with pytest.raises(ValueError, match="not of this list"):
            start_after(KEYRING, "users", token[:position] + other + token[position + 1 :])
