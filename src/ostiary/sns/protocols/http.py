"""Addresses on the web, which confirm that they want to be told and verify what they get."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from ostiary.context import Context
from ostiary.sns import deliveries, retries
from ostiary.sns.arns import invalid
from ostiary.sns.deliveries import Parcel
from ostiary.sns.envelopes import Broadcast, confirmation
from ostiary.sns.protocols.protocol import Write, mismatch
from ostiary.sns.redrive import dead_letter_of
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

_MOST_URL = 2048
_SECONDS = 3600


class Http:
    """Posts signed JSON."""

    names = frozenset({"http", "https"})
    asks = True
    takes_raw = True

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not an address of this scheme; which addresses may be reached is decided when they are."""
        try:
            parts = urlsplit(endpoint)
            sound = parts.scheme == name and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise mismatch()
        if len(endpoint) > _MOST_URL or not (endpoint.isascii() and endpoint.isprintable()) or " " in endpoint:
            raise invalid("Endpoint", "The address is not valid")

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:
        """Return what writes the question."""
        message = confirmation(ctx, topic, token)
        body = msgspec.json.encode(message).decode()
        headers = _headers("SubscriptionConfirmation", message["MessageId"], topic.arn, "")
        parcel = _parcel(ctx, topic, subscription, body, headers)
        delivery_id = f"{int(ctx.clock.now() * 1_000_000):016x}-{ctx.random.text(12)}"
        return lambda tx: deliveries.owe(tx, ctx, subscription, parcel, delivery_id=delivery_id)

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes the message."""
        topic = broadcast.topic
        headers = _headers("Notification", broadcast.message.message_id, topic.arn, subscription.arn)
        if subscription.raw:
            body, headers = text, {**headers, "x-amz-sns-rawdelivery": "true"}
        else:
            body = msgspec.json.encode(broadcast.envelope(subscription, text)).decode()
        parcel = _parcel(broadcast.ctx, topic, subscription, body, headers)
        return lambda tx: deliveries.owe(tx, broadcast.ctx, subscription, parcel, delivery_id=broadcast.publication_id)


def _parcel(ctx: Context, topic: Topic, subscription: Subscription, body: str, headers: Mapping[str, str]) -> Parcel:
    policy = retries.effective(topic.attributes.get("DeliveryPolicy"), subscription.attributes.get("DeliveryPolicy"))
    return Parcel(
        way="http",
        address=subscription.endpoint,
        body=body,
        headers={**headers, "content-type": policy["headerContentType"]},
        delays=tuple(retries.delays(policy)),
        expires_at=ctx.clock.now_seconds() + _SECONDS,
        dead_letter=dead_letter_of(subscription),
    )


def _headers(kind: str, message_id: str, topic_arn: str, subscription_arn: str) -> dict[str, str]:
    return {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic_arn,
        **({"x-amz-sns-subscription-arn": subscription_arn} if subscription_arn else {}),
        "accept-encoding": "gzip,deflate",
        "user-agent": "Amazon Simple Notification Service Agent",
    }
