"""What exists with `--dev` only: the outbox, the reset, the clock. On loopback, and never for other sites' pages."""

import html
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ostiary.config import LOOPBACK
from ostiary.context import Services
from ostiary.delivery.outbox import opened
from ostiary.store import messages, schema
from ostiary.store.messages import StoredMessage

SHOWN = 200
_PAGES = Environment(loader=PackageLoader("ostiary", "templates"), autoescape=True)
Page = Callable[[Request], Awaitable[Response]]


def development_routes(services: Services) -> list[BaseRoute]:
    """Return the development addresses."""
    return [
        Route("/_ostiary/outbox", _guarded(_outbox(services)), methods=["GET"]),
        Route("/_ostiary/reset", _guarded(_reset(services)), methods=["POST"]),
        Route("/_ostiary/clock", _guarded(_clock(services)), methods=["POST", "GET"]),
    ]


def _guarded(page: Page) -> Page:
    """Refuse pages of other sites: a foreign Host is a rebound name, a foreign Origin another site's script."""

    async def guarded(request: Request) -> Response:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).hostname not in LOOPBACK
        if host not in LOOPBACK or foreign or request.headers.get("sec-fetch-site") == "cross-site":
            return JSONResponse({"message": "Only for this machine's own pages and programs."}, 403)
        return await page(request)

    return guarded


def _outbox(services: Services) -> Page:
    def read(recipient: str | None) -> list[dict[str, Any]]:
        with services.store.read() as tx:
            stored = messages.newest(tx, recipient, SHOWN)
        return [_shown(services, message) for message in stored]

    async def show(request: Request) -> Response:
        found = await run_in_threadpool(read, request.query_params.get("to"))
        if "text/html" in request.headers.get("accept", ""):
            page = _PAGES.get_template("outbox.html").render(messages=found, to=request.query_params.get("to"))
            return HTMLResponse(
                page, headers={"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
            )
        return JSONResponse({"messages": found})

    return show


def _shown(services: Services, stored: StoredMessage) -> dict[str, Any]:
    message = opened(services.keyring, stored)
    body = html.unescape(message.body) if message.medium == "EMAIL" else message.body
    return {
        "message_id": stored.message_id,
        "to": message.recipient,
        "medium": message.medium,
        "subject": message.subject,
        "body": body,
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
        await run_in_threadpool(empty)
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
