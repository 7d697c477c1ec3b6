"""A message that was published to a topic, and the shapes it is delivered in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from ostiary.context import Context
from ostiary.sns import signing
from ostiary.sns.messages import TopicMessage
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic


class Broadcast:
    """A message on its way to the subscriptions of a topic; what is the same for many of them is made once."""

    def __init__(self, ctx: Context, topic: Topic, message: TopicMessage, publication_id: str) -> None:
        self.ctx, self.topic, self.message, self.publication_id = ctx, topic, message, publication_id
        self._signed: dict[str, dict[str, str]] = {}

    def envelope(self, subscription: Subscription, text: str) -> dict[str, Any]:
        """Return the JSON object that HTTP endpoints, queues and functions get; signed, but from topics in order."""
        if text not in self._signed:
            self._signed[text] = self._sign(text)
        url = address(self.ctx, Action="Unsubscribe", SubscriptionArn=subscription.arn)
        made: dict[str, Any] = {**self._signed[text], "UnsubscribeURL": url}
        if self.message.attributes:
            made["MessageAttributes"] = {name: _shown(value) for name, value in self.message.attributes.items()}
        return made

    def _sign(self, text: str) -> dict[str, str]:
        message = self.message
        described = {
            "Type": "Notification",
            "MessageId": message.message_id,
            **({"SequenceNumber": message.sequence} if message.sequence else {}),
            "TopicArn": self.topic.arn,
            **({"Subject": message.subject} if message.subject else {}),
            "Message": text,
            "Timestamp": iso(message.published_at),
        }
        if self.topic.fifo:
            return described
        return signing.signed(self.ctx.services, described, self.topic.attributes.get("SignatureVersion", "1"))


def confirmation(ctx: Context, topic: Topic, token: str) -> dict[str, str]:
    """Return the signed JSON object that asks an HTTP endpoint whether it wants to subscribe."""
    described = {
        "Type": "SubscriptionConfirmation",
        "MessageId": ctx.random.uuid(),
        "Token": token,
        "TopicArn": topic.arn,
        "Message": f"You have chosen to subscribe to the topic {topic.arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": address(ctx, Action="ConfirmSubscription", TopicArn=topic.arn, Token=token),
        "Timestamp": iso(ctx.clock.now()),
    }
    return signing.signed(ctx.services, described, topic.attributes.get("SignatureVersion", "1"))


def address(ctx: Context, **parameters: str) -> str:
    """Return the address of an operation that a link may call; ARNs stand in it as they are."""
    return f"{ctx.settings.base_url}/?{urlencode(parameters, safe=':')}"


def iso(epoch_seconds: float) -> str:
    """Return a time as SNS writes it: `2012-04-26T20:45:04.751Z`."""
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _shown(attribute: Mapping[str, str]) -> dict[str, str]:
    return {
        "Type": attribute["DataType"],
        "Value": attribute.get("StringValue", attribute.get("BinaryValue", "")),
    }
