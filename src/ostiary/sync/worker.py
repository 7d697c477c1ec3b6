"""The threads that publish and stream in the background. Any number of processes may run them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

from ostiary.background import Worker
from ostiary.context import Services
from ostiary.sync.publish import Publisher
from ostiary.sync.streams import Streamer

POLL_SECONDS = 0.5
THREADS = 8
"""Lanes that are sent at the same time: a stream that hangs holds up some of them, for as long as a time-out."""

log = structlog.get_logger()


class SyncWorker(Worker):
    """Publishes and streams until it is stopped."""

    def __init__(self, services: Services) -> None:
        super().__init__("sync", POLL_SECONDS)
        ctx = services.anonymous()
        holder = services.random.uuid()
        self.publisher, self.streamer = Publisher(ctx, holder), Streamer(ctx, holder)
        self._senders = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
        self._busy: set[tuple[str, str]] = set()
        self._lock = Lock()

    def stop(self) -> None:
        """Finish what is under way and end."""
        super().stop()
        self._senders.shutdown(cancel_futures=True)

    def run_due(self) -> object:
        """Publish some of what is due, and have what waits in the lanes sent; return whether there was any."""
        published = self.publisher.publish_due()
        self._send_waiting()
        return published

    def _send_waiting(self) -> None:
        for lane in self.streamer.waiting():
            with self._lock:
                if lane in self._busy:
                    continue
                self._busy.add(lane)
            self._senders.submit(self._send, lane)

    def _send(self, lane: tuple[str, str]) -> None:
        try:
            while not self.stopping and self.streamer.drain(*lane):
                pass
        except Exception:
            log.exception("stream_failed", pool_id=lane[0])
        finally:
            with self._lock:
                self._busy.discard(lane)
