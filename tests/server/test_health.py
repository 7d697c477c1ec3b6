"""Whether the process lives, and whether it can work: what monitors ask (ROB-14)."""

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from starlette.requests import Request

from ostiary.context import Services
from ostiary.store.db import Store
from ostiary.web import status_pages
from tests.fixtures.waiting import PATIENCE

ASKED = Request({"type": "http", "method": "GET", "path": "/readyz", "headers": []})


class Database:
    """A store's door: it opens, fails, or hangs until it is told otherwise."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.error: Exception | None = None
        self.answers = threading.Event()
        self.answers.set()

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.answers.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        with self._store.read() as tx:
            yield tx


def test_a_server_is_ready_while_its_database_answers(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(services.store)
    assert status_pages.READY_SECONDS == 3

    async def watch() -> list[int]:
        ask = status_pages.ready(dataclasses.replace(services, store=cast("Store", database)))
        seen = [(await ask(ASKED)).status_code]
        database.error = OSError("gone")
        seen.append((await ask(ASKED)).status_code)
        database.error = None
        seen.append((await ask(ASKED)).status_code)
        monkeypatch.setattr(status_pages, "READY_SECONDS", 0.05)
        database.answers.clear()
        seen += [(await ask(ASKED)).status_code, (await status_pages.live(ASKED)).status_code]
        monkeypatch.setattr(status_pages, "READY_SECONDS", 60)
        database.answers.set()
        return [*seen, (await ask(ASKED)).status_code]

    assert asyncio.run(watch()) == [200, 503, 200, 503, 200, 200]
