"""Waiting for what happens in the background."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 40.0


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
