"""Fixtures of all tests."""

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
