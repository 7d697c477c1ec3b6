"""Messages that tell a user of a risky sign-in (AccountTakeoverRiskConfiguration.NotifyConfiguration)."""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.idp.auth_events import feedback_token
from ostiary.idp.risk import Visit
from ostiary.store.db import Tx
from ostiary.store.user_pools import UserPool
from ostiary.store.users import User

FEEDBACK_PATH = "/{pool_id}/auth-event-feedback"
_KEPT_SECONDS = 7 * 86400
_ASK = "Was it you? Yes: {one-click-link-valid} No: {one-click-link-invalid}"
_WHERE = "from {ip-address} ({device-name}) at {login-time}."
_DEFAULTS = {
    "BlockEmail": ("Blocked sign-in attempt", f"We blocked an unrecognized sign-in to your account {_WHERE} {_ASK}"),
    "NoActionEmail": ("New sign-in attempt", f"We saw an unrecognized sign-in to your account {_WHERE} {_ASK}"),
    "MfaEmail": ("New sign-in attempt", f"Somebody signed in to your account with a second factor {_WHERE} {_ASK}"),
}


def send(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    user: User,
    visit: Visit,
    *,
    event_id: str,
    kind: str,
    settings: Mapping[str, Any],
) -> None:
    """Tell the user of a sign-in; `kind` is `BlockEmail`, `NoActionEmail` or `MfaEmail`. Nobody without an address."""
    recipient = user.attributes.get("email")
    if not recipient:
        return
    takeover = settings.get("AccountTakeoverRiskConfiguration", {})
    template = takeover.get("NotifyConfiguration", {}).get(kind, {})
    subject, text = _DEFAULTS[kind]
    body = template.get("HtmlBody") or template.get("TextBody") or text
    for name, value in _values(ctx, pool, user, visit, event_id).items():
        body = body.replace(f"{{{name}}}", html.escape(value))
    now = ctx.clock.now_seconds()
    message = Message(
        pool_id=pool.pool_id,
        medium="EMAIL",
        recipient=recipient,
        subject=template.get("Subject", subject),
        body=body,
        code="",
        trigger_source="AccountTakeOverNotification",
        username=user.username,
        expires_at=now + _KEPT_SECONDS,
    )
    enqueue(tx, ctx, message)


def _values(ctx: Context, pool: UserPool, user: User, visit: Visit, event_id: str) -> dict[str, str]:
    token = feedback_token(ctx, pool, user, event_id)
    page = ctx.settings.base_url + FEEDBACK_PATH.format(pool_id=pool.pool_id)

    def link(value: str) -> str:
        query = {"username": user.username, "event_id": event_id, "token": token, "value": value}
        return f"{page}?{urlencode(query)}"

    return {
        "username": user.username,
        "ip-address": visit.ip,
        "city": visit.city,
        "country": visit.country,
        "login-time": datetime.fromtimestamp(visit.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "device-name": visit.device,
        "one-click-link-valid": link("Valid"),
        "one-click-link-invalid": link("Invalid"),
    }
