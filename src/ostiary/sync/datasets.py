"""Datasets: list, describe, delete."""

from dataclasses import replace

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    Dataset as DatasetType,
)
from ostiary.aws.types.cognito_sync import (
    DeleteDatasetRequest,
    DeleteDatasetResponse,
    DescribeDatasetRequest,
    DescribeDatasetResponse,
    ListDatasetsRequest,
    ListDatasetsResponse,
    NotAuthorizedException,
    ResourceNotFoundException,
)
from ostiary.context import Context
from ostiary.store.paging import next_token
from ostiary.store.sync import datasets, records, usage
from ostiary.store.sync.datasets import Dataset, Key
from ostiary.sync import merged
from ostiary.sync.access import check_pool, dataset_arn, held_identity, seen_identity
from ostiary.sync.changes import Change, changed
from ostiary.sync.paging import page_size, page_start

MOST_LISTED = 64
DELETED_KEPT = 100
"""How many deleted datasets of an identity keep their own sync count; the highest of the others stands for them."""


@operation("cognito-sync", resource=dataset_arn)
def list_datasets(ctx: Context, req: ListDatasetsRequest) -> ListDatasetsResponse:
    """Return an identity's datasets, a page at a time, those among them that a merge brought."""
    pool_id, identity_id = req["IdentityPoolId"], req["IdentityId"]
    check_pool(ctx, pool_id, NotAuthorizedException)
    limit = page_size(req.get("MaxResults"), MOST_LISTED)
    scope = f"datasets:{pool_id}:{identity_id}"
    after = page_start(ctx, scope, req.get("NextToken")) or ""
    with ctx.store.read() as tx:
        seen_identity(tx, req, NotAuthorizedException)
        found = merged.of_identity(tx, pool_id, identity_id)
    behind = [_described(identity_id, name, dataset) for name, dataset in found.items() if name > after]
    shown = behind[:limit]
    answer: ListDatasetsResponse = {"Datasets": shown, "Count": len(shown)}
    if len(behind) > limit:
        answer["NextToken"] = next_token(ctx.keyring, scope, shown[-1]["DatasetName"])
    return answer


@operation("cognito-sync", resource=dataset_arn)
def describe_dataset(ctx: Context, req: DescribeDatasetRequest) -> DescribeDatasetResponse:
    """Return a dataset's dates and sizes."""
    check_pool(ctx, req["IdentityPoolId"])
    with ctx.store.read() as tx:
        seen_identity(tx, req)
        found = datasets.find(tx, merged.resolved(tx, asked_for(req)))
    return {"Dataset": _described(req["IdentityId"], req["DatasetName"], _existing(found, req["DatasetName"]))}


@operation("cognito-sync", resource=dataset_arn)
def delete_dataset(ctx: Context, req: DeleteDatasetRequest) -> DeleteDatasetResponse:
    """Delete a dataset and its records; other devices hear of it when they synchronize next."""
    check_pool(ctx, req["IdentityPoolId"])
    now = int(ctx.clock.now() * 1000)
    asked = asked_for(req)
    with ctx.store.write() as tx:
        held_identity(tx, req)
        found = _existing(datasets.lock(tx, merged.resolved(tx, asked)), asked.dataset_name)
        count = found.sync_count + 1
        deleted = Dataset(found.key, sync_count=count, deleted_count=count, modified_at=now)
        datasets.save(tx, deleted)
        records.delete_all(tx, deleted)
        datasets.drop_deleted(tx, found.key, DELETED_KEPT)
        usage.count(tx, asked.pool_id, asked.identity_id, storage=-found.data_storage, now=now)
        changed(tx, ctx, Change(asked.pool_id, asked.identity_id, asked.dataset_name, count, "remove", ""))
    return {"Dataset": _described(asked.identity_id, asked.dataset_name, replace(found, modified_at=now))}


def asked_for(req: DescribeDatasetRequest | DeleteDatasetRequest) -> Key:
    """Return the dataset as the client calls it."""
    return Key(req["IdentityPoolId"], req["IdentityId"], req["DatasetName"])


def _existing(dataset: Dataset, name: str) -> Dataset:
    if not dataset.exists:
        raise ResourceNotFoundException(f"Dataset '{name}' not found.")
    return dataset


def _described(identity_id: str, name: str, dataset: Dataset) -> DatasetType:
    return {
        "IdentityId": identity_id,
        "DatasetName": name,
        "CreationDate": (dataset.created_at or 0) / 1000,
        "LastModifiedDate": dataset.modified_at / 1000,
        "LastModifiedBy": dataset.modified_by,
        "DataStorage": dataset.data_storage,
        "NumRecords": dataset.num_records,
    }
