"""Devices that are woken when a dataset changes (behaviour/sync.md 8)."""

from dataclasses import replace

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    InvalidConfigurationException,
    InvalidParameterException,
    NotAuthorizedException,
    RegisterDeviceRequest,
    RegisterDeviceResponse,
    ResourceNotFoundException,
    SubscribeToDatasetRequest,
    SubscribeToDatasetResponse,
    UnsubscribeFromDatasetRequest,
    UnsubscribeFromDatasetResponse,
)
from ostiary.aws.types.sns import NotFoundException
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.sns import registration
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.sns import platform_endpoints
from ostiary.store.sync import configurations, datasets, devices
from ostiary.store.sync.datasets import Key
from ostiary.store.sync.devices import Device
from ostiary.sync import merged
from ostiary.sync.access import check_pool, dataset_arn, held_identity, identity_arn, own_identity

MOST_TOKEN = 4096
"""Bytes of a token; a Web Push subscription is the longest."""
MOST_DEVICES = 100
"""Devices of an identity: tokens change, and whoever makes them up must not make others' updates slow."""


@operation("cognito-sync", resource=identity_arn)
def register_device(ctx: Context, req: RegisterDeviceRequest) -> RegisterDeviceResponse:
    """Make a device of a token that a push service gave; the same token is the same device again."""
    _check_person(ctx, req["IdentityPoolId"])
    application_arn = _application(ctx, req["IdentityPoolId"], req["Platform"])
    if not 0 < len(req["Token"].encode()) <= MOST_TOKEN:
        raise InvalidParameterException(f"Token must be 1 to {MOST_TOKEN} bytes long.")
    found = (req["IdentityPoolId"], req["IdentityId"], req["Platform"], push.token_key(req["Token"]))
    with ctx.store.write() as tx:
        held_identity(tx, req)
        endpoint_arn = _endpoint(tx, ctx, application_arn, req["Token"])
        device = devices.find_by_token(tx, *found)
        if device is None:
            device = Device(*found[:2], ctx.random.uuid(), *found[2:], endpoint_arn, ctx.clock.now_seconds())
            if not devices.add(tx, device):
                raise Retry("The same device registered meanwhile.")
            devices.keep_newest(tx, *found[:2], MOST_DEVICES)
        elif device.endpoint_arn != endpoint_arn:
            devices.change_endpoint(tx, device, endpoint_arn)
    return {"DeviceId": device.device_id}


@operation("cognito-sync", resource=dataset_arn)
def subscribe_to_dataset(ctx: Context, req: SubscribeToDatasetRequest) -> SubscribeToDatasetResponse:
    """Have a device woken when others change a dataset, which must be there."""
    _check_person(ctx, req["IdentityPoolId"])
    _check_push(ctx, req["IdentityPoolId"])
    with ctx.store.write() as tx:
        device = _device(tx, req)
        endpoint = platform_endpoints.find(tx, ctx.account, device.endpoint_arn)
        if endpoint is None or not endpoint.enabled:
            raise _gone(device.device_id)  # so that the client forgets the device and registers again
        devices.subscribe(tx, device, req["DatasetName"], ctx.clock.now_seconds())
    return {}


@operation("cognito-sync", resource=dataset_arn)
def unsubscribe_from_dataset(ctx: Context, req: UnsubscribeFromDatasetRequest) -> UnsubscribeFromDatasetResponse:
    """Wake a device no more when a dataset changes."""
    _check_person(ctx, req["IdentityPoolId"])
    _check_push(ctx, req["IdentityPoolId"])
    with ctx.store.write() as tx:
        devices.unsubscribe(tx, _device(tx, req), req["DatasetName"])
    return {}


def _check_person(ctx: Context, pool_id: str) -> None:
    if own_identity(ctx.principal) is None:
        raise NotAuthorizedException("This API can only be called with credentials of an identity.")
    check_pool(ctx, pool_id)


def _check_push(ctx: Context, pool_id: str) -> None:
    if not configurations.pushes_through(ctx.store, pool_id):
        raise InvalidConfigurationException(f"Identity pool '{pool_id}' has no application to push through.")


def _application(ctx: Context, pool_id: str, platform: str) -> str:
    """Return the ARN of the application that a pool pushes through; raises InvalidConfigurationException."""
    found = [arn for arn in configurations.pushes_through(ctx.store, pool_id) if arn.split("/")[1] == platform]
    if not found or found[0].split(":")[4] != ctx.account:
        raise InvalidConfigurationException(f"Identity pool '{pool_id}' has no {platform} application to push through.")
    return found[0]


def _endpoint(tx: Tx, ctx: Context, application_arn: str, token: str) -> str:
    """Return the endpoint of a token, enabled: who registers has the token from the push service just now."""
    try:
        endpoint, _ = registration.register(tx, ctx, application_arn, token)
    except NotFoundException:
        raise InvalidConfigurationException(f"The application {application_arn} does not exist.") from None
    if not endpoint.enabled:
        platform_endpoints.update(tx, replace(endpoint, enabled=True, modified_at=ctx.clock.now_seconds()))
    return endpoint.arn


def _device(tx: Tx, req: SubscribeToDatasetRequest | UnsubscribeFromDatasetRequest) -> Device:
    """Return the request's device; raises ResourceNotFoundException unless dataset and device are there."""
    held_identity(tx, req)
    asked = Key(req["IdentityPoolId"], req["IdentityId"], req["DatasetName"])
    if not datasets.find(tx, merged.resolved(tx, asked)).exists:
        raise ResourceNotFoundException(f"Dataset '{asked.dataset_name}' not found.")
    device = devices.find(tx, asked.pool_id, asked.identity_id, req["DeviceId"])
    if device is None:
        raise _gone(req["DeviceId"])
    return device


def _gone(device_id: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Device '{device_id}' not found.")
