"""Waiting for what happens in the background."""

from tests.fixtures.waiting import until

__all__ = ["until"]
