"""Who may do what to a topic: the caller's policies and the topic's own, which lets other accounts in."""

import json
from collections.abc import Mapping, Sequence

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.types.sns import AuthorizationErrorException, InvalidParameterException, NotFoundException
from ostiary.context import Context
from ostiary.iam.authorize import authorize
from ostiary.sns.arns import checked, invalid, region_of
from ostiary.store.sns import topics
from ostiary.store.sns.topics import Topic

_DEFAULT_ACTIONS = [
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
]


def permitted_topic(
    ctx: Context, arn: str, action: str, conditions: Mapping[str, str | Sequence[str]] | None = None
) -> Topic:
    """Return a topic that the caller may do this to.

    Raises AuthorizationErrorException, for another account's topic that is not there too, NotFoundException and
    InvalidParameterException, for a topic of another region too.
    """
    account_id = topic_account(arn)
    if region_of(arn) != ctx.region:
        raise InvalidParameterException("Invalid parameter: TopicArn")
    with ctx.store.read() as tx:
        found = topics.find(tx, account_id, arn)
    policy = None if found is None else policy_of(found)
    allow(ctx, action, arn, conditions, resource_policy=policy, resource_account=account_id)
    if found is None:
        raise NotFoundException("Topic does not exist")
    return found


def allow(
    ctx: Context,
    action: str,
    resource: str,
    conditions: Mapping[str, str | Sequence[str]] | None = None,
    *,
    resource_policy: str | None = None,
    resource_account: str | None = None,
) -> None:
    """Refuse what the caller may not do, in SNS's words; raises AuthorizationErrorException."""
    try:
        authorize(ctx, action, resource, conditions, resource_policy=resource_policy, resource_account=resource_account)
    except AccessDeniedError as error:
        raise AuthorizationErrorException(error.message) from None


def topic_account(arn: str, parameter: str = "TopicArn") -> str:
    """Return the account of a topic's ARN; raises InvalidParameterException."""
    _, account_id, name = checked(arn, parameter)
    if not name or ":" in name or "/" in name:
        raise invalid(parameter, "Wrong number of elements in the ARN of a topic.")
    return account_id


def policy_of(topic: Topic) -> str:
    """Return the topic's policy; the default one is for its owner's account, whose own policies decide."""
    return topic.attributes.get("Policy") or default_policy(topic)


def default_policy(topic: Topic) -> str:
    """Return the policy of a topic that was given none."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": _DEFAULT_ACTIONS,
        "Resource": topic.arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": topic.account_id}},
    }
    policy = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(policy, separators=(",", ":"))
