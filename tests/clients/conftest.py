"""A live server on SQLite with an S3 server behind it: what the clients people use are driven against."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import Servers, running_servers
from ostiary.demo.world import World, build_world
from tests.fixtures.logs import shown_on_failure


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Start S3, an OpenID provider and `ostiary serve --dev` as processes of their own."""
    folder: Path = tmp_path_factory.mktemp("servers")
    with (
        shown_on_failure("the server of this session", folder / "ostiary.log"),
        running_servers(folder, Narrator()) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def world(servers: Servers) -> World:
    """The pools, roles and buckets of the demo."""
    return build_world(servers, Narrator())
