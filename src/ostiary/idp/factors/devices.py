"""Devices of users: whether a pool knows and trusts them, and what they are called."""

import hashlib

from ostiary.aws.types.cognito_idp import NewDeviceMetadataType
from ostiary.context import Context
from ostiary.runtime.randomness import ALPHANUMERIC
from ostiary.store.idp.user_pools import UserPool


def tracks_devices(pool: UserPool) -> bool:
    """Whether the pool knows its users' devices."""
    return pool.configuration.get("DeviceConfiguration") is not None


def trusts_devices(pool: UserPool) -> bool:
    """Whether a remembered device stands for its user's second factor."""
    trusted: bool = (pool.configuration.get("DeviceConfiguration") or {}).get("ChallengeRequiredOnNewDevice", False)
    return trusted


def new_device(ctx: Context, pool: UserPool) -> NewDeviceMetadataType:
    """Return the names that a device gets which signs in first; none where the pool does not track devices."""
    if not tracks_devices(pool):
        return {}
    return {"DeviceKey": f"{pool.region}_{ctx.random.uuid()}", "DeviceGroupKey": device_group_key(pool)}


def device_group_key(pool: UserPool) -> str:
    """Return what stands for the pool's name in the SRP of its users' devices: no secret, always the same."""
    digest = hashlib.sha256(f"device group {pool.pool_id}".encode()).digest()
    return f"-{''.join(ALPHANUMERIC[byte % len(ALPHANUMERIC)] for byte in digest[:8])}"
