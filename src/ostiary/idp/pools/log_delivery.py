"""Which of a pool's events are delivered as logs, and where to."""

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
from ostiary.delivery.pool_log_events import destinations_of
from ostiary.idp.access import POOL_ARN, locked_pool, own_pool, write_pool
from ostiary.store.idp.user_pools import UserPool

_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}


def _check_destination(configuration: LogConfigurationType) -> None:
    """Refuse a configuration that does not name exactly one destination."""
    found = destinations_of(configuration)
    if len(found) != 1 or not found[0]:
        raise InvalidParameterException("Exactly one log destination must be given.")


def _check(pool: UserPool, configurations: list[LogConfigurationType]) -> None:
    sources = [each["EventSource"] for each in configurations]
    if len(sources) != len(set(sources)):
        raise InvalidParameterException("There can be one log configuration for each event source.")
    for each in configurations:
        source = each["EventSource"]
        if each["LogLevel"] != _LEVELS[source]:
            raise InvalidParameterException(f"The log level of {source} must be {_LEVELS[source]}.")
        _check_destination(each)
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
    configurations = pool.configuration.get("LogConfigurations", [])
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
        write_pool(ctx, tx, pool, {**pool.configuration, "LogConfigurations": configurations})
    return {"LogDeliveryConfiguration": {"UserPoolId": pool.pool_id, "LogConfigurations": configurations}}
