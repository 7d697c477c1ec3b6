"""What is owed to addresses, queues and functions: kept until it was taken, or is given up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.sns import publications
from ostiary.store.sns.publications import Delivery
from ostiary.store.sns.topic_subscriptions import Subscription

PURPOSE = "delivery"
Way = Literal["http", "sqs", "lambda"]
QUEUE_SECONDS = 23 * 86_400
"""For how long SNS tries to reach queues and functions (developer guide, "Message delivery retries")."""
QUEUE_DELAYS = (1, 1, 1, 2, 4, 8, 16, 20, 20, 20, 60, 300, 900)


@dataclass(frozen=True, slots=True)
class Parcel:
    r"""A message packed for one way out. `address` is a URL or an ARN.

    After `delays` (seconds before each retry) it is given up, or with `persistent` the last one repeats until
    `expires_at`. What is given up goes to the queue `dead_letter` where there is one. `headers` are HTTP's, or for
    queues the message attributes `{"name": "type\nvalue"}`.
    """

    way: Way
    address: str
    body: str = field(repr=False)
    delays: tuple[int, ...]
    expires_at: int
    headers: Mapping[str, str] = field(default_factory=dict)
    persistent: bool = False
    dead_letter: str = ""
    group_id: str = ""
    deduplication_id: str = ""
    trace: str = ""

    def delay(self, attempts: int, now: int) -> int | None:
        """Return how long to wait after so many tries, or None when it is given up."""
        if now >= self.expires_at:
            return None
        if attempts <= len(self.delays):
            return self.delays[attempts - 1]
        return self.delays[-1] if self.persistent and self.delays else None


def owe(
    tx: Tx, ctx: Context, subscription: Subscription, parcel: Parcel, *, delivery_id: str, ordered: bool = False
) -> None:
    """Write a parcel into the outbox, unless it is there already."""
    delivery = Delivery(subscription.account_id, subscription.arn, delivery_id, "", b"", ordered, 0, 0)
    _add(tx, ctx, delivery, parcel)


def owe_again(tx: Tx, ctx: Context, delivery: Delivery, parcel: Parcel) -> None:
    """Write a parcel in the place of one that was given up."""
    _add(tx, ctx, replace(delivery, delivery_id=f"{delivery.delivery_id}-dead", ordered=False), parcel)


def _add(tx: Tx, ctx: Context, delivery: Delivery, parcel: Parcel) -> None:
    sealed = ctx.keyring.seal(msgspec.json.encode(parcel), PURPOSE)
    now = ctx.clock.now_seconds()
    due = replace(delivery, destination=destination_of(parcel), sealed=sealed, attempts=0, due_at=now)
    publications.add_delivery(tx, due)
    tx.after_commit.append(ctx.services.publications.send)


def dead_letter(parcel: Parcel, now: int, *, request_id: str, code: int, reason: str) -> Parcel:
    """Return the parcel for the queue that takes what could not be delivered: as it would have been delivered, and why.

    The reason stands in the attributes that AWS gives dead letters.
    """
    attributes = parcel.headers if parcel.way == "sqs" else {}
    why = {"RequestID": f"String\n{request_id}", "ErrorCode": f"Number\n{code}", "ErrorMessage": f"String\n{reason}"}
    return replace(
        parcel,
        way="sqs",
        address=parcel.dead_letter,
        headers={**attributes, **why},
        delays=QUEUE_DELAYS,
        persistent=True,
        expires_at=now + QUEUE_SECONDS,
        dead_letter="",
    )


def opened(ctx: Context, delivery: Delivery) -> Parcel:
    """Return the content of a row."""
    return msgspec.json.decode(ctx.keyring.open(delivery.sealed, PURPOSE), type=Parcel)


def destination_of(parcel: Parcel) -> str:
    """Return what deliveries have in common that must not hold up others: the server they go to."""
    if parcel.way == "http":
        return "/".join(parcel.address.split("/", 3)[:3])
    return parcel.way if parcel.way == "sqs" else parcel.address
