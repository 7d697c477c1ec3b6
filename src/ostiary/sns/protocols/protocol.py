"""What every protocol of subscriptions is."""

import re
from collections.abc import Callable
from typing import Protocol

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.context import Context
from ostiary.sns.envelopes import Broadcast
from ostiary.store.db import Tx
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

Write = Callable[[Tx], None]
"""Writes what leaves into an outbox."""


class SubscriptionProtocol(Protocol):
    """Tells subscriptions what was published."""

    names: frozenset[str]
    """As `Protocol` of Subscribe has them."""
    asks: bool
    """Whether an endpoint must confirm that it wants to be told."""
    takes_raw: bool
    """Whether `RawMessageDelivery` means something."""

    def check(self, ctx: Context, name: str, endpoint: str) -> None:
        """Refuse an endpoint that the caller cannot subscribe; raises InvalidParameterException and others."""

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:
        """Return what writes the question whether an endpoint wants to be told."""

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes a message for a subscription into an outbox; None when it cannot be told.

        `text` is the message for this protocol. Nothing is written twice when it comes again.
        """


def mismatch() -> InvalidParameterException:
    """Return the error for an endpoint of another protocol."""
    return InvalidParameterException("Invalid parameter: Endpoint must match the specified protocol")


def own_arn(ctx: Context, service: str, resource: str, arn: str, problem: str) -> None:
    """Refuse what is not an ARN of a resource (a pattern) of a service in the caller's account, with this text.

    The server reaches queues and functions with credentials of its own: nobody may send to another account's.
    """
    if not re.fullmatch(rf"arn:aws:{service}:[a-z0-9-]+:{ctx.account}:{resource}", arn):
        raise InvalidParameterException(problem)


def nothing_to_ask(_tx: Tx) -> None:
    """Write nothing: the endpoint is the subscriber's own."""
