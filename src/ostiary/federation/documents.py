"""Documents that providers publish, fetched seldom and kept (FED-15)."""

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
JSON = "application/json"
_Place = tuple[str, str]
"""An address, and what is accepted there."""


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    fetched_at: float


class Documents:
    """Documents by address. One request at a time asks for each; a provider that is dead costs the others nothing."""

    def __init__(self, http: HttpClient) -> None:
        self._get = http.get
        self._kept: dict[_Place, _Kept] = {}
        self._failed_at: dict[_Place, float] = {}
        self._locks: dict[_Place, Lock] = {}

    def get(self, url: str, read: Callable[[Any], Any], *, fresh_within: float, accept: str = JSON) -> Any:
        """Return what `read` makes of the document at `url`; raises InvalidTokenError when it cannot be had.

        `read` gets JSON as it was parsed, and what is of other types (`accept`) as bytes.
        """
        place = (url, accept)
        kept = self._fresh(place, fresh_within)
        if kept is not None:
            return kept.value
        lock = self._locks.setdefault(place, Lock())
        if not lock.acquire(timeout=WAIT_SECONDS):
            return self._old(place, "another request is waiting for it")
        try:
            kept = self._fresh(place, fresh_within)
            return self._fetched(place, read) if kept is None else kept.value
        finally:
            lock.release()

    def _fresh(self, place: _Place, fresh_within: float) -> _Kept | None:
        kept = self._kept.get(place)
        return kept if kept is not None and Clock.monotonic() - kept.fetched_at < fresh_within else None

    def _fetched(self, place: _Place, read: Callable[[Any], Any]) -> Any:
        failed_at = self._failed_at.get(place)
        if failed_at is not None and Clock.monotonic() - failed_at < FAILED_SECONDS:
            return self._old(place, "it could not be had a moment ago")
        try:
            value = read(self._document(*place))
        except (HttpError, JoseError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._failed_at[place] = Clock.monotonic()
            return self._old(place, str(error))
        self._kept[place] = _Kept(value, Clock.monotonic())
        self._failed_at.pop(place, None)
        return value

    def _document(self, url: str, accept: str) -> Any:
        answer = self._get(url, headers={"accept": accept})
        if answer.status != OK:
            raise HttpError(f"the answer is {answer.status}")
        return answer.json() if accept == JSON else answer.body

    def _old(self, place: _Place, why: str) -> Any:
        kept = self._fresh(place, STALE_SECONDS)
        if kept is None:
            raise InvalidTokenError("unreachable", f"{place[0]}: {why}")
        return kept.value


_OF_CLIENTS: WeakKeyDictionary[HttpClient, Documents] = WeakKeyDictionary()


def documents(http: HttpClient) -> Documents:
    """Return the documents that are fetched with this client."""
    found = _OF_CLIENTS.get(http)
    return _OF_CLIENTS.setdefault(http, Documents(http)) if found is None else found
