"""Fixtures of all tests, and which examples Hypothesis makes."""

import os

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures.waiting import PATIENCE

# The same examples in every run: what fails has been changed. OSTIARY_EXAMPLES has it look for new ones.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
if "OSTIARY_EXAMPLES" not in os.environ:
    settings.load_profile("steady")

# httpx gives up after five seconds unless it is told otherwise, which a busy machine may need.
for part in ("connect", "read", "write", "pool"):
    setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, part, PATIENCE)  # noqa: SLF001 - there is no other place for it

pytest_plugins = [
    "tests.fixtures.certificates",
    "tests.fixtures.engines",
    "tests.fixtures.context",
    "tests.fixtures.functions",
    "tests.fixtures.logs",
    "tests.fixtures.mail_server",
    "tests.fixtures.oidc_provider",
    "tests.fixtures.pushing",
    "tests.fixtures.receiver",
    "tests.fixtures.server",
]


@pytest.fixture
def without_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the switches of this suite out of the environment: commands tell whoever misspelt a setting."""
    for name in ("OSTIARY_REQUIRE_ALL", "OSTIARY_EXAMPLES"):
        monkeypatch.delenv(name, raising=False)
