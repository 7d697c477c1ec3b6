"""A development server, and somebody who follows a page of the documentation with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from ostiary.iam.accounts import RootKey
from tests.docs.pages import Reader
from tests.fixtures.process import free_port
from tests.fixtures.server import LivePool, Server, make_live_pool

ROOT = {"AWS_ACCESS_KEY_ID": "dev", "AWS_SECRET_ACCESS_KEY": "dev", "AWS_DEFAULT_REGION": "us-east-1"}


class Follow(Protocol):
    """Makes readers."""

    def __call__(self, page: str, pool: LivePool | None = None, **settings: Any) -> Reader:
        """Return a reader of a page, whose examples of a pool are this pool."""


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """A development server of the test's own."""
    return start_server(dev=True)


@pytest.fixture
def root() -> RootKey:
    """The access key of the development account's root: any."""
    return RootKey("", "dev", "dev")


@pytest.fixture
def account(client: Callable[..., Any]) -> str:
    """The id of the development account."""
    return str(client("sts").get_caller_identity()["Account"])


@pytest.fixture
def people(client: Callable[..., Any], anybody: Callable[..., Any]) -> LivePool:
    """A user pool and an app client."""
    return make_live_pool(client, anybody, {}, {})


@pytest.fixture
def follow(server: Server, tmp_path: Path) -> Iterator[Follow]:
    """Make readers; each must have run all of its page by the end of the test."""
    readers = []

    def begin(page: str, pool: LivePool | None = None, **names: Any) -> Reader:
        settings = server.services.settings
        environment = ROOT | {
            "AWS_ENDPOINT_URL": server.url,
            "OSTIARY_DATA_DIR": str(settings.data_dir),
            "OSTIARY_DATABASE": settings.database,
            "OSTIARY_PORT": str(free_port()),
        }
        places = {"http://127.0.0.1:9500": server.url, "https://id.example.com": server.url}
        if pool:
            examples = ("us-east-1_Ab3dEf6hI", "us-east-1_AbCdEfGhI", "us-east-1_abc")
            places |= dict.fromkeys(examples, pool.id)
            names = {"idp": pool.admin, "pool_id": pool.id, "client_id": pool.client_id, **names}
        (folder := tmp_path / page).mkdir()
        readers.append(Reader(page, folder, environment, places, names))
        return readers[-1]

    yield begin
    for reader in readers:
        assert not reader.left, f"{reader.left[0].place} was not run"
