"""Commands run without the switches of this suite, which are no settings of theirs."""

import pytest


@pytest.fixture(autouse=True)
def _switches_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OSTIARY_REQUIRE_ALL", "OSTIARY_EXAMPLES"):
        monkeypatch.delenv(name, raising=False)
