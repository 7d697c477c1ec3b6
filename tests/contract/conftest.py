"""Every operation is called beside a probe of the event loop."""

from collections.abc import Iterator

import pytest

from tests.fixtures.loop_probe import Probe, probing


@pytest.fixture(scope="package")
def probe() -> Iterator[Probe]:
    """Watch the loop while operations are called."""
    with probing() as found:
        yield found


@pytest.fixture(autouse=True)
def _the_loop_is_free(probe: Probe) -> Iterator[None]:
    """Fail where an operation holds the loop, or blocks on it."""
    yield
    probe.check()
