"""What is served where: every address, in one list."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ostiary.aws.endpoint import Endpoint
from ostiary.config import Settings
from ostiary.context import Services
from ostiary.development import development_routes
from ostiary.gateway.serve import Gateway, is_s3_request
from ostiary.hosted import email_revert, recovery_codes, user_import
from ostiary.hosted.auth_event_feedback import auth_event_feedback
from ostiary.hosted.confirm_user import confirm_user
from ostiary.identity import discovery as discovery_module
from ostiary.idp.account import email_reverts
from ostiary.idp.imports.uploads import UPLOAD_PATH
from ostiary.idp.messages import confirmation_links
from ostiary.idp.messages.risk_notices import FEEDBACK_PATH
from ostiary.idp.pools import discovery
from ostiary.sns import signing
from ostiary.sync import streams
from ostiary.sync.live import edge as live_edge
from ostiary.sync.live.edge import Live
from ostiary.web import status_pages
from ostiary.web.error_pages import is_of_browser


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


def site_map(services: Services, endpoint: Endpoint, live: Live) -> list[BaseRoute]:
    """Return every address that is not an AWS operation or S3, in one list."""
    settings = services.settings
    development = development_routes(services) if settings.dev else []
    return [
        Route("/", status_pages.welcome(settings)),
        Route("/livez", status_pages.live),
        Route("/readyz", status_pages.ready(services)),
        Route("/metrics", status_pages.public_metrics(settings)),
        Route(
            "/.well-known/openid-configuration",
            status_pages.document(services, lambda _: discovery_module.openid_configuration()),
        ),
        Route("/.well-known/jwks_uri", status_pages.document(services, lambda _: discovery_module.jwks(services))),
        Route(f"/{signing.PREFIX}{{name}}", status_pages.topic_certificate(services)),
        Route(f"{streams.PAYLOAD_PATH}/{{pool_id}}/{{payload_id}}", status_pages.stream_payload(services)),
        Route(confirmation_links.PATH, confirm_user(services), methods=["GET"]),
        Route(recovery_codes.PATH, recovery_codes.recovery_codes_of_user(services), methods=["GET", "POST"]),
        Route(email_reverts.PATH, email_revert.email_revert(services), methods=["GET", "POST"]),
        Route(FEEDBACK_PATH, auth_event_feedback(services), methods=["GET", "POST"]),
        Route(UPLOAD_PATH, user_import.import_file(services), methods=["PUT"]),
        *(route for path in _pool_paths(settings) for route in _pool_documents(services, path)),
        *development,
        Route(live_edge.PATH, status_pages.Raw(live.events), methods=["GET"]),
        WebSocketRoute(live_edge.PATH, status_pages.Raw(live.websocket)),
        WebSocketRoute("/{path:path}", status_pages.no_websocket),
        Mount("/", endpoint),
    ]


def _pool_paths(settings: Settings) -> list[str]:
    """Return where pools have their documents: below their id, and wherever the issuer's template puts them."""
    template = settings.issuer.format(public_url=settings.base_url, pool_id="{pool_id}", region=settings.region)
    return list(dict.fromkeys(["/{pool_id}", urlsplit(template).path]))


def _pool_documents(services: Services, path: str) -> list[BaseRoute]:
    known = f"{path}/.well-known"
    return [
        Route(f"{known}/jwks.json", status_pages.document(services, lambda pool: discovery.jwks(services, pool))),
        Route(
            f"{known}/openid-configuration",
            status_pages.document(services, lambda pool: discovery.openid_configuration(services, pool)),
        ),
    ]


def _is_operation(scope: Scope) -> bool:
    """Whether a request is for the endpoint without a look at the site map: calls, preflights, calls in a query."""
    if scope["method"] == "OPTIONS":
        return True
    if scope["path"].startswith("/identitypools"):
        return not scope["path"].endswith("/live") and not is_of_browser(scope)
    return scope["path"] == "/" and (scope["method"] == "POST" or b"Action=" in scope["query_string"])
