"""Publishing: to a topic, to an app on a device, to a phone."""

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    BatchEntryIdsNotDistinctException,
    BatchRequestTooLongException,
    EmptyBatchRequestException,
    EndpointDisabledException,
    InvalidBatchEntryIdException,
    InvalidParameterException,
    NotFoundException,
    PlatformApplicationDisabledException,
    PublishBatchInput,
    PublishBatchResponse,
    PublishBatchResultEntry,
    PublishInput,
    PublishResponse,
    TooManyEntriesInBatchRequestException,
)
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.sns import payloads, texts
from ostiary.sns.access import allow, permitted_topic
from ostiary.sns.arns import checked, endpoint_account, invalid
from ostiary.sns.messages import MOST_BYTES, NO_DEFAULT, TopicMessage, message_of, size_of
from ostiary.sns.messages import sealed as sealed_message
from ostiary.store import spent
from ostiary.store.db import Tx
from ostiary.store.sns import platform_applications, platform_endpoints, publications, topics
from ostiary.store.sns.platform_endpoints import PlatformEndpoint
from ostiary.store.sns.publications import Publication
from ostiary.store.sns.topics import Topic

MOST_ENTRIES = 10
_MOST_ID = 80
_ID = re.compile("[A-Za-z0-9_-]+")
_DEDUPLICATION_SECONDS = 300
_FIRST_SEQUENCE = 10**19
_MOST_GROUP = 128


@operation("sns", authorized_by_handler=True)
def publish(ctx: Context, req: PublishInput) -> PublishResponse:
    """Publish a message; it is delivered afterwards, at least once."""
    if sum(name in req for name in ("TopicArn", "TargetArn", "PhoneNumber")) > 1:
        raise InvalidParameterException(
            "Invalid parameter: Only one of TopicArn, TargetArn and PhoneNumber may be given"
        )
    if "PhoneNumber" in req:
        return {"MessageId": _to_phone(ctx, req)}
    if "TopicArn" not in req and "TargetArn" not in req:
        raise invalid("TopicArn or TargetArn", "no value for required parameter")
    target = req["TopicArn"] if "TopicArn" in req else req["TargetArn"]
    if "TargetArn" in req and checked(target, "TargetArn")[2].startswith("endpoint/"):
        return {"MessageId": _to_endpoint(ctx, req, target)}
    topic = permitted_topic(ctx, target, "sns:Publish")
    message = _for_topic(ctx, topic, req)
    with ctx.store.write() as tx:
        kept = _owe(tx, ctx, topic, message)
    return _answer(kept)


@operation("sns", authorized_by_handler=True)
def publish_batch(ctx: Context, req: PublishBatchInput) -> PublishBatchResponse:
    """Publish up to ten messages to a topic: all of them, or none where one cannot be."""
    entries = req["PublishBatchRequestEntries"]
    _check_batch(entries)
    topic = permitted_topic(ctx, req["TopicArn"], "sns:Publish")
    if sum(map(size_of, entries)) > int(topic.attributes.get("MaximumMessageSize", MOST_BYTES)):
        raise BatchRequestTooLongException("The length of all the messages put together is more than the limit.")
    messages = [_for_topic(ctx, topic, entry) for entry in entries]
    with ctx.store.write() as tx:
        kept = [_owe(tx, ctx, topic, message) for message in messages]
    successful: list[PublishBatchResultEntry] = [
        {"Id": entry["Id"], **_answer(message)} for entry, message in zip(entries, kept, strict=True)
    ]
    return {"Successful": successful, "Failed": []}


def _to_phone(ctx: Context, req: PublishInput) -> str:
    number = req["PhoneNumber"]
    allow(ctx, "sns:Publish", "*")
    if not texts.is_number(number):
        raise invalid("PhoneNumber", f"{number} is not valid to publish to")
    message = message_of(ctx, req)
    text = message.text_for("sms")
    if text is None:
        raise InvalidParameterException(NO_DEFAULT)
    with ctx.store.write() as tx:
        texts.owe(tx, ctx, ctx.account, number, text)
    return message.message_id


def _to_endpoint(ctx: Context, req: PublishInput, arn: str) -> str:
    account_id = endpoint_account(arn, "TargetArn")
    allow(ctx, "sns:Publish", arn, resource_account=account_id)
    platform = payloads.platform_of(arn)
    with ctx.store.read() as tx:
        _reachable(tx, account_id, arn)  # told before what is wrong with the message
    message = message_of(ctx, req, platform=platform)
    try:
        notification = payloads.notification(
            ctx, platform, message.text_for(platform) or "", message, own=payloads.names(message, platform)
        )
    except ValueError as error:
        raise invalid("Message", str(error)) from None
    with ctx.store.write() as tx:
        push.owe(tx, ctx, _reachable(tx, account_id, arn), notification)
    return message.message_id


def _reachable(tx: Tx, account_id: str, arn: str) -> PlatformEndpoint:
    """Return an endpoint that can be published to.

    Raises InvalidParameterException, PlatformApplicationDisabledException and EndpointDisabledException.
    """
    endpoint = platform_endpoints.find(tx, account_id, arn)
    if endpoint is None:
        raise invalid("TargetArn", "No endpoint found for the target arn specified")
    application = platform_applications.find(tx, account_id, endpoint.application_arn)
    if application is None or not application.enabled:
        raise PlatformApplicationDisabledException("Platform application is disabled")
    if not endpoint.enabled:
        raise EndpointDisabledException("Endpoint is disabled")
    return endpoint


def _for_topic(ctx: Context, topic: Topic, req: Mapping[str, Any]) -> TopicMessage:
    """Return a message that can be published to a topic; raises InvalidParameterException and others."""
    group, given = req.get("MessageGroupId", ""), req.get("MessageDeduplicationId", "")
    message = message_of(ctx, req, most=int(topic.attributes.get("MaximumMessageSize", MOST_BYTES)))
    if not topic.fifo:
        if given:
            raise invalid(
                "MessageDeduplicationId",
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            )
        return replace(message, group_id=group)
    if not group:
        raise InvalidParameterException("Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
    if len(group) > _MOST_GROUP or len(given) > _MOST_GROUP:
        raise InvalidParameterException(
            "Invalid parameter: MessageGroupId and MessageDeduplicationId have at most 128 characters"
        )
    if not given:
        if topic.attributes.get("ContentBasedDeduplication") != "true":
            raise InvalidParameterException(
                "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly"
            )
        given = sha256(message.text.encode()).hexdigest()
    return replace(message, group_id=group, deduplication_id=given)


def _owe(tx: Tx, ctx: Context, topic: Topic, message: TopicMessage) -> TopicMessage:
    """Write a message into the outbox, unless a FIFO topic had the same before; return it as it was counted."""
    now = ctx.clock.now()
    there = topics.find(tx, topic.account_id, topic.arn)
    if there is None:
        raise NotFoundException("Topic does not exist")
    publication_id = f"{int(now * 1_000_000):016x}-{ctx.random.text(12)}"
    if topic.fifo:
        sequence = topics.next_sequence(tx, topic)
        message = replace(message, sequence=str(_FIRST_SEQUENCE + sequence))
        publication_id = f"{sequence:020d}"
        if _was_published(tx, topic, message, int(now)):
            return message
    sealed = sealed_message(ctx, message)
    kept = Publication(topic.account_id, topic.arn, publication_id, sealed, "", int(now), there.joined)
    publications.add(tx, kept)
    tx.after_commit.append(ctx.services.publications.send)
    return message


def _was_published(tx: Tx, topic: Topic, message: TopicMessage, now: int) -> bool:
    """Whether the deduplication id was used in the last five minutes, within the scope of the topic's attribute."""
    scope = message.group_id if topic.attributes.get("FifoThroughputScope") == "MessageGroup" else ""
    thing = sha256(f"{scope}\n{message.deduplication_id}".encode()).hexdigest()
    return not spent.spend_again(tx, topic.arn, thing, now, now + _DEDUPLICATION_SECONDS)


def _answer(message: TopicMessage) -> PublishResponse:
    sequence: PublishResponse = {"SequenceNumber": message.sequence} if message.sequence else {}
    return {"MessageId": message.message_id, **sequence}


def _check_batch(entries: list[Any]) -> None:
    if not entries:
        raise EmptyBatchRequestException("The batch request doesn't contain any entries.")
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequestException("The batch request contains more entries than permissible.")
    names = [entry["Id"] for entry in entries]
    if len(set(names)) != len(names):
        raise BatchEntryIdsNotDistinctException("Two or more batch entries in the request have the same Id.")
    for name in names:
        _check_id(name)


def _check_id(name: str) -> None:
    if len(name) > _MOST_ID:
        raise InvalidBatchEntryIdException(f"The Id of a batch entry in the batch request is too long: {name}")
    if not _ID.fullmatch(name):
        raise InvalidBatchEntryIdException(
            f"The Id of a batch entry in the batch request contains an impermissible character: {name}"
        )
