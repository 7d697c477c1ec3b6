"""Addresses for monitors, verifiers and the curious: health, metrics, public documents, the welcome page."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import msgspec
import structlog
from jinja2 import Environment, PackageLoader
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from ostiary.aws import cors
from ostiary.config import Settings
from ostiary.context import Services
from ostiary.runtime.execution import compute
from ostiary.runtime.observability import metrics_page
from ostiary.sns import signing
from ostiary.store.sync import stream

READY_SECONDS = 3.0
Page = Callable[[Request], Awaitable[Response]]
TEMPLATES = Environment(loader=PackageLoader("ostiary", "templates"), autoescape=True)
PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

log = structlog.get_logger()


async def live(_request: Request) -> Response:
    """Say that the process runs; the database is not asked (ROB-14)."""
    return PlainTextResponse("alive\n")


def ready(services: Services) -> Page:
    """Return the page that says whether the database answers, within three seconds (ROB-14)."""
    # A thread of its own: a database that hangs must not use up the threads of others, one at most waits for it.
    thread = ThreadPoolExecutor(1, thread_name_prefix="ready")
    asked: asyncio.Future[None] | None = None

    def ask() -> None:
        with services.store.read() as tx:
            tx.execute(select(1))

    async def show(_request: Request) -> Response:
        nonlocal asked
        if asked is None or asked.done():
            asked = asyncio.get_running_loop().run_in_executor(thread, ask)
        try:
            await asyncio.wait_for(asyncio.shield(asked), READY_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it is, the database does not answer
            log.warning("not_ready", reason=type(error).__name__)
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ready\n")

    return show


async def metrics(_request: Request) -> Response:
    """Show the metrics to Prometheus."""
    return Response(await asyncio.to_thread(metrics_page), media_type="text/plain; version=0.0.4")


def public_metrics(settings: Settings) -> Page:
    """Return the page of metrics beside what is public: for whoever has the token, and for all with `--dev`."""
    wanted = f"Bearer {settings.metrics_token}".encode()

    async def show(request: Request) -> Response:
        if settings.metrics_token:
            if not compare_digest(request.headers.get("authorization", "").encode(), wanted):
                return PlainTextResponse("Unauthorized\n", 401, {"www-authenticate": "Bearer"})
        elif not settings.dev:
            return PlainTextResponse("Metrics are shown where the setting metrics_listen says.\n", 404)
        return await metrics(request)

    return show


def welcome(settings: Settings) -> Page:
    """Return the page for whoever opens the server's address in a browser."""
    page = TEMPLATES.get_template("welcome.html").render(
        url=settings.base_url, region=settings.region, dev=settings.dev
    )

    async def show(_request: Request) -> Response:
        return HTMLResponse(page, headers=PAGE_HEADERS)

    return show


def document(services: Services, read: Callable[[str], dict[str, Any] | None]) -> Page:
    """Return a page that shows a public JSON document to anybody, from any origin; `read` is given the pool's id."""

    async def show(request: Request) -> Response:
        pool_id = request.path_params.get("pool_id", "")
        found = await services.tasks.run(read, pool_id)
        headers = dict(cors.ANSWER_HEADERS)
        if found is None:
            body = msgspec.json.encode({"message": f"User pool {pool_id} does not exist."})
            return Response(body, 404, headers, "application/json")
        headers["cache-control"] = "public, max-age=300"
        return Response(msgspec.json.encode(found), 200, headers, "application/json")

    return show


def stream_payload(services: Services) -> Page:
    """Return the page that gives a synchronization that was too large for its stream to whoever has its address."""

    def read(pool_id: str, payload_id: str) -> str | None:
        with services.store.read() as tx:
            return stream.payload(tx, pool_id, payload_id, services.clock.now_seconds())

    async def show(request: Request) -> Response:
        found = await services.tasks.run(read, request.path_params["pool_id"], request.path_params["payload_id"])
        if found is None:
            return PlainTextResponse("There is nothing here, or not any more.\n", 404)
        headers = {"cache-control": "private", "x-content-type-options": "nosniff"}
        return Response(found, headers=headers, media_type="application/json")

    return show


@dataclass(frozen=True, slots=True)
class Raw:
    """Gives a route to an ASGI application as it is."""

    application: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        await self.application(scope, receive, send)


async def too_busy(_request: Request, _error: Exception) -> Response:
    """Say that there is too much to do now (ROB-07)."""
    return PlainTextResponse("There is too much to do now.\n", 503, {"retry-after": "1"})


async def no_websocket(websocket: WebSocket) -> None:
    """Refuse a WebSocket where there is none."""
    await websocket.close()


def topic_certificate(services: Services) -> Page:
    """Return the page that gives the certificate by which whoever hears from a topic verifies it."""

    async def show(request: Request) -> Response:
        name = f"{signing.PREFIX}{request.path_params['name']}"
        found = await services.tasks.run(compute, signing.certificate, services, name)
        if found is None:
            return PlainTextResponse("There is no such certificate.\n", 404)
        return Response(found, headers={"cache-control": "public, max-age=3600"}, media_type="application/x-pem-file")

    return show
