"""Fixtures of all tests, and which examples Hypothesis makes."""

import os

from hypothesis import settings

# The same examples in every run: what fails has been changed. OSTIARY_EXAMPLES has it look for new ones.
settings.register_profile("steady", derandomize=True)
if "OSTIARY_EXAMPLES" not in os.environ:
    settings.load_profile("steady")

pytest_plugins = [
    "tests.fixtures.certificates",
    "tests.fixtures.engines",
    "tests.fixtures.context",
    "tests.fixtures.functions",
    "tests.fixtures.mail_server",
    "tests.fixtures.oidc_provider",
    "tests.fixtures.pushing",
    "tests.fixtures.receiver",
    "tests.fixtures.server",
]
