"""People's mail, as text or as the JSON that programs read."""

import msgspec
from email_validator import EmailNotValidError, validate_email

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.context import Context
from ostiary.delivery import outbox
from ostiary.sns.envelopes import Broadcast, address, confirmation
from ostiary.sns.protocols.protocol import Write
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

JSON = "email-json"
_SECONDS = 86_400
_SUBJECT = "AWS Notification Message"
_CONFIRM_SUBJECT = "AWS Notification - Subscription Confirmation"


class Email:
    """Sends mail through the same channels as user pools."""

    names = frozenset({"email", JSON})
    asks = True
    takes_raw = False

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not an address."""
        try:
            validate_email(endpoint, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise InvalidParameterException("Invalid parameter: Email address") from None

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:
        """Return what writes the question."""
        if subscription.protocol == JSON:
            body = msgspec.json.encode(confirmation(ctx, topic, token)).decode()
        else:
            url = address(ctx, Action="ConfirmSubscription", TopicArn=topic.arn, Token=token)
            body = (
                f"You have chosen to subscribe to the topic:\n{topic.arn}\n\n"
                f"To confirm this subscription, open the following link (if this was in error no action is "
                f"necessary):\n"
                f"{url}\n"
            )
        return _mail(ctx, subscription, _CONFIRM_SUBJECT, body)

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:
        """Return what writes the message."""
        if subscription.protocol == JSON:
            body = msgspec.json.encode(broadcast.envelope(subscription, text)).decode()
        else:
            url = address(broadcast.ctx, Action="Unsubscribe", SubscriptionArn=subscription.arn)
            body = (
                f"{text}\n\n--\nIf you wish to stop receiving notifications from this topic, please open the link "
                f"below to unsubscribe:\n{url}\n"
            )
        return _mail(broadcast.ctx, subscription, broadcast.message.subject or _SUBJECT, body)


def _mail(ctx: Context, subscription: Subscription, subject: str, body: str) -> Write:
    message = outbox.Message(
        pool_id=subscription.account_id,
        medium="EMAIL",
        recipient=subscription.endpoint,
        subject=subject,
        body=body,
        code="",
        trigger_source="SNS",
        username="",
        expires_at=ctx.clock.now_seconds() + _SECONDS,
        format="plain",
    )
    return lambda tx: outbox.enqueue(tx, ctx, message)
