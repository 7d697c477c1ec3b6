"""The composition root: settings → store → services → the site map."""

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

import ostiary.iam
import ostiary.identity
import ostiary.idp
import ostiary.sns
import ostiary.sts
import ostiary.sync  # noqa: F401 - importing registers the operations
from ostiary import pages, request_log, uploads
from ostiary.aws import edge
from ostiary.aws.endpoint import Endpoint
from ostiary.aws.operations import implementation
from ostiary.aws.route import Call
from ostiary.aws.wire import Peer
from ostiary.cleaning import Cleaner
from ostiary.clock import Clock
from ostiary.config import Settings, SettingsError
from ostiary.context import ANONYMOUS, Client, Context, Principal, Services
from ostiary.delivery.push_worker import PushWorker
from ostiary.delivery.worker import DeliveryWorker
from ostiary.development import HostGuard, development_routes
from ostiary.feedback import auth_event_feedback
from ostiary.gateway.serve import Gateway, is_s3_request
from ostiary.hosted import email_revert, recovery_codes
from ostiary.hosted.confirm_user import confirm_user
from ostiary.http_client import HttpClient
from ostiary.iam.authorize import authorize
from ostiary.iam.requests import conditions_of
from ostiary.identity import credentials
from ostiary.idp import confirmation_links, discovery, email_reverts, imports
from ostiary.idp.import_worker import ImportWorker
from ostiary.idp.notices import FEEDBACK_PATH
from ostiary.idp.rate_limits import RateLimits
from ostiary.idp.schema_changes import AttributeRemover
from ostiary.masterkey import load_keyring
from ostiary.randomness import Random
from ostiary.request_log import PROBES, PageLog
from ostiary.resealing import retained_keys
from ostiary.runtime.execution import Tasks
from ostiary.sns import signing
from ostiary.sns.access import allow
from ostiary.sns.worker import TopicWorker
from ostiary.store.db import Store
from ostiary.sts.callers import who_signed
from ostiary.sync import streams
from ostiary.sync.live import edge as live_edge
from ostiary.sync.live.admission import Door
from ostiary.sync.live.edge import Live
from ostiary.sync.live.hub import Hub
from ostiary.sync.worker import SyncWorker
from ostiary.tokens.key_worker import KeyWorker


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
    services.functions.close()
    services.http.close()
    services.store.close()


def open_context(services: Services, principal: Principal | None, peer: Peer) -> Context:
    """Return what one request may use."""
    known = principal or ANONYMOUS
    client = Client(peer.ip, peer.user_agent, peer.secure, peer.request_id, peer.trace)
    return Context(services, known.account, services.settings.region, known, client)


def create_endpoint(services: Services, tasks: Tasks | None = None, limits: RateLimits | None = None) -> Endpoint:
    """Return the application that answers AWS operations, within limits if there are some."""

    def context(_call: Call, principal: Any, peer: Peer) -> Context:
        return open_context(services, principal, peer)

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
        tasks=tasks,
        answered=request_log.tell,
        subject=request_log.subject,
        implementations=implementation if limits is None else limits.implementation,
    )


def create_app(services: Services) -> ASGIApp:
    """Return the whole server as an ASGI application; it closes the services when it stops."""
    settings = services.settings
    tasks = Tasks(computing=settings.threads, most_running=settings.queue)
    limits = RateLimits(settings) if settings.rate_limits else None
    endpoint = create_endpoint(services, tasks, limits)
    gateway = Gateway(services, tasks)
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
        for worker in workers:
            worker.start()
        await gateway.start()
        hub.start()
        yield
        await hub.stop()
        await gateway.stop()
        for worker in workers:
            await run_in_threadpool(worker.stop)
        await run_in_threadpool(endpoint.close)
        await run_in_threadpool(close_services, services)

    live = Live(services, hub, Door(services, endpoint.authenticate, open_context))
    routes = site_map(services, endpoint, live)
    site = Starlette(routes=routes, lifespan=lifespan)
    limited = site if limits is None else PageLimits(site, services, limits)
    rest = PageLog(limited, services, request_log.patterns(routes))
    watched = Starlette(routes=watch_map(services))
    front = Front(services, endpoint, gateway, rest, watched)
    return HostGuard(front, services.settings) if services.settings.dev else front


def watch_map(services: Services) -> list[BaseRoute]:
    """Return every address of the listener for whoever watches the server."""
    return [
        Route("/metrics", pages.metrics),
        Route("/livez", pages.live),
        Route("/readyz", pages.ready(services)),
    ]


def site_map(services: Services, endpoint: Endpoint, live: Live) -> list[BaseRoute]:
    """Return every address that is not an AWS operation or S3, in one list."""
    settings = services.settings
    development = development_routes(services) if settings.dev else []
    return [
        Route("/", pages.welcome(settings)),
        Route("/livez", pages.live),
        Route("/readyz", pages.ready(services)),
        Route("/metrics", pages.public_metrics(settings)),
        Route("/.well-known/openid-configuration", pages.document(lambda _: credentials.openid_configuration())),
        Route("/.well-known/jwks_uri", pages.document(lambda _: credentials.jwks(services))),
        Route(f"/{signing.PREFIX}{{name}}", pages.topic_certificate(services)),
        Route(f"{streams.PAYLOAD_PATH}/{{pool_id}}/{{payload_id}}", pages.stream_payload(services)),
        Route(confirmation_links.PATH, confirm_user(services), methods=["GET"]),
        Route(recovery_codes.PATH, recovery_codes.recovery_codes_of_user(services), methods=["GET", "POST"]),
        Route(email_reverts.PATH, email_revert.email_revert(services), methods=["GET", "POST"]),
        Route(FEEDBACK_PATH, auth_event_feedback(services), methods=["GET", "POST"]),
        Route(imports.UPLOAD_PATH, uploads.import_file(services), methods=["PUT"]),
        *(route for path in _pool_paths(settings) for route in _pool_documents(services, path)),
        *development,
        Route(live_edge.PATH, pages.Raw(live.events), methods=["GET"]),
        WebSocketRoute(live_edge.PATH, pages.Raw(live.websocket)),
        WebSocketRoute("/{path:path}", pages.no_websocket),
        Mount("/", endpoint),
    ]


def _pool_paths(settings: Settings) -> list[str]:
    """Return where pools have their documents: below their id, and wherever the issuer's template puts them."""
    template = settings.issuer.format(public_url=settings.base_url, pool_id="{pool_id}", region=settings.region)
    return list(dict.fromkeys(["/{pool_id}", urlsplit(template).path]))


def _pool_documents(services: Services, path: str) -> list[BaseRoute]:
    known = f"{path}/.well-known"
    return [
        Route(f"{known}/jwks.json", pages.document(lambda pool: discovery.jwks(services, pool))),
        Route(
            f"{known}/openid-configuration", pages.document(lambda pool: discovery.openid_configuration(services, pool))
        ),
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
            if not await run_in_threadpool(self.limits.admits, self.services.store, address, second):
                refusal = PlainTextResponse("Too many requests.\n", 429, {"retry-after": "1"})
                await refusal(scope, receive, send)
                return
        await self.application(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Front:
    """Sends a request where it belongs: AWS operations first, because they are nearly all."""

    services: Services
    endpoint: Endpoint
    gateway: Gateway
    rest: ASGIApp
    watched: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._is_of_watchers(scope):
            await self.watched(scope, receive, send)
        elif scope["type"] != "http":
            await self.rest(scope, receive, send)
        elif is_s3_request(scope, self.services.settings):
            await self.gateway(scope, receive, send)
        elif _is_operation(scope):
            await self.endpoint(scope, receive, send)
        else:
            await self.rest(scope, receive, send)

    def _is_of_watchers(self, scope: Scope) -> bool:
        """Whether a request came by the listener of `metrics_listen`, which has a port of its own."""
        address = self.services.settings.metrics_address
        return address is not None and (scope.get("server") or ("", None))[1] == address[1]


def _is_operation(scope: Scope) -> bool:
    """Whether a request is for the endpoint without a look at the site map: calls, preflights, calls in a query."""
    if scope["method"] == "OPTIONS":
        return True
    if scope["path"].startswith("/identitypools"):
        return not scope["path"].endswith("/live")
    return scope["path"] == "/" and (scope["method"] == "POST" or b"Action=" in scope["query_string"])
