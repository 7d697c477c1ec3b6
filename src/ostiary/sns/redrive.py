"""Where what could not be delivered goes: redrive policies."""

import json
import re

from ostiary.store.sns.publications import FIFO
from ostiary.store.sns.topic_subscriptions import Subscription


def dead_letter_of(subscription: Subscription) -> str:
    """Return the ARN of the queue, or nothing."""
    policy = subscription.attributes.get("RedrivePolicy")
    return str(json.loads(policy)["deadLetterTargetArn"]) if policy else ""


def check(text: str, account_id: str, *, fifo: bool) -> None:
    """Refuse a redrive policy that cannot be one, or names another account's queue; raises ValueError.

    `fifo` is whether what is delivered is in order: then its dead letters are, too.
    """
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("failed to parse JSON.") from None
    if not isinstance(policy, dict) or not isinstance(policy.get("deadLetterTargetArn"), str):
        raise ValueError("deadLetterTargetArn must be specified")  # noqa: TRY004 - whatever is wrong is told as one
    if not re.fullmatch(rf"arn:aws:sqs:[a-z0-9-]+:{account_id}:[A-Za-z0-9_.-]+", policy["deadLetterTargetArn"]):
        raise ValueError("deadLetterTargetArn is an invalid arn")
    if fifo and not policy["deadLetterTargetArn"].endswith(FIFO):
        raise ValueError("must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.")
