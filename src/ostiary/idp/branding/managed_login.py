"""Managed-login branding: the style of an app client's pages."""

import uuid
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateManagedLoginBrandingRequest,
    CreateManagedLoginBrandingResponse,
    DeleteManagedLoginBrandingRequest,
    DescribeManagedLoginBrandingByClientRequest,
    DescribeManagedLoginBrandingByClientResponse,
    DescribeManagedLoginBrandingRequest,
    DescribeManagedLoginBrandingResponse,
    InvalidParameterException,
    ManagedLoginBrandingExistsException,
    ManagedLoginBrandingType,
    ResourceNotFoundException,
    UpdateManagedLoginBrandingRequest,
    UpdateManagedLoginBrandingResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_client
from ostiary.idp.branding.branding_defaults import merged
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part

KIND = "branding"
_TOP_LEVELS = frozenset({"categories", "componentClasses", "components"})


def _settings(req: Mapping[str, Any]) -> dict[str, Any]:
    """Return the style that the request makes; raises InvalidParameterException."""
    provided = req.get("UseCognitoProvidedValues", False)
    if provided and ("Settings" in req or "Assets" in req):
        raise InvalidParameterException("Settings and Assets cannot be given together with UseCognitoProvidedValues.")
    settings = req.get("Settings", {})
    if not isinstance(settings, dict) or not settings.keys() <= _TOP_LEVELS:
        raise InvalidParameterException("Settings must be an object with categories, componentClasses and components.")
    style: dict[str, Any] = {"UseCognitoProvidedValues": provided}
    if not provided:
        style |= {"Settings": settings, "Assets": [_stored(asset) for asset in req.get("Assets", [])]}
    return style


def _stored(asset: Mapping[str, Any]) -> dict[str, Any]:
    content = {"Bytes": b64encode(asset["Bytes"]).decode()} if "Bytes" in asset else {}
    return {**asset, **content}


def _shown(asset: Mapping[str, Any]) -> dict[str, Any]:
    content = {"Bytes": b64decode(asset["Bytes"])} if "Bytes" in asset else {}
    return {**asset, **content}


def _described(style: Part, *, whole: bool = False) -> ManagedLoginBrandingType:
    described: dict[str, Any] = {
        **style.configuration,
        "ManagedLoginBrandingId": style.key,
        "UserPoolId": style.pool_id,
        "CreationDate": style.created_at,
        "LastModifiedDate": style.modified_at,
    }
    if whole:
        described["Settings"] = merged(style.configuration.get("Settings", {}))
    if "Assets" in described:
        described["Assets"] = [_shown(asset) for asset in described["Assets"]]
    return described  # type: ignore[return-value]


def _not_found() -> NoReturn:
    raise ResourceNotFoundException("Managed login branding does not exist.")


def _known(tx: Tx, pool_id: str, branding_id: str) -> Part:
    style = pool_parts.find(tx, pool_id, KIND, branding_id)
    return _not_found() if style is None else style


@operation("cognito-idp", resource=POOL_ARN)
def create_managed_login_branding(
    ctx: Context, req: CreateManagedLoginBrandingRequest
) -> CreateManagedLoginBrandingResponse:
    """Give an app client a style; it has one at most."""
    settings = _settings(req)
    now = ctx.clock.now_seconds()
    branding_id = str(uuid.UUID(bytes=ctx.random.bytes(16), version=4))
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        style = Part(req["UserPoolId"], KIND, branding_id, settings, now, now, alias=req["ClientId"])
        try:
            pool_parts.create(tx, style)
        except AlreadyExists as error:
            raise ManagedLoginBrandingExistsException(
                "Managed login branding already exists for the client."
            ) from error
    return {"ManagedLoginBranding": _described(style)}


@operation("cognito-idp", resource=POOL_ARN)
def describe_managed_login_branding(
    ctx: Context, req: DescribeManagedLoginBrandingRequest
) -> DescribeManagedLoginBrandingResponse:
    """Return a style by its id."""
    with ctx.store.read() as tx:
        fresh_pool(ctx, tx, req["UserPoolId"])
        style = _known(tx, req["UserPoolId"], req["ManagedLoginBrandingId"])
    return {"ManagedLoginBranding": _described(style, whole=req.get("ReturnMergedResources", False))}


@operation("cognito-idp", resource=POOL_ARN)
def describe_managed_login_branding_by_client(
    ctx: Context, req: DescribeManagedLoginBrandingByClientRequest
) -> DescribeManagedLoginBrandingByClientResponse:
    """Return the style of an app client."""
    with ctx.store.read() as tx:
        own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        style = pool_parts.find_by_alias(tx, req["UserPoolId"], KIND, req["ClientId"]) or _not_found()
    return {"ManagedLoginBranding": _described(style, whole=req.get("ReturnMergedResources", False))}


@operation("cognito-idp", resource=POOL_ARN)
def update_managed_login_branding(
    ctx: Context, req: UpdateManagedLoginBrandingRequest
) -> UpdateManagedLoginBrandingResponse:
    """Replace a style."""
    if "UserPoolId" not in req or "ManagedLoginBrandingId" not in req:
        raise InvalidParameterException("UserPoolId and ManagedLoginBrandingId are required.")
    settings = _settings(req)
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        before = _known(tx, req["UserPoolId"], req["ManagedLoginBrandingId"])
        now = ctx.clock.now_seconds()
        style = Part(before.pool_id, KIND, before.key, settings, before.created_at, now, alias=before.alias)
        pool_parts.put(tx, style)
    return {"ManagedLoginBranding": _described(style)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_managed_login_branding(ctx: Context, req: DeleteManagedLoginBrandingRequest) -> None:
    """Delete a style."""
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        if not pool_parts.delete(tx, req["UserPoolId"], KIND, req["ManagedLoginBrandingId"]):
            _not_found()
