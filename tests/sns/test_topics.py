"""Topics, their attributes, policies and tags, through boto3."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.iam.accounts import create_account
from tests.fixtures.server import Server
from tests.fixtures.spoiled_policies import TAKEN, answer, spoiled
from tests.sns.conftest import refused

FULL_SET = {
    *("Policy", "Owner", "SubscriptionsPending", "TopicArn", "EffectiveDeliveryPolicy", "SubscriptionsConfirmed"),
    *("DisplayName", "SubscriptionsDeleted"),
}


def test_a_topic_is_created_described_changed_listed_and_deleted(sns: Any, root: Any) -> None:
    arn = sns.create_topic(Name="a-b_C")["TopicArn"]
    assert arn == f"arn:aws:sns:us-east-1:{root.account_id}:a-b_C"
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert shown.keys() == FULL_SET
    assert json.loads(shown["Policy"])["Statement"][0]["Resource"] == arn
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Broadcast")
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "Broadcast"
    assert sns.list_topics()["Topics"] == [{"TopicArn": arn}]
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    assert refused(sns.get_topic_attributes, TopicArn=arn) == ("NotFound", "Topic does not exist")


def test_the_same_topic_again_is_the_same_unless_something_differs(sns: Any) -> None:
    tags = [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": ""}]
    arn = sns.create_topic(Name="t", Attributes={"DisplayName": "D"}, Tags=tags)["TopicArn"]
    assert sns.create_topic(Name="t", Attributes={"DisplayName": "D"}, Tags=tags)["TopicArn"] == arn
    assert sns.create_topic(Name="t")["TopicArn"] == arn
    assert sns.create_topic(Name="t", Tags=tags[:1])["TopicArn"] == arn
    assert refused(sns.create_topic, Name="t", Attributes={"DisplayName": "E"}) == (
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    )
    for others in ([{"Key": "k", "Value": "w"}], [*tags, {"Key": "m", "Value": "v"}]):
        assert refused(sns.create_topic, Name="t", Tags=others) == (
            "InvalidParameter",
            "Invalid parameter: Tags Reason: Topic already exists with different tags",
        )


def test_a_topic_of_another_region_is_refused(sns: Any, topic: str) -> None:
    elsewhere = topic.replace("us-east-1", "eu-west-1")
    for call in (sns.get_topic_attributes, sns.delete_topic, sns.list_subscriptions_by_topic):
        assert refused(call, TopicArn=elsewhere) == ("InvalidParameter", "Invalid parameter: TopicArn")


@pytest.mark.parametrize("name", ["", "a b", "x" * 257, "a.fifo", "é"])
def test_a_name_that_cannot_be_is_refused(sns: Any, name: str) -> None:
    assert refused(sns.create_topic, Name=name) == ("InvalidParameter", "Invalid parameter: Topic Name")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Odd", "x"),
        ("SignatureVersion", "3"),
        ("TracingConfig", "x"),
        ("Policy", "{"),
        ("Policy", '{"Version":"2012-10-17","Statement":[]}'),
        ("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"numRetries":1000}}}'),
        ("DeliveryPolicy", '{"http":{"defaultRequestPolicy":{"headerContentType":7}}}'),
        ("DeliveryPolicy", '{"http":{"defaultRequestPolicy":{"headerContentType":"text/plain\\r\\nx: y"}}}'),
        ("HTTPSuccessFeedbackSampleRate", "101"),
        ("ContentBasedDeduplication", "true"),
    ],
)
def test_an_attribute_that_cannot_be_changes_nothing(sns: Any, topic: str, name: str, value: str) -> None:
    before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    change = sns.set_topic_attributes
    assert refused(change, TopicArn=topic, AttributeName=name, AttributeValue=value)[0] == "InvalidParameter"
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"] == before


def test_a_policy_of_any_shape_is_taken_whole_or_changes_nothing(sns: Any, topic: str) -> None:
    good = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    good["Statement"][0] |= {"Sid": "one", "Principal": {"AWS": ["111111111111"]}, "Action": ["SNS:Publish"]}
    default = kept = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    for text in spoiled(good, 3, 150):
        change = {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": text}
        found = answer(sns.set_topic_attributes, **change)
        assert found in {(200, TAKEN), (400, "InvalidParameter")}, text
        kept = (text or default) if found[1] == TAKEN else kept
        assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"] == kept
        sns.publish(TopicArn=topic, Message="m")


@pytest.mark.parametrize("sid", [{}, [], None])
def test_a_statement_id_that_is_no_text_is_a_syntax_error(sns: Any, topic: str, sid: Any) -> None:
    policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    policy["Statement"][0]["Sid"] = sid
    change = {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": json.dumps(policy)}
    told = "Invalid parameter: Policy Error: Syntax errors in policy."
    assert refused(sns.set_topic_attributes, **change) == ("InvalidParameter", told)


def test_an_arn_that_is_none_is_refused(sns: Any) -> None:
    assert refused(sns.get_topic_attributes, TopicArn="x") == (
        "InvalidParameter",
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
    )


def test_a_fifo_topic_says_so(sns: Any) -> None:
    arn = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (shown["FifoTopic"], shown["ContentBasedDeduplication"]) == ("true", "false")
    sns.set_topic_attributes(TopicArn=arn, AttributeName="ContentBasedDeduplication", AttributeValue="true")
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["ContentBasedDeduplication"] == "true"


def test_tags_are_set_listed_and_removed(sns: Any, topic: str) -> None:
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "2"}])
    sns.untag_resource(ResourceArn=topic, TagKeys=["b", "c"])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "2"}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert refused(sns.tag_resource, ResourceArn=topic, Tags=twice)[1] == (
        "Invalid parameter: Duplicated keys are not allowed."
    )
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    assert refused(sns.tag_resource, ResourceArn=topic, Tags=many)[0] == "TagLimitExceeded"
    gone = f"{topic}-gone"
    assert refused(sns.list_tags_for_resource, ResourceArn=gone) == ("ResourceNotFound", "Resource does not exist")


def test_another_account_publishes_when_the_topic_lets_it(sns: Any, topic: str, server: Server) -> None:
    other_key = create_account(server.services, "other")
    other = server.client("sns", other_key)
    code, message = refused(other.publish, TopicArn=topic, Message="m")
    assert code == "AuthorizationError"
    assert "is not authorized to perform: sns:Publish" in message
    permission = {"TopicArn": topic, "Label": "let", "AWSAccountId": [other_key.account_id], "ActionName": ["Publish"]}
    sns.add_permission(**permission)
    assert refused(sns.add_permission, **permission)[1] == "Invalid parameter: Statement already exists"
    assert other.publish(TopicArn=topic, Message="m")["MessageId"]
    assert refused(other.get_topic_attributes, TopicArn=topic)[0] == "AuthorizationError"
    sns.remove_permission(TopicArn=topic, Label="let")
    assert refused(other.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"
    absent = topic.replace(":news", ":gone")
    assert refused(other.publish, TopicArn=absent, Message="m")[0] == "AuthorizationError"


def test_a_denied_user_is_told_in_sns_words(sns: Any, topic: str, client: Callable[..., Any], server: Server) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    signing = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    user = client("sns", **signing)
    assert refused(user.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"
    assert refused(user.list_topics)[0] == "AuthorizationError"
    allow = {"Effect": "Allow", "Action": "SNS:Publish", "Resource": topic}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
    assert user.publish(TopicArn=topic, Message="m")["MessageId"]
