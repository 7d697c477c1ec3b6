"""Subscriptions: what can subscribe, and what may be set of a subscription."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

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


NESTED = '{"a":{"b":["c"]}}'
BAD_SCOPE = "FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes"
SCOPE_PROBLEM = "Filter policy scope MessageAttributes does not support nested filter policy"


@pytest.mark.parametrize(
    "case",
    [
        ("sms", "NAA+15551234567", "Invalid SMS endpoint: NAA+15551234567"),
        ("sqs", "https://sqs.example/1/q", "Invalid parameter: SQS endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:{account}:layer:x", "Invalid parameter: Lambda endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:{account}:x", "Invalid parameter: Lambda endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:{account}:function", "Invalid parameter: Lambda endpoint ARN"),
    ],
)
def test_an_endpoint_that_cannot_be_is_told_in_sns_words(
    sns: Any, topic: str, root: Any, case: tuple[str, str, str]
) -> None:
    protocol, endpoint, message = case
    given = endpoint.format(account=root.account_id)
    refusal = refused(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=given)
    assert refusal == ("InvalidParameter", message)


@pytest.mark.parametrize("function", ["function:f", "function:f:live", "function:f:$LATEST", "function:f:7"])
def test_functions_subscribe_with_and_without_a_version(sns: Any, topic: str, root: Any, function: str) -> None:
    endpoint = f"arn:aws:lambda:us-east-1:{root.account_id}:{function}"
    assert sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=endpoint)["SubscriptionArn"].startswith(topic)


def test_an_app_on_a_device_that_was_deleted_does_not_subscribe(sns: Any, topic: str, application: str) -> None:
    endpoint = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t")["EndpointArn"]
    sns.delete_endpoint(EndpointArn=endpoint)
    expected = f"Invalid parameter: Endpoint Reason: Endpoint does not exist for endpoint arn{endpoint}"
    refusal = refused(sns.subscribe, TopicArn=topic, Protocol="application", Endpoint=endpoint)
    assert refusal == ("InvalidParameter", expected)


def test_a_scope_is_shown_with_a_filter_policy_only(sns: Any, subscription: str) -> None:
    def shown() -> dict[str, str]:
        return dict(sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"])

    def change(name: str, value: str) -> None:
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)

    change("FilterPolicyScope", "MessageBody")
    assert "FilterPolicyScope" not in shown()
    change("FilterPolicy", NESTED)
    assert shown()["FilterPolicyScope"] == "MessageBody"
    change("FilterPolicy", "{}")
    assert "FilterPolicyScope" not in shown()


def test_what_is_subscribed_again_with_the_defaults_is_the_same(sns: Any, topic: str, queue: str) -> None:
    def subscribe(**attributes: str) -> Any:
        return sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)["SubscriptionArn"]

    first = subscribe(RawMessageDelivery="true")
    assert subscribe(RawMessageDelivery="true", FilterPolicyScope="MessageAttributes") == first
    assert subscribe() == subscribe(FilterPolicyScope="MessageAttributes") == first
    different = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageBody"}
    expected = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
    refusal = refused(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=different)
    assert refusal == ("InvalidParameter", expected)


@pytest.mark.parametrize(
    "case",
    [
        ("FilterPolicy", NESTED, SCOPE_PROBLEM),
        ("FilterPolicy", '{"a":[]}', "FilterPolicy: Empty arrays are not allowed"),
        ("FilterPolicyScope", "x", BAD_SCOPE),
        ("RawMessageDelivery", "True", "RawMessageDelivery: Invalid value [True]. Must be true or false."),
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        ("RedrivePolicy", '{"deadLetterTargetArn":"x"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    ],
)
def test_what_is_wrong_with_an_attribute_is_told_in_sns_words(
    sns: Any, topic: str, subscription: str, queue: str, case: tuple[str, str, str]
) -> None:
    name, value, reason = case
    change = {"SubscriptionArn": subscription, "AttributeName": name, "AttributeValue": value}
    refusal = refused(sns.set_subscription_attributes, **change)
    assert refusal == ("InvalidParameter", f"Invalid parameter: {reason}")
    made = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": f"{queue}2", "Attributes": {name: value}}
    assert refused(sns.subscribe, **made) == ("InvalidParameter", f"Invalid parameter: Attributes Reason: {reason}")


def test_dead_letters_of_apps_mail_and_phones_are_kept_as_a_setting(sns: Any, topic: str, root: Any) -> None:
    redrive = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{root.account_id}:lost"})
    given = {"TopicArn": topic, "Attributes": {"RedrivePolicy": redrive}, "ReturnSubscriptionArn": True}
    made = sns.create_platform_application(Name="a", Platform="GCM", Attributes={"PlatformCredential": "k"})
    app = sns.create_platform_endpoint(PlatformApplicationArn=made["PlatformApplicationArn"], Token="t" * 20)
    to = {"application": app["EndpointArn"], "email": "a@example.com", "sms": "+15551234567"}
    for protocol, endpoint in to.items():
        arn = sns.subscribe(**given, Protocol=protocol, Endpoint=endpoint)["SubscriptionArn"]
        assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["RedrivePolicy"] == redrive


def test_dead_letters_of_a_queue_in_order_are_in_order(sns: Any, root: Any) -> None:
    topic = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    arn = f"arn:aws:sqs:us-east-1:{root.account_id}:"
    reason = "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    standard = json.dumps({"deadLetterTargetArn": f"{arn}lost"})
    given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": f"{arn}queue.fifo"}
    refusal = refused(sns.subscribe, **given, Attributes={"RedrivePolicy": standard})
    assert refusal == ("InvalidParameter", f"Invalid parameter: Attributes Reason: {reason}")
    change = {"SubscriptionArn": sns.subscribe(**given)["SubscriptionArn"], "AttributeName": "RedrivePolicy"}
    refusal = refused(sns.set_subscription_attributes, **change, AttributeValue=standard)
    assert refusal == ("InvalidParameter", f"Invalid parameter: {reason}")
    sns.set_subscription_attributes(**change, AttributeValue=standard.replace("lost", "lost.fifo"))
    without_order = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": f"{arn}queue"}
    assert sns.subscribe(**without_order, Attributes={"RedrivePolicy": standard})["SubscriptionArn"]


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("", "SubscriptionArn Reason: no value for required parameter"),
        ("x", "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
        ("{topic}", "SubscriptionId"),
    ],
)
def test_what_is_no_subscription_cannot_be_ended(sns: Any, topic: str, arn: str, message: str) -> None:
    refusal = refused(sns.unsubscribe, SubscriptionArn=arn.format(topic=topic))
    assert refusal == ("InvalidParameter", f"Invalid parameter: {message}")


def test_ending_no_subscription_at_all_is_told(sns: Any, client: Callable[..., Any]) -> None:
    unchecked = client("sns", config=Config(parameter_validation=False))
    expected = "Invalid parameter: SubscriptionArn Reason: no value for required parameter"
    assert refused(unchecked.unsubscribe) == ("InvalidParameter", expected)


def test_a_topic_that_is_not_there_has_no_tokens(sns: Any, topic: str) -> None:
    confirm = sns.confirm_subscription
    assert refused(confirm, TopicArn=f"{topic}x", Token="a" * 96) == ("InvalidParameter", "Invalid parameter: Token")
    assert refused(confirm, TopicArn="x", Token="a" * 96) == ("InvalidParameter", "Invalid parameter: Topic")
