"""Documents of providers: fetched once for all who want them, used while they are fetched anew (FED-15)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from ostiary.config import Settings
from ostiary.federation.documents import Documents
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpClient
from ostiary.runtime.outsiders import CrowdedError
from tests.fixtures.oidc_provider import JsonServer
from tests.fixtures.waiting import until

HOUR = 3600.0


@dataclass
class Library:
    """One document of a provider, which says how many times it was asked for before."""

    server: JsonServer
    http: HttpClient
    documents: Documents
    status: int = 200
    over: Event = field(default_factory=Event)

    def get(self, *, fresh_within: float = HOUR, late: float = HOUR, http: HttpClient | None = None) -> Any:
        """Return the document."""
        url = f"{self.server.url}/document"
        read = lambda document: document["number"]  # noqa: E731
        return self.documents.get(http or self.http, url, read, fresh_within=fresh_within, late=late)

    def reason(self, **how: Any) -> str:
        """Return why there is none."""
        with pytest.raises(InvalidTokenError) as refused:
            self.get(**how)
        return refused.value.reason


class Later:
    """Has the process's clock stand but for what the test says."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = Clock.monotonic()

    def __call__(self) -> float:
        return self._began + self.seconds


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    clock = Later()
    monkeypatch.setattr(Clock, "monotonic", clock)
    return clock


@contextmanager
def libraries(*, wait: bool = False) -> Iterator[Library]:
    def answer(_path: str, _query: dict[str, str]) -> tuple[int, Any]:
        if wait:
            library.over.wait()
        return library.status, {"number": len(server.asked)}

    with JsonServer(answer) as server:
        http = HttpClient(Settings(allow_private_addresses=True, allow_private_addresses_of_tenants=True))
        library = Library(server, http.on_behalf_of("10.0.0.1"), Documents())
        try:
            yield library
        finally:
            library.over.set()
            until(lambda: not library.documents._fetches)  # noqa: SLF001
            http.close()


@pytest.fixture
def library() -> Iterator[Library]:
    with libraries() as made:
        yield made


def test_all_who_want_a_document_at_once_get_what_one_fetched() -> None:
    with libraries(wait=True) as library, ThreadPoolExecutor(10) as callers:
        found = [callers.submit(library.get) for _ in range(10)]
        until(lambda: library.http.outsiders.waits == 10 and library.server.asked)
        library.over.set()
        assert [each.result() for each in found] == [1] * 10
        assert len(library.server.asked) == 1


def test_a_failure_is_one_for_all_who_wait() -> None:
    with libraries(wait=True) as library, ThreadPoolExecutor(10) as callers:
        library.status = 503
        found = [callers.submit(library.reason) for _ in range(10)]
        until(lambda: library.http.outsiders.waits == 10 and library.server.asked)
        library.over.set()
        assert {each.result() for each in found} == {"unreachable"}
        assert len(library.server.asked) == 1


def test_a_document_that_is_a_little_old_is_used_while_it_is_fetched_anew(later: Later, library: Library) -> None:
    assert library.get() == 1
    later.seconds = HOUR + 1
    assert library.get() == 1
    until(lambda: library.get() == 2)
    assert len(library.server.asked) == 2


def test_nobody_waits_for_what_hangs_while_an_old_document_will_do(later: Later) -> None:
    with libraries(wait=True) as library:
        library.over.set()
        assert library.get() == 1
        library.over.clear()
        later.seconds = HOUR + 1
        assert [library.get() for _ in range(100)] == [1] * 100
        until(lambda: len(library.server.asked) == 2)
        assert library.http.outsiders.waits == 0


def test_a_document_that_is_older_is_waited_for_and_used_for_a_day_when_it_cannot_be_had(
    later: Later, library: Library
) -> None:
    assert library.get() == 1
    later.seconds = 2 * HOUR + 1
    assert library.get() == 2
    library.status = 500
    later.seconds += 23 * HOUR
    assert library.get() == 2
    later.seconds += 2 * HOUR
    assert library.reason() == "unreachable"


def test_what_cannot_be_had_is_asked_for_less_and_less(later: Later, library: Library) -> None:
    library.status = 404
    asked_at: list[int] = []
    for second in range(300):
        later.seconds = second
        assert library.reason() == "unreachable"
        asked_at += [second] * (len(library.server.asked) - len(asked_at))
    assert asked_at == [0, 2, 6, 14, 30, 62, 122, 182, 242]
    library.status = 200
    later.seconds = 302
    assert library.get() == len(asked_at) + 1


def test_who_insists_has_it_asked_for_at_once(library: Library) -> None:
    library.status = 404
    assert [library.reason(fresh_within=0) for _ in range(3)] == ["unreachable"] * 3
    assert len(library.server.asked) == 3


def test_what_one_account_cannot_have_another_still_can(library: Library) -> None:
    library.status = 404
    one, two = (library.http.to_addresses_of(account) for account in ("one", "two"))
    assert library.reason(http=one) == "unreachable"
    library.status = 200
    assert library.reason(http=one) == "unreachable"
    assert library.get(http=two) == 2


def test_an_old_document_is_used_where_too_many_wait(later: Later, library: Library) -> None:
    crowd: list[Any] = []

    def fill(http: HttpClient) -> None:
        while True:
            waiting = http.waiting(library.server.url)
            try:
                waiting.__enter__()
            except CrowdedError:
                return
            crowd.append(waiting)

    fill(library.http)
    with pytest.raises(CrowdedError):
        library.get()
    assert library.server.asked == []
    crowd.pop().__exit__(None, None, None)
    assert library.get() == 1
    fill(library.http)
    later.seconds = 3 * HOUR
    assert library.get() == 1
    while crowd:
        crowd.pop().__exit__(None, None, None)
    assert library.get() == 2
