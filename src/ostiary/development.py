"""What exists with `--dev` only: the guard at the door, the outbox, the reset, the clock; never for other sites."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib import resources
from typing import Any

import structlog
from jinja2.utils import urlize
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ostiary.aws import edge
from ostiary.config import Settings
from ostiary.context import Services
from ostiary.delivery.outbox import opened
from ostiary.loopback import is_known_host, is_own
from ostiary.store import messages, schema
from ostiary.store.messages import StoredMessage
from ostiary.web.error_pages import ErrorPages
from ostiary.web.status_pages import TEMPLATES

SHOWN = 200
LINE_CHARACTERS, MOST_LINES = (34, 76), 24
"""How much text a line of a mail has on a phone and on a desk, and how many lines its frame shows before it scrolls."""
_OUTBOX_MAY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data: https:; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEAD = '<!doctype html><meta charset="utf-8"><base target="_blank">'
_MAIL = (
    "<style>body{font:16px/1.5 system-ui,sans-serif;margin:12px;color:#1c2733;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%}</style>"
)
_PLAIN = (
    "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;white-space:pre-wrap;"
    "overflow-wrap:anywhere}</style>"
)
_KINDS = {"EMAIL": "Mail", "SMS": "Text message"}
_TAG = re.compile(r"</?[A-Za-z!][^>]*>")
_LINE = re.compile(r"<(?:p|br|div|tr|li|h\d|hr)\b", re.IGNORECASE)
log = structlog.get_logger()
_OPEN = frozenset({"/livez", "/readyz"})
Page = Callable[[Request], Awaitable[Response]]


def development_routes(services: Services) -> list[BaseRoute]:
    """Return the development addresses."""
    return [
        Route("/_ostiary/outbox", _guarded(services, _outbox(services)), methods=["GET"]),
        Route("/_ostiary/outbox.js", _script, methods=["GET"]),
        Route("/_ostiary/reset", _guarded(services, _reset(services)), methods=["POST"]),
        Route("/_ostiary/clock", _guarded(services, _clock(services)), methods=["POST", "GET"]),
    ]


@dataclass(frozen=True, slots=True)
class HostGuard:
    """Lets requests through that were sent to a known host: another one is a name that was rebound to this machine."""

    application: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it. Whether the process lives, monitors may ask by any name."""
        if scope["type"] == "lifespan" or scope["path"] in _OPEN or self._is_known(scope):
            await self.application(scope, receive, send)
            return
        log.warning("unknown_host", host=", ".join(_hosts(scope))[:256])
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        text = "With --dev this server answers to localhost and its like, and to hosts of the setting dev_hosts."
        refusal = JSONResponse({"__type": "AccessDeniedException", "message": text}, 403)
        await ErrorPages(refusal)(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        hosts = _hosts(scope)
        return bool(hosts) and all(is_known_host(self.settings, host) for host in hosts)


def _hosts(scope: Scope) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]


def _guarded(services: Services, page: Page) -> Page:
    """Refuse pages of other sites; let those of this machine read the answer."""

    async def guarded(request: Request) -> Response:
        if not is_own(services.settings, edge.request_of(request.scope)):
            return JSONResponse({"message": "Only for this machine's own pages and programs."}, 403)
        response = await page(request)
        origin = request.headers.get("origin")
        if origin is not None:
            response.headers["access-control-allow-origin"] = origin
            response.headers["vary"] = "origin"
        return response

    return guarded


def _outbox(services: Services) -> Page:
    def read(recipient: str | None) -> list[dict[str, Any]]:
        with services.store.read() as tx:
            stored = messages.newest(tx, recipient, SHOWN)
        return [_shown(services, message) for message in stored]

    async def show(request: Request) -> Response:
        found = await services.tasks.run(read, request.query_params.get("to"))
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"messages": [_as_json(each) for each in found]})
        tag = f'"{sha256("".join(each["message_id"] for each in found).encode()).hexdigest()}"'
        headers = {"content-security-policy": _OUTBOX_MAY, "etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        shown = [{**each, **_as_page(each)} for each in found]
        page = TEMPLATES.get_template("outbox.html").render(messages=shown, to=request.query_params.get("to"))
        return HTMLResponse(page, headers=headers)

    return show


def _as_json(message: dict[str, Any]) -> dict[str, Any]:
    body = html.unescape(message["body"]) if message["medium"] == "EMAIL" else message["body"]
    return {name: value for name, value in {**message, "body": body}.items() if name != "format"}


def _as_page(message: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a message beside what programs read: what has tags or links as a document.

    The document goes into a frame that runs nothing and is of no origin: whoever makes the pools writes the mails, and
    whatever they fetch or link to is as foreign to this server as any other site.
    """
    body, is_mail = message["body"], message["medium"] == "EMAIL"
    about = {"kind": _KINDS.get(message["medium"], message["medium"]), "moment": f"{message['created']}Z"}
    if is_mail and message["format"] == "html" and _TAG.search(body):
        lines = [2 * len(_LINE.findall(body)) + len(_TAG.sub(" ", body)) // each for each in LINE_CHARACTERS]
        return {**about, "document": f"{_HEAD}{_MAIL}{body}", "lines": [min(each + 2, MOST_LINES) for each in lines]}
    text = html.unescape(body) if is_mail else body
    if "://" not in text:
        return {**about, "body": text}
    lines = [sum(1 + len(line) // each for line in text.split("\n")) for each in LINE_CHARACTERS]
    return {**about, "plain": f"{_HEAD}{_PLAIN}{urlize(text)}", "lines": [min(each, MOST_LINES) for each in lines]}


async def _script(_request: Request) -> Response:
    source = resources.files("ostiary").joinpath("templates/outbox.js").read_text()
    return Response(source, headers={"cache-control": "no-cache"}, media_type="text/javascript")


def _shown(services: Services, stored: StoredMessage) -> dict[str, Any]:
    message = opened(services.keyring, stored)
    return {
        "message_id": stored.message_id,
        "to": message.recipient,
        "medium": message.medium,
        "subject": message.subject,
        "body": message.body,
        "format": message.format,
        "code": message.code,
        "trigger_source": message.trigger_source,
        "username": message.username,
        "pool_id": message.pool_id,
        "created_at": stored.created_at,
        "created": datetime.fromtimestamp(stored.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _reset(services: Services) -> Page:
    def empty() -> None:
        kept = {schema.accounts.name, schema.access_keys.name}
        with services.store.write() as tx:
            for table in schema.metadata.sorted_tables:
                if table.name not in kept:
                    tx.delete(table)
            tx.delete(schema.access_keys, schema.access_keys.c.user_name != "")
            tx.configuration_changed()
        services.clock.set(None)

    async def reset(_request: Request) -> Response:
        await asyncio.to_thread(empty)
        return JSONResponse({})

    return reset


def _clock(services: Services) -> Page:
    async def clock(request: Request) -> Response:
        try:
            wanted = await request.json() if request.method == "POST" else None
            if wanted is not None:
                _move(services, wanted)
        except (ValueError, TypeError, AttributeError):
            text = 'Send {"advance": seconds}, {"set": seconds since the epoch}, or {} for the real time.'
            return JSONResponse({"message": text}, 400)
        return JSONResponse({"now": services.clock.now()})

    return clock


def _move(services: Services, wanted: dict[str, Any]) -> None:
    if wanted.keys() - {"advance", "set"}:
        raise ValueError("unknown member")
    if "set" in wanted:
        services.clock.set(float(wanted["set"]))
    elif "advance" in wanted:
        services.clock.advance(float(wanted["advance"]))
    else:
        services.clock.set(None)
