"""How a pool pushes changes to devices and streams them: what operators set."""

from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    CognitoStreams,
    GetIdentityPoolConfigurationRequest,
    GetIdentityPoolConfigurationResponse,
    InvalidParameterException,
    SetIdentityPoolConfigurationRequest,
    SetIdentityPoolConfigurationResponse,
)
from ostiary.context import Context
from ostiary.store.identity import identity_pools
from ostiary.store.sync import configurations
from ostiary.sync.access import check_pool, pool_arn


@operation("cognito-sync", resource=pool_arn)
def set_identity_pool_configuration(
    ctx: Context, req: SetIdentityPoolConfigurationRequest
) -> SetIdentityPoolConfigurationResponse:
    """Set PushSync, CognitoStreams or both; what is left out stays as it is."""
    pool_id = req["IdentityPoolId"]
    check_pool(ctx, pool_id)
    given = {name: req[name] for name in ("PushSync", "CognitoStreams") if name in req}
    _check_streams(req.get("CognitoStreams", {}))
    with ctx.store.write() as tx:
        identity_pools.lock(tx, pool_id)
        configuration = configurations.find(tx, pool_id) | given
        configurations.save(tx, pool_id, configuration)
    return _described(pool_id, configuration)


@operation("cognito-sync", resource=pool_arn)
def get_identity_pool_configuration(
    ctx: Context, req: GetIdentityPoolConfigurationRequest
) -> GetIdentityPoolConfigurationResponse:
    """Return what was set."""
    pool_id = req["IdentityPoolId"]
    check_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        return _described(pool_id, configurations.find(tx, pool_id))


def _check_streams(streams: CognitoStreams) -> None:
    if streams.get("StreamingStatus") == "ENABLED" and not (streams.get("StreamName") and streams.get("RoleArn")):
        raise InvalidParameterException("StreamName and RoleArn are required to enable streaming.")


def _described(pool_id: str, configuration: dict[str, Any]) -> GetIdentityPoolConfigurationResponse:
    described: GetIdentityPoolConfigurationResponse = {"IdentityPoolId": pool_id}
    if "PushSync" in configuration:
        described["PushSync"] = configuration["PushSync"]
    if "CognitoStreams" in configuration:
        described["CognitoStreams"] = configuration["CognitoStreams"]
    return described
