"""Statements of a topic's policy, by label."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import AddPermissionInput, InvalidParameterException, RemovePermissionInput
from ostiary.context import Context
from ostiary.sns.access import permitted_topic, policy_of
from ostiary.sns.arns import invalid
from ostiary.sns.topic_attributes import check_policy
from ostiary.sns.topics import change
from ostiary.store.sns.topics import Topic

_ACCOUNT = re.compile(r"[0-9]{12}")
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ACTIONS = {
    *("AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish"),
    *("RemovePermission", "SetTopicAttributes", "Subscribe"),
}


@operation("sns", authorized_by_handler=True)
def add_permission(ctx: Context, req: AddPermissionInput) -> None:
    """Let accounts do things to a topic."""
    topic = permitted_topic(ctx, req["TopicArn"], "sns:AddPermission")
    accounts, actions, label = req["AWSAccountId"], req["ActionName"], req["Label"]
    if not _LABEL.fullmatch(label):
        raise InvalidParameterException("Invalid parameter: Label")
    if not accounts or not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise InvalidParameterException("Invalid parameter: AWSAccountId")
    if not actions or not set(actions) <= _ACTIONS:
        raise InvalidParameterException("Invalid parameter: Policy statement action out of service scope!")
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": principals if len(principals) > 1 else principals[0]},
        "Action": [f"SNS:{action}" for action in actions] if len(actions) > 1 else f"SNS:{actions[0]}",
        "Resource": topic.arn,
    }

    def changed(now: Topic) -> Mapping[str, str]:
        statements = _statements(now)
        if any(known.get("Sid") == label for known in statements):
            raise InvalidParameterException("Invalid parameter: Statement already exists")
        return _with(now, [*statements, statement])

    change(ctx, topic.arn, attributes=changed)


@operation("sns", authorized_by_handler=True)
def remove_permission(ctx: Context, req: RemovePermissionInput) -> None:
    """Take a statement out of a topic's policy."""
    topic = permitted_topic(ctx, req["TopicArn"], "sns:RemovePermission")

    def changed(now: Topic) -> Mapping[str, str]:
        statements = _statements(now)
        kept = [known for known in statements if known.get("Sid") != req["Label"]]
        if len(kept) == len(statements):
            raise invalid("Label", "There is no statement with this label")
        return _with(now, kept)

    change(ctx, topic.arn, attributes=changed)


def _statements(topic: Topic) -> list[dict[str, Any]]:
    found = json.loads(policy_of(topic))["Statement"]
    return found if isinstance(found, list) else [found]


def _with(topic: Topic, statements: list[dict[str, Any]]) -> dict[str, str]:
    if not statements:
        return {name: value for name, value in topic.attributes.items() if name != "Policy"}
    policy = json.dumps({**json.loads(policy_of(topic)), "Statement": statements}, separators=(",", ":"))
    check_policy(policy)
    return {**topic.attributes, "Policy": policy}
