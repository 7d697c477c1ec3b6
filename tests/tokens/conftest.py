"""The user pools and app clients of the sign-in tests."""

from tests.idp.signin.conftest import advance, app, make_pool, pool, services

__all__ = ["advance", "app", "make_pool", "pool", "services"]
