"""Tags of identity pools."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_identity import (
    ListTagsForResourceInput,
    ListTagsForResourceResponse,
    ResourceNotFoundException,
    TagResourceInput,
    TagResourceResponse,
    UntagResourceInput,
    UntagResourceResponse,
)
from ostiary.context import Context
from ostiary.identity.pools import own_pool, write
from ostiary.store.identity_pools import IdentityPool

ARN = "{ResourceArn}"


@operation("cognito-identity", resource=ARN)
def tag_resource(ctx: Context, req: TagResourceInput) -> TagResourceResponse:
    """Set tags of an identity pool."""
    pool = _pool(ctx, req["ResourceArn"])
    _write(ctx, pool, {**_tags(pool), **req["Tags"]})
    return {}


@operation("cognito-identity", resource=ARN)
def untag_resource(ctx: Context, req: UntagResourceInput) -> UntagResourceResponse:
    """Remove tags of an identity pool."""
    pool = _pool(ctx, req["ResourceArn"])
    _write(ctx, pool, {key: value for key, value in _tags(pool).items() if key not in req["TagKeys"]})
    return {}


@operation("cognito-identity", resource=ARN)
def list_tags_for_resource(ctx: Context, req: ListTagsForResourceInput) -> ListTagsForResourceResponse:
    """Return the tags of an identity pool."""
    return {"Tags": _tags(_pool(ctx, req["ResourceArn"]))}


def _pool(ctx: Context, arn: str) -> IdentityPool:
    prefix = f"arn:aws:cognito-identity:{ctx.region}:{ctx.account}:identitypool/"
    if not arn.startswith(prefix):
        raise ResourceNotFoundException(f"Resource '{arn}' not found.")
    return own_pool(ctx, arn.removeprefix(prefix))


def _tags(pool: IdentityPool) -> dict[str, str]:
    tags: dict[str, str] = pool.configuration.get("IdentityPoolTags", {})
    return tags


def _write(ctx: Context, pool: IdentityPool, tags: dict[str, str]) -> None:
    write(ctx, pool, configuration={**pool.configuration, "IdentityPoolTags": tags})
