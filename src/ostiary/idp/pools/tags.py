"""Tags of user pools, by ARN."""

from collections.abc import Iterable

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    ListTagsForResourceRequest,
    ListTagsForResourceResponse,
    ResourceNotFoundException,
    TagResourceRequest,
    TagResourceResponse,
    UntagResourceRequest,
    UntagResourceResponse,
)
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.access import locked_pool, own_pool, write_pool
from ostiary.idp.pools.pool_settings import MAXIMUM_TAGS

_RESOURCE = "{ResourceArn}"


def _pool_id(ctx: Context, arn: str) -> str:
    head, _, pool_id = arn.partition(":userpool/")
    if head != f"arn:aws:cognito-idp:{ctx.region}:{ctx.account}" or not pool_id:
        raise ResourceNotFoundException(f"Resource {arn} does not exist.")
    return pool_id


@operation("cognito-idp", resource=_RESOURCE)
def tag_resource(ctx: Context, req: TagResourceRequest) -> TagResourceResponse:
    """Add tags to a pool."""
    _change(ctx, req["ResourceArn"], added=req["Tags"])
    return {}


@operation("cognito-idp", resource=_RESOURCE)
def untag_resource(ctx: Context, req: UntagResourceRequest) -> UntagResourceResponse:
    """Remove tags from a pool."""
    _change(ctx, req["ResourceArn"], removed=req["TagKeys"])
    return {}


@operation("cognito-idp", resource=_RESOURCE)
def list_tags_for_resource(ctx: Context, req: ListTagsForResourceRequest) -> ListTagsForResourceResponse:
    """Return a pool's tags."""
    return {"Tags": own_pool(ctx, _pool_id(ctx, req["ResourceArn"])).configuration["UserPoolTags"]}


def _change(ctx: Context, arn: str, *, added: dict[str, str] | None = None, removed: Iterable[str] = ()) -> None:
    switches.check(added or {})
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, _pool_id(ctx, arn))
        tags = {**pool.configuration["UserPoolTags"], **(added or {})}
        for key in removed:
            tags.pop(key, None)
        if len(tags) > MAXIMUM_TAGS:
            raise InvalidParameterException(f"A user pool cannot have more than {MAXIMUM_TAGS} tags.")
        write_pool(ctx, tx, pool, {**pool.configuration, "UserPoolTags": tags})
