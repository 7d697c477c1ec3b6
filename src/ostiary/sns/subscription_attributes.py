"""What a subscription's attributes may be, and how they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.sns import filters, redrive, retries
from ostiary.sns.protocols.protocol import SubscriptionProtocol
from ostiary.store.sns.publications import FIFO
from ostiary.store.sns.topic_subscriptions import Subscription
from ostiary.store.sns.topics import Topic

_NAMES = {"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"}
_HTTP = {"http", "https"}
_DEFAULTS = {"FilterPolicyScope": filters.SCOPES[0], "RawMessageDelivery": "false"}


def checked(subscription: Subscription, protocol: SubscriptionProtocol) -> Subscription:
    """Return a new subscription with the attributes that it can have; raises InvalidParameterException."""
    given = subscription.attributes
    rules = _rules(subscription, protocol, _on_subscribe)
    for attribute, value in given.items():
        if attribute not in _NAMES:
            raise InvalidParameterException("Invalid parameter: AttributeName")
        rules.check(attribute, value)
    return replace(subscription, attributes={name: value for name, value in given.items() if value and value != "{}"})


def are_same(there: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether a subscription has all attributes that are given already; what it was not given has its default."""
    return all((_DEFAULTS | dict(there)).get(name) == value for name, value in given.items())


def changed(subscription: Subscription, protocol: SubscriptionProtocol, attribute: str, value: str) -> dict[str, str]:
    """Return a subscription's attributes with one changed; empty removes it. Raises InvalidParameterException."""
    if attribute not in _NAMES:
        raise InvalidParameterException("Invalid parameter: AttributeName")
    kept = {name: text for name, text in subscription.attributes.items() if name != attribute}
    rules = _rules(subscription, protocol, _on_change)
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
    }
    if subscription.protocol in _HTTP:
        of_topic = None if topic is None else topic.attributes.get("DeliveryPolicy")
        shown["EffectiveDeliveryPolicy"] = retries.effective_subscription_policy(of_topic, own.get("DeliveryPolicy"))
    hidden = () if "FilterPolicy" in own else ("FilterPolicyScope",)
    return shown | {name: value for name, value in (_DEFAULTS | own).items() if name not in hidden}


@dataclass(frozen=True, slots=True)
class _Rules:
    """What an attribute is checked against; `account_id` is the subscriber's, `problem` makes the error.

    `fifo` is whether a queue in order subscribes to a topic in order.
    """

    protocol: SubscriptionProtocol
    protocol_name: str
    account_id: str
    scope: str
    fifo: bool
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
                    redrive.check(value, self.account_id, fifo=self.fifo)
                case "DeliveryPolicy":
                    retries.check(value, of_topic=False)
        except filters.ScopeError as error:
            raise self.problem(str(error)) from None
        except ValueError as error:
            raise self.problem(f"{attribute}: {error}") from None


def _rules(
    subscription: Subscription, protocol: SubscriptionProtocol, problem: Callable[[str], InvalidParameterException]
) -> _Rules:
    scope = subscription.attributes.get("FilterPolicyScope", filters.SCOPES[0])
    fifo = subscription.topic_arn.endswith(FIFO) and subscription.endpoint.endswith(FIFO)
    return _Rules(protocol, subscription.protocol, subscription.owner, scope, fifo, problem)


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
