"""Queues that subscribe: in order, once, and what was lost elsewhere."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.iam.accounts import create_account
from tests.fixtures.receiver import Receiver
from tests.fixtures.server import Server
from tests.fixtures.waiting import until
from tests.sns.conftest import attribute, parsed

TRACE = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
WHY = {"RequestID", "ErrorCode", "ErrorMessage"}
"""What a dead letter says of its own accord."""
MANY = 130
"""More than are looked at together, on their way to the subscriptions and from there."""


@pytest.fixture
def queues(start_server: Callable[..., Server], receiver: Receiver) -> tuple[Any, str]:
    """SNS beside a queue service, which is the receiver; and the account."""
    server = start_server(sqs_endpoint=receiver.url, sqs_access_key_id="AK", sqs_secret_access_key="SK")
    key = create_account(server.services, "queues")
    return server.client("sns", key), key.account_id


def test_a_queue_gets_each_message_of_a_group_once_and_in_order(queues: tuple[Any, str], receiver: Receiver) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = f"arn:aws:sqs:us-east-1:{account_id}:queue.fifo"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    group = {"TopicArn": topic, "MessageGroupId": "g"}
    numbers = [
        sns.publish(**group, Message=str(number), MessageDeduplicationId=str(number))["SequenceNumber"]
        for number in range(10)
    ]
    assert numbers == sorted(set(numbers))
    sns.publish(**group, Message="again", MessageDeduplicationId="3")
    sns.publish(**group, Message="last", MessageDeduplicationId="last")
    until(lambda: len(receiver.taken) >= 11)
    headers, body = receiver.taken[0]
    assert headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AK/")
    assert parsed(body)["QueueUrl"].endswith(f"/{account_id}/queue.fifo")
    sent = [parsed(body) for _, body in receiver.taken]
    assert [entry["MessageBody"] for entry in sent] == [*map(str, range(10)), "last"]
    assert {entry["MessageGroupId"] for entry in sent} == {"g"}


def test_what_a_subscriber_refuses_goes_to_its_dead_letters(queues: tuple[Any, str], receiver: Receiver) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news")["TopicArn"]
    redrive = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{account_id}:lost"})
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{receiver.url}/in", Attributes={"RedrivePolicy": redrive})
    token = parsed(receiver.newest("SubscriptionConfirmation")[1])["Token"]
    sns.confirm_subscription(TopicArn=topic, Token=token)
    before = len(receiver.taken)
    receiver.answers = [400, 200]
    sns.publish(TopicArn=topic, Message="lost")
    until(lambda: len(receiver.taken) >= before + 2)
    lost = parsed(receiver.taken[-1][1])
    assert lost["QueueUrl"].endswith(f"/{account_id}/lost")
    assert parsed(lost["MessageBody"])["Message"] == "lost"
    assert lost["MessageAttributes"].keys() == WHY
    assert lost["MessageAttributes"]["ErrorCode"] == {"DataType": "Number", "StringValue": "400"}


def test_a_dead_letter_is_what_the_queue_would_have_got(queues: tuple[Any, str], receiver: Receiver) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = f"arn:aws:sqs:us-east-1:{account_id}:queue.fifo"
    redrive = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{account_id}:lost.fifo"})
    raw = {"RawMessageDelivery": "true", "RedrivePolicy": redrive}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw)
    receiver.answers = [400, 200]
    given = {"a": attribute("String", "1")}
    ordered = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    sns.publish(TopicArn=topic, Message="lost", MessageAttributes=given, **ordered)
    until(lambda: len(receiver.taken) == 2)
    first, lost = (parsed(body) for _, body in receiver.taken)
    assert lost["QueueUrl"].endswith("/lost.fifo")
    why = {name: value for name, value in lost.pop("MessageAttributes").items() if name in WHY}
    assert first.pop("MessageAttributes") == given
    assert why.keys() == WHY
    assert lost == first | {"QueueUrl": lost["QueueUrl"]}


def test_a_message_in_order_is_not_signed_and_tells_a_queue_without_order_its_group(
    queues: tuple[Any, str], receiver: Receiver
) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account_id}:queue")
    sns.publish(TopicArn=topic, Message="m", MessageGroupId="g", MessageDeduplicationId="d")
    until(lambda: receiver.taken)
    sent = parsed(receiver.taken[0][1])
    assert sent.keys() == {"QueueUrl", "MessageBody", "MessageGroupId"}
    assert sent["MessageGroupId"] == "g"
    assert parsed(sent["MessageBody"]).keys() == {
        *("Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL")
    }


def test_a_group_of_a_topic_without_order_reaches_the_queue(queues: tuple[Any, str], receiver: Receiver) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account_id}:queue")
    sns.publish(TopicArn=topic, Message="m", MessageGroupId="g")
    until(lambda: receiver.taken)
    assert parsed(receiver.taken[0][1])["MessageGroupId"] == "g"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (TRACE, {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}),
        ("Root=\u00e9", None),
        ("x" * 513, None),
    ],
)
def test_the_trace_of_a_request_goes_along_to_the_queue(
    queues: tuple[Any, str], receiver: Receiver, header: str, expected: Any
) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account_id}:queue")

    def traced(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = header.encode()

    sns.meta.events.register("before-send.sns.Publish", traced)
    sns.publish(TopicArn=topic, Message="m")
    until(lambda: receiver.taken)
    assert parsed(receiver.taken[0][1]).get("MessageSystemAttributes") == expected


def test_a_long_queue_in_order_does_not_crawl(queues: tuple[Any, str], receiver: Receiver) -> None:
    sns, account_id = queues
    topic = sns.create_topic(Name="many.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = f"arn:aws:sqs:us-east-1:{account_id}:many.fifo"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    for start in range(0, MANY, 10):
        entries = [
            {"Id": str(number), "Message": str(number), "MessageGroupId": "g", "MessageDeduplicationId": str(number)}
            for number in range(start, start + 10)
        ]
        assert len(sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]) == 10
    until(lambda: len(_messages(receiver)) == MANY)
    assert _messages(receiver) == [str(number) for number in range(MANY)]


def _messages(receiver: Receiver) -> list[str]:
    return [parsed(body)["MessageBody"] for headers, body in receiver.taken if "x-amz-target" in headers]
