"""What the push worker takes out of the database and writes back, in few transactions for many pushes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ostiary.context import Services
from ostiary.delivery.push import with_token
from ostiary.delivery.push_services.sender import Gone, Later, Misconfigured, Outcome, Sent
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.sns import platform_applications, platform_endpoints, pushes
from ostiary.store.sns.platform_applications import PlatformApplication
from ostiary.store.sns.platform_endpoints import PlatformEndpoint
from ostiary.store.sns.pushes import Queue, StoredPush

T = TypeVar("T")
LEASE_SECONDS = 20
"""Longer than a push may take, so that nobody else sends it meanwhile; a killed worker's pushes wait as long."""
BATCH = 100
TRIES = 5


@dataclass(frozen=True, slots=True)
class Job:
    """An endpoint's oldest push, to be sent by whoever holds its queue; None is what was deleted meanwhile."""

    queue: Queue
    push: StoredPush
    application: PlatformApplication | None
    endpoint: PlatformEndpoint | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a job; one that is to be tried again waits until `again_at`."""

    job: Job
    outcome: Outcome
    again_at: int = 0


class PushJobs:
    """The database's side of a push worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def claim(self, room: Callable[[str], int]) -> list[Job]:
        """Take queues that are due: of each application at most as many as `room` says for its ARN."""
        now = self._services.clock.now_seconds()
        with self._services.store.read() as tx:
            due = _due(tx, now, room)
        if not due:
            return []
        return self._retried(lambda tx: [job for queue in sorted(due, key=_order) if (job := _claimed(tx, queue, now))])

    def settle(self, settled: Sequence[Settlement]) -> list[Job | None]:
        """Write down what became of jobs; return each queue's next one, or None when there is none to do now."""
        places = sorted(range(len(settled)), key=lambda place: _order(settled[place].job.queue))

        def write(tx: Tx) -> list[Job | None]:
            following = {place: self._settle(tx, settled[place]) for place in places}
            return [following[place] for place in range(len(settled))]

        return self._retried(write)

    def _settle(self, tx: Tx, settled: Settlement) -> Job | None:
        now, job, outcome = self._services.clock.now_seconds(), settled.job, settled.outcome
        if isinstance(outcome, Later | Misconfigured):
            pushes.postpone(tx, job.queue, settled.again_at, job.queue.failures + 1)
            return None
        kept = pushes.advance(tx, job.queue, job.push, now + LEASE_SECONDS)
        if job.endpoint is not None and isinstance(outcome, Gone):
            platform_endpoints.disable(tx, job.endpoint, now)
        if job.endpoint is not None and isinstance(outcome, Sent) and outcome.token:
            changed = with_token(self._services.keyring, job.endpoint, outcome.token)
            platform_endpoints.replace_token(tx, job.endpoint, changed.token_key, changed.sealed, now)
        return None if kept is None else _job(tx, kept)

    def _retried(self, write: Callable[[Tx], list[T]]) -> list[T]:
        tries = TRIES
        while True:
            tries -= 1
            try:
                with self._services.store.write() as tx:
                    return write(tx)
            except Retry:
                if not tries:
                    raise


def _due(tx: Tx, now: int, room: Callable[[str], int]) -> list[Queue]:
    found: list[Queue] = []
    arn = pushes.waiting_application(tx, "")
    while arn is not None:
        if (most := min(room(arn), BATCH)) > 0:
            found += pushes.due(tx, arn, now, most)
        arn = pushes.waiting_application(tx, arn)
    return found


def _claimed(tx: Tx, queue: Queue, now: int) -> Job | None:
    claimed = pushes.claim(tx, queue, now + LEASE_SECONDS)
    return None if claimed is None else _job(tx, claimed)


def _job(tx: Tx, queue: Queue) -> Job | None:
    push = pushes.first(tx, queue)
    if push is None:
        return None
    endpoint = platform_endpoints.find(tx, queue.account_id, queue.endpoint_arn)
    application = platform_applications.find(tx, queue.account_id, queue.application_arn)
    return Job(queue, push, application, endpoint)


def _order(queue: Queue) -> tuple[str, str]:
    """Return what everybody locks queues in the order of, so that no two wait for each other."""
    return queue.account_id, queue.endpoint_arn
