"""The composition root: settings → store → services → the site map."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

import ostiary.sync  # noqa: F401 - importing registers the operations
from ostiary.aws import edge
from ostiary.aws.endpoint import Endpoint
from ostiary.aws.operations import implementation
from ostiary.aws.route import Call
from ostiary.aws.wire import Peer
from ostiary.cleaning import Cleaner
from ostiary.config import Settings, SettingsError
from ostiary.context import ANONYMOUS, Client, Context, Services
from ostiary.crypto import srp
from ostiary.delivery.push_worker import PushWorker
from ostiary.delivery.worker import DeliveryWorker
from ostiary.development import HostGuard
from ostiary.gateway.serve import Gateway
from ostiary.iam.authorize import authorize
from ostiary.iam.requests import conditions_of
from ostiary.idp.imports.import_worker import ImportWorker
from ostiary.idp.pools.rate_limits import RateLimits
from ostiary.idp.pools.schema_changes import AttributeRemover
from ostiary.resealing import retained_keys
from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import CrowdedError, OverloadedError
from ostiary.runtime.http_client import HttpClient
from ostiary.runtime.masterkey import load_keyring
from ostiary.runtime.randomness import Random
from ostiary.site_map import Front, site_map
from ostiary.sns.access import allow
from ostiary.sns.worker import TopicWorker
from ostiary.store.db import Store
from ostiary.sts.callers import who_signed
from ostiary.sync.live.admission import Door
from ostiary.sync.live.edge import Live
from ostiary.sync.live.hub import Hub
from ostiary.sync.worker import SyncWorker
from ostiary.tokens.key_worker import KeyWorker
from ostiary.web import request_log, status_pages
from ostiary.web.error_pages import ErrorPages
from ostiary.web.request_log import PROBES, PageLog

_BUSY: dict[Any, Any] = dict.fromkeys((OverloadedError, CrowdedError), status_pages.too_busy)


def open_services(settings: Settings) -> Services:
    """Open what lives as long as the process; raises SettingsError. The database must have its schema."""
    master = load_keyring(settings)
    store = open_store(settings)
    return Services(
        settings=settings,
        store=store,
        keyring=load_keyring(settings, lambda: retained_keys(store, master)),
        clock=Clock(),
        random=Random(),
        http=HttpClient(settings),
    )


def open_store(settings: Settings) -> Store:
    """Open the database; raises SettingsError when it cannot be one."""
    try:
        return Store.open(settings.database_url)
    except OSError as error:
        raise SettingsError(f"database: {error.filename}: {error.strerror}.") from None
    except ValueError as error:
        raise SettingsError(f"database: {error}") from None


def close_services(services: Services) -> None:
    """Close them."""
    services.tasks.close()
    services.functions.close()
    services.http.close()
    services.store.close()


def create_endpoint(services: Services, limits: RateLimits | None = None) -> Endpoint:
    """Return the application that answers AWS operations, within limits if there are some."""

    def context(_call: Call, principal: Any, peer: Peer) -> Context:
        return services.context(principal or ANONYMOUS, Client.at(peer))

    def decide(ctx: Context, action: str, resource: str, req: Any) -> None:
        permit = allow if action.startswith("sns:") else authorize
        permit(ctx, action, resource, conditions_of(ctx, action, req))

    return Endpoint(
        functools.partial(who_signed, services),
        context,
        decide,
        now=services.clock.now,
        new_id=services.random.uuid,
        region=services.settings.region,
        tasks=services.tasks,
        answered=request_log.tell,
        subject=request_log.subject,
        implementations=implementation if limits is None else limits.implementation,
    )


def create_app(services: Services) -> ASGIApp:
    """Return the whole server as an ASGI application; it closes the services when it stops."""
    settings = services.settings
    limits = RateLimits(settings) if settings.rate_limits else None
    endpoint = create_endpoint(services, limits)
    gateway = Gateway(services)
    workers = (
        DeliveryWorker(services),
        PushWorker(services),
        SyncWorker(services),
        ImportWorker(services),
        AttributeRemover(services),
        TopicWorker(services),
        KeyWorker(services),
        Cleaner(services),
    )
    hub = Hub(services)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(srp.prepare)
        for worker in workers:
            worker.start()
        await gateway.start()
        hub.start()
        yield
        await hub.stop()
        await gateway.stop()
        for worker in workers:
            await asyncio.to_thread(worker.stop)
        await asyncio.to_thread(close_services, services)

    live = Live(services, hub, Door(services))
    routes = site_map(services, endpoint, live)
    site = Starlette(routes=routes, lifespan=lifespan, exception_handlers=_BUSY)
    limited = site if limits is None else PageLimits(site, services, limits)
    rest = ErrorPages(PageLog(limited, services, request_log.patterns(routes)))
    watched = Starlette(routes=watch_map(services))
    front = Front(services, endpoint, gateway, rest, watched)
    return HostGuard(front, services.settings) if services.settings.dev else front


def watch_map(services: Services) -> list[BaseRoute]:
    """Return every address of the listener for whoever watches the server."""
    return [
        Route("/metrics", status_pages.metrics),
        Route("/livez", status_pages.live),
        Route("/readyz", status_pages.ready(services)),
    ]


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Lets so many requests for pages through from one address; what monitors ask does not count."""

    application: ASGIApp
    services: Services
    limits: RateLimits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] not in PROBES:
            address, second = edge.peer_of(scope, None, "").ip, self.services.clock.now_seconds()
            if not await self.services.tasks.go_on(self.limits.admits, self.services.store, address, second):
                refusal = PlainTextResponse("Too many requests.\n", 429, {"retry-after": "1"})
                await refusal(scope, receive, send)
                return
        await self.application(scope, receive, send)
