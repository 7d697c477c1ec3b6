"""JSON documents that providers publish, fetched seldom and kept (FED-15)."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from joserfc.errors import JoseError

from ostiary.clock import Clock
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.http_client import HttpClient, HttpError

KEPT_SECONDS = 3600
STALE_SECONDS = 86400
"""How long a document is used when it cannot be had again."""
FAILED_SECONDS = 15
"""How long a provider that did not answer is left alone."""
WAIT_SECONDS = 2
"""How long a request waits for another one that is fetching the same document."""
OK = 200


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    fetched_at: float


class Documents:
    """Documents by address. One request at a time asks for each; a provider that is dead costs the others nothing."""

    def __init__(self, http: HttpClient) -> None:
        self._get = http.get
        self._kept: dict[str, _Kept] = {}
        self._failed_at: dict[str, float] = {}
        self._locks: dict[str, Lock] = {}

    def get(self, url: str, read: Callable[[Any], Any], *, fresh_within: float) -> Any:
        """Return what `read` makes of the document at `url`; raises InvalidTokenError when it cannot be had."""
        kept = self._fresh(url, fresh_within)
        if kept is not None:
            return kept.value
        lock = self._locks.setdefault(url, Lock())
        if not lock.acquire(timeout=WAIT_SECONDS):
            return self._old(url, "another request is waiting for it")
        try:
            kept = self._fresh(url, fresh_within)
            return self._fetched(url, read) if kept is None else kept.value
        finally:
            lock.release()

    def _fresh(self, url: str, fresh_within: float) -> _Kept | None:
        kept = self._kept.get(url)
        return kept if kept is not None and Clock.monotonic() - kept.fetched_at < fresh_within else None

    def _fetched(self, url: str, read: Callable[[Any], Any]) -> Any:
        failed_at = self._failed_at.get(url)
        if failed_at is not None and Clock.monotonic() - failed_at < FAILED_SECONDS:
            return self._old(url, "it could not be had a moment ago")
        try:
            value = read(self._document(url))
        except (HttpError, JoseError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._failed_at[url] = Clock.monotonic()
            return self._old(url, str(error))
        self._kept[url] = _Kept(value, Clock.monotonic())
        self._failed_at.pop(url, None)
        return value

    def _document(self, url: str) -> Any:
        answer = self._get(url, headers={"accept": "application/json"})
        if answer.status != OK:
            raise HttpError(f"the answer is {answer.status}")
        return answer.json()

    def _old(self, url: str, why: str) -> Any:
        kept = self._fresh(url, STALE_SECONDS)
        if kept is None:
            raise InvalidTokenError("unreachable", f"{url}: {why}")
        return kept.value


_OF_CLIENTS: WeakKeyDictionary[HttpClient, Documents] = WeakKeyDictionary()


def documents(http: HttpClient) -> Documents:
    """Return the documents that are fetched with this client."""
    found = _OF_CLIENTS.get(http)
    return _OF_CLIENTS.setdefault(http, Documents(http)) if found is None else found
