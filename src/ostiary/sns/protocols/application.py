"""Apps on devices."""

import structlog

from ostiary.aws.types.sns import NotFoundException
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.sns import payloads, registration
from ostiary.sns.arns import invalid
from ostiary.sns.envelopes import Broadcast
from ostiary.sns.protocols.protocol import Write, nothing_to_ask
from ostiary.store.db import Tx
from ostiary.store.sns import platform_applications, platform_endpoints
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

log = structlog.get_logger()


class Application:
    """Pushes through Apple's, Google's and the other services."""

    names = frozenset({"application"})
    asks = False
    takes_raw = False

    def check(self, ctx: Context, name: str, endpoint: str) -> None:  # noqa: ARG002
        """Refuse what is not an endpoint of the caller's account."""
        try:
            with ctx.store.read() as tx:
                registration.known(tx, ctx, endpoint, "Endpoint")
        except NotFoundException:
            raise invalid("Endpoint", f"Endpoint does not exist for endpoint arn{endpoint}") from None

    def ask(self, ctx: Context, topic: Topic, subscription: Subscription, token: str) -> Write:  # noqa: ARG002
        """Return what writes nothing."""
        return nothing_to_ask

    def tell(self, broadcast: Broadcast, subscription: Subscription, text: str) -> Write | None:  # noqa: ARG002
        """Return what writes the push, unless the endpoint is gone or disabled by then."""
        message, ctx = broadcast.message, broadcast.ctx
        platform = payloads.platform_of(subscription.endpoint)
        own = message.text_for(platform)
        if own is None:
            return None
        try:
            notification = payloads.notification(ctx, platform, own, message, own=payloads.names(message, platform))
        except ValueError as error:
            log.warning("push_not_possible", subscription=subscription.arn, reason=str(error))
            return None

        def write(tx: Tx) -> None:
            endpoint = platform_endpoints.find(tx, subscription.owner, subscription.endpoint)
            if endpoint is None or not endpoint.enabled:
                return
            application = platform_applications.find(tx, endpoint.account_id, endpoint.application_arn)
            if application is not None and application.enabled:
                push.owe(tx, ctx, endpoint, notification)

        return write
