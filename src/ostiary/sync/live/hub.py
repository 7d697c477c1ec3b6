"""The live streams of one process, and what wakes them: own commits, hints of other nodes, and a look underneath."""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from ostiary.aws.types.cognito_sync import TooManyRequestsException
from ostiary.context import Services
from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import compute
from ostiary.runtime.observability import LIVE
from ostiary.store.sync import versions as sync_versions
from ostiary.sync.live import counts, hints
from ostiary.sync.live.stream import STOPPING, Place, Stream, Told

LOOK_SECONDS = 0.2
"""How often the database is asked what changed, while there are streams: all that several workers on SQLite have."""
MOST_OF_THE_TIME = 0.1
"""The share of the time that looking may take; with very many pools it is done less often."""
MOST_WAITING = 20_000
"""Hints that may wait for the event loop; of more, the look tells."""

log = structlog.get_logger()


class Hub:
    """Streams by identity. Everything but `_hear` and `_changed` runs on the event loop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._streams: dict[Place, set[Stream]] = {}
        self._number = 0
        self._heard: deque[str] = deque(maxlen=MOST_WAITING)
        self._versions: dict[str, dict[int, int]] = {}
        self._stopped = False

    def start(self) -> None:
        """Begin to listen and to look."""
        self._loop = asyncio.get_running_loop()
        self._services.store.hints.listen(self._hear)
        self._looking = self._loop.create_task(self._look_often())

    async def stop(self) -> None:
        """End every stream."""
        self.end_all()
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)

    def end_all(self) -> None:
        """Have every client told to come again, to whoever serves then."""
        self._stopped = True
        for streams in self._streams.values():
            for stream in streams:
                stream.end(STOPPING)

    def add(self, stream: Stream) -> None:
        """Wake a stream from now on; raises TooManyRequestsException beyond the limits."""
        settings = self._services.settings
        beside = self._streams.get(stream.place, set())
        if self._number >= settings.live_streams:
            raise TooManyRequestsException("This server has as many live streams as it takes.")
        if len(beside) >= settings.live_streams_per_identity:
            raise TooManyRequestsException("The identity has as many live streams as it may.")
        self._streams.setdefault(stream.place, beside).add(stream)
        self._number += 1
        LIVE.inc()
        if self._stopped:
            stream.end(STOPPING)

    def remove(self, stream: Stream) -> None:
        """Forget a stream."""
        beside = self._streams[stream.place]
        beside.remove(stream)
        self._number -= 1
        LIVE.dec()
        if not beside:
            del self._streams[stream.place]

    def of_identity(self, place: Place) -> dict[str, Told]:
        """Return how an identity's datasets stand."""
        with self._services.store.read() as tx:
            return counts.of_identity(tx, place)

    def _hear(self, texts: Sequence[str]) -> None:
        """Take hints from any thread; of those that come together, one wakes the loop."""
        if not self._streams:
            return
        quiet = not self._heard
        self._heard.extend(texts)
        if quiet and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass_on)

    def _pass_on(self) -> None:
        while self._heard:
            hint = hints.read(self._heard.popleft())
            if hint is not None:
                told = Told(hint.dataset_name, hint.sync_count, hint.device_id)
                for stream in self._streams.get(Place(hint.pool_id, hint.identity_id), ()):
                    stream.offer(told)

    async def _look_often(self) -> None:
        pause = LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            if not self._streams:
                self._versions.clear()
                continue
            started = Clock.monotonic()
            try:
                await self._look()
            except Exception:
                log.exception("live_look_failed")
            pause = max(LOOK_SECONDS, (Clock.monotonic() - started) / MOST_OF_THE_TIME)

    async def _look(self) -> None:
        """Offer every stream what its identity's datasets are at, where the versions tell that something changed."""
        places = list(self._streams)
        found = await self._services.tasks.go_on(compute, self._changed, places)
        for place, told_of in found.items():
            for stream in self._streams.get(place, ()):
                for told in told_of.values():
                    stream.offer(told)

    def _changed(self, places: Sequence[Place]) -> dict[Place, dict[str, Told]]:
        """Return how the datasets stand of those identities whose part of their pool changed since the last look."""
        pools = {place.pool_id for place in places}
        with self._services.store.read() as tx:
            now = {pool_id: sync_versions.of_pool(tx, pool_id) for pool_id in pools}
        before, self._versions = self._versions, now
        changed = [place for place in places if _version(before, place) != _version(now, place)]
        return {place: self.of_identity(place) for place in changed}


def _version(versions: dict[str, dict[int, int]], place: Place) -> int | None:
    """Return the version of an identity's part; None when nobody has looked yet."""
    of_pool = versions.get(place.pool_id)
    return None if of_pool is None else of_pool.get(sync_versions.part_of(place.identity_id), 0)
