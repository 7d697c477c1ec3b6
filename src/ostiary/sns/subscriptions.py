"""Subscriptions of topics: subscribe, confirm, describe, change, list, end."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    AuthorizationErrorException,
    ConfirmSubscriptionInput,
    ConfirmSubscriptionResponse,
    GetSubscriptionAttributesInput,
    GetSubscriptionAttributesResponse,
    InvalidParameterException,
    ListSubscriptionsByTopicInput,
    ListSubscriptionsByTopicResponse,
    ListSubscriptionsInput,
    ListSubscriptionsResponse,
    NotFoundException,
    SetSubscriptionAttributesInput,
    SubscribeInput,
    SubscribeResponse,
    UnsubscribeInput,
)
from ostiary.context import Context
from ostiary.sns import subscription_attributes, tokens
from ostiary.sns.access import allow, permitted_topic, policy_of, topic_account
from ostiary.sns.arns import checked, invalid
from ostiary.sns.list_pages import page_of
from ostiary.sns.protocols import protocol_of
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists, Retry
from ostiary.store.sns import topic_subscriptions, topics
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

_FIFO = {"sqs"}
_PENDING = "pending confirmation"
_PENDING_LISTED = "PendingConfirmation"


@operation("sns", authorized_by_handler=True)
def subscribe(ctx: Context, req: SubscribeInput) -> SubscribeResponse:
    """Subscribe an endpoint; with the same attributes again it is the same subscription, asked again if pending."""
    name, endpoint = req["Protocol"], req.get("Endpoint", "")
    topic_account(req["TopicArn"])
    protocol = protocol_of(name)
    conditions = {"sns:Protocol": name, "sns:Endpoint": endpoint}
    topic = permitted_topic(ctx, req["TopicArn"], "sns:Subscribe", conditions)
    protocol.check(ctx, name, endpoint)
    _check_fifo(topic, name, endpoint)
    given = Subscription(
        account_id=topic.account_id,
        topic_arn=topic.arn,
        arn=f"{topic.arn}:{ctx.random.uuid()}",
        owner=ctx.account,
        principal=ctx.principal.arn,
        protocol=name,
        endpoint=endpoint,
        attributes=dict(req.get("Attributes", {})),
        confirmed=not protocol.asks,
        authenticated=not protocol.asks,
        guarded=False,
        asked_at=int(ctx.clock.now() * 1000),
    )
    made = subscription_attributes.checked(given, protocol)
    with ctx.store.read() as tx:
        there = topic_subscriptions.find_by_endpoint(tx, topic.account_id, topic.arn, name, endpoint)
    subscription = made if there is None else _same(there, made)
    # Made before the transaction: it may need the key that signs, which is made when it is first needed.
    ask = None if subscription.confirmed else protocol.ask(ctx, topic, subscription, tokens.token_of(ctx, subscription))
    with ctx.store.write() as tx:
        _subscribe(tx, there, subscription)
        if ask is not None:
            ask(tx)
    shown = subscription.confirmed or req.get("ReturnSubscriptionArn", False)
    return {"SubscriptionArn": subscription.arn if shown else _PENDING}


@operation("sns", authorized_by_handler=True, signature="optional")
def confirm_subscription(ctx: Context, req: ConfirmSubscriptionInput) -> ConfirmSubscriptionResponse:
    """Confirm a subscription with the token its endpoint was sent; whoever has that may, signed or not."""
    account_id, token = _topic_of_token(req["TopicArn"]), req["Token"]
    guarded = req.get("AuthenticateOnUnsubscribe", "false").lower() == "true"
    signed = bool(ctx.account)
    if guarded and not signed:
        raise AuthorizationErrorException("AuthenticateOnUnsubscribe needs a signed request.")
    with ctx.store.write() as tx:
        found = tokens.subscription_of(tx, ctx, account_id, req["TopicArn"], token)
        if found is None:
            raise InvalidParameterException("Invalid parameter: Token")
        if not found.confirmed:
            joined = topics.join(tx, account_id, found.topic_arn)
            confirmed = replace(found, confirmed=True, authenticated=signed, guarded=guarded, joined=joined)
            _write(tx, found, confirmed)
    return {"SubscriptionArn": found.arn}


@operation("sns", authorized_by_handler=True, signature="optional", absent={"SubscriptionArn": ""})
def unsubscribe(ctx: Context, req: UnsubscribeInput) -> None:
    """End a subscription; one that is not there is ended already.

    Whoever has the link in a message may, unless the subscription was confirmed by a signed request.
    """
    if not req["SubscriptionArn"]:
        raise invalid("SubscriptionArn", "no value for required parameter")
    account_id, topic_arn = _place(req["SubscriptionArn"])
    with ctx.store.read() as tx:
        found = topic_subscriptions.find(tx, account_id, topic_arn, req["SubscriptionArn"])
    if ctx.account:
        _check_own(ctx, found, "sns:Unsubscribe", req["SubscriptionArn"])
    elif found is not None and (found.guarded or found.authenticated or not found.confirmed):
        raise AuthorizationErrorException("This subscription can only be ended by a signed request.")
    if found is not None:
        with ctx.store.write() as tx:
            topic_subscriptions.delete(tx, found)


@operation("sns", authorized_by_handler=True)
def get_subscription_attributes(ctx: Context, req: GetSubscriptionAttributesInput) -> GetSubscriptionAttributesResponse:
    """Return a subscription's attributes."""
    found = _known(ctx, req["SubscriptionArn"], "sns:GetSubscriptionAttributes")
    with ctx.store.read() as tx:
        topic = topics.find(tx, found.account_id, found.topic_arn)
    return {"Attributes": subscription_attributes.described(found, topic)}


@operation("sns", authorized_by_handler=True)
def set_subscription_attributes(ctx: Context, req: SetSubscriptionAttributesInput) -> None:
    """Change an attribute."""
    found = _known(ctx, req["SubscriptionArn"], "sns:SetSubscriptionAttributes")
    name, value = req["AttributeName"], req.get("AttributeValue", "")
    with ctx.store.write() as tx:
        now = topic_subscriptions.find(tx, found.account_id, found.topic_arn, found.arn)
        if now is None:
            raise NotFoundException("Subscription does not exist")
        attributes = subscription_attributes.changed(now, protocol_of(now.protocol), name, value)
        _write(tx, now, replace(now, attributes=attributes))


@operation("sns", resource="arn:aws:sns:{region}:{account}:*")
def list_subscriptions(ctx: Context, req: ListSubscriptionsInput) -> ListSubscriptionsResponse:
    """Return the subscriptions that the account made, a page at a time."""
    with ctx.store.read() as tx:
        shown, more = page_of(
            ctx,
            req,
            "subscriptions",
            lambda after, limit: topic_subscriptions.page_of_owner(tx, ctx.account, after, limit),
            lambda subscription: subscription.arn,
        )
    return {"Subscriptions": [_listed(found) for found in shown], **more}  # type: ignore[typeddict-item]


@operation("sns", authorized_by_handler=True)
def list_subscriptions_by_topic(ctx: Context, req: ListSubscriptionsByTopicInput) -> ListSubscriptionsByTopicResponse:
    """Return a topic's subscriptions, a page at a time."""
    topic = permitted_topic(ctx, req["TopicArn"], "sns:ListSubscriptionsByTopic")
    with ctx.store.read() as tx:
        shown, more = page_of(
            ctx,
            req,
            f"subscriptions:{topic.arn}",
            lambda after, limit: topic_subscriptions.page_of_topic(tx, topic.account_id, topic.arn, after, limit),
            lambda subscription: subscription.arn,
        )
    return {"Subscriptions": [_listed(found) for found in shown], **more}  # type: ignore[typeddict-item]


def _same(there: Subscription, made: Subscription) -> Subscription:
    """Return the subscription that is there, asked anew if it is pending; raises InvalidParameterException."""
    if there.owner != made.owner or not subscription_attributes.are_same(there.attributes, made.attributes):
        raise InvalidParameterException(
            "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
        )
    return there if there.confirmed else replace(there, asked_at=made.asked_at)


def _subscribe(tx: Tx, there: Subscription | None, subscription: Subscription) -> None:
    if topics.find(tx, subscription.account_id, subscription.topic_arn) is None:
        raise NotFoundException("Topic does not exist")
    if there is not None:
        _write(tx, there, subscription)
        return
    if subscription.confirmed:
        subscription = replace(subscription, joined=topics.join(tx, subscription.account_id, subscription.topic_arn))
    try:
        topic_subscriptions.create(tx, subscription)
    except AlreadyExists:
        raise Retry("Somebody subscribed this endpoint meanwhile.") from None


def _check_fifo(topic: Topic, protocol: str, endpoint: str) -> None:
    if topic.fifo and protocol not in _FIFO:
        raise InvalidParameterException(
            f"Invalid parameter: Invalid parameter: Endpoint Reason: FIFO topics do not support the protocol {protocol}"
        )
    if not topic.fifo and protocol == "sqs" and endpoint.endswith(".fifo"):
        raise InvalidParameterException(
            "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            "SNS topics"
        )


def _known(ctx: Context, arn: str, action: str) -> Subscription:
    """Return a subscription that the caller may do this to; raises NotFoundException and others."""
    account_id, topic_arn = _place(arn)
    with ctx.store.read() as tx:
        found = topic_subscriptions.find(tx, account_id, topic_arn, arn)
    _check_own(ctx, found, action, arn)
    if found is None:
        raise NotFoundException("Subscription does not exist")
    return found


def _check_own(ctx: Context, found: Subscription | None, action: str, arn: str) -> None:
    """Refuse what neither the subscriber's nor the topic's account may do; raises AuthorizationErrorException."""
    account_id, topic_arn = _place(arn)
    owner = account_id if found is None else found.owner
    if ctx.account in {owner, account_id}:
        allow(ctx, action, topic_arn)
    else:
        with ctx.store.read() as tx:
            topic = topics.find(tx, account_id, topic_arn)
        policy = None if topic is None else policy_of(topic)
        allow(ctx, action, topic_arn, resource_policy=policy, resource_account=account_id)


def _topic_of_token(arn: str) -> str:
    """Return the account of the topic that a token is for; raises InvalidParameterException."""
    try:
        return topic_account(arn)
    except InvalidParameterException:
        raise InvalidParameterException("Invalid parameter: Topic") from None


def _place(arn: str) -> tuple[str, str]:
    """Return the topic's account and ARN out of a subscription's; raises InvalidParameterException."""
    _, account_id, resource = checked(arn, "SubscriptionArn")
    name, colon, number = resource.partition(":")
    if not (name and colon and number):
        raise InvalidParameterException("Invalid parameter: SubscriptionId")
    return account_id, arn.removesuffix(f":{number}")


def _write(tx: Tx, before: Subscription, after: Subscription) -> None:
    if not topic_subscriptions.update(tx, before, after):
        raise Retry("The subscription changed meanwhile.")


def _listed(found: Subscription) -> Mapping[str, Any]:
    return {
        "SubscriptionArn": found.arn if found.confirmed else _PENDING_LISTED,
        "Owner": found.owner,
        "Protocol": found.protocol,
        "Endpoint": found.endpoint,
        "TopicArn": found.topic_arn,
    }
