"""Records: what changed since a sync count, and updates that are done whole or not at all (behaviour/sync.md 3, 4)."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    ListRecordsRequest,
    ListRecordsResponse,
    NotAuthorizedException,
    UpdateRecordsRequest,
    UpdateRecordsResponse,
)
from ostiary.aws.types.cognito_sync import Record as RecordType
from ostiary.context import Context
from ostiary.runtime.execution import compute_if
from ostiary.store.paging import next_token
from ostiary.store.sync import datasets, records
from ostiary.store.sync.datasets import Key
from ostiary.store.sync.records import Record
from ostiary.sync import events, merged, sessions, updates
from ostiary.sync.access import check_pool, dataset_arn, own_identity, seen_identity
from ostiary.sync.paging import page_size, page_start

MOST_LISTED = 1024
MANY = 100
"""Records whose writing takes so long that others are served meanwhile."""
HIGHEST_COUNT = 2**62
"""More than any dataset will ever count."""


@operation("cognito-sync", resource=dataset_arn)
def list_records(ctx: Context, req: ListRecordsRequest) -> ListRecordsResponse:
    """Return what changed after LastSyncCount, a page at a time, removed records too, and a session to write in.

    All pages of a walk tell of the same DatasetSyncCount: what changes meanwhile is the next walk's.
    """
    asked = Key(req["IdentityPoolId"], req["IdentityId"], req["DatasetName"])
    check_pool(ctx, asked.pool_id, NotAuthorizedException)
    token, since = req.get("SyncSessionToken"), min(req.get("LastSyncCount", 0), HIGHEST_COUNT)
    if token is not None:
        sessions.check(ctx, asked, token)
    limit = page_size(req.get("MaxResults"), MOST_LISTED)
    scope = f"records:{asked.pool_id}:{asked.identity_id}:{asked.dataset_name}"
    walk = page_start(ctx, scope, req.get("NextToken"))
    with ctx.store.read() as tx:
        seen_identity(tx, req, NotAuthorizedException)
        dataset = datasets.find(tx, merged.resolved(tx, asked))
        up_to, after = _place(walk) if walk else (dataset.sync_count, (since + 1, ""))
        found = records.changed(tx, dataset, after, up_to, limit + 1) if dataset.exists else []
        names = merged.names(tx, asked)
    shown = found[:limit]
    answer: ListRecordsResponse = {
        "Records": [described(record) for record in shown],
        "Count": len(shown),
        "DatasetSyncCount": up_to,
        "LastModifiedBy": dataset.modified_by,
        "MergedDatasetNames": names,
        "DatasetExists": dataset.exists,
        "DatasetDeletedAfterRequestedSyncCount": dataset.deleted_after(since),
        "SyncSessionToken": token or sessions.begin(ctx, asked),
    }
    if len(found) > limit:
        last = shown[-1]
        answer["NextToken"] = next_token(ctx.keyring, scope, f"{up_to} {last.sync_count} {last.key}")
    return answer


@operation("cognito-sync", resource=dataset_arn)
def update_records(ctx: Context, req: UpdateRecordsRequest) -> UpdateRecordsResponse:
    """Change records, all of them or none: each patch must name the count of the record as it is (A4)."""
    asked = Key(req["IdentityPoolId"], req["IdentityId"], req["DatasetName"])
    check_pool(ctx, asked.pool_id)
    sessions.check(ctx, asked, req["SyncSessionToken"])
    patches = updates.checked(req.get("RecordPatches", []))
    device_id = req.get("DeviceId", "")
    considered, seen = events.considered(ctx, asked, patches)
    update = updates.Update(asked, considered, device_id, device_id or _caller(ctx))
    written = compute_if(len(update.patches) > MANY, updates.write, ctx, update, seen)
    return {"Records": [described(record) for record in written]}


def described(record: Record) -> RecordType:
    """Return a record as clients see it: one that was removed has no Value."""
    shown: RecordType = {
        "Key": record.key,
        "SyncCount": record.sync_count,
        "LastModifiedDate": record.modified_at / 1000,
        "LastModifiedBy": record.modified_by,
    }
    if record.value is not None:
        shown["Value"] = record.value
    if record.device_modified_at is not None:
        shown["DeviceLastModifiedDate"] = record.device_modified_at / 1000
    return shown


def _caller(ctx: Context) -> str:
    own = own_identity(ctx.principal)
    return own[1] if own else ctx.principal.arn


def _place(walk: str) -> tuple[int, tuple[int, str]]:
    up_to, count, key = walk.split(" ", 2)
    return int(up_to), (int(count), key)
