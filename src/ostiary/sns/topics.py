"""Topics: create, list, delete, and their attributes."""

import re
from collections.abc import Callable, Mapping

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    CreateTopicInput,
    CreateTopicResponse,
    DeleteTopicInput,
    GetTopicAttributesInput,
    GetTopicAttributesResponse,
    InvalidParameterException,
    ListTopicsInput,
    ListTopicsResponse,
    NotFoundException,
    SetTopicAttributesInput,
)
from ostiary.context import Context
from ostiary.sns import retries, topic_attributes
from ostiary.sns.access import permitted_topic, policy_of, topic_account
from ostiary.sns.list_pages import page_of
from ostiary.sns.tags import as_mapping
from ostiary.store import removals
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists, Retry
from ostiary.store.sns import topic_subscriptions, topics
from ostiary.store.sns.publications import FIFO
from ostiary.store.sns.topics import Topic

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MOST_NAME = 256


@operation("sns", resource="arn:aws:sns:{region}:{account}:{Name}")
def create_topic(ctx: Context, req: CreateTopicInput) -> CreateTopicResponse:
    """Create a topic; with the same name again it is the same topic, unless what is given differs."""
    name, given = req["Name"], req.get("Attributes", {})
    if "DataProtectionPolicy" in req:
        raise InvalidParameterException("Invalid parameter: DataProtectionPolicy is not supported")
    tags = as_mapping(req.get("Tags", []))
    fifo = given.get("FifoTopic", "false") == "true"
    if not _is_name(name, fifo=fifo):
        raise InvalidParameterException("Invalid parameter: Topic Name")
    attributes = topic_attributes.checked_all(given, fifo=fifo)
    arn = f"arn:aws:sns:{ctx.region}:{ctx.account}:{name}"
    made = Topic(ctx.account, arn, attributes, tags, 0, ctx.clock.now_seconds())
    removals.finish(ctx.store, ctx.account, "topic", topic_arn=arn)
    with ctx.store.write() as tx:
        try:
            topics.create(tx, made)
        except AlreadyExists:
            _check_same(tx, made)
    return {"TopicArn": arn}


@operation("sns", resource="arn:aws:sns:{region}:{account}:*")
def list_topics(ctx: Context, req: ListTopicsInput) -> ListTopicsResponse:
    """Return the account's topics, a page at a time."""
    with ctx.store.read() as tx:
        shown, more = page_of(
            ctx, req, "topics", lambda after, limit: topics.page(tx, ctx.account, after, limit), lambda topic: topic.arn
        )
    return {"Topics": [{"TopicArn": topic.arn} for topic in shown], **more}  # type: ignore[typeddict-item]


@operation("sns", authorized_by_handler=True)
def delete_topic(ctx: Context, req: DeleteTopicInput) -> None:
    """Delete a topic and its subscriptions; one that is not there is deleted already."""
    arn = req["TopicArn"]
    try:
        topic = permitted_topic(ctx, arn, "sns:DeleteTopic")
    except NotFoundException:
        return
    with ctx.store.write() as tx:
        topics.delete(tx, topic.account_id, arn)


@operation("sns", authorized_by_handler=True)
def get_topic_attributes(ctx: Context, req: GetTopicAttributesInput) -> GetTopicAttributesResponse:
    """Return a topic's attributes, the defaults among them."""
    topic = permitted_topic(ctx, req["TopicArn"], "sns:GetTopicAttributes")
    with ctx.store.read() as tx:
        confirmed, pending = topic_subscriptions.counts(tx, topic.account_id, topic.arn)
    fifo = {"ContentBasedDeduplication": "false"} if topic.fifo else {}
    described = {
        "TopicArn": topic.arn,
        "Owner": topic.account_id,
        "Policy": policy_of(topic),
        "DisplayName": "",
        "SubscriptionsConfirmed": str(confirmed),
        "SubscriptionsPending": str(pending),
        "SubscriptionsDeleted": "0",
        "EffectiveDeliveryPolicy": retries.effective_topic_policy(topic.attributes.get("DeliveryPolicy")),
    }
    return {"Attributes": described | fifo | topic.attributes}


@operation("sns", authorized_by_handler=True)
def set_topic_attributes(ctx: Context, req: SetTopicAttributesInput) -> None:
    """Change an attribute; an empty value brings its default back."""
    topic = permitted_topic(ctx, req["TopicArn"], "sns:SetTopicAttributes")
    name, value = req["AttributeName"], req.get("AttributeValue", "")
    topic_attributes.check_settable(name, value, fifo=topic.fifo)

    def changed(now: Topic) -> Mapping[str, str]:
        kept = {key: text for key, text in now.attributes.items() if key != name}
        return {**kept, name: value} if value else kept

    change(ctx, topic.arn, attributes=changed)


def change(
    ctx: Context,
    arn: str,
    *,
    attributes: Callable[[Topic], Mapping[str, str]] = lambda topic: topic.attributes,
    tags: Callable[[Topic], Mapping[str, str]] = lambda topic: topic.tags,
) -> None:
    """Store what is made of a topic's attributes and tags, losing nobody's change; raises NotFoundException."""
    with ctx.store.write() as tx:
        topic = topics.find(tx, topic_account(arn), arn)
        if topic is None:
            raise NotFoundException("Topic does not exist")
        if not topics.update(tx, topic, attributes=dict(attributes(topic)), tags=dict(tags(topic))):
            raise Retry("The topic changed meanwhile.")


def _is_name(name: str, *, fifo: bool) -> bool:
    return (
        len(name) <= _MOST_NAME and name.endswith(FIFO) is fifo and _NAME.fullmatch(name.removesuffix(FIFO)) is not None
    )


def _check_same(tx: Tx, made: Topic) -> None:
    there = topics.find(tx, made.account_id, made.arn)
    if there is None:
        raise Retry("The topic was deleted meanwhile.")
    if any(there.attributes.get(name, "") != value for name, value in made.attributes.items()):
        raise InvalidParameterException(
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
        )
    if not made.tags.items() <= there.tags.items():
        raise InvalidParameterException("Invalid parameter: Tags Reason: Topic already exists with different tags")
