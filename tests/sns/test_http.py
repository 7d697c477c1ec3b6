"""What addresses on the web are sent, verified as AWS's validators do, and what happens when they do not take it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from cryptography.exceptions import InvalidSignature

from ostiary.store import schema
from tests.fixtures.receiver import Receiver
from tests.fixtures.server import MovingClock, Server
from tests.fixtures.waiting import until
from tests.sns.conftest import attribute, parsed, refused
from tests.sns.verifier import verified, verify


def waiting(server: Server, topic: str) -> bool:
    """Whether a message of a topic is still on its way to the subscribers."""
    with server.services.store.read() as tx:
        return any(row.topic_arn == topic for row in tx.all(schema.publications.select()))


def test_an_address_confirms_by_the_link_and_is_told(sns: Any, topic: str, server: Server, receiver: Receiver) -> None:
    subscribe = {"TopicArn": topic, "Protocol": "http", "Endpoint": receiver.url, "ReturnSubscriptionArn": True}
    arn = sns.subscribe(**subscribe)["SubscriptionArn"]
    asked = verified(*receiver.newest("SubscriptionConfirmation"), server.url)
    sns.publish(TopicArn=topic, Message="too early")
    until(lambda: not waiting(server, topic))
    with urlopen(asked["SubscribeURL"]) as answer:
        assert f"<SubscriptionArn>{arn}</SubscriptionArn>" in answer.read().decode()
    given = {"a": attribute("String", "1"), "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}}
    message_id = sns.publish(TopicArn=topic, Message="héllo", Subject="s", MessageAttributes=given)["MessageId"]
    headers, body = receiver.newest()
    told = verified(headers, body, server.url)
    assert headers["x-amz-sns-subscription-arn"] == arn
    assert headers["accept-encoding"] == "gzip,deflate"
    assert asked["SubscribeURL"] == f"{server.url}/?Action=ConfirmSubscription&TopicArn={topic}&Token={asked['Token']}"
    assert told["UnsubscribeURL"] == f"{server.url}/?Action=Unsubscribe&SubscriptionArn={arn}"
    assert (told["Message"], told["Subject"], told["MessageId"]) == ("héllo", "s", message_id)
    assert told["MessageAttributes"] == {
        "a": {"Type": "String", "Value": "1"},
        "b": {"Type": "Binary", "Value": "AAE="},
    }
    with urlopen(told["UnsubscribeURL"]) as answer:
        assert answer.status == 200
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_a_forged_message_does_not_verify(server: Server, sns: Any, topic: str, receiver: Receiver) -> None:
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url)
    asked = verified(*receiver.newest("SubscriptionConfirmation"), server.url)
    with pytest.raises(InvalidSignature):
        verify({**asked, "Message": "forged"}, server.url)


def test_version_2_signs_with_sha_256(
    sns: Any, topic: str, server: Server, receiver: Receiver, subscribed: Callable[..., str]
) -> None:
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    subscribed()
    sns.publish(TopicArn=topic, Message="m")
    assert verified(*receiver.newest(), server.url)["SignatureVersion"] == "2"


def test_raw_delivery_is_the_bare_message(
    sns: Any, topic: str, receiver: Receiver, subscribed: Callable[..., str]
) -> None:
    subscribed(RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message='{"default":"d","http":"for http"}', MessageStructure="json")
    headers, body = receiver.newest()
    assert body == "for http"
    assert headers["x-amz-sns-rawdelivery"] == "true"


def test_only_who_wants_a_message_gets_it(
    sns: Any, topic: str, receiver: Receiver, subscribed: Callable[..., str]
) -> None:
    arn = subscribed(FilterPolicy='{"kind":["b"]}')
    for kind in ("a", "b"):
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes={"kind": attribute("String", kind)})
    assert parsed(receiver.newest()[1])["Message"] == "b"
    change = {"SubscriptionArn": arn, "AttributeName": "FilterPolicyScope", "AttributeValue": "MessageBody"}
    sns.set_subscription_attributes(**change)
    sns.publish(TopicArn=topic, Message='{"kind":"a"}')
    sns.publish(TopicArn=topic, Message='{"kind":["b","c"]}')
    assert parsed(receiver.newest(many=2)[1])["Message"] == '{"kind":["b","c"]}'
    assert len(receiver.of("Notification")) == 2


def test_a_link_ends_no_subscription_that_was_confirmed_by_a_signed_request(
    sns: Any, anybody: Callable[..., Any], subscribed: Callable[..., str]
) -> None:
    arn = subscribed()
    assert refused(anybody("sns").unsubscribe, SubscriptionArn=arn)[0] == "AuthorizationError"
    sns.unsubscribe(SubscriptionArn=arn)
    sns.unsubscribe(SubscriptionArn=arn)


def test_a_token_is_good_once_it_was_sent_and_for_two_days(
    sns: Any, topic: str, receiver: Receiver, clock: MovingClock
) -> None:
    confirm = sns.confirm_subscription
    assert refused(confirm, TopicArn=topic, Token="x" * 96) == ("InvalidParameter", "Invalid parameter: Token")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url)
    first = parsed(receiver.newest("SubscriptionConfirmation")[1])["Token"]
    clock.advance(3 * 86_400)
    assert refused(confirm, TopicArn=topic, Token=first)[1] == "Invalid parameter: Token"
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url)
    second = parsed(receiver.newest("SubscriptionConfirmation", many=2)[1])["Token"]
    arn = confirm(TopicArn=topic, Token=second)["SubscriptionArn"]
    assert confirm(TopicArn=topic, Token=second)["SubscriptionArn"] == arn
    assert refused(confirm, TopicArn=topic, Token=first)[1] == "Invalid parameter: Token"


def test_what_fails_is_tried_again_as_the_policy_says(
    sns: Any, topic: str, receiver: Receiver, subscribed: Callable[..., str]
) -> None:
    retry = {"numRetries": 2, "numNoDelayRetries": 2}
    subscribed(DeliveryPolicy=json.dumps({"healthyRetryPolicy": retry}))
    receiver.answers = [500, 503, 200]
    sns.publish(TopicArn=topic, Message="m")
    receiver.newest(many=3)
    sns.publish(TopicArn=topic, Message="n")
    assert parsed(receiver.newest(many=4)[1])["Message"] == "n"
    assert len({parsed(body)["MessageId"] for _, body in receiver.of("Notification")}) == 2


def test_what_is_refused_for_good_is_not_tried_again(
    sns: Any, topic: str, server: Server, receiver: Receiver, subscribed: Callable[..., str]
) -> None:
    subscribed()
    receiver.answers = [404]
    sns.publish(TopicArn=topic, Message="m")
    until(lambda: "delivery_given_up" in server.log())
    assert len(receiver.of("Notification")) == 1


def test_subscribers_in_private_networks_are_not_reached(start_server: Callable[..., Server]) -> None:
    """LMB-04: the address is checked when it is connected to."""
    guarded = start_server(allow_private_addresses_of_tenants=False)
    from ostiary.iam.accounts import create_account  # noqa: PLC0415

    sns = guarded.client("sns", create_account(guarded.services, "a"))
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=guarded.url)
    until(lambda: "delivery_failed" in guarded.log())
    assert "POST failed: HttpError" in guarded.log() or "private address" in guarded.log()
