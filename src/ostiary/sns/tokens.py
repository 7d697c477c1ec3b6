"""Tokens by which endpoints confirm that they want to be told: kept nowhere, because they prove themselves."""

import hmac

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.sns import topic_subscriptions
from ostiary.store.sns.topic_subscriptions import Subscription

SECONDS = 2 * 86_400
"""For how long a token is good (SNS developer guide, "Confirm the subscription")."""
_PURPOSE = "subscription-token"
_ID = 32


def token_of(ctx: Context, subscription: Subscription) -> str:
    """Return the token of a subscription that was asked at `asked_at`: the id of the subscription, and the proof."""
    number = subscription.arn.rpartition(":")[2].replace("-", "")
    text = f"{subscription.arn} {subscription.endpoint} {subscription.asked_at}"
    return number + ctx.keyring.mac(text.encode(), _PURPOSE).hex()


def subscription_of(tx: Tx, ctx: Context, account_id: str, topic_arn: str, token: str) -> Subscription | None:
    """Return the subscription whose newest token this is, unless it came too late; None otherwise."""
    number = token[:_ID]
    groups = (number[:8], number[8:12], number[12:16], number[16:20], number[20:])
    found = topic_subscriptions.find(tx, account_id, topic_arn, f"{topic_arn}:{'-'.join(groups)}")
    if found is None or not hmac.compare_digest(token_of(ctx, found).encode(), token.encode()):
        return None
    late = ctx.clock.now() * 1000 > found.asked_at + SECONDS * 1000
    return None if late and not found.confirmed else found
