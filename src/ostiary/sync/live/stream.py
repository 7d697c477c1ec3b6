"""One live stream: what its client has been told, and what it is still to be told. Lives on the event loop."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import msgspec

MOST_NAMES = 1024
"""Datasets that a stream keeps in mind; an identity has 20 at a time, and deletes others."""


class Place(NamedTuple):
    """Whose datasets a stream tells of."""

    pool_id: str
    identity_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """One dataset is at `sync_count`; `device_id` made it so, empty when that is not known or it was several."""

    dataset_name: str
    sync_count: int
    device_id: str = ""


class Ending(NamedTuple):
    """Why a stream ends: an error's name as AWS has it, or one of ours, and a text."""

    reason: str
    message: str


STOPPING = Ending("ServerStopping", "The server stops; connect again.")
CROWDED = Ending("TooManyDatasets", "The identity had too many datasets meanwhile; connect again.")


@dataclass(slots=True, eq=False)
class Stream:
    """Changes of one identity's datasets for one client, never more than one for each dataset in waiting.

    However slow a client is, it costs no more memory: a later change of a dataset takes the place of an earlier one.
    """

    place: Place
    ending: Ending | None = None
    _told: dict[str, int] = field(default_factory=dict)
    _waiting: dict[str, Told] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _news: bool = False

    def begin(self, counts: Mapping[str, Told], last_id: str) -> bool:
        """Take in how the datasets stand; return whether the client, who was told `last_id` last, knows it all."""
        known = bool(last_id) and last_id == _digest(
            frozenset((name, told.sync_count) for name, told in counts.items())
        )
        if known:
            for told in counts.values():
                self._told[told.dataset_name] = max(told.sync_count, self._told.get(told.dataset_name, 0))
        else:
            for told in counts.values():
                self.offer(told)
        return known

    def offer(self, told: Told) -> None:
        """Have the client told, unless it knows already."""
        name = told.dataset_name
        before = self._waiting.get(name)
        if told.sync_count <= max(self._told.get(name, 0), before.sync_count if before else 0):
            return
        if before is not None and before.device_id != told.device_id:
            told = Told(name, told.sync_count)
        self._waiting[name] = told
        if len(self._told) + len(self._waiting) > 2 * MOST_NAMES:
            self.end(CROWDED)
        self._wake()

    def end(self, ending: Ending) -> None:
        """Have the stream end; the first reason is the one that counts."""
        self.ending = self.ending or ending
        self._wake()

    def take(self) -> list[Told]:
        """Return what the client is to be told now."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._woken.clear()
        self._news = False
        for told in taken:
            self._told[told.dataset_name] = told.sync_count
        return taken

    @property
    def id(self) -> str:
        """What names everything that the client has been told so far; two clients who know the same have the same."""
        return _digest(frozenset(self._told.items()))

    async def woken(self, seconds: float) -> bool:
        """Wait until there is something to do; return whether there is, after at most `seconds`."""
        timer = asyncio.get_running_loop().call_later(seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        if not self._news:
            self._woken.clear()
        return self._news

    def _wake(self) -> None:
        self._news = True
        self._woken.set()


@lru_cache(maxsize=1024)  # the devices of an identity are told the same
def _digest(counts: frozenset[tuple[str, int]]) -> str:
    return hashlib.sha256(msgspec.json.encode(sorted(counts))).hexdigest()[:24]
