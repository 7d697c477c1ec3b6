"""Subscriptions: what can subscribe, and what may be set of a subscription."""

from typing import Any

import pytest

from ostiary.store import removals, schema
from tests.fixtures.bulk import fill
from tests.fixtures.server import Server
from tests.sns.conftest import refused


@pytest.fixture
def queue(root: Any) -> str:
    """The ARN of a queue of the account."""
    return f"arn:aws:sqs:us-east-1:{root.account_id}:queue"


@pytest.fixture
def subscription(sns: Any, topic: str, queue: str) -> str:
    """The ARN of the queue's subscription."""
    return str(sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"])


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("odd", "x"),
        ("http", "https://example.com"),
        ("https", "http://example.com"),
        ("sqs", "x"),
        ("sms", "1"),
        ("email", "x"),
        ("application", "x"),
        ("lambda", "x"),
    ],
)
def test_what_cannot_subscribe_is_refused(sns: Any, topic: str, protocol: str, endpoint: str) -> None:
    assert refused(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)[0] == "InvalidParameter"
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_an_endpoint_subscribes_once(sns: Any, topic: str, queue: str, subscription: str) -> None:
    again = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert again["SubscriptionArn"] == subscription
    found = sns.list_subscriptions()["Subscriptions"]
    assert [(item["SubscriptionArn"], item["Endpoint"]) for item in found] == [(subscription, queue)]


def test_a_subscription_is_described(sns: Any, topic: str, root: Any, queue: str, subscription: str) -> None:
    shown = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    expected = {
        "SubscriptionArn": subscription,
        "TopicArn": topic,
        "Protocol": "sqs",
        "Endpoint": queue,
        "Owner": root.account_id,
        "PendingConfirmation": "false",
        "ConfirmationWasAuthenticated": "true",
        "RawMessageDelivery": "false",
    }
    assert shown.items() >= expected.items()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Odd", "x"),
        ("FilterPolicy", "{"),
        ("FilterPolicy", '{"a":"b"}'),
        ("FilterPolicy", '{"a":{"b":["c"]}}'),
        ("FilterPolicy", '{"a":[{"numeric":["<",1,">",2]}]}'),
        ("FilterPolicyScope", "x"),
        ("RawMessageDelivery", "x"),
        ("RedrivePolicy", '{"deadLetterTargetArn":"x"}'),
    ],
)
def test_a_bad_attribute_is_refused_and_changes_nothing(sns: Any, subscription: str, name: str, value: str) -> None:
    before = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    change = sns.set_subscription_attributes
    assert refused(change, SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)[0] in {
        "InvalidParameter",
        "FilterPolicyLimitExceeded",
    }
    assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"] == before


def test_a_topic_takes_its_subscriptions_with_it(sns: Any, topic: str, subscription: str) -> None:
    sns.delete_topic(TopicArn=topic)
    assert sns.list_subscriptions()["Subscriptions"] == []
    get = sns.get_subscription_attributes
    assert refused(get, SubscriptionArn=subscription) == ("NotFound", "Subscription does not exist")


def test_who_unsubscribes_hears_nothing_more(sns: Any, topic: str, subscription: str) -> None:
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.unsubscribe(SubscriptionArn=subscription)
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (attributes["SubscriptionsConfirmed"], attributes["SubscriptionsPending"]) == ("0", "0")


def test_a_topic_made_again_has_none_of_the_many_subscriptions_before(
    sns: Any, topic: str, root: Any, server: Server, queue: str
) -> None:
    rows = {"account_id": root.account_id, "topic_arn": topic, "owner": root.account_id, "attributes": "{}"}
    endpoints = {"arn": f"{topic}: {{n}}", "endpoint_key": "{n}", "protocol": "sqs", "confirmed": True}
    fill(server.services.store, schema.topic_subscriptions, 3 * removals.BITE, **rows, **endpoints)
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    sns.delete_topic(TopicArn=topic)
    assert sns.list_subscriptions()["Subscriptions"] == []
    get = sns.get_subscription_attributes
    assert refused(get, SubscriptionArn=subscription) == ("NotFound", "Subscription does not exist")
    assert sns.create_topic(Name=topic.rpartition(":")[2])["TopicArn"] == topic
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"] != subscription
