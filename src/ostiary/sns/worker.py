"""The threads that tell subscriptions what was published. Any number of processes may run them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

from ostiary.background import Worker
from ostiary.context import Services
from ostiary.runtime.observability import MESSAGES
from ostiary.sns import deliveries
from ostiary.sns.carriers import CARRIERS, CarrierError
from ostiary.sns.deliveries import Parcel
from ostiary.sns.fanout import Fanout
from ostiary.store.sns import publications
from ostiary.store.sns.publications import Delivery

POLL_SECONDS = 0.5
THREADS = 16
PER_DESTINATION = 4
"""How many threads one server may keep busy: one that hangs holds up its own deliveries, not those of others."""
BATCH = 100
LEASE_SECONDS = 120
AGAIN_SECONDS = 1

log = structlog.get_logger()


class TopicWorker(Worker):
    """Works until it is stopped; whoever publishes wakes it."""

    def __init__(self, services: Services) -> None:
        super().__init__("topics", POLL_SECONDS)
        self._ctx = services.anonymous()
        self._fanout = Fanout(self._ctx)
        self._senders = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")
        self._busy: Counter[str] = Counter()
        self._lock = Lock()

    def start(self) -> None:
        """Begin."""
        self._ctx.services.publications.listen(self.wake)
        super().start()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._ctx.services.publications.leave(self.wake)
        super().stop()
        self._senders.shutdown(cancel_futures=True)

    def run_due(self) -> object:
        """Fan out some of what was published, and send what is due; return whether there was anything to fan out."""
        fanned_out = self._fanout.run()
        self._send_due()
        return fanned_out

    def _send_due(self) -> None:
        ctx = self._ctx
        now = ctx.clock.now_seconds()
        with self._lock:
            free = THREADS - self._busy.total()
        if free <= 0:
            return
        with ctx.store.read() as tx:
            due = publications.deliveries_due(tx, now, BATCH)
        if not due:
            return
        chosen, waiting = self._chosen(due, free)
        claimed: list[Delivery] = []
        try:
            claimed = self._claimed(chosen, waiting if len(due) == BATCH else None, now)
        finally:
            taken = {delivery.delivery_key for delivery in claimed}
            for delivery in chosen:
                if delivery.delivery_key not in taken:
                    self._release(delivery)
        for delivery in claimed:
            self._senders.submit(self._send, delivery)

    def _claimed(self, chosen: list[Delivery], waiting: list[Delivery] | None, now: int) -> list[Delivery]:
        """Take what was chosen; what has to wait makes room for the rest, when it is told as `waiting`."""
        with self._ctx.store.write() as tx:
            claimed = [
                taken
                for delivery in chosen
                if (not delivery.ordered or publications.is_next(tx, delivery))
                and (taken := publications.claim_delivery(tx, delivery, now + LEASE_SECONDS))
            ]
            if waiting is not None:
                publications.postpone_deliveries(tx, waiting, now + AGAIN_SECONDS)
        return claimed

    def _chosen(self, due: list[Delivery], free: int) -> tuple[list[Delivery], list[Delivery]]:
        """Return what is sent now, and what waits because its server is busy; the rest is looked at next time."""
        chosen: list[Delivery] = []
        waiting: list[Delivery] = []
        with self._lock:
            for delivery in due:
                if self._busy[delivery.destination] >= PER_DESTINATION:
                    waiting.append(delivery)
                elif len(chosen) < free:
                    self._busy[delivery.destination] += 1
                    chosen.append(delivery)
        return chosen, waiting

    def _release(self, delivery: Delivery) -> None:
        with self._lock:
            self._busy[delivery.destination] -= 1
            if not self._busy[delivery.destination]:
                del self._busy[delivery.destination]

    def _send(self, delivery: Delivery) -> None:
        try:
            self._carry(delivery)
        except Exception:
            log.exception("delivery_not_settled", subscription=delivery.subscription_arn)  # the lease runs out
        finally:
            self._release(delivery)
            self.wake()

    def _carry(self, delivery: Delivery) -> None:
        ctx = self._ctx
        parcel = deliveries.opened(ctx, delivery)
        try:
            CARRIERS[parcel.way].carry(ctx, parcel)
        except CarrierError as error:
            self._failed(delivery, parcel, error)
            return
        except Exception as error:
            # Whatever is wrong with one parcel, it is given up in the end.
            log.exception("delivery_broken", subscription=delivery.subscription_arn)
            self._failed(delivery, parcel, CarrierError(type(error).__name__))
            return
        MESSAGES.labels(parcel.way, "sent").inc()
        with ctx.store.write() as tx:
            publications.remove_delivery(tx, delivery)

    def _failed(self, delivery: Delivery, parcel: Parcel, error: CarrierError) -> None:
        ctx = self._ctx
        MESSAGES.labels(parcel.way, "failed").inc()
        now = ctx.clock.now_seconds()
        delay = None if error.permanent else parcel.delay(delivery.attempts, now)
        told = {"subscription": delivery.subscription_arn, "way": parcel.way, "reason": str(error)}
        if delay is not None:
            log.warning("delivery_failed", **told, again_in=delay)
            with ctx.store.write() as tx:
                publications.postpone_deliveries(tx, [delivery], now + delay)
            return
        log.warning("delivery_given_up", **told, dead_letter=parcel.dead_letter)
        with ctx.store.write() as tx:
            if publications.give_up_delivery(tx, delivery) and parcel.dead_letter:
                letter = deliveries.dead_letter(
                    parcel, now, request_id=ctx.random.uuid(), code=error.code, reason=str(error)
                )
                deliveries.owe_again(tx, ctx, delivery, letter)
