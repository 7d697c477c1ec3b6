"""What identities and identity pools use."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    DescribeIdentityPoolUsageRequest,
    DescribeIdentityPoolUsageResponse,
    DescribeIdentityUsageRequest,
    DescribeIdentityUsageResponse,
    IdentityPoolUsage,
    IdentityUsage,
    ListIdentityPoolUsageRequest,
    ListIdentityPoolUsageResponse,
)
from ostiary.context import Context
from ostiary.store.identity import identity_pools
from ostiary.store.paging import next_token
from ostiary.store.sync import usage as sync_usage
from ostiary.store.sync.usage import Usage
from ostiary.sync import merged
from ostiary.sync.access import check_pool, identity_arn, pool_arn, seen_identity
from ostiary.sync.paging import page_size, page_start

MOST_LISTED = 60


@operation("cognito-sync", resource=identity_arn)
def describe_identity_usage(ctx: Context, req: DescribeIdentityUsageRequest) -> DescribeIdentityUsageResponse:
    """Return how many datasets an identity has, how large, and when one changed last."""
    pool_id, identity_id = req["IdentityPoolId"], req["IdentityId"]
    check_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        seen_identity(tx, req)
        found = merged.of_identity(tx, pool_id, identity_id).values()
    usage: IdentityUsage = {
        "IdentityId": identity_id,
        "IdentityPoolId": pool_id,
        "DatasetCount": len(found),
        "DataStorage": sum(dataset.data_storage for dataset in found),
    }
    if found:
        usage["LastModifiedDate"] = max(dataset.modified_at for dataset in found) / 1000
    return {"IdentityUsage": usage}


@operation("cognito-sync", resource=pool_arn)
def describe_identity_pool_usage(
    ctx: Context, req: DescribeIdentityPoolUsageRequest
) -> DescribeIdentityPoolUsageResponse:
    """Return how much a pool's identities store, and how often they have synchronized."""
    pool_id = req["IdentityPoolId"]
    check_pool(ctx, pool_id)
    with ctx.store.read() as tx:
        found = sync_usage.of_pools(tx, [pool_id])
    return {"IdentityPoolUsage": _described(pool_id, found.get(pool_id))}


@operation("cognito-sync", resource=pool_arn)
def list_identity_pool_usage(ctx: Context, req: ListIdentityPoolUsageRequest) -> ListIdentityPoolUsageResponse:
    """Return what each of the account's pools uses, a page at a time."""
    limit, scope = page_size(req.get("MaxResults"), MOST_LISTED), f"pool-usage:{ctx.account}"
    after = page_start(ctx, scope, req.get("NextToken"))
    with ctx.store.read() as tx:
        pool_ids = [pool.pool_id for pool in identity_pools.page(tx, ctx.account, after, limit + 1)]
        found = sync_usage.of_pools(tx, pool_ids[:limit])
    shown = [_described(pool_id, found.get(pool_id)) for pool_id in pool_ids[:limit]]
    answer: ListIdentityPoolUsageResponse = {"IdentityPoolUsages": shown, "MaxResults": limit, "Count": len(shown)}
    if len(pool_ids) > limit:
        answer["NextToken"] = next_token(ctx.keyring, scope, pool_ids[limit - 1])
    return answer


def _described(pool_id: str, usage: Usage | None) -> IdentityPoolUsage:
    if usage is None:
        return {"IdentityPoolId": pool_id, "SyncSessionsCount": 0, "DataStorage": 0}
    return {
        "IdentityPoolId": pool_id,
        "SyncSessionsCount": usage.sessions,
        "DataStorage": usage.data_storage,
        "LastModifiedDate": usage.modified_at / 1000,
    }
