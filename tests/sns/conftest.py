"""SNS over the wire, as the root of an account calls it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fixtures.receiver import Receiver
from tests.fixtures.server import Server
from tests.sns.verifier import verified

GCM = {"PlatformCredential": "a-key"}


def refused(call: Any, **request: Any) -> tuple[str, str]:
    """Return code and text of the error that a call ends with."""
    with pytest.raises(ClientError) as error:
        call(**request)
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


@pytest.fixture
def sns(client: Callable[..., Any]) -> Any:
    """A boto3 client."""
    return client("sns")


@pytest.fixture
def application(sns: Any) -> str:
    """The ARN of an app at Firebase."""
    made = sns.create_platform_application(Name="app", Platform="GCM", Attributes=GCM)
    return str(made["PlatformApplicationArn"])


@pytest.fixture
def topic(sns: Any) -> str:
    """The ARN of a topic."""
    return str(sns.create_topic(Name="news")["TopicArn"])


@pytest.fixture
def subscribed(sns: Any, topic: str, server: Server, receiver: Receiver) -> Callable[..., str]:
    """Subscribe the receiver, let it verify and confirm; the subscription's ARN."""

    def subscribe(**attributes: str) -> str:
        before = len(receiver.of("SubscriptionConfirmation"))
        given = {"TopicArn": topic, "Protocol": "http", "Endpoint": f"{receiver.url}/in", "Attributes": attributes}
        assert sns.subscribe(**given)["SubscriptionArn"] == "pending confirmation"
        headers, body = receiver.newest("SubscriptionConfirmation", many=before + 1)
        asked = verified(headers, body, server.url)
        return str(sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])["SubscriptionArn"])

    return subscribe


def attribute(kind: str, value: str) -> dict[str, str]:
    """Return a message attribute with a text."""
    return {"DataType": kind, "StringValue": value}


def parsed(body: str) -> Any:
    """Return the JSON of a body."""
    return json.loads(body)
