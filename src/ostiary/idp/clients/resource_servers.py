"""Resource servers of a user pool and the scopes they define."""

from collections.abc import Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateResourceServerRequest,
    CreateResourceServerResponse,
    DeleteResourceServerRequest,
    DescribeResourceServerRequest,
    DescribeResourceServerResponse,
    InvalidParameterException,
    LimitExceededException,
    ListResourceServersRequest,
    ListResourceServersResponse,
    ResourceNotFoundException,
    ResourceServerType,
    UpdateResourceServerRequest,
    UpdateResourceServerResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_pool
from ostiary.idp.clients.scopes import KIND
from ostiary.idp.list_pages import listed
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part

MOST = 300
"""How many a pool may have."""
LARGEST_PAGE = 50


def _settings(req: Mapping[str, Any]) -> dict[str, Any]:
    scopes = req.get("Scopes", [])
    names = [scope["ScopeName"] for scope in scopes]
    if len(names) != len(set(names)):
        raise InvalidParameterException("Scope names of a resource server must be unique.")
    return {"Name": req["Name"], "Scopes": scopes}


def _described(server: Part) -> ResourceServerType:
    return {"UserPoolId": server.pool_id, "Identifier": server.key, **server.configuration}  # type: ignore[typeddict-item]


def _not_found(identifier: str) -> NoReturn:
    raise ResourceNotFoundException(f"Resource server {identifier} does not exist.")


@operation("cognito-idp", resource=POOL_ARN)
def create_resource_server(ctx: Context, req: CreateResourceServerRequest) -> CreateResourceServerResponse:
    """Define a resource server and its scopes."""
    now = ctx.clock.now_seconds()
    server = Part(req["UserPoolId"], KIND, req["Identifier"], _settings(req), now, now)
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, server.pool_id)
        if pool_parts.count(tx, server.pool_id, KIND) >= MOST:
            raise LimitExceededException(f"A user pool cannot have more than {MOST} resource servers.")
        try:
            pool_parts.create(tx, server)
        except AlreadyExists as error:
            raise InvalidParameterException(f"{server.key} already exists in user pool {server.pool_id}.") from error
    return {"ResourceServer": _described(server)}


@operation("cognito-idp", resource=POOL_ARN)
def describe_resource_server(ctx: Context, req: DescribeResourceServerRequest) -> DescribeResourceServerResponse:
    """Return a resource server."""
    with ctx.store.read() as tx:
        fresh_pool(ctx, tx, req["UserPoolId"])
        server = pool_parts.find(tx, req["UserPoolId"], KIND, req["Identifier"])
    return _not_found(req["Identifier"]) if server is None else {"ResourceServer": _described(server)}


@operation("cognito-idp", resource=POOL_ARN)
def update_resource_server(ctx: Context, req: UpdateResourceServerRequest) -> UpdateResourceServerResponse:
    """Replace a resource server's name and scopes: scopes that are omitted are gone."""
    settings = _settings(req)
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        before = pool_parts.find(tx, req["UserPoolId"], KIND, req["Identifier"])
        if before is None:
            _not_found(req["Identifier"])
        server = Part(before.pool_id, KIND, before.key, settings, before.created_at, ctx.clock.now_seconds())
        pool_parts.put(tx, server)
    return {"ResourceServer": _described(server)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_resource_server(ctx: Context, req: DeleteResourceServerRequest) -> None:
    """Delete a resource server."""
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        if not pool_parts.delete(tx, req["UserPoolId"], KIND, req["Identifier"]):
            _not_found(req["Identifier"])


@operation("cognito-idp", resource=POOL_ARN)
def list_resource_servers(ctx: Context, req: ListResourceServersRequest) -> ListResourceServersResponse:
    """List a pool's resource servers by identifier."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, following = listed(
        ctx,
        req,
        f"ListResourceServers {pool.pool_id}",
        default=LARGEST_PAGE,
        read=lambda tx, after, limit: pool_parts.page(tx, pool.pool_id, KIND, after, limit),
        key=lambda server: server.key,
    )
    return {"ResourceServers": [_described(server) for server in found], **following}
