"""App clients: create, describe, update, list, delete; their secrets."""

import hmac
from base64 import b64encode
from hashlib import sha256

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    ConcurrentModificationException,
    CreateUserPoolClientRequest,
    CreateUserPoolClientResponse,
    DeleteUserPoolClientRequest,
    DescribeUserPoolClientRequest,
    DescribeUserPoolClientResponse,
    InvalidParameterException,
    ListUserPoolClientsRequest,
    ListUserPoolClientsResponse,
    NotAuthorizedException,
    ResourceNotFoundException,
    UpdateUserPoolClientRequest,
    UpdateUserPoolClientResponse,
    UserPoolClientType,
)
from ostiary.context import Context
from ostiary.idp.client_settings import settings_of
from ostiary.idp.pages import page
from ostiary.idp.pools import POOL_ARN, fresh_pool, locked_pool, own_pool
from ostiary.randomness import LOWER_ALPHANUMERIC
from ostiary.store import clients, user_pools
from ostiary.store.clients import AppClient
from ostiary.store.db import Tx
from ostiary.store.user_pools import UserPool

_PURPOSE = "client-secret"
_ID_LENGTH = 26
_SECRET_LENGTH = 52


def client_of(ctx: Context, client_id: str) -> tuple[UserPool, AppClient]:
    """Return the client of this id and its pool, from the cache; raises ResourceNotFoundException."""
    client = clients.cached(ctx.store, client_id)
    pool = None if client is None else user_pools.cached(ctx.store, client.pool_id)
    if client is None or pool is None:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return pool, client


def client_secret(ctx: Context, client: AppClient) -> str | None:
    """Return the client's secret in clear, or None when it has none."""
    if client.sealed_secret is None:
        return None
    return ctx.keyring.open(client.sealed_secret, _PURPOSE).decode()


def check_secret_hash(ctx: Context, client: AppClient, username: str, secret_hash: str | None) -> None:
    """Refuse a request that does not prove the client's secret (PWD-13).

    `username` is the user name exactly as the request has it: the hash is
    Base64(HMAC-SHA256(secret, username + client id)).
    """
    secret = client_secret(ctx, client)
    if secret is None and secret_hash is None:
        return
    if secret_hash is None:
        raise NotAuthorizedException(f"Client {client.client_id} is configured for secret but secret was not received")
    if secret is not None:
        proof = hmac.digest(secret.encode(), f"{username}{client.client_id}".encode(), sha256)
        if hmac.compare_digest(b64encode(proof), secret_hash.encode()):
            return
    raise NotAuthorizedException(f"Unable to verify secret hash for client {client.client_id}")


def hides_existence(client: AppClient) -> bool:
    """Whether the client must not learn which users exist (PreventUserExistenceErrors)."""
    return client.configuration.get("PreventUserExistenceErrors") == "ENABLED"


@operation("cognito-idp", resource=POOL_ARN)
def create_user_pool_client(ctx: Context, req: CreateUserPoolClientRequest) -> CreateUserPoolClientResponse:
    """Create an app client, with a secret when it is asked for."""
    pool = own_pool(ctx, req["UserPoolId"])
    if req.get("GenerateSecret") and "ClientSecret" in req:
        raise InvalidParameterException("ClientSecret cannot be given together with GenerateSecret.")
    secret = req.get("ClientSecret")
    if req.get("GenerateSecret"):
        secret = ctx.random.text(_SECRET_LENGTH, LOWER_ALPHANUMERIC)
    now = ctx.clock.now_seconds()
    client = AppClient(
        pool_id=pool.pool_id,
        client_id=ctx.random.text(_ID_LENGTH, LOWER_ALPHANUMERIC),
        name=req["ClientName"],
        configuration=settings_of(pool, req, has_secret=secret is not None),
        sealed_secret=None if secret is None else ctx.keyring.seal(secret.encode(), _PURPOSE),
        created_at=now,
        modified_at=now,
    )
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, pool.pool_id)
        clients.create(tx, client)
    return {"UserPoolClient": _described(ctx, client)}


def _described(ctx: Context, client: AppClient) -> UserPoolClientType:
    described: UserPoolClientType = {
        **client.configuration,  # type: ignore[typeddict-item]
        "UserPoolId": client.pool_id,
        "ClientId": client.client_id,
        "ClientName": client.name,
        "CreationDate": client.created_at,
        "LastModifiedDate": client.modified_at,
    }
    secret = client_secret(ctx, client)
    if secret is not None:
        described["ClientSecret"] = secret
    return described


def _own_client(ctx: Context, tx: Tx, pool_id: str, client_id: str) -> tuple[UserPool, AppClient]:
    pool = fresh_pool(ctx, tx, pool_id)
    client = clients.find(tx, client_id)
    if client is None or client.pool_id != pool.pool_id:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return pool, client


@operation("cognito-idp", resource=POOL_ARN)
def describe_user_pool_client(ctx: Context, req: DescribeUserPoolClientRequest) -> DescribeUserPoolClientResponse:
    """Return a client's configuration and its secret."""
    with ctx.store.read() as tx:
        _, client = _own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
    return {"UserPoolClient": _described(ctx, client)}


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool_client(ctx: Context, req: UpdateUserPoolClientRequest) -> UpdateUserPoolClientResponse:
    """Replace a client's configuration: what is omitted goes back to its default. The secret stays."""
    with ctx.store.write() as tx:
        pool, client = _own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        configuration = settings_of(pool, req, has_secret=client.sealed_secret is not None)
        name = req.get("ClientName", client.name)
        if not clients.update(tx, client, name=name, configuration=configuration, now=ctx.clock.now_seconds()):
            raise ConcurrentModificationException("The user pool client is being changed by another request.")
        _, updated = _own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
    return {"UserPoolClient": _described(ctx, updated)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool_client(ctx: Context, req: DeleteUserPoolClientRequest) -> None:
    """Delete a client; its refresh tokens die with it."""
    with ctx.store.write() as tx:
        _, client = _own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        clients.delete(tx, client)


@operation("cognito-idp", resource=POOL_ARN)
def list_user_pool_clients(ctx: Context, req: ListUserPoolClientsRequest) -> ListUserPoolClientsResponse:
    """List the ids and names of a pool's clients."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, token = page(
        ctx,
        f"ListUserPoolClients {pool.pool_id}",
        req.get("NextToken"),
        req.get("MaxResults"),
        read=lambda tx, after, limit: clients.page(tx, pool.pool_id, after, limit),
        key=lambda client: client.client_id,
    )
    answer: ListUserPoolClientsResponse = {
        "UserPoolClients": [
            {"ClientId": client.client_id, "UserPoolId": client.pool_id, "ClientName": client.name} for client in found
        ]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer
