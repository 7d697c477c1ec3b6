"""Messages that tell a user of a risky sign-in (AccountTakeoverRiskConfiguration.NotifyConfiguration)."""

import html
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from ostiary.context import Context
from ostiary.delivery.outbox import Message, enqueue
from ostiary.idp.messages.texts import addressed
from ostiary.idp.threats.auth_events import feedback_token
from ostiary.idp.threats.risk import Visit
from ostiary.store.db import Tx
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers.custom_sender import Notice
from ostiary.triggers.event import Occasion

FEEDBACK_PATH = "/{pool_id}/auth-event-feedback"
_SOURCE: Notice = "AccountTakeOverNotification"
_KEPT_SECONDS = 7 * 86400
_ASK = "Was it you? Yes: {one-click-link-valid} No: {one-click-link-invalid}"
_WHERE = "from {ip-address} ({device-name}) at {login-time}."
_ACTIONS = {"BlockEmail": "BLOCK", "NoActionEmail": "NO_ACTION", "MfaEmail": "MFA"}
_TOLD = {
    "USER_NAME": "username",
    "IP_ADDRESS": "ip-address",
    "LOGIN_TIME": "login-time",
    "ONE_CLICK_LINK_VALID": "one-click-link-valid",
    "ONE_CLICK_LINK_INVALID": "one-click-link-invalid",
    "CITY": "city",
    "COUNTRY": "country",
    "DEVICE_NAME": "device-name",
}
"""What a function that sends mail is told, by the placeholders of templates."""
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
    notify = takeover.get("NotifyConfiguration", {})
    template = notify.get(kind, {})
    subject, text = _DEFAULTS[kind]
    is_html = bool(template.get("HtmlBody"))
    body = template.get("HtmlBody") or template.get("TextBody") or text
    token = feedback_token(ctx, pool, user, event_id)
    values = _values(ctx, pool, user, visit, event_id=event_id, token=token)
    for name, value in values.items():
        body = body.replace(f"{{{name}}}", html.escape(value) if is_html else value)
    now = ctx.clock.now_seconds()
    message = Message(
        pool_id=pool.pool_id,
        medium="EMAIL",
        recipient=recipient,
        subject=template.get("Subject", subject),
        body=body,
        code="",
        trigger_source=_SOURCE,
        username=user.username,
        expires_at=now + _KEPT_SECONDS,
        format="html" if is_html else "plain",
    )
    occasion = _occasion(pool, values, token, EVENT_ID=event_id, ACCOUNT_TAKE_OVER_ACTION=_ACTIONS[kind])
    message = addressed(ctx, pool, message, _SOURCE, occasion)
    sender = notify.get("From") or message.sender
    enqueue(tx, ctx, replace(message, sender=sender, reply_to=notify.get("ReplyTo", "")))


def _occasion(pool: UserPool, values: Mapping[str, str], token: str, **more: str) -> Occasion:
    """Return what a function is told that sends the pool's mail (behaviour/triggers.md 5)."""
    told = {name: values[of] for name, of in _TOLD.items() if values[of]}
    return Occasion(pool, values["username"], {**more, **told, "FEEDBACK_TOKEN": token})


def _values(ctx: Context, pool: UserPool, user: User, visit: Visit, *, event_id: str, token: str) -> dict[str, str]:
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
