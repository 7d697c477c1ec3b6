"""App clients: create, describe, update, list, delete; their secrets."""

from typing import TypeVar

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AddUserPoolClientSecretRequest,
    AddUserPoolClientSecretResponse,
    ClientSecretDescriptorType,
    ConcurrentModificationException,
    CreateUserPoolClientRequest,
    CreateUserPoolClientResponse,
    DeleteUserPoolClientRequest,
    DeleteUserPoolClientSecretRequest,
    DeleteUserPoolClientSecretResponse,
    DescribeUserPoolClientRequest,
    DescribeUserPoolClientResponse,
    InvalidOAuthFlowException,
    InvalidParameterException,
    LimitExceededException,
    ListUserPoolClientSecretsRequest,
    ListUserPoolClientSecretsResponse,
    ListUserPoolClientsRequest,
    ListUserPoolClientsResponse,
    ResourceNotFoundException,
    UpdateUserPoolClientRequest,
    UpdateUserPoolClientResponse,
    UserPoolClientType,
)
from ostiary.config import secure_defaults
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, client_of, hides_existence, locked_pool, own_client, own_pool
from ostiary.idp.clients import client_secrets, scopes
from ostiary.idp.clients.client_secrets import check_secret_hash, is_secret
from ostiary.idp.clients.client_settings import Offers, settings_of
from ostiary.idp.list_pages import listed
from ostiary.idp.providers import lookup
from ostiary.runtime.randomness import LOWER_ALPHANUMERIC
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.idp import clients
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool

__all__ = ["check_secret_hash", "client_of", "hides_existence", "is_secret"]

_ID_LENGTH = 26
Settings = TypeVar("Settings", CreateUserPoolClientRequest, UpdateUserPoolClientRequest)


@operation("cognito-idp", resource=POOL_ARN)
def create_user_pool_client(ctx: Context, req: CreateUserPoolClientRequest) -> CreateUserPoolClientResponse:
    """Create an app client, with a secret when it is asked for."""
    _check_publication(req)
    req = _hardened(ctx, req)
    if req.get("GenerateSecret") and "ClientSecret" in req:
        raise InvalidParameterException("ClientSecret cannot be given together with GenerateSecret.")
    secret = client_secrets.new_value(ctx) if req.get("GenerateSecret") else req.get("ClientSecret")
    now = ctx.clock.now_seconds()
    client_id = ctx.random.text(_ID_LENGTH, LOWER_ALPHANUMERIC)
    made = [] if secret is None else [client_secrets.new_secret(client_id, secret, now)]
    sealed = client_secrets.sealed(ctx, made) if made else None
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        client = AppClient(
            pool_id=pool.pool_id,
            client_id=client_id,
            name=req["ClientName"],
            configuration=settings_of(pool, req, _offers(tx, pool), has_secret=secret is not None),
            sealed_secret=sealed,
            created_at=now,
            modified_at=now,
        )
        clients.create(tx, client)
    return {"UserPoolClient": _described(ctx, client)}


def _hardened(ctx: Context, req: Settings) -> Settings:
    """Return a client's settings under the server's defaults; raises InvalidOAuthFlowException."""
    refused = secure_defaults.refusal(ctx.settings, "app client", req)
    if refused:
        raise InvalidOAuthFlowException(refused)
    return secure_defaults.hardened(ctx.settings, "app client", req)


def _check_publication(req: CreateUserPoolClientRequest | UpdateUserPoolClientRequest) -> None:
    if req.get("PublishSecretsInAWSSecretsManager"):
        raise InvalidParameterException(
            "There is no Secrets Manager here: PublishSecretsInAWSSecretsManager is not supported."
        )


def _offers(tx: Tx, pool: UserPool) -> Offers:
    return Offers(scopes.scopes_of(tx, pool.pool_id), lookup.names_of(tx, pool.pool_id))


def _described(ctx: Context, client: AppClient) -> UserPoolClientType:
    described: UserPoolClientType = {
        **client.configuration,
        "UserPoolId": client.pool_id,
        "ClientId": client.client_id,
        "ClientName": client.name,
        "ClientType": "REGULAR",
        "CreationDate": client.created_at,
        "LastModifiedDate": client.modified_at,
    }
    secrets = client_secrets.secrets_of(ctx, client)
    if secrets:
        described["ClientSecret"] = secrets[-1]["value"]
    return described


@operation("cognito-idp", resource=POOL_ARN)
def describe_user_pool_client(ctx: Context, req: DescribeUserPoolClientRequest) -> DescribeUserPoolClientResponse:
    """Return a client's configuration and its secret."""
    with ctx.store.read() as tx:
        _, client = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
    return {"UserPoolClient": _described(ctx, client)}


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool_client(ctx: Context, req: UpdateUserPoolClientRequest) -> UpdateUserPoolClientResponse:
    """Replace a client's configuration: what is omitted goes back to its default. The secret stays."""
    _check_publication(req)
    req = _hardened(ctx, req)
    with ctx.store.write() as tx:
        pool, client = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        configuration = settings_of(pool, req, _offers(tx, pool), has_secret=client.sealed_secret is not None)
        name = req.get("ClientName", client.name)
        if not clients.update(tx, client, name=name, configuration=configuration, now=ctx.clock.now_seconds()):
            raise ConcurrentModificationException("The user pool client is being changed by another request.")
        _, updated = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
    return {"UserPoolClient": _described(ctx, updated)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool_client(ctx: Context, req: DeleteUserPoolClientRequest) -> None:
    """Delete a client; its refresh tokens die with it."""
    with ctx.store.write() as tx:
        _, client = own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        clients.delete(tx, client)


# -- several secrets -------------------------------------------------------------------------------------------------
@operation("cognito-idp", resource=POOL_ARN)
def add_user_pool_client_secret(ctx: Context, req: AddUserPoolClientSecretRequest) -> AddUserPoolClientSecretResponse:
    """Give a confidential client a second secret; the value is told only when the server made it."""
    value = req.get("ClientSecret") or client_secrets.new_value(ctx)
    with ctx.store.write() as tx:
        client, secrets = _secrets(ctx, tx, req["UserPoolId"], req["ClientId"])
        if not secrets:
            raise InvalidParameterException("Client secrets can only be added to a client that has a secret.")
        if len(secrets) >= client_secrets.MOST:
            raise LimitExceededException(f"A client cannot have more than {client_secrets.MOST} secrets.")
        now = max(ctx.clock.now_seconds(), secrets[-1]["created_at"] + 1)  # the time is part of the id
        added = client_secrets.new_secret(client.client_id, value, now)
        _write_secrets(ctx, tx, client, [*secrets, added])
    told: ClientSecretDescriptorType = {"ClientSecretId": added["id"], "ClientSecretCreateDate": added["created_at"]}
    if "ClientSecret" not in req:
        told["ClientSecretValue"] = value
    return {"ClientSecretDescriptor": told}


@operation("cognito-idp", resource=POOL_ARN)
def list_user_pool_client_secrets(
    ctx: Context, req: ListUserPoolClientSecretsRequest
) -> ListUserPoolClientSecretsResponse:
    """List a client's secrets, without their values."""
    with ctx.store.read() as tx:
        _, secrets = _secrets(ctx, tx, req["UserPoolId"], req["ClientId"])
    return {
        "ClientSecrets": [
            {"ClientSecretId": secret["id"], "ClientSecretCreateDate": secret["created_at"]} for secret in secrets
        ]
    }


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool_client_secret(
    ctx: Context, req: DeleteUserPoolClientSecretRequest
) -> DeleteUserPoolClientSecretResponse:
    """Delete one of a client's secrets, never the last one."""
    with ctx.store.write() as tx:
        client, secrets = _secrets(ctx, tx, req["UserPoolId"], req["ClientId"])
        kept = [secret for secret in secrets if secret["id"] != req["ClientSecretId"]]
        if len(kept) == len(secrets):
            raise ResourceNotFoundException(f"Client secret {req['ClientSecretId']} does not exist.")
        if not kept:
            raise InvalidParameterException("The last secret of a client cannot be deleted.")
        _write_secrets(ctx, tx, client, kept)
    return {}


def _secrets(ctx: Context, tx: Tx, pool_id: str, client_id: str) -> tuple[AppClient, list[client_secrets.Secret]]:
    _, client = own_client(ctx, tx, pool_id, client_id)
    return client, client_secrets.secrets_of(ctx, client)


def _write_secrets(ctx: Context, tx: Tx, client: AppClient, secrets: list[client_secrets.Secret]) -> None:
    if not clients.update_secret(tx, client, client_secrets.sealed(ctx, secrets)):
        raise Retry


@operation("cognito-idp", resource=POOL_ARN)
def list_user_pool_clients(ctx: Context, req: ListUserPoolClientsRequest) -> ListUserPoolClientsResponse:
    """List the ids and names of a pool's clients; none registered itself, so there is none of the type DCR."""
    pool = own_pool(ctx, req["UserPoolId"])
    if req.get("ClientType") == "DCR":
        return {"UserPoolClients": []}
    found, following = listed(
        ctx,
        req,
        f"ListUserPoolClients {pool.pool_id}",
        read=lambda tx, after, limit: clients.page(tx, pool.pool_id, after, limit),
        key=lambda client: client.client_id,
    )
    return {
        "UserPoolClients": [
            {"ClientId": client.client_id, "UserPoolId": client.pool_id, "ClientName": client.name} for client in found
        ],
        **following,
    }
