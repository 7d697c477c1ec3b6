"""Hints between the processes on one PostgreSQL, by NOTIFY.

They are sent after the commit, many in one statement on a connection of their own: a NOTIFY inside a transaction that
writes would make all commits of the server wait for each other (decision 0008).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any

import psycopg
import structlog

from ostiary.store.engines.engine import Heard

CHANNEL = "ostiary_hints"
MOST_BYTES = 7900
"""PostgreSQL takes less than 8000 in one notification."""
MOST_WAITING = 10_000
LISTEN_SECONDS = 1.0
RETRY_SECONDS = 1.0

log = structlog.get_logger()


class Notifications:
    """Two threads with a connection each: one that sends, one that listens."""

    def __init__(self, arguments: Mapping[str, Any], heard: Heard) -> None:
        self._arguments = {**arguments, "autocommit": True}
        self._heard = heard
        self._waiting: Queue[str] = Queue(MOST_WAITING)
        self._stopped = Event()
        self._own_pid = 0
        self._threads = [Thread(target=run, name="hints", daemon=True) for run in (self._send, self._listen)]
        for thread in self._threads:
            thread.start()

    def tell(self, hints: Sequence[str]) -> None:
        """Send hints to the other processes, soon; when too many wait, they are lost."""
        try:
            for hint in hints:
                self._waiting.put_nowait(hint)
        except Full:
            return

    def close(self) -> None:
        """End both threads."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        def send(connection: psycopg.Connection) -> None:
            self._own_pid = connection.info.backend_pid
            while not self._stopped.is_set():
                for payload in _payloads(self._gathered()):
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

        self._keep(send)

    def _listen(self) -> None:
        def listen(connection: psycopg.Connection) -> None:
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._stopped.is_set():
                for notification in connection.notifies(timeout=LISTEN_SECONDS):
                    if notification.pid != self._own_pid:
                        self._heard(notification.payload.split("\n"))

        self._keep(listen)

    def _keep(self, run: Any) -> None:
        """Run with a connection, and with another one when it was lost."""
        while not self._stopped.is_set():
            try:
                with psycopg.connect(**self._arguments) as connection:
                    run(connection)
            except psycopg.Error as error:
                log.warning("hints_lost", reason=type(error).__name__)
                self._stopped.wait(RETRY_SECONDS)

    def _gathered(self) -> list[str]:
        """Wait for hints and return all that are there."""
        found: list[str] = []
        with suppress(Empty):
            found.append(self._waiting.get(timeout=LISTEN_SECONDS))
            while True:
                found.append(self._waiting.get_nowait())
        return found


def _payloads(hints: Sequence[str]) -> list[str]:
    """Join hints by lines, as few notifications as hold them."""
    payloads: list[str] = []
    size = MOST_BYTES
    for hint in hints:
        length = len(hint.encode()) + 1
        if length > MOST_BYTES:
            continue
        if size + length > MOST_BYTES:
            payloads.append(hint)
            size = length
        else:
            payloads[-1] += f"\n{hint}"
            size += length
    return payloads
