"""The texts of messages to users: a function's, the pool's templates, or the service's own."""

import html
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue, sealed
from ostiary.idp.directory.stranger_ids import neighbours
from ostiary.idp.messages import confirmation_links
from ostiary.store.db import Tx
from ostiary.store.idp import codes
from ostiary.store.idp.codes import Code
from ostiary.store.idp.user_pools import UserPool
from ostiary.triggers import custom_message, custom_sender
from ostiary.triggers.custom_message import CODE, USERNAME, Source, Texts
from ostiary.triggers.custom_sender import Notice
from ostiary.triggers.event import Occasion

Attribute = Literal["email", "phone_number"]
Kind = Literal["verification", "reset", "invitation", "authentication"]
MEDIA: dict[Attribute, custom_sender.Medium] = {"email": "EMAIL", "phone_number": "SMS"}
_DEFAULTS: dict[Kind, tuple[str, str]] = {
    "verification": ("Your verification code", "Your verification code is {####}."),
    "reset": ("Your password reset code", "Your password reset code is {####}."),
    "authentication": ("Your authentication code", "Your authentication code is {####}."),
    "invitation": ("Your temporary password", "Your username is {username} and temporary password is {####}."),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Why a message is sent and to whom, and what the pool's function wrote for it.

    `page` is the address of the page that a link in a mail leads to; empty where the message carries a code.
    """

    source: Source
    occasion: Occasion
    texts: Texts = field(default_factory=Texts)
    page: str = ""


def wording(
    ctx: Context, source: Source, occasion: Occasion, attributes: Iterable[Attribute], *, page: str = ""
) -> Wording:
    """Ask the pool's function for the texts of a message to these attributes, before the transaction that sends it.

    A function that sends the messages of a medium writes them too: it is not asked here. `page` is as in Wording.
    """
    if all(custom_sender.sender_of(occasion.pool, MEDIA[attribute]) for attribute in attributes):
        return Wording(source, occasion, page=page)
    return Wording(source, occasion, custom_message.texts(ctx, source, occasion, by_link=bool(page)), page)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a user is to be told: `secret` is a code or a temporary password, `attribute` where it goes."""

    kind: Kind
    wording: Wording
    attribute: Attribute
    recipient: str
    username: str
    secret: str
    expires_at: int


def send(tx: Tx, ctx: Context, pool: UserPool, letter: Letter) -> None:
    """Put the message into the outbox; it leaves after this transaction is durable, or never."""
    enqueue(tx, ctx, _written(ctx, pool, letter))


def pretend(tx: Tx, ctx: Context, pool: UserPool, subject: str, letter: Letter) -> None:
    """Do with a letter to a stranger what `send` does with one to a user."""
    lay_aside(tx, ctx, subject, _written(ctx, pool, letter))


def lay_aside(tx: Tx, ctx: Context, subject: str, message: Message) -> None:
    """Put a message to a stranger where nobody reads it, and where the next one to a neighbour takes its place."""
    text, now = b64encode(sealed(ctx.keyring, message)).decode(), ctx.clock.now_seconds()
    codes.put(tx, Code(message.pool_id, neighbours(subject), "letter", "", text, now, now))


def _written(ctx: Context, pool: UserPool, letter: Letter) -> Message:
    medium, wording = MEDIA[letter.attribute], letter.wording
    page = wording.page if medium == "EMAIL" else ""
    subject, body = _link_template(pool) if page else _template(pool, letter.kind, medium)
    written = wording.texts
    subject, body = written.subject or subject, (written.email if medium == "EMAIL" else written.sms) or body
    # Mail is rendered as HTML, where a user's own name must not become markup (HUI-08).
    escaped = html.escape if medium == "EMAIL" else str
    if page:
        address = confirmation_links.link(page, wording.occasion.client_id, letter.username, letter.secret)
        body = confirmation_links.filled(body, address)
    text = body.replace(CODE, escaped(letter.secret)).replace(USERNAME, escaped(letter.username))
    return addressed(
        ctx,
        pool,
        Message(
            pool_id=pool.pool_id,
            medium=medium,
            recipient=letter.recipient,
            subject=subject if medium == "EMAIL" else "",
            body=text,
            code=letter.secret,
            trigger_source=f"{custom_message.NAME}_{wording.source}",
            username=letter.username,
            expires_at=letter.expires_at,
        ),
        wording.source,
        wording.occasion,
    )


def addressed(ctx: Context, pool: UserPool, message: Message, source: Source | Notice, occasion: Occasion) -> Message:
    """Return a message with who it is from, and with what a function gets that sends the pool's messages.

    That function gets the trigger source `Custom<medium>Sender_<source>` and what `occasion` tells.
    """
    settings = pool.configuration["EmailConfiguration"]
    message = replace(message, sender=sender_of(pool), reply_to=settings.get("ReplyToEmailAddress", ""))
    medium = message.medium
    if medium == "LOG" or not (function := custom_sender.sender_of(pool, medium)):
        return message
    event = custom_sender.event(ctx, source, occasion, medium)
    return replace(
        message,
        trigger_source=event["triggerSource"],
        function=function,
        event=msgspec.json.encode(event).decode(),
        key=pool.configuration["LambdaConfig"].get("KMSKeyID", ""),
    )


def _template(pool: UserPool, kind: Kind, medium: str) -> tuple[str, str]:
    subject, body = _DEFAULTS[kind]
    settings: Mapping[str, Any] = pool.configuration
    if kind == "invitation":
        templates: Mapping[str, Any] = settings["AdminCreateUserConfig"].get("InviteMessageTemplate", {})
        members = ("EmailSubject", "EmailMessage", "SMSMessage")
    elif kind == "authentication":
        templates = {**settings, **settings.get("EmailMfaConfiguration", {})}
        members = ("Subject", "Message", "SmsAuthenticationMessage")
    else:
        templates = settings["VerificationMessageTemplate"]
        members = ("EmailSubject", "EmailMessage", "SmsMessage")
    if medium == "SMS":
        return "", templates.get(members[2], body)
    return templates.get(members[0], subject), templates.get(members[1], body)


def _link_template(pool: UserPool) -> tuple[str, str]:
    templates = pool.configuration["VerificationMessageTemplate"]
    return (
        templates.get("EmailSubjectByLink", confirmation_links.DEFAULT_SUBJECT),
        templates.get("EmailMessageByLink", confirmation_links.DEFAULT_BODY),
    )


def sender_of(pool: UserPool) -> str:
    """Return who the pool's mail is from, `Name <address>` or an address; nothing for the server's own."""
    settings = pool.configuration["EmailConfiguration"]
    if settings["EmailSendingAccount"] != "DEVELOPER":
        return ""
    identity = str(settings.get("SourceArn", "")).rpartition("/")[2]
    return str(settings.get("From") or (identity if "@" in identity else ""))
