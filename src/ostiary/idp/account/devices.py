"""Devices of users: confirmed, listed, remembered or not, forgotten (behaviour/user-pools.md 12)."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminForgetDeviceRequest,
    AdminGetDeviceRequest,
    AdminGetDeviceResponse,
    AdminListDevicesRequest,
    AdminListDevicesResponse,
    AdminUpdateDeviceStatusRequest,
    AdminUpdateDeviceStatusResponse,
    ConfirmDeviceRequest,
    ConfirmDeviceResponse,
    DeviceKeyExistsException,
    DeviceType,
    ForgetDeviceRequest,
    GetDeviceRequest,
    GetDeviceResponse,
    InvalidParameterException,
    InvalidUserPoolConfigurationException,
    ListDevicesRequest,
    ListDevicesResponse,
    ResourceNotFoundException,
    UpdateDeviceStatusRequest,
    UpdateDeviceStatusResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool, session_of, signed_in
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.factors import device_secrets
from ostiary.idp.factors.devices import tracks_devices
from ostiary.idp.list_pages import page
from ostiary.store.idp import devices, token_families
from ostiary.store.idp.devices import Device
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_STATUS = {True: "remembered", False: "not_remembered"}


# -- the user's own --------------------------------------------------------------------------------------------------
@operation("cognito-idp")
def confirm_device(ctx: Context, req: ConfirmDeviceRequest) -> ConfirmDeviceResponse:
    """Keep the device that the access token was made for, with the verifier of its secret."""
    claims, pool, user = session_of(ctx, req["AccessToken"])
    _check_tracking(pool)
    if claims.get("device_key") != req["DeviceKey"]:
        raise ResourceNotFoundException("Device does not exist.")
    sealed = device_secrets.sealed(ctx, req.get("DeviceSecretVerifierConfig", {}))
    asks_user = _asks_user(pool)
    now = ctx.clock.now_seconds()
    device = Device(
        pool_id=user.pool_id,
        sub=user.sub,
        device_key=req["DeviceKey"],
        name=req.get("DeviceName", ""),
        sealed=sealed,
        remembered=not asks_user,
        last_ip=ctx.client.ip,
        created_at=now,
        modified_at=now,
        authenticated_at=now,
    )
    with ctx.store.write() as tx:
        added = devices.add(tx, device)
    if not added:
        raise DeviceKeyExistsException("Device already exists.")
    return {"UserConfirmationNecessary": asks_user}


@operation("cognito-idp")
def get_device(ctx: Context, req: GetDeviceRequest) -> GetDeviceResponse:
    """Return a device of the user; without an access token, nobody's."""
    if "AccessToken" not in req:
        raise InvalidParameterException("Missing required parameter AccessToken")
    pool, _, user = signed_in(ctx, req["AccessToken"])
    return {"Device": _found(ctx, pool, user, req["DeviceKey"])}


@operation("cognito-idp")
def list_devices(ctx: Context, req: ListDevicesRequest) -> ListDevicesResponse:
    """List the user's devices."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    listed, token = _page(ctx, pool, user, req.get("PaginationToken"), req.get("Limit"))
    return {"Devices": listed, **({"PaginationToken": token} if token else {})}


@operation("cognito-idp")
def update_device_status(ctx: Context, req: UpdateDeviceStatusRequest) -> UpdateDeviceStatusResponse:
    """Remember a device of the user, so that it stands for the second factor, or do not."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    _remember(ctx, pool, user, req["DeviceKey"], req.get("DeviceRememberedStatus"))
    return {}


@operation("cognito-idp")
def forget_device(ctx: Context, req: ForgetDeviceRequest) -> None:
    """Forget a device of the user: it proves nothing any more, and its refresh tokens are dead (MFA-07)."""
    if "AccessToken" not in req:
        raise InvalidParameterException("Missing required parameter AccessToken")
    pool, _, user = signed_in(ctx, req["AccessToken"])
    _forget(ctx, pool, user, req["DeviceKey"])


# -- the administrator's ---------------------------------------------------------------------------------------------
@operation("cognito-idp", resource=POOL_ARN)
def admin_get_device(ctx: Context, req: AdminGetDeviceRequest) -> AdminGetDeviceResponse:
    """Return a device of a user."""
    pool, user = _meant(ctx, req["UserPoolId"], req["Username"])
    return {"Device": _found(ctx, pool, user, req["DeviceKey"])}


@operation("cognito-idp", resource=POOL_ARN)
def admin_list_devices(ctx: Context, req: AdminListDevicesRequest) -> AdminListDevicesResponse:
    """List the devices of a user."""
    pool, user = _meant(ctx, req["UserPoolId"], req["Username"])
    listed, token = _page(ctx, pool, user, req.get("PaginationToken"), req.get("Limit"))
    return {"Devices": listed, **({"PaginationToken": token} if token else {})}


@operation("cognito-idp", resource=POOL_ARN)
def admin_update_device_status(ctx: Context, req: AdminUpdateDeviceStatusRequest) -> AdminUpdateDeviceStatusResponse:
    """Remember a device of a user, or do not."""
    pool, user = _meant(ctx, req["UserPoolId"], req["Username"])
    _remember(ctx, pool, user, req["DeviceKey"], req.get("DeviceRememberedStatus"))
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_forget_device(ctx: Context, req: AdminForgetDeviceRequest) -> None:
    """Forget a device of a user (MFA-07)."""
    pool, user = _meant(ctx, req["UserPoolId"], req["Username"])
    _forget(ctx, pool, user, req["DeviceKey"])


# -- what both do ----------------------------------------------------------------------------------------------------
def _meant(ctx: Context, pool_id: str, name: str) -> tuple[UserPool, User]:
    pool = own_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        return pool, known_user(tx, pool, name)


def _check_tracking(pool: UserPool) -> None:
    if not tracks_devices(pool):
        raise InvalidUserPoolConfigurationException("Device tracking is not enabled for the user pool.")


def _asks_user(pool: UserPool) -> bool:
    asks: bool = pool.configuration["DeviceConfiguration"].get("DeviceOnlyRememberedOnUserPrompt", False)
    return asks


def _found(ctx: Context, pool: UserPool, user: User, device_key: str) -> DeviceType:
    _check_tracking(pool)
    with ctx.store.read() as tx:
        device = devices.find(tx, user.pool_id, user.sub, device_key)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    return _described(device)


def _page(
    ctx: Context, pool: UserPool, user: User, token: str | None, limit: int | None
) -> tuple[list[DeviceType], str | None]:
    _check_tracking(pool)
    found, following = page(
        ctx,
        f"ListDevices {user.pool_id} {user.sub}",
        token,
        limit,
        read=lambda tx, after, size: devices.page(tx, user.pool_id, user.sub, after, size),
        key=lambda device: device.device_key,
    )
    return [_described(device) for device in found], following


def _remember(ctx: Context, pool: UserPool, user: User, device_key: str, status: str | None) -> None:
    _check_tracking(pool)
    changes = {} if status is None else {"remembered": status == "remembered"}
    with ctx.store.write() as tx:
        now = ctx.clock.now_seconds()
        known = devices.change(tx, user.pool_id, user.sub, device_key, modified_at=now, **changes)
    if not known:
        raise ResourceNotFoundException("Device does not exist.")


def _forget(ctx: Context, pool: UserPool, user: User, device_key: str) -> None:
    _check_tracking(pool)
    with ctx.store.write() as tx:
        known = devices.delete(tx, user.pool_id, user.sub, device_key)
        token_families.end_refreshing(tx, user.pool_id, user.sub, device_key)
    if not known:
        raise ResourceNotFoundException("Device does not exist.")


def _described(device: Device) -> DeviceType:
    attributes = {
        "device_status": "valid",
        "device_name": device.name,
        "dev:device_remembered_status": _STATUS[device.remembered],
        "dev:device_sdk": "aws-sdk",
        "last_ip_used": device.last_ip,
    }
    return {
        "DeviceKey": device.device_key,
        "DeviceAttributes": [{"Name": name, "Value": value} for name, value in attributes.items() if value],
        "DeviceCreateDate": device.created_at,
        "DeviceLastModifiedDate": device.modified_at,
        "DeviceLastAuthenticatedDate": device.authenticated_at,
    }
