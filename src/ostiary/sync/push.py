"""The silent notification to every other device of an identity when a dataset changes (behaviour/sync.md 8)."""

from hashlib import sha256

from ostiary.context import Context
from ostiary.delivery.push import Notification, owe
from ostiary.delivery.push_services import PLATFORMS
from ostiary.store.db import Tx
from ostiary.store.sns import platform_endpoints
from ostiary.store.sync import configurations
from ostiary.store.sync import devices as sync_devices
from ostiary.sync.change import Change

SOURCE = "cognito-sync"
LIFE_SECONDS = 28 * 86_400
"""How long a device may be out of reach: as long as push services keep anything for it."""


def wake(tx: Tx, ctx: Context, change: Change) -> None:
    """Owe every device that wants to hear of the dataset a push, but not the one that made the change.

    Of a dataset's pushes that have not left yet, the newest takes the place of all before.
    """
    if not configurations.pushes_through(ctx.store, change.pool_id):
        return
    devices = sync_devices.subscribed(tx, change.pool_id, change.identity_id, change.dataset_name)
    until, key = ctx.clock.now_seconds() + LIFE_SECONDS, _collapse_key(change)
    for device in sorted(devices, key=lambda device: device.endpoint_arn):
        endpoint = platform_endpoints.find(tx, ctx.account, device.endpoint_arn)
        if device.device_id != change.device_id and endpoint is not None and endpoint.enabled:
            owe(tx, ctx, endpoint, Notification(payload(device.platform, change), {}, key, until))


def payload(platform: str, change: Change) -> str:
    """Return what a platform's push says, as its JSON; every value of AWS's data is text."""
    data = {
        "source": SOURCE,
        "identityPoolId": change.pool_id,
        "identityId": change.identity_id,
        "datasetName": change.dataset_name,
        "syncCount": str(change.sync_count),
    }
    return PLATFORMS[platform].waking_payload(data)


def _collapse_key(change: Change) -> str:
    """Return what a dataset's pushes have in common: 32 characters, which every push service takes."""
    named = f"{change.pool_id} {change.identity_id} {change.dataset_name}"
    return sha256(named.encode()).hexdigest()[:32]
