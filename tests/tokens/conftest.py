"""The user pools and app clients of the sign-in tests."""

from tests.signin.conftest import app, make_pool, pool, services

__all__ = ["app", "make_pool", "pool", "services"]
