"""The threads that publish and stream in the background. Any number of processes may run them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

import structlog

from ostiary.context import ANONYMOUS, Client, Context, Services
from ostiary.sync.publish import Publisher
from ostiary.sync.streams import Streamer

POLL_SECONDS = 0.5
THREADS = 8
"""Lanes that are sent at the same time: a stream that hangs holds up some of them, for as long as a time-out."""

log = structlog.get_logger()


class SyncWorker:
    """Publishes and streams until it is stopped."""

    def __init__(self, services: Services) -> None:
        ctx = background_context(services)
        holder = services.random.uuid()
        self.publisher, self.streamer = Publisher(ctx, holder), Streamer(ctx, holder)
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="sync", daemon=True)
        self._senders = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
        self._busy: set[tuple[str, str]] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stopped.set()
        self._thread.join()
        self._senders.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            try:
                while self.publisher.publish_due() and not self._stopped.is_set():
                    self._send_waiting()
                self._send_waiting()
            except Exception:
                log.exception("sync_worker_failed")

    def _send_waiting(self) -> None:
        for lane in self.streamer.waiting():
            with self._lock:
                if lane in self._busy:
                    continue
                self._busy.add(lane)
            self._senders.submit(self._send, lane)

    def _send(self, lane: tuple[str, str]) -> None:
        try:
            while not self._stopped.is_set() and self.streamer.drain(*lane):
                pass
        except Exception:
            log.exception("stream_failed", pool_id=lane[0])
        finally:
            with self._lock:
                self._busy.discard(lane)


def background_context(services: Services) -> Context:
    """Return a context of nobody, for work that no request asked for."""
    return Context(services, "", services.settings.region, ANONYMOUS, Client())
