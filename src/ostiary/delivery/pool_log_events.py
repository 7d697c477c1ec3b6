"""Log events of user pools, for those that deliver them: what users did, and messages that did not arrive."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.store.db import Tx
from ostiary.store.idp.user_pools import UserPool

MEMBER = "LogConfigurations"
"""Where a pool's configuration keeps what is delivered where."""
DESTINATIONS = {
    "CloudWatchLogsConfiguration": "LogGroupArn",
    "S3Configuration": "BucketArn",
    "FirehoseConfiguration": "StreamArn",
}
Source = Literal["userAuthEvents", "userNotification"]
_SOURCES: dict[Source, str] = {"userAuthEvents": "USER_ACTIVITY", "userNotification": "USER_NOTIFICATION"}
Put = Callable[[Tx, Context, Message], None]
_KEPT_SECONDS = 7 * 86400


def destinations_of(configuration: Mapping[str, Any]) -> list[str]:
    """Return the ARNs that a log configuration names."""
    return [configuration[member].get(arn, "") for member, arn in DESTINATIONS.items() if member in configuration]


def deliver(
    tx: Tx, ctx: Context, pool: UserPool, source: Source, message: Mapping[str, Any], *, put: Put = enqueue
) -> None:
    """Write a log event of this source, if the pool delivers them, to leave when the transaction is durable.

    It leaves through the outbox, or goes where it is `put`.
    """
    for each in pool.configuration.get("LogConfigurations", []):
        if each["EventSource"] == source:
            now = ctx.clock.now()
            line = {
                "eventTimestamp": str(int(now * 1000)),
                "eventSource": _SOURCES[source],
                "logLevel": each["LogLevel"],
                "message": message,
                "logSourceId": {"userPoolId": pool.pool_id},
            }
            log = Message(
                pool_id=pool.pool_id,
                medium="LOG",
                recipient=destinations_of(each)[0],
                subject=source,
                body=msgspec.json.encode(line).decode(),
                code="",
                trigger_source="",
                username="",
                expires_at=int(now) + _KEPT_SECONDS,
            )
            put(tx, ctx, log)
