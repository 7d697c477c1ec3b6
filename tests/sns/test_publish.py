"""Publishing to topics, apps on devices and phones, through boto3 (behaviour/sns.md 4)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.sns import deliveries
from ostiary.store import schema
from ostiary.store.sns import publications
from ostiary.store.sns import sms as store_sms
from tests.fixtures.server import Mailbox, Server
from tests.fixtures.waiting import until
from tests.sns.conftest import attribute, refused

NEVER = 99_999_999_999


@pytest.fixture
def endpoint(sns: Any, application: str) -> str:
    """The ARN of an app on a device."""
    return str(sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t")["EndpointArn"])


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"Message": ""}, "InvalidParameter", "Invalid parameter: Empty message"),
        ({"Message": "x" * 262_145}, "InvalidParameter", "Invalid parameter: Message too long"),
        ({"Message": "m", "Subject": "a\nb"}, "InvalidParameter", "Invalid parameter: Subject"),
        ({"Message": "m", "Subject": "x" * 101}, "InvalidParameter", "Invalid parameter: Subject"),
        (
            {"Message": "{}", "MessageStructure": "json"},
            "InvalidParameter",
            "Invalid parameter: Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": "{", "MessageStructure": "json"},
            "InvalidParameter",
            "Invalid parameter: Message Structure - JSON message body failed to parse",
        ),
    ],
)
def test_a_message_that_cannot_be_is_refused_in_sns_words(
    sns: Any, topic: str, request_: dict[str, str], code: str, message: str
) -> None:
    assert refused(sns.publish, TopicArn=topic, **request_) == (code, message)


def test_where_a_message_cannot_go_is_told(sns: Any, topic: str, endpoint: str) -> None:
    publish = sns.publish
    assert refused(publish, TopicArn=f"{topic}x", Message="m") == ("NotFound", "Topic does not exist")
    expected = "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"
    assert refused(publish, TargetArn=f"{endpoint[:-1]}z", Message="m") == ("InvalidParameter", expected)
    expected = "Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish to"
    assert refused(publish, PhoneNumber="+1a234", Message="m") == ("InvalidParameter", expected)
    assert refused(publish, Message="m")[0] == "InvalidParameter"


def test_a_device_is_owed_what_is_published_to_it_and_to_its_topics(
    sns: Any, server: Server, topic: str, endpoint: str
) -> None:
    structured = json.dumps({"GCM": '{"data":{"a":"b"}}'})
    assert sns.publish(TargetArn=endpoint, Message=structured, MessageStructure="json")["MessageId"]
    assert sns.publish(TargetArn=endpoint, Message="plain")["MessageId"]
    sns.subscribe(TopicArn=topic, Protocol="application", Endpoint=endpoint)
    sns.publish(TopicArn=topic, Message="to all")

    def owed() -> int:
        with server.services.store.read() as tx:
            return sum(row.endpoint_arn == endpoint for row in tx.all(schema.pushes.select()))

    until(lambda: owed() == 3)


def test_what_is_disabled_is_not_published_to(sns: Any, application: str, endpoint: str) -> None:
    sns.set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    assert refused(sns.publish, TargetArn=endpoint, Message="m") == ("EndpointDisabled", "Endpoint is disabled")
    disabled = {"PlatformApplicationArn": application, "Attributes": {"Enabled": "false"}}
    sns.set_platform_application_attributes(**disabled)
    code, message = refused(sns.publish, TargetArn=endpoint, Message="m")
    assert (code, message) == ("PlatformApplicationDisabled", "Platform application is disabled")


BAD_TYPE = (
    "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, "
    "Number, and String."
)
BAD_CHARACTER = (
    "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric "
    "characters, hyphens, underscores, or dots."
)
NO_VALUE = "The message attribute 'a' must contain non-empty message attribute value for message attribute type"
NO_DEDUPLICATION = (
    "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
    "provided explicitly"
)
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"Message": ""}, "InvalidParameter", "Invalid parameter: Empty message"),
    (
        {"Message": "{}", "MessageStructure": "json"},
        "InvalidParameter",
        "Invalid parameter: Message Structure - No default entry in JSON message body",
    ),
    (
        {"Message": "m", "MessageAttributes": {"a": attribute("Odd", "x")}},
        "ParameterValueInvalid",
        BAD_TYPE,
    ),
]
BAD_IN_ORDER = [
    ({"Message": "m"}, "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"),
    (
        {"Message": "m", "MessageGroupId": "g"},
        NO_DEDUPLICATION,
    ),
]


@pytest.fixture
def queued(sns: Any, topic: str, root: Any, server: Server) -> Callable[[], list[str]]:
    """Subscribe a queue, which nobody has; look up which texts it is owed."""
    queue = f"arn:aws:sqs:us-east-1:{root.account_id}:queue"
    raw = {"RawMessageDelivery": "true"}
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw)["SubscriptionArn"]

    def texts() -> list[str]:
        ctx = server.services.anonymous()
        with server.services.store.read() as tx:
            found = publications.deliveries_due(tx, NEVER, 10_000)
        return [deliveries.opened(ctx, each).body for each in found if each.subscription_arn == arn]

    return texts


@pytest.mark.parametrize("case", BAD)
def test_a_batch_with_one_bad_message_is_refused_whole(
    sns: Any, topic: str, queued: Callable[[], list[str]], case: tuple[dict[str, Any], str, str]
) -> None:
    bad, *problem = case
    entries = [{"Id": "good", "Message": "m"}, {"Id": "bad", **bad}]
    assert refused(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries) == tuple(problem)
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "last", "Message": "last"}])
    assert ([entry["Id"] for entry in answer["Successful"]], answer["Failed"]) == (["last"], [])
    until(queued)
    assert queued() == ["last"]


@pytest.mark.parametrize(("bad", "message"), BAD_IN_ORDER)
def test_a_batch_in_order_is_refused_whole(sns: Any, bad: dict[str, Any], message: str) -> None:
    topic = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    good = {"Id": "good", "Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    batch = {"TopicArn": topic, "PublishBatchRequestEntries": [good, {"Id": "bad", **bad}]}
    assert refused(sns.publish_batch, **batch) == ("InvalidParameter", message)
    # Nothing was counted: the first one is.
    first = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[good])["Successful"][0]
    assert first["SequenceNumber"] == str(10**19 + 1)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("message.id", "contains an impermissible character: message.id"),
        ("a b", "contains an impermissible character: a b"),
        ("x" * 81, f"is too long: {'x' * 81}"),
    ],
)
def test_an_id_that_cannot_be_is_told(sns: Any, topic: str, name: str, problem: str) -> None:
    entries = [{"Id": name, "Message": "m"}]
    expected = f"The Id of a batch entry in the batch request {problem}"
    assert refused(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries) == (
        "InvalidBatchEntryId",
        expected,
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("a" * 257, attribute("String", "x"), "Length of message attribute name must be less than 256 bytes."),
        (
            "a^b",
            attribute("String", "x"),
            BAD_CHARACTER,
        ),
        (".a", attribute("String", "x"), "Invalid message attribute name starting with character '.' was found."),
        ("a.", attribute("String", "x"), "Invalid message attribute name ending with character '.' was found."),
        ("a..b", attribute("String", "x"), "Message attribute name can not have successive '.' character."),
        (
            "a",
            {"DataType": "String", "BinaryValue": b"x"},
            "The message attribute 'a' with type 'String' must use field 'String'.",
        ),
        (
            "a",
            {"DataType": "Number", "BinaryValue": b"x"},
            "The message attribute 'a' with type 'Number' must use field 'String'.",
        ),
        ("a", attribute("Binary", "x"), "The message attribute 'a' with type 'Binary' must use field 'Binary'."),
        (
            "a",
            attribute("String", ""),
            f"{NO_VALUE} 'String'.",
        ),
        (
            "a",
            {"DataType": "Binary"},
            f"{NO_VALUE} 'Binary'.",
        ),
        (
            "a",
            attribute("Stringprefixed", "x"),
            BAD_TYPE,
        ),
    ],
)
def test_an_attribute_that_cannot_be_is_told_in_sns_words(
    sns: Any, topic: str, name: str, value: dict[str, Any], problem: str
) -> None:
    refusal = refused(sns.publish, TopicArn=topic, Message="m", MessageAttributes={name: value})
    assert refusal == ("ParameterValueInvalid", problem)


def test_a_type_may_have_any_ending(sns: Any, topic: str) -> None:
    for kind in ("String.prefixed", "String.  prefixed.", "Number.int", "String.Array"):
        value = "1" if kind.startswith("Number") else "[]"
        assert sns.publish(TopicArn=topic, Message="m", MessageAttributes={"a": attribute(kind, value)})["MessageId"]


def test_what_is_no_text_in_a_structured_message_is_not_there(
    sns: Any, topic: str, queued: Callable[[], list[str]]
) -> None:
    missing = "Invalid parameter: Message Structure - No default entry in JSON message body"
    for text in ('{"default": {"a": 1}}', '{"default": 7}', '{"sqs": "m"}'):
        refusal = refused(sns.publish, TopicArn=topic, Message=text, MessageStructure="json")
        assert refusal == ("InvalidParameter", missing)
    sns.publish(TopicArn=topic, Message='{"default": "d", "sqs": {"a": 1}}', MessageStructure="json")
    until(queued)
    assert queued() == ["d"]


@pytest.mark.parametrize(
    ("target", "parts"),
    [({"TopicArn": "x"}, 1), ({"TopicArn": "x:y"}, 2), ({"TopicArn": ""}, 1), ({"TargetArn": "x"}, 1)],
)
def test_an_arn_that_is_none_is_refused(sns: Any, target: dict[str, str], parts: int) -> None:
    (name,) = target
    expected = f"Invalid parameter: {name} Reason: An ARN must have at least 6 elements, not {parts}"
    assert refused(sns.publish, **target, Message="m") == ("InvalidParameter", expected)


def test_a_disabled_endpoint_is_told_before_what_is_wrong_with_the_message(sns: Any, endpoint: str) -> None:
    sns.set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    for message in ({"Message": "{", "MessageStructure": "json"}, {"Message": ""}):
        assert refused(sns.publish, TargetArn=endpoint, **message) == ("EndpointDisabled", "Endpoint is disabled")


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "Message": "m"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "Message": "m"}, {"Id": "a", "Message": "n"}], "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "Message": "m"}], "InvalidBatchEntryId"),
        ([{"Id": str(number), "Message": "m" * 200_000} for number in range(2)], "BatchRequestTooLong"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(sns: Any, topic: str, entries: list[Any], code: str) -> None:
    assert code in refused(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries)[0]


def test_a_phone_gets_a_text_unless_its_owner_wants_none(sns: Any, server: Server, root: Any, mailbox: Mailbox) -> None:
    sns.publish(PhoneNumber="+15550001111", Message="hi")
    assert mailbox.newest("+15550001111").body == "hi"
    with server.services.store.write() as tx:
        store_sms.opt_out(tx, root.account_id, "+15550001112", 1)
    sns.publish(PhoneNumber="+15550001112", Message="hi")
    assert not mailbox.all("+15550001112")
    assert sns.check_if_phone_number_is_opted_out(phoneNumber="+15550001112")["isOptedOut"]
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == ["+15550001112"]
    sns.opt_in_phone_number(phoneNumber="+15550001112")
    assert not sns.check_if_phone_number_is_opted_out(phoneNumber="+15550001112")["isOptedOut"]
    sns.publish(PhoneNumber="+15550001112", Message="again")
    assert mailbox.newest("+15550001112").body == "again"


def test_preferences_of_texts_are_kept(sns: Any) -> None:
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional"})
    assert sns.get_sms_attributes()["attributes"]["DefaultSMSType"] == "Transactional"
    assert refused(sns.set_sms_attributes, attributes={"Odd": "x"})[0] == "InvalidParameter"
    assert sns.get_sms_sandbox_account_status()["IsInSandbox"] is False
