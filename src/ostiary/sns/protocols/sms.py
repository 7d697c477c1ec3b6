"""People's phones."""

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.context import Context
from ostiary.sns import texts
from ostiary.sns.envelopes import Broadcast
from ostiary.sns.protocols.protocol import Write, nothing_to_ask
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic


class Sms:
    """Sends texts through the same channels as user pools."""

    names = frozenset({"sms"})
    asks = False
    takes_raw = False

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not a phone number."""
        if not texts.is_number(endpoint):
            raise InvalidParameterException(f"Invalid SMS endpoint: {endpoint}")

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:  # noqa: ARG002
        """Return what writes nothing."""
        return nothing_to_ask

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes the message, behind the topic's display name."""
        name = broadcast.topic.attributes.get("DisplayName")
        shown = f"{name}> {text}" if name else text
        return lambda tx: texts.owe(tx, broadcast.ctx, subscription.owner, subscription.endpoint, shown)
