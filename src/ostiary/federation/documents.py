"""Documents that providers publish: fetched seldom, once at a time, and kept (FED-15).

A document that is a little old is used while it is fetched anew; a request waits only for one that is needed now. What
cannot be had is not asked for again at once, and what was known before counts for another day.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any
from weakref import WeakKeyDictionary

from joserfc.errors import JoseError

from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import outside
from ostiary.runtime.http_client import HttpClient, HttpError
from ostiary.runtime.outsiders import Circuits, CrowdedError, Outsiders

KEPT_SECONDS = 3600
LATE_SECONDS = 3600
"""How much longer a document is used without waiting for it, while it is fetched anew."""
STALE_SECONDS = 86400
"""How long a document is used when it cannot be had again."""
FIRST_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""How long a document that could not be had is not asked for again: twice as long after each failure."""
MOST_KEPT = 10_000
MOST_UNATTENDED = 64
MOST_UNATTENDED_OF_OWNER = 8
"""How many documents are fetched at a time, for all and for one account, beyond which none is that nobody waits for."""
OK = 200
JSON = "application/json"
_Place = tuple[str, str, str]
"""Who gave an address, the address, and what is accepted there."""
_UNREADABLE = (HttpError, JoseError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    fetched_at: float

    def is_within(self, seconds: float) -> bool:
        return Clock.monotonic() - self.fetched_at < seconds


class Documents:
    """Documents by address. A provider that is dead costs only those who need what only it can tell."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[_Place, _Kept] = {}
        self._fetches: dict[_Place, Future[_Kept]] = {}
        self._circuits = Circuits(1, FIRST_SECONDS, LONGEST_SECONDS)

    def get(
        self,
        http: HttpClient,
        url: str,
        read: Callable[[Any], Any],
        *,
        fresh_within: float,
        late: float = 0.0,
        accept: str = JSON,
    ) -> Any:
        """Return what `read` makes of the document at `url`; raises InvalidTokenError when it cannot be had.

        It was fetched within the last `fresh_within` seconds, or up to `late` seconds before that when it is being
        fetched anew; with 0 it is asked for even when it could not be had a moment ago. `read` gets JSON as it was
        parsed, and what is of other types (`accept`) as bytes. Raises CrowdedError when as many requests wait for
        somebody outside as may, and nothing is known.
        """
        place = (http.owner, url, accept)
        kept = self._kept.get(place)
        if kept is not None and kept.is_within(fresh_within):
            return kept.value
        if kept is not None and kept.is_within(fresh_within + late):
            self._refresh(place, http, read)
            return kept.value
        try:
            with http.waiting(url):
                fetch = self._fetch(place, http, read, insisting=fresh_within <= 0)
                return outside(fetch.result).value
        except CrowdedError:
            return self._old(place, CrowdedError())
        except _UNREADABLE as error:
            return self._old(place, InvalidTokenError("unreachable", f"{url}: {error}"))

    def _refresh(self, place: _Place, http: HttpClient, read: Callable[[Any], Any]) -> None:
        """Fetch a document that nobody waits for, unless much is being fetched already."""
        with self._lock:
            owners = Counter(owner for owner, _, _ in self._fetches)
        if owners.total() < MOST_UNATTENDED and owners[place[0]] < MOST_UNATTENDED_OF_OWNER:
            self._fetch(place, http, read, insisting=False)

    def _fetch(self, place: _Place, http: HttpClient, read: Callable[[Any], Any], *, insisting: bool) -> Future[_Kept]:
        """Return what will be the document, or what went wrong: one thread fetches it for all who want it."""
        with self._lock:
            fetch = self._fetches.get(place)
            if fetch is not None:
                return fetch
            fetch = Future()
            if not (insisting or self._circuits.admits(place)):
                fetch.set_exception(HttpError("it could not be had a moment ago"))
                return fetch
            self._fetches[place] = fetch
        arguments = (place, http.unattended(), read, fetch)
        Thread(target=self._run, args=arguments, name="document", daemon=True).start()
        return fetch

    def _run(self, place: _Place, http: HttpClient, read: Callable[[Any], Any], fetch: Future[_Kept]) -> None:
        try:
            kept = _Kept(read(_document(http, *place[1:])), Clock.monotonic())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self._circuits.failed(place)
            self._end(place)
            fetch.set_exception(error)
            return
        self._circuits.worked(place)
        self._end(place, kept)
        fetch.set_result(kept)

    def _end(self, place: _Place, kept: _Kept | None = None) -> None:
        with self._lock:
            del self._fetches[place]
            if kept is not None:
                self._kept.pop(place, None)
                self._kept[place] = kept  # the one that was fetched last is the last
                if len(self._kept) > MOST_KEPT:
                    del self._kept[next(iter(self._kept))]

    def _old(self, place: _Place, error: Exception) -> Any:
        kept = self._kept.get(place)
        if kept is None or not kept.is_within(STALE_SECONDS):
            raise error from None
        return kept.value


def _document(http: HttpClient, url: str, accept: str) -> Any:
    answer = http.get(url, headers={"accept": accept})
    if answer.status != OK:
        raise HttpError(f"the answer is {answer.status}")
    return answer.json() if accept == JSON else answer.body


_OF_PROCESSES: WeakKeyDictionary[Outsiders, Documents] = WeakKeyDictionary()


def documents(http: HttpClient) -> Documents:
    """Return the documents that are fetched with this client, and those made of it."""
    found = _OF_PROCESSES.get(http.outsiders)
    return _OF_PROCESSES.setdefault(http.outsiders, Documents()) if found is None else found
