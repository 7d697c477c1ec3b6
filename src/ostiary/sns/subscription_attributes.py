"""What a subscription's attributes may be, and how they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.sns import filters, redrive, retries
from ostiary.sns.protocols.protocol import SubscriptionProtocol
from ostiary.store.topic_subscriptions import Subscription
from ostiary.store.topics import Topic

_NAMES = {"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"}
_HTTP = {"http", "https"}


def checked_all(given: Mapping[str, str], protocol: SubscriptionProtocol, name: str, account_id: str) -> dict[str, str]:
    """Return the attributes that a new subscription is given; raises InvalidParameterException."""
    scope = given.get("FilterPolicyScope", filters.SCOPES[0])
    rules = _Rules(protocol, name, account_id, scope, _on_subscribe)
    for attribute, value in given.items():
        if attribute not in _NAMES:
            raise InvalidParameterException("Invalid parameter: AttributeName")
        rules.check(attribute, value)
    return {attribute: value for attribute, value in given.items() if value and value != "{}"}


def changed(subscription: Subscription, protocol: SubscriptionProtocol, attribute: str, value: str) -> dict[str, str]:
    """Return a subscription's attributes with one changed; empty removes it. Raises InvalidParameterException."""
    if attribute not in _NAMES:
        raise InvalidParameterException("Invalid parameter: AttributeName")
    kept = {name: text for name, text in subscription.attributes.items() if name != attribute}
    scope = subscription.attributes.get("FilterPolicyScope", filters.SCOPES[0])
    rules = _Rules(protocol, subscription.protocol, subscription.owner, scope, _on_change)
    rules.check(attribute, value)
    if attribute == "FilterPolicyScope":
        replace(rules, scope=value).check("FilterPolicy", kept.get("FilterPolicy", ""))
    return {**kept, attribute: value} if value and value != "{}" else kept


def described(subscription: Subscription, topic: Topic | None) -> dict[str, str]:
    """Return what GetSubscriptionAttributes shows."""
    own = subscription.attributes
    shown = {
        "SubscriptionArn": subscription.arn,
        "TopicArn": subscription.topic_arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "SubscriptionPrincipal": subscription.principal,
        "PendingConfirmation": _text(not subscription.confirmed),
        "ConfirmationWasAuthenticated": _text(subscription.authenticated),
        "RawMessageDelivery": "false",
    }
    if "FilterPolicy" in own:
        shown["FilterPolicyScope"] = filters.SCOPES[0]
    if subscription.protocol in _HTTP:
        of_topic = None if topic is None else topic.attributes.get("DeliveryPolicy")
        shown["EffectiveDeliveryPolicy"] = retries.effective_subscription_policy(of_topic, own.get("DeliveryPolicy"))
    return shown | own


@dataclass(frozen=True, slots=True)
class _Rules:
    """What an attribute is checked against; `account_id` is the subscriber's, `problem` makes the error."""

    protocol: SubscriptionProtocol
    protocol_name: str
    account_id: str
    scope: str
    problem: Callable[[str], InvalidParameterException]

    def check(self, attribute: str, value: str) -> None:
        """Refuse a value that cannot be; raises InvalidParameterException."""
        if value in {"", "{}"} and attribute.endswith("Policy"):
            return
        try:
            match attribute:
                case "RawMessageDelivery":
                    _check_raw(value, self.protocol, self.protocol_name)
                case "FilterPolicyScope":
                    _check_scope(value)
                case "FilterPolicy":
                    filters.check(value, self.scope)
                case "RedrivePolicy":
                    redrive.check(value, self.account_id)
                case "DeliveryPolicy":
                    retries.check(value, of_topic=False)
        except ValueError as error:
            raise self.problem(f"{attribute}: {error}") from None


def _check_scope(value: str) -> None:
    if value not in filters.SCOPES:
        raise ValueError(f"Invalid value [{value}]. Please use either MessageBody or MessageAttributes")


def _check_raw(value: str, protocol: SubscriptionProtocol, name: str) -> None:
    if value not in {"true", "false"}:
        raise ValueError(f"Invalid value [{value}]. Must be true or false.")
    if value == "true" and not protocol.takes_raw:
        raise ValueError(f"Delivery protocol [{name}] does not support raw message delivery.")


def _on_subscribe(reason: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter: Attributes Reason: {reason}")


def _on_change(reason: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter: {reason}")


def _text(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return str(value).lower()
