"""Tags of identity pools."""

from collections.abc import Callable
from dataclasses import replace

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
from ostiary.identity.pools import change, own_pool
from ostiary.store.identity.identity_pools import IdentityPool

ARN = "{ResourceArn}"


@operation("cognito-identity", resource=ARN)
def tag_resource(ctx: Context, req: TagResourceInput) -> TagResourceResponse:
    """Set tags of an identity pool."""
    _change(ctx, req["ResourceArn"], lambda tags: {**tags, **req["Tags"]})
    return {}


@operation("cognito-identity", resource=ARN)
def untag_resource(ctx: Context, req: UntagResourceInput) -> UntagResourceResponse:
    """Remove tags of an identity pool."""
    _change(
        ctx, req["ResourceArn"], lambda tags: {key: value for key, value in tags.items() if key not in req["TagKeys"]}
    )
    return {}


@operation("cognito-identity", resource=ARN)
def list_tags_for_resource(ctx: Context, req: ListTagsForResourceInput) -> ListTagsForResourceResponse:
    """Return the tags of an identity pool."""
    return {"Tags": _tags(own_pool(ctx, _pool_id(ctx, req["ResourceArn"])))}


def _pool_id(ctx: Context, arn: str) -> str:
    prefix = f"arn:aws:cognito-identity:{ctx.region}:{ctx.account}:identitypool/"
    if not arn.startswith(prefix):
        raise ResourceNotFoundException(f"Resource '{arn}' not found.")
    return arn.removeprefix(prefix)


def _tags(pool: IdentityPool) -> dict[str, str]:
    tags: dict[str, str] = pool.configuration.get("IdentityPoolTags", {})
    return tags


def _change(ctx: Context, arn: str, changed: Callable[[dict[str, str]], dict[str, str]]) -> None:
    def tagged(pool: IdentityPool) -> IdentityPool:
        return replace(pool, configuration={**pool.configuration, "IdentityPoolTags": changed(_tags(pool))})

    change(ctx, _pool_id(ctx, arn), tagged)
