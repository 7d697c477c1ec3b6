"""The thread that sends pushes, many at a time. Any number of processes may run one.

An endpoint's pushes leave one after the other; endpoints do not wait for each other, and an application whose push
service is slow holds up nobody else's.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TypeVar

import structlog

from ostiary.context import Services
from ostiary.delivery import push as outbox
from ostiary.delivery.connections import Connections, SendError
from ostiary.delivery.open_senders import OpenSenders
from ostiary.delivery.pauses import Pauses
from ostiary.delivery.push_jobs import Job, PushJobs, Settlement
from ostiary.delivery.push_services import PLATFORMS
from ostiary.delivery.push_services.sender import (
    CredentialError,
    Gone,
    Later,
    Misconfigured,
    Outcome,
    Outside,
    Push,
    Refused,
    Sent,
)
from ostiary.runtime.addresses import Reach
from ostiary.runtime.clock import Clock
from ostiary.runtime.observability import PUSH_SECONDS, PUSHES
from ostiary.store.sns.platform_applications import PlatformApplication
from ostiary.store.sns.platform_endpoints import PlatformEndpoint

POLL_SECONDS = 0.5
SEND_SECONDS = 15
STOP_SECONDS = 20
MOST_AT_ONCE = 200
"""Pushes of one application that are under way at the same time, in this process."""
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 1, 900
THREADS = 4
MOST_SETTLED = 100

T = TypeVar("T")
log = structlog.get_logger()


class PushWorker:
    """Sends what is owed until it is stopped."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._jobs = PushJobs(services)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="push")
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="push", daemon=True)
        self._pauses = Pauses(services.clock.now)
        self._active: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._settlements: list[tuple[Settlement, asyncio.Future[Job | None]]] = []
        self._settling: asyncio.Task[None] | None = None
        self._stopped = False
        self._wake: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the pushes at hand and end."""
        self._stopped = True
        self._wake()
        self._thread.join(timeout=STOP_SECONDS)
        self._threads.shutdown(cancel_futures=True)

    async def _run(self) -> None:
        loop, self._woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._woken.set)

        self._wake = wake
        self._services.pushes.listen(wake)
        settings = self._services.settings
        connections = Connections(Reach.of_operator(settings))
        subscribers = Connections(Reach.of_tenants(settings))
        outside = Outside(settings, connections, subscribers, Clock.system_now)
        self._senders = OpenSenders(self._services.keyring, outside)
        try:
            while not self._stopped:
                await self._round()
        finally:
            self._services.pushes.leave(wake)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=SEND_SECONDS)
            await self._senders.close()
            await connections.close()
            await subscribers.close()

    async def _round(self) -> None:
        """Wait until there may be something to do, and begin it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        self._woken.clear()
        try:
            jobs = await self._on_thread(lambda: self._jobs.claim(self._room))
        except Exception:
            log.exception("pushes_not_claimed")
            return
        for job in jobs:
            self._active[job.queue.application_arn] += 1
            task = asyncio.create_task(self._drain(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if jobs:
            self._woken.set()  # there may be more than were taken

    def _room(self, application_arn: str) -> int:
        if self._pauses.left(application_arn):
            return 0
        return MOST_AT_ONCE - self._active[application_arn]

    async def _drain(self, job: Job | None) -> None:
        """Send an endpoint's pushes until none is left or one has to wait."""
        arn = job.queue.application_arn if job else ""
        try:
            while job is not None:
                outcome = await self._attempt(job)
                self._note(job, outcome)
                job = await self._settled(Settlement(job, outcome, self._again_at(job, outcome)))
        except Exception:
            log.exception("push_not_settled", application=arn)  # the lease runs out, and it is tried again
        finally:
            self._active[arn] -= 1
            if self._active[arn] == MOST_AT_ONCE - 1:
                self._woken.set()

    async def _attempt(self, job: Job) -> Outcome:
        notification = outbox.opened(self._services.keyring, job.push)
        now = self._services.clock.now_seconds()
        endpoint, application = job.endpoint, job.application
        if notification.expires_at < now:
            return Refused("expired")
        if endpoint is None or application is None or not endpoint.enabled or not application.enabled:
            return Refused("disabled or deleted")
        if PLATFORMS[application.platform].sender is None:
            return Refused(f"there is no push service for {application.platform} any more")
        if self._stopped or (paused := self._pauses.left(application.arn)):
            return Later("paused", 0 if self._stopped else paused)
        push = Push(outbox.token_of(self._services.keyring, endpoint), notification, now)
        return await self._send(application, endpoint, push)

    async def _send(self, application: PlatformApplication, endpoint: PlatformEndpoint, push: Push) -> Outcome:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._senders.sender(application).send(push)
        except CredentialError as error:
            return Misconfigured(str(error))
        except TimeoutError:
            return Later("no answer in time")
        except SendError as error:
            return Later(str(error))
        except Exception:
            # Whatever is wrong with one push, the others do not wait for it.
            log.exception("push_broken", endpoint=endpoint.arn)
            return Later("broken")

    def _again_at(self, job: Job, outcome: Outcome) -> int:
        now = self._services.clock.now_seconds()
        if not isinstance(outcome, Later | Misconfigured) or self._stopped:
            return now
        grown: int = min(FIRST_RETRY_SECONDS * 2 ** min(job.queue.failures, 16), LONGEST_RETRY_SECONDS)
        return now + max(grown, outcome.seconds if isinstance(outcome, Later) else self._pauses.left(_arn(job)))

    async def _settled(self, settlement: Settlement) -> Job | None:
        """Write down what became of a push, together with all that wait to be; return the endpoint's next one."""
        future = asyncio.get_running_loop().create_future()
        self._settlements.append((settlement, future))
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle())
        found: Job | None = await future
        return found

    async def _settle(self) -> None:
        while self._settlements:
            batch, self._settlements = self._settlements[:MOST_SETTLED], self._settlements[MOST_SETTLED:]
            settled = [settlement for settlement, _ in batch]
            try:
                following = await self._on_thread(partial(self._jobs.settle, settled))
            except Exception as error:  # noqa: BLE001 - those who wait raise it
                for _, future in batch:
                    future.set_exception(error)
            else:
                for (_, future), job in zip(batch, following, strict=True):
                    future.set_result(job)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _note(self, job: Job, outcome: Outcome) -> None:
        """Count and log an outcome, and leave an application alone that asked for it."""
        arn = _arn(job)
        platform = arn.split("/")[1]
        match outcome:
            case Sent():
                PUSHES.labels(platform, "sent").inc()
                PUSH_SECONDS.labels(platform).observe(max(0.0, self._services.clock.now() - outbox.owed_at(job.push)))
                self._pauses.worked(arn)
                return
            case Gone():
                what = "disabled"
            case Refused():
                what = "expired" if outcome.reason == "expired" else "refused"
            case Later():
                what = "postponed"
                if outcome.all:
                    self._pauses.ask(arn, outcome.seconds)
            case Misconfigured():
                what = "misconfigured"
                self._pauses.failed(arn)
        PUSHES.labels(platform, what).inc()
        log.warning(
            "push_not_sent", outcome=what, application=arn, endpoint=job.queue.endpoint_arn, reason=outcome.reason
        )


def _arn(job: Job) -> str:
    return job.queue.application_arn
