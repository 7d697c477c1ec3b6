"""BulkPublish: everything a pool holds goes to its stream once more, as a job that survives its process."""

from dataclasses import replace

import structlog

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    AlreadyStreamedException,
    BulkPublishRequest,
    BulkPublishResponse,
    DuplicateRequestException,
    GetBulkPublishDetailsRequest,
    GetBulkPublishDetailsResponse,
    InvalidParameterException,
)
from ostiary.context import Context
from ostiary.store import leases
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.sync import bulk_publishes, configurations, datasets, records, stream
from ostiary.store.sync.bulk_publishes import IN_PROGRESS, BulkPublish
from ostiary.store.sync.datasets import Dataset
from ostiary.sync.access import check_pool, pool_arn
from ostiary.sync.change import Change
from ostiary.sync.streams import LANES, enqueue, is_streaming

PAUSE_SECONDS = 86_400
"""A pool that was published is not published again for a day."""
LEASE_SECONDS = 10
STEP = 20
"""Datasets that are queued in one transaction, at most."""
STEP_BYTES = 4 * 1024 * 1024
"""The transaction takes no further dataset when it has queued as much."""
MOST_WAITING = 200
"""A job waits while a lane has more records than this, so that the queue stays small."""

log = structlog.get_logger()


@operation("cognito-sync", resource=pool_arn)
def bulk_publish(ctx: Context, req: BulkPublishRequest) -> BulkPublishResponse:
    """Begin to send every dataset of a pool to its stream."""
    pool_id, now = req["IdentityPoolId"], ctx.clock.now_seconds()
    check_pool(ctx, pool_id)
    job = BulkPublish(pool_id, ctx.random.uuid(), IN_PROGRESS, "", "", "", "", 0, now, None)
    with ctx.store.write() as tx:
        if not is_streaming(configurations.find(tx, pool_id)):
            raise InvalidParameterException(f"Streaming is not enabled for identity pool '{pool_id}'.")
        before = bulk_publishes.find(tx, pool_id)
        if before is not None and before.status == IN_PROGRESS:
            raise DuplicateRequestException(f"A bulk publish of identity pool '{pool_id}' is in progress.")
        if before is not None and before.status == "SUCCEEDED" and (before.completed_at or 0) + PAUSE_SECONDS > now:
            raise AlreadyStreamedException(f"Identity pool '{pool_id}' was published in the last 24 hours.")
        if not bulk_publishes.replace_job(tx, before, job):
            raise Retry("Somebody else began to publish meanwhile.")
    return {"IdentityPoolId": pool_id}


@operation("cognito-sync", resource=pool_arn)
def get_bulk_publish_details(ctx: Context, req: GetBulkPublishDetailsRequest) -> GetBulkPublishDetailsResponse:
    """Return how the last bulk publish of a pool goes."""
    pool_id = req["IdentityPoolId"]
    check_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        job = bulk_publishes.find(tx, pool_id)
    if job is None:
        return {"IdentityPoolId": pool_id, "BulkPublishStatus": "NOT_STARTED"}
    details: GetBulkPublishDetailsResponse = {
        "IdentityPoolId": pool_id,
        "BulkPublishStartTime": job.started_at,
        "BulkPublishStatus": job.status,
    }
    if job.completed_at is not None:
        details["BulkPublishCompleteTime"] = job.completed_at
    if job.failure:
        details["FailureMessage"] = job.failure
    return details


class Publisher:
    """Does what jobs are under way. Any number of processes may have one: a job is done by one of them at a time."""

    def __init__(self, ctx: Context, holder: str) -> None:
        self._ctx = ctx
        self._holder = holder

    def publish_due(self) -> int:
        """Do a part of each job that nobody else is at; return how many jobs got on."""
        with self._ctx.store.read() as tx:
            waiting = bulk_publishes.unfinished(tx)
        return sum(self._work(job) for job in waiting)

    def _work(self, job: BulkPublish) -> bool:
        name, now = f"publish/{job.pool_id}", self._ctx.clock.now_seconds()
        with self._ctx.store.write() as tx:
            if not leases.take(tx, name, self._holder, now, now + LEASE_SECONDS):
                return False
        with self._ctx.store.write() as tx:
            current = step = bulk_publishes.find(tx, job.pool_id)
            if current is not None and current.status == IN_PROGRESS:
                step = self._step(tx, current)
                if step != current and not bulk_publishes.advance(tx, current, step):
                    raise Retry("Somebody else does this job.")
            leases.release(tx, name, self._holder)
        return step != current

    def _step(self, tx: Tx, job: BulkPublish) -> BulkPublish:
        """Queue some datasets; or, when all are, see whether all have left."""
        now = self._ctx.clock.now_seconds()
        if not is_streaming(configurations.find(tx, job.pool_id)):
            log.warning("bulk_publish_failed", pool_id=job.pool_id, published=job.published)
            return replace(job, status="FAILED", failure="Streaming is not enabled.", completed_at=now)
        if any(stream.exceeds(tx, job.pool_id, f"{lane:02d}", MOST_WAITING) for lane in range(LANES)):
            return job
        found = datasets.page(tx, job.pool_id, (job.after_identity, job.after_dataset), STEP)
        queued = 0
        for key in found:
            dataset = datasets.lock(tx, key)
            if queued and queued + dataset.data_storage > STEP_BYTES:
                return job
            queued += dataset.data_storage
            job = self._queue(tx, job, dataset)
        if found or self._waits(tx, job):
            return job
        return replace(job, status="SUCCEEDED", completed_at=now)

    def _queue(self, tx: Tx, job: BulkPublish, dataset: Dataset) -> BulkPublish:
        key = dataset.key
        job = replace(job, after_identity=key.identity_id, after_dataset=key.dataset_name)
        if not dataset.exists:
            return job
        held = tuple(record for record in records.of_dataset(tx, dataset) if record.value is not None)
        count = dataset.sync_count
        change = Change(key.pool_id, key.identity_id, key.dataset_name, count, "replace", "", held)
        position = enqueue(tx, self._ctx, change)
        return replace(job, last_position=max(job.last_position, position), published=job.published + 1)

    def _waits(self, tx: Tx, job: BulkPublish) -> bool:
        """Whether some of what the job queued has not left yet."""
        heads = (stream.head(tx, job.pool_id, f"{lane:02d}", 1) for lane in range(LANES))
        return any(head and head[0].position <= job.last_position for head in heads)
