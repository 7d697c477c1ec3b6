"""Queues of Amazon SQS, or of anything that takes its SendMessage."""

from collections.abc import Mapping

import msgspec

from ostiary.context import Context
from ostiary.sns import deliveries
from ostiary.sns.deliveries import Parcel
from ostiary.sns.envelopes import Broadcast
from ostiary.sns.protocols.protocol import Write, nothing_to_ask, own_arn
from ostiary.sns.redrive import dead_letter_of
from ostiary.store.sns.publications import FIFO
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic


class Sqs:
    """Puts the signed JSON, or the bare message, into a queue."""

    names = frozenset({"sqs"})
    asks = False
    takes_raw = True

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not the ARN of a queue in the caller's account."""
        own_arn(ctx, "sqs", "[A-Za-z0-9_.-]+", endpoint, "Invalid parameter: SQS endpoint ARN")

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:  # noqa: ARG002
        """Return what writes nothing."""
        return nothing_to_ask

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes the message; ordered when queue and topic are."""
        message = broadcast.message
        fifo = subscription.endpoint.endswith(FIFO)
        body = text if subscription.raw else msgspec.json.encode(broadcast.envelope(subscription, text)).decode()
        parcel = Parcel(
            way="sqs",
            address=subscription.endpoint,
            body=body,
            headers=_attributes(message.attributes) if subscription.raw else {},
            delays=deliveries.QUEUE_DELAYS,
            persistent=True,
            expires_at=broadcast.ctx.clock.now_seconds() + deliveries.QUEUE_SECONDS,
            dead_letter=dead_letter_of(subscription),
            group_id=message.group_id,  # a queue without order shares itself out fairly by that
            deduplication_id=message.deduplication_id if fifo else "",
            trace=message.trace,
        )
        return lambda tx: deliveries.owe(
            tx, broadcast.ctx, subscription, parcel, delivery_id=broadcast.publication_id, ordered=broadcast.topic.fifo
        )


def _attributes(given: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        name: f"{value['DataType']}\n{value.get('StringValue', value.get('BinaryValue', ''))}"
        for name, value in given.items()
    }
