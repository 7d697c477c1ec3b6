"""The line that each request leaves in the log: what was called, by whom, about what, and what became of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isfunction
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ostiary.aws import edge
from ostiary.aws.endpoint import Outcome
from ostiary.context import ANONYMOUS, Context, Services
from ostiary.idp.directory import subjects
from ostiary.runtime.observability import Answered, answered
from ostiary.store.identity import identity_pools

PAGES = "pages"
_FAILED = 500
_NAMES = ("UserPoolId", "ResourceArn", "IdentityPoolId", "IdentityId", "RoleArn", "TopicArn", "TargetArn")
"""Members that name what a request is about, where IAM decides on nothing narrower."""
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""What monitors ask every few seconds: told only when it fails."""
_CAPABILITIES = frozenset({"payload_id", "token"})
"""Parts of addresses that open what they name: they are no more for a log than a password is."""


def tell(outcome: Outcome) -> None:
    """Log a request that an operation answered; its path only where it called none."""
    principal = outcome.ctx.principal if outcome.ctx is not None else ANONYMOUS
    answered(
        Answered(
            service=outcome.service,
            operation=outcome.operation,
            status=outcome.status,
            seconds=outcome.seconds,
            error=outcome.error,
            client=outcome.peer.ip,
            account=principal.account or outcome.account,
            principal=principal.arn,
            resource=outcome.resource,
            path="" if outcome.operation else outcome.path,
            request_id=outcome.peer.request_id,
        )
    )


def subject(ctx: Context | None, req: Mapping[str, Any]) -> tuple[str, str]:
    """Return the account and the pool or other resource that a request names, as far as it is known."""
    named = next((str(req[name]) for name in _NAMES if name in req), "")
    if ctx is None:
        return "", named
    if "IdentityPoolId" in req and not ctx.account:
        pool = identity_pools.cached(ctx.store, named)
        return (pool.account_id if pool else ""), named
    if named or ctx.account:
        return ctx.account, named or subjects.pool_id_of(ctx, req)
    pool_id = subjects.pool_id_of(ctx, req)
    return subjects.account_of(ctx, pool_id), pool_id


@dataclass(frozen=True, slots=True)
class PageLog:
    """Logs the pages among what an application answers; what else it answers logs for itself."""

    application: ASGIApp
    services: Services
    routes: Mapping[Any, str]
    """The patterns of their addresses by the functions that answer there."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        started = time.perf_counter()
        peer = edge.peer_of(scope, None, self.services.random.uuid())
        told = Answered(service=PAGES, status=_FAILED, path=scope["path"], client=peer.ip, request_id=peer.request_id)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
                if self._pattern(scope) is not None:
                    message["headers"] = [*message["headers"], (b"x-amzn-requestid", told.request_id.encode())]
            await send(message)

        try:
            await self.application(scope, receive, sending)
        finally:
            pattern = self._pattern(scope)
            if pattern is not None and (pattern not in PROBES or told.status >= _FAILED):
                parts = scope.get("path_params", {})
                told.operation, told.resource = pattern, parts.get("pool_id", "")
                told.path = _filled(pattern, parts) if pattern else told.path
                told.seconds = time.perf_counter() - started
                answered(told)

    def _pattern(self, scope: Scope) -> str | None:
        """Return the pattern of a page's address, empty where nothing is; None for what is no page."""
        return self.routes.get(scope["endpoint"]) if "endpoint" in scope else ""


def patterns(routes: list[BaseRoute]) -> dict[Any, str]:
    """Return the patterns of pages' addresses by the functions that answer there."""
    return {route.endpoint: route.path for route in routes if isinstance(route, Route) and isfunction(route.endpoint)}


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    shown = {name: f"{{{name}}}" if name in _CAPABILITIES else value for name, value in parts.items()}
    return pattern.format_map(shown)
