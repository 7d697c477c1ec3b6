"""The thread that hands waiting messages to the channels. Any number of processes may run one."""

from threading import Event, Thread

import structlog

from ostiary.clock import Clock
from ostiary.context import Services
from ostiary.delivery import configured_channels
from ostiary.delivery.channel import Channel, DeliveryError
from ostiary.delivery.outbox import opened
from ostiary.observability import MESSAGES
from ostiary.store import expired, messages
from ostiary.store.messages import StoredMessage

POLL_SECONDS = 0.5
LEASE_SECONDS = 60
BATCH = 20
FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 900
SWEEP_SECONDS = 600
"""How often what has expired is deleted."""

log = structlog.get_logger()


class DeliveryWorker:
    """Delivers until it is stopped."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._channels = configured_channels(services.settings, services.http)
        self._stopped = Event()
        self._warned = False
        self._swept_at = Clock.monotonic()
        self._thread = Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the message at hand and end."""
        self._stopped.set()
        self._thread.join(timeout=LEASE_SECONDS)

    def deliver_due(self) -> int:
        """Deliver what is due now; return how many messages were tried."""
        services, now = self._services, self._services.clock.now_seconds()
        with services.store.read() as tx:
            waiting = messages.due(tx, now, BATCH)
        return sum(self._deliver(message, now) for message in waiting)

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            try:
                while self.deliver_due() == BATCH and not self._stopped.is_set():
                    pass
                self._sweep_if_due()
            except Exception:
                log.exception("delivery_failed")

    def _sweep_if_due(self) -> None:
        if Clock.monotonic() - self._swept_at > SWEEP_SECONDS:
            self._swept_at = Clock.monotonic()
            expired.sweep(self._services.store, self._services.clock.now_seconds())

    def _deliver(self, message: StoredMessage, now: int) -> bool:
        if message.expires_at <= now:
            return self._drop(message, "expired")
        channel = next((channel for channel in self._channels if channel.carries(message.medium)), None)
        if channel is None:
            self._warn(message.medium)
            return False
        with self._services.store.write() as tx:
            claimed = messages.claim(tx, message, now + LEASE_SECONDS)
        return claimed and self._hand_over(channel, message, now)

    def _hand_over(self, channel: Channel, message: StoredMessage, now: int) -> bool:
        services = self._services
        try:
            channel.deliver(opened(services.keyring, message), message.message_id)
        except DeliveryError as error:
            MESSAGES.labels(channel.name, "failed").inc()
            log.warning("message_not_delivered", channel=channel.name, message_id=message.message_id, reason=str(error))
            if error.permanent:
                return self._drop(message, "refused")
            wait = min(FIRST_RETRY_SECONDS * 2**message.attempts, LONGEST_RETRY_SECONDS)
            with services.store.write() as tx:
                messages.postpone(tx, message.message_id, now + wait)
            return True
        MESSAGES.labels(channel.name, "sent").inc()
        with services.store.write() as tx:
            if services.settings.dev:
                messages.keep_as_sent(tx, message.message_id)
            else:
                messages.remove(tx, message.message_id)
        return True

    def _drop(self, message: StoredMessage, why: str) -> bool:
        MESSAGES.labels("", why).inc()
        log.warning("message_dropped", message_id=message.message_id, medium=message.medium, reason=why)
        with self._services.store.write() as tx:
            messages.remove(tx, message.message_id)
        return True

    def _warn(self, medium: str) -> None:
        if not self._warned and not self._services.settings.dev:
            self._warned = True
            setting = "smtp or delivery_webhook" if medium == "EMAIL" else "delivery_webhook"
            log.warning("messages_wait", medium=medium, hint=f"set {setting}, and they leave")
