"""The texts of messages to users: the pool's templates, or the service's own."""

import html
from dataclasses import dataclass
from typing import Literal

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.store.db import Tx
from ostiary.store.user_pools import UserPool

Kind = Literal["verification", "reset", "invitation", "authentication"]
CODE = "{####}"
USERNAME = "{username}"
_DEFAULTS: dict[Kind, tuple[str, str]] = {
    "verification": ("Your verification code", "Your verification code is {####}."),
    "reset": ("Your password reset code", "Your password reset code is {####}."),
    "authentication": ("Your authentication code", "Your authentication code is {####}."),
    "invitation": ("Your temporary password", "Your username is {username} and temporary password is {####}."),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a user is to be told: `secret` is a code or a temporary password, `attribute` where it goes."""

    kind: Kind
    trigger_source: str
    attribute: Literal["email", "phone_number"]
    recipient: str
    username: str
    secret: str
    expires_at: int


def send(tx: Tx, ctx: Context, pool: UserPool, letter: Letter) -> None:
    """Put the message into the outbox; it leaves after this transaction is durable, or never."""
    medium: Literal["EMAIL", "SMS"] = "EMAIL" if letter.attribute == "email" else "SMS"
    subject, body = _template(pool, letter.kind, medium)
    # Mail is rendered as HTML, where a user's own name must not become markup (HUI-08).
    escaped = html.escape if medium == "EMAIL" else str
    text = body.replace(CODE, escaped(letter.secret)).replace(USERNAME, escaped(letter.username))
    message = Message(
        pool_id=pool.pool_id,
        medium=medium,
        recipient=letter.recipient,
        subject=subject if medium == "EMAIL" else "",
        body=text,
        code=letter.secret,
        trigger_source=letter.trigger_source,
        username=letter.username,
        expires_at=letter.expires_at,
    )
    enqueue(tx, ctx, message)


def _template(pool: UserPool, kind: Kind, medium: str) -> tuple[str, str]:
    subject, body = _DEFAULTS[kind]
    if kind == "invitation":
        templates = pool.configuration["AdminCreateUserConfig"].get("InviteMessageTemplate", {})
        members = ("EmailSubject", "EmailMessage", "SMSMessage")
    elif kind == "authentication":
        templates = {**pool.configuration, **pool.configuration.get("EmailMfaConfiguration", {})}
        members = ("Subject", "Message", "SmsAuthenticationMessage")
    else:
        templates = pool.configuration["VerificationMessageTemplate"]
        members = ("EmailSubject", "EmailMessage", "SmsMessage")
    if medium == "SMS":
        return "", templates.get(members[2], body)
    return templates.get(members[0], subject), templates.get(members[1], body)
