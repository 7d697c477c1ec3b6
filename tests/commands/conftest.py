"""Commands run without the switches of this suite."""

import pytest


@pytest.fixture(autouse=True)
def _bare(without_switches: None) -> None:
    """Have every test here do so."""
