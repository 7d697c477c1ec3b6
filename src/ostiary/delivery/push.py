"""Pushes to apps on devices: what is owed, and what all push services have in common.

A push is written in the transaction that causes it and sent afterwards: at least once, in order for each endpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

import msgspec

from ostiary.context import Context
from ostiary.crypto.seal import Keyring
from ostiary.store.db import Tx
from ostiary.store.sns import pushes
from ostiary.store.sns.platform_applications import PlatformApplication
from ostiary.store.sns.platform_endpoints import PlatformEndpoint
from ostiary.store.sns.pushes import Queue, StoredPush

CREDENTIAL_PURPOSE = "platform-credential"
TOKEN_PURPOSE = "device-token"  # noqa: S105 - a purpose of the keyring
PUSH_PURPOSE = "push"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a push service knows the sender by: `PlatformPrincipal` and `PlatformCredential` of SNS."""

    principal: str = field(repr=False)
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """What an endpoint is to be told.

    `payload` is the platform's own JSON text; `attributes` are `AWS.SNS.MOBILE.…` by name. A push with a `collapse_key`
    takes the place of one with the same key that is still owed to the endpoint. It does not leave after `expires_at`
    (epoch seconds).
    """

    payload: str = field(repr=False)
    attributes: Mapping[str, str]
    collapse_key: str
    expires_at: int


def owe(tx: Tx, ctx: Context, endpoint: PlatformEndpoint, notification: Notification) -> None:
    """Write a push into the outbox: it leaves within moments of the commit, or never.

    At least once, in the order they were owed for each endpoint. Who owes several endpoints something in one
    transaction goes through them in the order of their ARNs, so that no two wait for each other.
    """
    now = ctx.clock.now()
    pushes.lock(tx, Queue(endpoint.account_id, endpoint.arn, endpoint.application_arn, int(now), 0))
    push_id = f"{int(now * 1_000_000):016x}-{ctx.random.text(12)}"
    pushes.add(
        tx,
        StoredPush(
            account_id=endpoint.account_id,
            endpoint_arn=endpoint.arn,
            push_id=push_id,
            collapse_key=notification.collapse_key or push_id,
            sealed=ctx.keyring.seal(msgspec.json.encode(notification), PUSH_PURPOSE),
            expires_at=notification.expires_at,
        ),
    )
    tx.after_commit.append(ctx.services.pushes.send)


def opened(keyring: Keyring, push: StoredPush) -> Notification:
    """Return the content of a row."""
    return msgspec.json.decode(keyring.open(bytes(push.sealed), PUSH_PURPOSE), type=Notification)


def owed_at(push: StoredPush) -> float:
    """Return when a push was owed, in epoch seconds."""
    return int(push.push_id[:16], 16) / 1_000_000


def credential_of(keyring: Keyring, application: PlatformApplication) -> Credential:
    """Return what an application is known by at its push service."""
    return msgspec.json.decode(keyring.open(application.sealed, CREDENTIAL_PURPOSE), type=Credential)


def token_of(keyring: Keyring, endpoint: PlatformEndpoint) -> str:
    """Return what a push service knows a device by."""
    return keyring.open(endpoint.sealed, TOKEN_PURPOSE).decode()


def with_token(keyring: Keyring, endpoint: PlatformEndpoint, token: str) -> PlatformEndpoint:
    """Return an endpoint with another token."""
    return replace(endpoint, token_key=token_key(token), sealed=keyring.seal(token.encode(), TOKEN_PURPOSE))


def token_key(token: str) -> str:
    """Return what a token is found by: a hash, which stays the same when master keys change."""
    return sha256(token.encode()).hexdigest()
