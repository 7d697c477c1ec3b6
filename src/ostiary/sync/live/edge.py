"""The two addresses of a live stream: server-sent events, and a WebSocket."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from ostiary.aws import cors, edge, model
from ostiary.aws.errors import InternalFailureError, OverloadError, ServiceError
from ostiary.aws.protocols import rest_json
from ostiary.aws.wire import Request, Response
from ostiary.context import Services
from ostiary.runtime.execution import CrowdedError, OverloadedError
from ostiary.runtime.observability import Answered, answered
from ostiary.sync.live.admission import SERVICE, Admission, Door
from ostiary.sync.live.hub import Hub
from ostiary.sync.live.stream import STOPPING, Ending, Place, Stream, Told

PATH = "/identitypools/{pool_id}/identities/{identity_id}/live"
LAST_ID = "lastEventId"
"""The parameter that says what a client was told last, for those that cannot set the header `Last-Event-ID`."""
OPERATION = "Live"
RETRY_MILLISECONDS = 2000
CLOSE_ENDED = 4001
"""The WebSocket's closing code after an `end` message."""
CLOSE_RESTART = 1012
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    *((name.encode(), value.encode()) for name, value in cors.ANSWER_HEADERS),
]

log = structlog.get_logger()
Tell = Callable[[str, dict[str, Any], str], Awaitable[None]]
"""(kind, data, id) → sent, or waiting for a client that is slow to read."""


@dataclass(slots=True, eq=False)
class Live:
    """Serves live streams from a hub."""

    services: Services
    hub: Hub
    door: Door

    async def events(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for server-sent events."""

        async def tell(kind: str, data: dict[str, Any], last_id: str) -> None:
            named = f"id: {last_id}\n" if last_id else ""
            text = ":\n\n" if kind == "heartbeat" else f"event: {kind}\n{named}data: {_json(data)}\n\n"
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

        async def begin() -> None:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            first = f"retry: {RETRY_MILLISECONDS}\n\n".encode()
            await send({"type": "http.response.body", "body": first, "more_body": True})

        async def refuse(response: Response) -> None:
            await edge.answer(send, response)

        async def gone(stream: Stream) -> None:
            while (await receive())["type"] != "http.disconnect":
                if scope["state"].get("stopping"):
                    stream.end(STOPPING)

        visit = _Visit(self, scope, begin, tell, refuse, gone)
        if await visit.run():
            await send({"type": "http.response.body", "body": b""})

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one WebSocket; what the client says is not listened to."""
        await receive()

        async def tell(kind: str, data: dict[str, Any], last_id: str) -> None:
            named = {"id": last_id} if last_id else {}
            await send({"type": "websocket.send", "text": _json({"type": kind, **named, **data})})

        async def begin() -> None:
            await send({"type": "websocket.accept"})

        async def refuse(response: Response) -> None:
            headers = [(name.encode(), value.encode()) for name, value in response.headers]
            await send({"type": "websocket.http.response.start", "status": response.status, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": response.body})

        async def gone(_stream: Stream) -> None:
            while (await receive())["type"] != "websocket.disconnect":
                pass

        visit = _Visit(self, {**scope, "method": "GET"}, begin, tell, refuse, gone)
        if await visit.run():
            await send({"type": "websocket.close", "code": CLOSE_ENDED})


@dataclass(slots=True, eq=False)
class _Visit:
    """One client from the request to the end of its stream, whatever carries it."""

    live: Live
    scope: Scope
    begin: Callable[[], Awaitable[None]]
    tell: Tell
    refuse: Callable[[Response], Awaitable[None]]
    gone: Callable[[Stream], Coroutine[Any, Any, None]]

    async def run(self) -> bool:
        """Serve; return whether the stream ended while the client was still there."""
        started, request_id = time.perf_counter(), self.live.services.random.uuid()
        place = Place(self.scope["path_params"]["pool_id"], self.scope["path_params"]["identity_id"])
        told = Answered(service=SERVICE, operation=OPERATION, resource=place.pool_id, request_id=request_id)
        stream = Stream(place)
        try:
            request = edge.request_of(self.scope)
            peer = edge.peer_of(self.scope, request, request_id)
            told.client = peer.ip
            proven = await self.live.services.tasks.run(self.live.door.authenticate, request)
            told.account, told.principal = proven.principal.account, proven.principal.arn
            admitted = await self.live.services.tasks.go_on(self.live.door.admit, proven, peer, place)
            self.live.hub.add(stream)
        except ServiceError as error:
            await self._refused(error, started, told)
            return False
        except (OverloadedError, CrowdedError):
            await self._refused(OverloadError("Rate exceeded"), started, told)
            return False
        except Exception:
            log.exception("live_stream_failed", request_id=request_id)
            await self._refused(InternalFailureError("An internal error occurred."), started, told)
            return False
        try:
            counts = await self.live.services.tasks.go_on(self.live.hub.of_identity, place)
            known = stream.begin(counts, _last_id(request))
            await self.begin()
            told.status, told.seconds = 200, time.perf_counter() - started
            answered(told)
            return await self._stay(stream, admitted, resumed=known)
        finally:
            self.live.hub.remove(stream)

    async def _stay(self, stream: Stream, admitted: Admission, *, resumed: bool) -> bool:
        """Tell until the client goes or the stream ends."""
        leaving = asyncio.create_task(self.gone(stream))
        telling = asyncio.create_task(self._tell_all(stream, admitted, resumed=resumed))
        try:
            await asyncio.wait((leaving, telling), return_when=asyncio.FIRST_COMPLETED)
            return telling.done() and not leaving.done() and telling.exception() is None
        finally:
            for task in (leaving, telling):
                task.cancel()
            await asyncio.gather(leaving, telling, return_exceptions=True)

    async def _tell_all(self, stream: Stream, admitted: Admission, *, resumed: bool) -> None:
        settings, clock = self.live.services.settings, self.live.services.clock
        await self._tell_waiting(stream)
        begun: dict[str, Any] = {"resumed": resumed, "heartbeat": settings.live_heartbeat}
        if admitted.expires_at is not None:
            begun["expiresAt"] = admitted.expires_at
        await self.tell("ready", begun, stream.id)
        renew_at = time.monotonic() + settings.live_heartbeat
        while stream.ending is None:
            left = float(settings.live_heartbeat)
            if admitted.expires_at is not None:
                left = admitted.expires_at - clock.now()
            until = min(left, renew_at - time.monotonic())
            if await stream.woken(max(until, 0)):
                await self._tell_waiting(stream)
                continue
            renew_at = time.monotonic() + settings.live_heartbeat
            await self._renewed(stream, admitted)
            if stream.ending is None:
                await self.tell("heartbeat", {}, "")
        await self.tell("end", stream.ending._asdict(), "")

    async def _tell_waiting(self, stream: Stream) -> None:
        """Tell what waits; the id comes with the last of it, so that who was told a part begins there again."""
        waiting = stream.take()
        for number, told in enumerate(waiting, 1):
            await self.tell("change", _change(stream.place, told), stream.id if number == len(waiting) else "")

    async def _renewed(self, stream: Stream, admitted: Admission) -> None:
        """End the stream of somebody who would not be let in now."""
        try:
            await self.live.services.tasks.go_on(admitted.renew)
        except ServiceError as error:
            stream.end(Ending(error.code, error.message))
        except Exception:
            log.exception("live_stream_failed")  # the database is away: the next heartbeat asks again

    async def _refused(self, error: ServiceError, started: float, told: Answered) -> None:
        response = rest_json.error(model.service(SERVICE), error, told.request_id)
        if isinstance(error, OverloadError):
            response.headers.append(("retry-after", "1"))
        await self.refuse(response)
        told.status, told.error, told.seconds = response.status, error.code, time.perf_counter() - started
        answered(told)


def _change(place: Place, told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {
        "identityPoolId": place.pool_id,
        "identityId": place.identity_id,
        "datasetName": told.dataset_name,
        "syncCount": told.sync_count,
    }
    if told.device_id:
        found["deviceId"] = told.device_id
    return found


def _last_id(request: Request) -> str:
    return request.header("last-event-id") or dict(request.query).get(LAST_ID, "")


def _json(data: dict[str, Any]) -> str:
    return msgspec.json.encode(data).decode()
