"""The threads that hand waiting messages to the channels. Any number of processes may run them."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from ostiary.background import Worker
from ostiary.context import Services
from ostiary.crypto.seal import SealBrokenError
from ostiary.delivery import configured_channels, pool_log_events
from ostiary.delivery.channel import Channel, DeliveryError
from ostiary.delivery.custom_sender import CustomSender
from ostiary.delivery.lanes import Lanes
from ostiary.delivery.outbox import FUNCTION, opened
from ostiary.runtime.observability import MESSAGES
from ostiary.store import messages
from ostiary.store.idp import user_pools
from ostiary.store.messages import StoredMessage

POLL_SECONDS = 0.5
LEASE_SECONDS = 60
BATCH = 20
FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 900
WAIT_SECONDS = 60
"""How long a message is left alone that no channel carries, so that it does not stand before others."""
AGAIN_SECONDS = 10
"""How long messages are put off that wait behind one that is stuck, so that they do not stand before others."""
CALLS = 8
"""Functions of so many pools send messages at a time."""
_SETTINGS = {
    "EMAIL": "smtp or delivery_webhook",
    "SMS": "twilio_account_sid, sns_endpoint or delivery_webhook",
    FUNCTION: "functions",
}

Lane = tuple[str, str]
"""A channel, and for functions the pool that they are of."""

log = structlog.get_logger()


class DeliveryWorker(Worker):
    """Delivers until it is stopped."""

    def __init__(self, services: Services) -> None:
        super().__init__("delivery", POLL_SECONDS)
        self._services = services
        self._ctx = services.anonymous()
        self._channels = configured_channels(services.settings, services.http)
        self._sender = CustomSender.configured(services)
        self._mail = Lanes(max(1, len(self._channels)), "delivery", self.wake)
        self._calls = Lanes(CALLS, "custom-sender", self.wake)
        self._groups: dict[Lane, dict[str, StoredMessage]] = {}
        self._warned = False

    def stop(self) -> None:
        """Finish the messages at hand and end."""
        super().stop()
        self._mail.close()
        self._calls.close()

    def deliver_due(self) -> None:
        """Deliver some of what is due now, and wait until it is done."""
        self.run_due()
        self._mail.settle()
        self._calls.settle()

    def run_due(self) -> bool:
        """Begin to deliver some of what is due; return whether there may be more that can be begun.

        One channel, or the functions of one pool, hold up themselves and no other.
        """
        services, now = self._services, self._services.clock.now_seconds()
        with services.store.read() as tx:
            due = messages.due(tx, now, BATCH if self._channels or self._sender else 1)
        if not (self._channels or self._sender):
            if due:
                self._warn(due[0].medium)
            return False
        moved = [self._begin(lane, waiting) for lane, waiting in self._by_lane(due).items()]
        return len(due) == BATCH and any(moved)

    def _by_lane(self, due: list[StoredMessage]) -> dict[Lane, list[StoredMessage]]:
        found: dict[Lane, list[StoredMessage]] = {}
        for message in due:
            channel = self._carrier(message.medium)
            lane = ("" if channel is None else channel.name, message.pool_id if message.medium == FUNCTION else "")
            found.setdefault(lane, []).append(message)
        return found

    def _begin(self, lane: Lane, waiting: list[StoredMessage]) -> bool:
        """Begin to deliver messages, or put them off behind one that is stuck; return whether anything changed."""
        group = {message.message_id: message for message in waiting}

        def deliver(next_piece: Callable[[], None]) -> None:
            while group and not self.stopping:
                next_piece()
                self._deliver(group.pop(next(iter(group))))

        lanes = self._calls if lane[1] else self._mail
        if lanes.begin(lane, deliver):
            self._groups[lane] = group
            return True
        return lanes.is_stuck(lane) and self._put_off(waiting, self._groups.get(lane, {}))

    def _put_off(self, waiting: list[StoredMessage], group: dict[str, StoredMessage]) -> bool:
        """Put messages off; those of the group under way are still delivered with it. Return whether there were any."""
        until = self._services.clock.now_seconds() + AGAIN_SECONDS
        with self._services.store.write() as tx:
            moved = [message for message in waiting if messages.claim(tx, message, until, tried=False)]
        for message in moved:
            if message.message_id in group:
                group[message.message_id] = replace(message, due_at=until)
        return bool(moved)

    def _deliver(self, message: StoredMessage) -> None:
        now = self._services.clock.now_seconds()
        if message.expires_at <= now:
            if message.attempts == 0:
                self._tell_pool(message, "no channel took it before it expired")
            self._give_up(message, "", "expired")
            return
        channel = self._carrier(message.medium)
        until = now + (WAIT_SECONDS if channel is None else LEASE_SECONDS)
        with self._services.store.write() as tx:
            claimed = messages.claim(tx, message, until, tried=channel is not None)
        if channel is None:
            self._warn(message.medium)
        elif claimed:
            self._hand_over(channel, message, now)

    def _carrier(self, medium: str) -> Channel | CustomSender | None:
        if medium == FUNCTION:
            return self._sender
        return next((channel for channel in self._channels if channel.carries(medium)), None)

    def _hand_over(self, channel: Channel | CustomSender, message: StoredMessage, now: int) -> None:
        services = self._services
        try:
            channel.deliver(opened(services.keyring, message), message.message_id)
        except DeliveryError as error:
            self._failed(channel, message, now, error)
        except Exception as error:
            # Whatever is wrong with one message, the others do not wait for it.
            log.exception("message_broken", channel=channel.name, message_id=message.message_id)
            self._failed(channel, message, now, DeliveryError(type(error).__name__))
        else:
            MESSAGES.labels(channel.name, "sent").inc()
            self._done_with(message)

    def _failed(self, channel: Channel | CustomSender, message: StoredMessage, now: int, error: DeliveryError) -> None:
        MESSAGES.labels(channel.name, "failed").inc()
        log.warning("message_not_delivered", channel=channel.name, message_id=message.message_id, reason=str(error))
        if message.attempts == 0:
            self._tell_pool(message, str(error))
        if error.permanent:
            self._give_up(message, channel.name, "refused")
            return
        wait = min(FIRST_RETRY_SECONDS * 2 ** min(message.attempts, 16), LONGEST_RETRY_SECONDS)
        with self._services.store.write() as tx:
            messages.postpone(tx, message.message_id, now + wait)

    def _give_up(self, message: StoredMessage, channel: str, why: str) -> None:
        MESSAGES.labels(channel, why).inc()
        log.warning("message_dropped", message_id=message.message_id, medium=message.medium, reason=why)
        self._done_with(message)

    def _tell_pool(self, message: StoredMessage, reason: str) -> None:
        """Have the pool's log say that a message did not arrive, once for each, and not what stood in it."""
        if message.medium == "LOG":
            return
        try:
            content = opened(self._services.keyring, message)
            what = f"{content.trigger_source or 'message'} by {content.medium} to the user {content.username}"
        except SealBrokenError:
            what = "a message that cannot be read"
        with self._services.store.write() as tx:
            pool = user_pools.find(tx, message.pool_id)
            if pool is not None:
                details = {"details": f"{what} was not delivered: {reason}"}
                pool_log_events.deliver(tx, self._ctx, pool, "userNotification", details)

    def _done_with(self, message: StoredMessage) -> None:
        with self._services.store.write() as tx:
            if self._services.settings.dev:
                messages.keep_as_sent(tx, message.message_id)
            else:
                messages.remove(tx, message.message_id)

    def _warn(self, medium: str) -> None:
        if not self._warned and not self._services.settings.dev:
            self._warned = True
            log.warning("messages_wait", medium=medium, hint=f"set {_SETTINGS[medium]}, and they leave")
