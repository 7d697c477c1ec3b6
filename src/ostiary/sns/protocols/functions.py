"""Lambda functions, run as the settings say (docs/guide on triggers)."""

import msgspec

from ostiary.context import Context
from ostiary.sns import deliveries
from ostiary.sns.deliveries import Parcel
from ostiary.sns.envelopes import Broadcast
from ostiary.sns.protocols.protocol import Write, nothing_to_ask, own_arn
from ostiary.sns.redrive import dead_letter_of
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

_FUNCTION = r"[A-Za-z0-9_-]{1,140}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?"
_NO_FUNCTION = "Invalid parameter: Lambda endpoint ARN"
_SPELT = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}
"""Members that functions get under another name than everybody else."""


class Functions:
    """Calls a function with AWS's event."""

    names = frozenset({"lambda"})
    asks = False
    takes_raw = False

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not the ARN of a function in the caller's account."""
        own_arn(ctx, "lambda", f"function:{_FUNCTION}", endpoint, _NO_FUNCTION)

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:  # noqa: ARG002
        """Return what writes nothing."""
        return nothing_to_ask

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes the call."""
        envelope = {_SPELT.get(name, name): value for name, value in broadcast.envelope(subscription, text).items()}
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription.arn,
            "Sns": {"Subject": None, "MessageAttributes": {}, **envelope},
        }
        parcel = Parcel(
            way="lambda",
            address=subscription.endpoint,
            body=msgspec.json.encode({"Records": [record]}).decode(),
            delays=deliveries.QUEUE_DELAYS,
            persistent=True,
            expires_at=broadcast.ctx.clock.now_seconds() + deliveries.QUEUE_SECONDS,
            dead_letter=dead_letter_of(subscription),
        )
        return lambda tx: deliveries.owe(tx, broadcast.ctx, subscription, parcel, delivery_id=broadcast.publication_id)
