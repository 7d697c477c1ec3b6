"""Publishing to topics, apps on devices and phones, through boto3 (reference sync-push.md B4)."""

import json
from typing import Any

import pytest

from ostiary.store import schema
from ostiary.store import sms as store_sms
from tests.fixtures.server import Mailbox, Server
from tests.sns.conftest import attribute, refused
from tests.sync.waiting import until


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


def test_a_batch_tells_of_each_of_its_messages(sns: Any, topic: str) -> None:
    odd = {"Id": "bad", "Message": "m", "MessageAttributes": {"a": attribute("Odd", "x")}}
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "good", "Message": "m"}, odd])
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("bad", True)]


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
