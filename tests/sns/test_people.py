"""Mail, texts and functions that subscribe: what they are asked and told, word for word."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from tests.fixtures.functions import FunctionError, FunctionServer
from tests.fixtures.server import Mailbox, Server
from tests.fixtures.waiting import until
from tests.sns.conftest import attribute, parsed, refused
from tests.sns.verifier import verify

ADDRESS, PHONE = "reader@example.com", "+15550002222"


@pytest.fixture
def engine_name() -> str:
    """Name one engine: what is written does not depend on it, and fan-out is tested on both."""
    return "sqlite"


def link(body: str) -> str:
    """Return the only link in a text."""
    [found] = [word for word in body.split() if word.startswith("http")]
    return found


def ask(sns: Any, topic: str, protocol: str, address: str) -> str:
    """Subscribe an address that has to confirm; the subscription's ARN."""
    subscribe = {"TopicArn": topic, "Protocol": protocol, "Endpoint": address, "ReturnSubscriptionArn": True}
    return str(sns.subscribe(**subscribe)["SubscriptionArn"])


def test_a_reader_confirms_by_a_link_is_told_and_leaves_by_a_link(
    sns: Any, anybody: Callable[..., Any], topic: str, mailbox: Mailbox
) -> None:
    address = "by-link@example.com"
    arn = ask(sns, topic, "email", address)
    asked = mailbox.newest(address)
    assert (asked.subject, asked.format) == ("AWS Notification - Subscription Confirmation", "plain")
    assert asked.body.startswith(f"You have chosen to subscribe to the topic:\n{topic}\n")
    with urlopen(link(asked.body)) as answer:
        assert f"<SubscriptionArn>{arn}</SubscriptionArn>" in answer.read().decode()
    sns.publish(TopicArn=topic, Message="Spring\nis here", Subject="Season")
    until(lambda: len(mailbox.all(address)) == 2)
    told = mailbox.newest(address)
    assert (told.subject, told.body.split("\n\n--\n")[0]) == ("Season", "Spring\nis here")
    assert "to unsubscribe:\n" in told.body
    assert parse_qs(urlsplit(link(told.body)).query) == {"Action": ["Unsubscribe"], "SubscriptionArn": [arn]}
    with urlopen(link(told.body)) as answer:
        assert answer.status == 200
    assert refused(sns.get_subscription_attributes, SubscriptionArn=arn)[0] == "NotFound"
    sns.publish(TopicArn=topic, Message="nobody hears this")
    assert anybody("sns").unsubscribe(SubscriptionArn=arn)
    assert len(mailbox.all(address)) == 2


def test_a_message_without_subject_has_sns_own(sns: Any, topic: str, mailbox: Mailbox) -> None:
    ask(sns, topic, "email", ADDRESS)
    token = parse_qs(urlsplit(link(mailbox.newest(ADDRESS).body)).query)["Token"][0]
    sns.confirm_subscription(TopicArn=topic, Token=token)
    sns.publish(TopicArn=topic, Message='{"default":"d","email":"for mail"}', MessageStructure="json")
    until(lambda: mailbox.newest(ADDRESS).subject == "AWS Notification Message")
    assert mailbox.newest(ADDRESS).body.startswith("for mail\n")


def test_a_program_reads_signed_json_in_its_mail(sns: Any, server: Server, topic: str, mailbox: Mailbox) -> None:
    address = "program@example.com"
    arn = ask(sns, topic, "email-json", address)
    asked = parsed(mailbox.newest(address).body)
    assert asked["Type"] == "SubscriptionConfirmation"
    verify(asked, server.url)
    sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
    sns.publish(TopicArn=topic, Message="m")
    until(lambda: len(mailbox.all(address)) == 2)
    told = parsed(mailbox.newest(address).body)
    verify(told, server.url)
    assert told["Message"] == "m"
    assert told["UnsubscribeURL"].endswith(f"SubscriptionArn={arn}")


def test_a_phone_gets_a_topics_texts_behind_its_name_until_it_wants_none(
    sns: Any, topic: str, server: Server, root: Any, mailbox: Mailbox
) -> None:
    from ostiary.store.sns import sms  # noqa: PLC0415

    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Weather")
    assert sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=PHONE)["SubscriptionArn"].startswith(topic)
    sns.publish(TopicArn=topic, Message="Rain")
    until(lambda: mailbox.all(PHONE))
    assert mailbox.newest(PHONE).body == "Weather> Rain"
    with server.services.store.write() as tx:
        sms.opt_out(tx, root.account_id, PHONE, 1)
    other = "+15550002223"
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=other)
    sns.publish(TopicArn=topic, Message="Snow")
    until(lambda: mailbox.all(other))
    assert [message.body for message in mailbox.all(PHONE)] == ["Weather> Rain"]


@pytest.fixture
def subscribed(sns: Any, topic: str, root: Any, functions: FunctionServer) -> tuple[str, list[Any]]:
    """A function that subscribes, by ARN, and the events it got."""
    functions.on("news", lambda _event: {"ignored": True})
    arn = f"arn:aws:lambda:us-east-1:{root.account_id}:function:news"
    return str(sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)["SubscriptionArn"]), functions.events


def test_a_function_is_called_with_awss_event(
    sns: Any, topic: str, server: Server, subscribed: tuple[str, list[Any]]
) -> None:
    arn, events = subscribed
    sns.publish(TopicArn=topic, Message="m", MessageAttributes={"a": attribute("String", "1")})
    until(lambda: events)
    [record] = events[0]["Records"]
    assert (record["EventSource"], record["EventVersion"], record["EventSubscriptionArn"]) == ("aws:sns", "1.0", arn)
    told = record["Sns"]
    assert told["MessageAttributes"] == {"a": {"Type": "String", "Value": "1"}}
    assert told["Subject"] is None
    assert told["UnsubscribeUrl"].startswith(f"{server.url}/?Action=Unsubscribe")
    verify(
        {name: value for name, value in told.items() if value} | {"SigningCertURL": told["SigningCertUrl"]}, server.url
    )


def test_a_function_that_is_busy_is_called_again_and_one_that_fails_is_not(
    sns: Any, topic: str, server: Server, functions: FunctionServer, subscribed: tuple[str, list[Any]]
) -> None:
    _, events = subscribed
    functions.status = 429
    sns.publish(TopicArn=topic, Message="m")
    until(lambda: "delivery_failed" in server.log())
    functions.status = 0
    until(lambda: len(events) == 2)
    assert events[0] == events[1]

    def fails(_event: Any) -> Any:
        raise FunctionError("broken")

    functions.on("news", fails)
    sns.publish(TopicArn=topic, Message="n")
    until(lambda: "delivery_given_up" in server.log())
    assert len(functions.events) == 1


def test_a_function_of_another_account_does_not_subscribe(sns: Any, topic: str) -> None:
    other = "arn:aws:lambda:us-east-1:999999999999:function:news"
    assert refused(sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint=other)[0] == "InvalidParameter"
