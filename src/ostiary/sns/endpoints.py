"""Apps on devices: create, describe, change, list, delete (behaviour/sns.md 3)."""

from collections.abc import Mapping
from dataclasses import replace

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    CreateEndpointResponse,
    CreatePlatformEndpointInput,
    DeleteEndpointInput,
    GetEndpointAttributesInput,
    GetEndpointAttributesResponse,
    ListEndpointsByPlatformApplicationInput,
    ListEndpointsByPlatformApplicationResponse,
    SetEndpointAttributesInput,
)
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.sns import applications
from ostiary.sns.arns import endpoint_account, invalid
from ostiary.sns.list_pages import page_of
from ostiary.sns.registration import _check_free, known, register
from ostiary.store.sns import platform_endpoints
from ostiary.store.sns.platform_endpoints import PlatformEndpoint

_ATTRIBUTES = {"CustomUserData", "Enabled", "Token"}
_MOST_USER_DATA, _MOST_TOKEN = 2048, 4096
_BOOLEANS = {"true": True, "false": False}


@operation("sns", resource=applications.APPLICATION_ARN)
def create_platform_endpoint(ctx: Context, req: CreatePlatformEndpointInput) -> CreateEndpointResponse:
    """Register an app on a device; with the same attributes again it is the same endpoint, enabled or not."""
    attributes = req.get("Attributes", {})
    if "Token" in attributes:
        raise invalid("Attributes", "Invalid attribute name: Token")
    user_data = attributes.get("CustomUserData", req.get("CustomUserData", ""))
    wanted = _checked({**attributes, "CustomUserData": user_data, "Token": req["Token"]})
    with ctx.store.write() as tx:
        applications.known(tx, ctx, req["PlatformApplicationArn"])
        enabled = _BOOLEANS[wanted.get("Enabled", "true")]
        endpoint, made = register(
            tx, ctx, req["PlatformApplicationArn"], req["Token"], user_data=user_data, enabled=enabled
        )
    if not made and (endpoint.user_data != user_data or ("Enabled" in wanted and endpoint.enabled != enabled)):
        raise invalid("Token", f"Endpoint {endpoint.arn} already exists with the same Token, but different attributes.")
    return {"EndpointArn": endpoint.arn}


@operation("sns", resource="{EndpointArn}")
def get_endpoint_attributes(ctx: Context, req: GetEndpointAttributesInput) -> GetEndpointAttributesResponse:
    """Return an endpoint's attributes, its token too."""
    with ctx.store.read() as tx:
        return {"Attributes": _described(ctx, known(tx, ctx, req["EndpointArn"]))}


@operation("sns", resource="{EndpointArn}", absent={"Attributes": {}})
def set_endpoint_attributes(ctx: Context, req: SetEndpointAttributesInput) -> None:
    """Change the attributes that are given: a new token, or being enabled again."""
    with ctx.store.write() as tx:
        endpoint = known(tx, ctx, req["EndpointArn"])
        applications.check_given(req["Attributes"])
        given = _checked(req["Attributes"])
        changed = replace(
            endpoint,
            enabled=_BOOLEANS[given["Enabled"]] if "Enabled" in given else endpoint.enabled,
            user_data=given.get("CustomUserData", endpoint.user_data),
            modified_at=ctx.clock.now_seconds(),
        )
        if "Token" in given:
            changed = push.with_token(ctx.keyring, changed, given["Token"])
            _check_free(tx, changed)
        platform_endpoints.update(tx, changed)


@operation("sns", resource=applications.APPLICATION_ARN)
def list_endpoints_by_platform_application(
    ctx: Context, req: ListEndpointsByPlatformApplicationInput
) -> ListEndpointsByPlatformApplicationResponse:
    """Return an app's endpoints, a page at a time."""
    arn = req["PlatformApplicationArn"]
    with ctx.store.read() as tx:
        applications.known(tx, ctx, arn)
        shown, more = page_of(
            ctx,
            req,
            f"endpoints:{arn}",
            lambda after, limit: platform_endpoints.page(tx, ctx.account, arn, after, limit),
            lambda endpoint: endpoint.arn,
        )
    described = [{"EndpointArn": found.arn, "Attributes": _described(ctx, found)} for found in shown]
    return {"Endpoints": described, **more}  # type: ignore[typeddict-item]


@operation("sns", resource="{EndpointArn}")
def delete_endpoint(ctx: Context, req: DeleteEndpointInput) -> None:
    """Delete an endpoint; one that is not there is deleted already. Subscriptions of topics stay."""
    arn = req["EndpointArn"]
    if endpoint_account(arn) != ctx.account:
        return
    with ctx.store.write() as tx:
        platform_endpoints.delete(tx, ctx.account, arn)


def _checked(attributes: Mapping[str, str]) -> dict[str, str]:
    for name, value in attributes.items():
        if name not in _ATTRIBUTES:
            raise invalid("Attributes", f"Invalid attribute name: {name}")
        if name == "CustomUserData" and len(value.encode()) > _MOST_USER_DATA:
            raise _bad(name, f"must be at most {_MOST_USER_DATA} bytes long in UTF-8 encoding")
        if name == "Enabled" and value.lower() not in _BOOLEANS:
            raise _bad(name, "must be true or false")
        if name == "Token" and not 0 < len(value.encode()) <= _MOST_TOKEN:
            raise invalid("Token", f"must be 1 to {_MOST_TOKEN} bytes long")
    return {name: value.lower() if name == "Enabled" else value for name, value in attributes.items()}


def _bad(name: str, why: str) -> Exception:
    return invalid("Attributes", f"Invalid value for attribute: {name}: {why}")


def _described(ctx: Context, endpoint: PlatformEndpoint) -> dict[str, str]:
    described = {"Enabled": str(endpoint.enabled).lower(), "Token": push.token_of(ctx.keyring, endpoint)}
    return described | ({"CustomUserData": endpoint.user_data} if endpoint.user_data else {})
