"""Secrets of app clients: up to two at once, so that one can be replaced while apps still use the other."""

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from typing import Any, TypedDict

from ostiary.aws.types.cognito_idp import NotAuthorizedException, UnauthorizedException
from ostiary.context import Context
from ostiary.runtime.randomness import LOWER_ALPHANUMERIC
from ostiary.store.idp.clients import AppClient

PURPOSE = "client-secret"
MOST = 2
_LENGTH = 52


class Secret(TypedDict):
    """One secret in clear, as it is sealed: its id, when it was made (seconds since the epoch), and its value."""

    id: str
    created_at: int
    value: str


def new_value(ctx: Context) -> str:
    """Return a new random secret."""
    return ctx.random.text(_LENGTH, LOWER_ALPHANUMERIC)


def new_secret(client_id: str, value: str, now: int) -> Secret:
    """Return the secret with its id, `<client id>--<time>`."""
    return {"id": f"{client_id}--{now}", "created_at": now, "value": value}


def sealed(ctx: Context, secrets: list[Secret]) -> bytes:
    """Return the secrets as they are stored."""
    return ctx.keyring.seal(json.dumps(secrets).encode(), PURPOSE)


def secrets_of(ctx: Context, client: AppClient) -> list[Secret]:
    """Return the client's secrets in clear, the oldest first; none for a public client."""
    if client.sealed_secret is None:
        return []
    opened = ctx.keyring.open(client.sealed_secret, PURPOSE).decode()
    if not opened.startswith("["):  # a row from before clients could have two
        return [new_secret(client.client_id, opened, client.created_at)]
    secrets: Any = json.loads(opened)
    return list(secrets)


def is_secret(ctx: Context, client: AppClient, given: str) -> bool:
    """Whether this is one of the client's secrets, compared in constant time."""
    matches = [hmac.compare_digest(secret["value"].encode(), given.encode()) for secret in secrets_of(ctx, client)]
    return any(matches)


def check_secret(
    ctx: Context,
    client: AppClient,
    given: str | None,
    error: type[NotAuthorizedException | UnauthorizedException] = NotAuthorizedException,
) -> None:
    """Refuse a request without one of the secrets of a client that has any; a public client gives none."""
    if client.sealed_secret is None and given is None:
        return
    if given is None:
        raise error(f"Client {client.client_id} is configured for secret but secret was not received")
    if not is_secret(ctx, client, given):
        raise error(f"Unable to verify secret hash for client {client.client_id}")


def check_secret_hash(ctx: Context, client: AppClient, username: str, secret_hash: str | None) -> None:
    """Refuse a request that does not prove one of the client's secrets (PWD-13).

    `username` is the user name exactly as the request has it: the hash is
    Base64(HMAC-SHA256(secret, username + client id)).
    """
    secrets = secrets_of(ctx, client)
    if not secrets and secret_hash is None:
        return
    if secret_hash is None:
        text = f"Client {client.client_id} is configured with secret but SECRET_HASH was not received"
        raise NotAuthorizedException(text)
    message = f"{username}{client.client_id}".encode()
    proofs = [b64encode(hmac.digest(secret["value"].encode(), message, sha256)) for secret in secrets]
    matches = [hmac.compare_digest(proof, secret_hash.encode()) for proof in proofs]
    if not any(matches):
        raise NotAuthorizedException(f"Unable to verify secret hash for client {client.client_id}")
