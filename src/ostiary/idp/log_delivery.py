"""Which of a pool's events are delivered as logs, and writing one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    FeatureUnavailableInTierException,
    GetLogDeliveryConfigurationRequest,
    GetLogDeliveryConfigurationResponse,
    InvalidParameterException,
    LogConfigurationType,
    SetLogDeliveryConfigurationRequest,
    SetLogDeliveryConfigurationResponse,
)
from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.idp.pools import POOL_ARN, locked_pool, own_pool, write_pool
from ostiary.store.db import Tx
from ostiary.store.user_pools import UserPool

MEMBER = "LogConfigurations"
"""Where a pool's configuration keeps them; DescribeUserPool does not show them."""
_DESTINATIONS = {
    "CloudWatchLogsConfiguration": "LogGroupArn",
    "S3Configuration": "BucketArn",
    "FirehoseConfiguration": "StreamArn",
}
_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}
_KEPT_SECONDS = 7 * 86400


def _destination(configuration: LogConfigurationType) -> str:
    """Return the ARN that a configuration names; raises InvalidParameterException unless it is exactly one."""
    found = [
        configuration[member].get(arn, "")  # type: ignore[literal-required]
        for member, arn in _DESTINATIONS.items()
        if member in configuration
    ]
    if len(found) != 1 or not found[0]:
        raise InvalidParameterException("Exactly one log destination must be given.")
    return str(found[0])


def _check(pool: UserPool, configurations: list[LogConfigurationType]) -> None:
    sources = [each["EventSource"] for each in configurations]
    if len(sources) != len(set(sources)):
        raise InvalidParameterException("There can be one log configuration for each event source.")
    for each in configurations:
        source = each["EventSource"]
        if each["LogLevel"] != _LEVELS[source]:
            raise InvalidParameterException(f"The log level of {source} must be {_LEVELS[source]}.")
        _destination(each)
        if source == "userNotification" and "CloudWatchLogsConfiguration" not in each:
            raise InvalidParameterException("userNotification can only be delivered to CloudWatch Logs.")
        if source == "userAuthEvents" and pool.configuration["UserPoolTier"] != "PLUS":
            raise FeatureUnavailableInTierException("Log export of user activity needs the Plus feature plan.")


@operation("cognito-idp", resource=POOL_ARN)
def get_log_delivery_configuration(
    ctx: Context, req: GetLogDeliveryConfigurationRequest
) -> GetLogDeliveryConfigurationResponse:
    """Return what is delivered where."""
    pool = own_pool(ctx, req["UserPoolId"])
    configurations = pool.configuration.get(MEMBER, [])
    return {"LogDeliveryConfiguration": {"UserPoolId": pool.pool_id, "LogConfigurations": configurations}}


@operation("cognito-idp", resource=POOL_ARN)
def set_log_delivery_configuration(
    ctx: Context, req: SetLogDeliveryConfigurationRequest
) -> SetLogDeliveryConfigurationResponse:
    """Replace what is delivered where; an empty list turns it off."""
    configurations = req["LogConfigurations"]
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        _check(pool, configurations)
        write_pool(ctx, tx, pool, {**pool.configuration, MEMBER: configurations})
    return {"LogDeliveryConfiguration": {"UserPoolId": pool.pool_id, "LogConfigurations": configurations}}


def deliver(tx: Tx, ctx: Context, pool: UserPool, source: str, message: Mapping[str, Any]) -> None:
    """Write a log event of this source, if the pool delivers them, to leave when the transaction is durable."""
    for each in pool.configuration.get(MEMBER, []):
        if each["EventSource"] == source:
            now = ctx.clock.now()
            line = {
                "eventTimestamp": str(int(now * 1000)),
                "eventSource": "USER_ACTIVITY" if source == "userAuthEvents" else "USER_NOTIFICATION",
                "logLevel": each["LogLevel"],
                "message": message,
                "logSourceId": {"userPoolId": pool.pool_id},
            }
            enqueue(
                tx,
                ctx,
                Message(
                    pool_id=pool.pool_id,
                    medium="LOG",
                    recipient=_destination(each),
                    subject=source,
                    body=msgspec.json.encode(line).decode(),
                    code="",
                    trigger_source="",
                    username="",
                    expires_at=int(now) + _KEPT_SECONDS,
                ),
            )
