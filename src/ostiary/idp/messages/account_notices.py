"""What was done to an account beside signing in: recorded, and told by mail to whoever has an address."""

import html
from dataclasses import dataclass, replace

import structlog

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.idp.messages.texts import addressed
from ostiary.idp.threats import auth_events
from ostiary.idp.threats.risk import Visit
from ostiary.store.db import Tx
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers.custom_sender import Notice as Source
from ostiary.triggers.event import Occasion, occasion_of

_SOURCE: Source = "AccountNotice"
_KEPT_SECONDS = 7 * 86400

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: plain texts. `link` is where the mail leads; the link's end is `code`, where that is a secret."""

    subject: str
    text: str
    link: str = ""
    code: str = ""


def tell(tx: Tx, ctx: Context, pool: UserPool, user: User, notice: Notice, *, to: str = "") -> None:
    """Put a mail into the outbox, to the user's address or to `to`.

    A function that sends the pool's mail gets the trigger source `CustomEmailSender_AccountNotice`, with SUBJECT, TEXT
    and LINK among the attributes; the code that belongs behind the link comes to it encrypted, like any.
    """
    recipient = to or user.attributes.get("email", "")
    if not recipient:
        return
    address = html.escape(notice.link + notice.code)
    link = f' <a href="{address}">{address}</a>' if notice.link else ""
    message = Message(
        pool_id=pool.pool_id,
        medium="EMAIL",
        recipient=recipient,
        subject=notice.subject,
        body=html.escape(notice.text) + link,
        code=notice.code,
        trigger_source=_SOURCE,
        username=user.username,
        expires_at=ctx.clock.now_seconds() + _KEPT_SECONDS,
    )
    enqueue(tx, ctx, addressed(ctx, pool, message, _SOURCE, _occasion(pool, user, notice)))


def note(tx: Tx, ctx: Context, pool: UserPool, user: User, kind: str) -> None:
    """Record an event of the user's, in the log too."""
    visit = Visit(at=ctx.clock.now(), ip=ctx.client.ip, device=ctx.client.user_agent[:256])
    auth_events.record(tx, ctx, pool, user, event_type=kind, response="Pass", visit=visit)
    log.info("account_event", kind=kind, pool_id=pool.pool_id, sub=user.sub)


def _occasion(pool: UserPool, user: User, notice: Notice) -> Occasion:
    occasion = occasion_of(pool, user)
    told = {"SUBJECT": notice.subject, "TEXT": notice.text, "LINK": notice.link}
    return replace(occasion, attributes={**occasion.attributes, **told})
