"""Cognito Streams: one record for each synchronization, in order for each identity (behaviour/sync.md 7).

Records are queued in the transaction that changes a dataset and leave afterwards. A stream that breaks, or whose role
does not let Cognito Sync in any more, is turned off until an administrator turns it on again.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec
import structlog

from ostiary.context import Context
from ostiary.runtime.clock import Clock
from ostiary.runtime.observability import STREAMED
from ostiary.store import leases
from ostiary.store.db import Tx
from ostiary.store.identity import identity_pools
from ostiary.store.sync import configurations
from ostiary.store.sync import stream as sync_stream
from ostiary.store.sync.records import Record
from ostiary.store.sync.stream import Payload, StreamRecord
from ostiary.sync.change import Change
from ostiary.sync.destinations import destination_of
from ostiary.sync.destinations.destination import Destination, DestinationError, Stream

LANES = 16
"""How many of a pool's identities' records may be on their way at the same time."""
MOST_BYTES = 1024 * 1024
"""What Kinesis takes: data and partition key together."""
PAYLOAD_SECONDS = 7 * 86_400
"""How long larger ones can be fetched, as long as AWS's presigned addresses at most."""
PAYLOAD_PATH = "/stream-payloads"
BATCH = 100
LEASE_SECONDS = 10
"""How long a lane stands still when the process that sends it dies."""
DRAIN_SECONDS = 3.0
"""After how long no further record is sent, so that the lease does not run out while one waits for its answer."""
FIRST_RETRY_SECONDS = 1
LONGEST_RETRY_SECONDS = 300
GIVE_UP_SECONDS = 86_400
"""A stream that has not taken a record for so long is as good as broken."""

log = structlog.get_logger()


def stream(tx: Tx, ctx: Context, change: Change) -> None:
    """Queue a change for its pool's stream, if it has one that is turned on."""
    if is_streaming(configurations.cached(ctx.store, change.pool_id)):
        enqueue(tx, ctx, change)


def enqueue(tx: Tx, ctx: Context, change: Change) -> str:
    """Queue a synchronization for the pool's stream, and return its position there.

    The transaction has locked the dataset, so that its changes are queued in their order.
    """
    now = ctx.clock.now()
    entry: dict[str, Any] = {
        "identityPoolId": change.pool_id,
        "identityId": change.identity_id,
        "dataSetName": change.dataset_name,
        "operation": change.operation,
        "kinesisSyncRecords": [_record(record) for record in change.records],
        "lastModifiedDate": max((record.modified_at for record in change.records), default=int(now * 1000)),
        "kinesisSyncRecordsURL": None,
        "payloadType": "Inline",
        "syncCount": change.sync_count,
    }
    body = msgspec.json.encode(entry)
    if len(body) + len(change.identity_id) > MOST_BYTES:
        url = _set_aside(tx, ctx, change.pool_id, entry["kinesisSyncRecords"])
        body = msgspec.json.encode(
            {**entry, "kinesisSyncRecords": None, "kinesisSyncRecordsURL": url, "payloadType": "S3Url"}
        )
    lane = lane_of(change.identity_id)
    last = sync_stream.last_position(tx, change.pool_id, lane)
    after = int(last.partition("-")[0], 16) + 1 if last else 0
    position = f"{max(int(now * 1_000_000), after):016x}-{ctx.random.text(8)}"
    sync_stream.add(tx, StreamRecord(change.pool_id, lane, position, change.identity_id, body.decode(), int(now)))
    return position


def is_streaming(configuration: dict[str, Any]) -> bool:
    """Whether a pool's configuration has a stream that is turned on."""
    streams = configuration.get("CognitoStreams", {})
    return streams.get("StreamingStatus") == "ENABLED" and bool(streams.get("StreamName"))


def lane_of(identity_id: str) -> str:
    """Return the lane that an identity's records are in."""
    return f"{sha256(identity_id.encode()).digest()[0] % LANES:02d}"


def _set_aside(tx: Tx, ctx: Context, pool_id: str, records: list[dict[str, Any]]) -> str:
    payload_id, until = ctx.random.text(43), ctx.clock.now_seconds() + PAYLOAD_SECONDS
    sync_stream.add_payload(tx, Payload(pool_id, payload_id, msgspec.json.encode(records).decode(), until))
    return f"{ctx.settings.base_url}{PAYLOAD_PATH}/{pool_id}/{payload_id}"


def _record(record: Record) -> dict[str, Any]:
    return {
        "key": record.key,
        "value": record.value,
        "syncCount": record.sync_count,
        "lastModifiedDate": record.modified_at,
        "deviceLastModifiedDate": record.device_modified_at,
        "op": "remove" if record.value is None else "replace",
    }


class Streamer:
    """Sends what is queued. Any number of processes may have one: a lane is sent by one of them at a time."""

    def __init__(self, ctx: Context, holder: str) -> None:
        self._ctx = ctx
        self._holder = holder
        self._destination: Destination = destination_of(ctx)
        self._failures: dict[tuple[str, str], int] = {}

    def waiting(self) -> list[tuple[str, str]]:
        """Return (pool, lane) wherever something can leave now."""
        now = self._ctx.clock.now_seconds()
        with self._ctx.store.read() as tx:
            return [lane for lane in sync_stream.lanes(tx) if leases.is_free(tx, _lease(*lane), now)]

    def send_due(self) -> int:
        """Send what can leave now; return how many records left."""
        return sum(self.drain(*lane) for lane in self.waiting())

    def drain(self, pool_id: str, lane: str) -> int:
        """Send what a lane holds, unless somebody else does; return how many records left."""
        store, name, now = self._ctx.store, _lease(pool_id, lane), self._ctx.clock.now_seconds()
        with store.write() as tx:
            if not leases.take(tx, name, self._holder, now, now + LEASE_SECONDS):
                return 0
        with store.read() as tx:
            batch = sync_stream.head(tx, pool_id, lane, BATCH)
            stream = _stream_of(tx, self._ctx, pool_id)
        # When nobody listens any more, what was queued is forgotten.
        sent, failure = (batch, None) if stream is None else self._send(*stream, batch)
        with store.write() as tx:
            if sent:
                sync_stream.remove_through(tx, sent[-1])
            if failure is None:
                leases.release(tx, name, self._holder)
            else:
                leases.close(tx, name, self._holder, now + self._wait(pool_id, lane))
        if failure is None:
            self._failures.pop((pool_id, lane), None)
        elif stream is not None:
            self._consider(stream[1], failure, batch[len(sent)])
        return 0 if stream is None else len(sent)

    def _send(
        self, ctx: Context, stream: Stream, batch: list[StreamRecord]
    ) -> tuple[list[StreamRecord], DestinationError | None]:
        """Send records until one is not taken; return those that were, and why not."""
        deadline = Clock.monotonic() + DRAIN_SECONDS
        for number, record in enumerate(batch):
            if Clock.monotonic() > deadline:
                return batch[:number], None
            try:
                self._destination.put(ctx, stream, record)
            except DestinationError as error:
                STREAMED.labels(self._destination.name, "failed").inc()
                return batch[:number], error
            STREAMED.labels(self._destination.name, "sent").inc()
        return batch, None

    def _wait(self, pool_id: str, lane: str) -> int:
        failures = self._failures[pool_id, lane] = self._failures.get((pool_id, lane), 0) + 1
        return int(min(FIRST_RETRY_SECONDS * 2 ** min(failures - 1, 16), LONGEST_RETRY_SECONDS))

    def _consider(self, stream: Stream, failure: DestinationError, record: StreamRecord) -> None:
        """Turn a stream off that is broken."""
        old = record.created_at + GIVE_UP_SECONDS < self._ctx.clock.now_seconds()
        broken = failure.broken or old
        log.warning("stream_not_written", pool_id=stream.pool_id, stream=stream.name, reason=str(failure), off=broken)
        if broken:
            with self._ctx.store.write() as tx:
                _turn_off(tx, stream)


def _lease(pool_id: str, lane: str) -> str:
    return f"stream/{pool_id}/{lane}"


def _stream_of(tx: Tx, ctx: Context, pool_id: str) -> tuple[Context, Stream] | None:
    """Return a pool's stream and a context of its account, or None when it has none that is on."""
    pool, configuration = identity_pools.find(tx, pool_id), configurations.find(tx, pool_id)
    if pool is None or not is_streaming(configuration):
        return None
    streams = configuration["CognitoStreams"]
    stream = Stream(pool_id, streams["StreamName"], streams.get("RoleArn", ""))
    return replace(ctx, account=pool.account_id), stream


def _turn_off(tx: Tx, stream: Stream) -> None:
    """Turn a stream off, unless somebody has changed it meanwhile."""
    identity_pools.lock(tx, stream.pool_id)
    configuration = configurations.find(tx, stream.pool_id)
    streams = configuration.get("CognitoStreams", {})
    if (streams.get("StreamName"), streams.get("RoleArn", "")) == (stream.name, stream.role_arn):
        streams["StreamingStatus"] = "DISABLED"
        configurations.save(tx, stream.pool_id, configuration)
