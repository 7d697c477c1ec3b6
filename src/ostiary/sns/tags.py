"""Tags of topics."""

from collections.abc import Callable, Iterable, Mapping

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    InvalidParameterException,
    ListTagsForResourceRequest,
    ListTagsForResourceResponse,
    NotFoundException,
    ResourceNotFoundException,
    Tag,
    TagLimitExceededException,
    TagResourceRequest,
    TagResourceResponse,
    UntagResourceRequest,
    UntagResourceResponse,
)
from ostiary.context import Context
from ostiary.sns.access import permitted_topic
from ostiary.store.errors import Retry
from ostiary.store.sns import topics
from ostiary.store.sns.topics import Topic

MOST_TAGS = 50


@operation("sns", authorized_by_handler=True)
def tag_resource(ctx: Context, req: TagResourceRequest) -> TagResourceResponse:
    """Set tags of a topic."""
    given = as_mapping(req["Tags"])
    _change(ctx, req["ResourceArn"], "sns:TagResource", lambda tags: {**tags, **given})
    return {}


@operation("sns", authorized_by_handler=True)
def untag_resource(ctx: Context, req: UntagResourceRequest) -> UntagResourceResponse:
    """Remove tags of a topic."""
    gone = set(req["TagKeys"])
    _change(
        ctx,
        req["ResourceArn"],
        "sns:UntagResource",
        lambda tags: {key: value for key, value in tags.items() if key not in gone},
    )
    return {}


@operation("sns", authorized_by_handler=True)
def list_tags_for_resource(ctx: Context, req: ListTagsForResourceRequest) -> ListTagsForResourceResponse:
    """Return the tags of a topic."""
    topic = _tagged(ctx, req["ResourceArn"], "sns:ListTagsForResource")
    return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


def as_mapping(tags: Iterable[Tag]) -> dict[str, str]:
    """Return tags by key; raises InvalidParameterException and TagLimitExceededException."""
    given = list(tags)
    found = {tag["Key"]: tag["Value"] for tag in given}
    if len(found) != len(given):
        raise InvalidParameterException("Invalid parameter: Duplicated keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in found):
        raise InvalidParameterException("Invalid parameter: Tag keys must not begin with aws:")
    _check_count(found)
    return found


def _change(ctx: Context, arn: str, action: str, changed: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
    _tagged(ctx, arn, action)
    with ctx.store.write() as tx:
        topic = topics.find(tx, ctx.account, arn)
        if topic is None:
            raise ResourceNotFoundException("Resource does not exist")
        tags = changed(topic.tags)
        _check_count(tags)
        if not topics.update(tx, topic, attributes=topic.attributes, tags=tags):
            raise Retry("The topic changed meanwhile.")


def _tagged(ctx: Context, arn: str, action: str) -> Topic:
    """Return a topic of the caller's own account, which alone may tag it."""
    try:
        topic = permitted_topic(ctx, arn, action)
    except NotFoundException:
        topic = None
    if topic is None or topic.account_id != ctx.account:
        raise ResourceNotFoundException("Resource does not exist")
    return topic


def _check_count(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise TagLimitExceededException("Could not complete request: tag quota of per resource exceeded")
